using System.Buffers;
using System.Globalization;
using System.Text;

namespace ChatFiles.Core.Model;

/// <summary>What counts as text, wherever people or programs send some.</summary>
public static class Texts
{
    /// <summary>Bidirectional overrides and isolates, zero-width characters, the byte order mark: they make a name look like another.</summary>
    public const string Deceptive =
        "\u061C\u180E\u200B\u200C\u200D\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2060\u2066\u2067\u2068\u2069\uFEFF";

    /// <summary>Whether it holds no NUL and no half of a surrogate pair: neither can be stored, compared or shown.</summary>
    public static bool IsText(this string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0')
                return false;
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }

    /// <summary>For what can't be refused, because it only tells of something: signs in the place of what is no text.</summary>
    public static string AsText(this string text) => text.IsText() ? text : string.Concat(text.EnumerateRunes()).Replace('\0', '\uFFFD');

    /// <summary>Refuses what is looked for, or narrowed by, when it is no text: no database would take it.</summary>
    public static Refusal? CheckQuery(params IEnumerable<string?> texts) =>
        texts.All(text => text?.IsText() != false)
            ? null
            : new Refusal(RefusalReason.InvalidQuery, "A query is text without NUL and without halves of characters.");

    /// <summary>A name without what makes it look like another one; null when it is not valid Unicode.</summary>
    /// <param name="keepsJoinedEmoji">Some emoji are several, with a zero-width joiner between them.</param>
    internal static string? Tidy(string name, bool keepsJoinedEmoji = false)
    {
        var tidy = string.Concat(name.Where((c, i) => !Deceptive.Contains(c) || (keepsJoinedEmoji && JoinsEmoji(name, i))));
        try
        {
            return tidy.Normalize(NormalizationForm.FormC).TrimEnd('.', ' ');
        }
        catch (ArgumentException)
        {
            return null; // half a surrogate pair, or a code point that is no character
        }
    }

    /// <summary>Accents, and what shows nothing of its own: selectors of a variant, joiners and other marks of format.</summary>
    internal static bool IsUnseen(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format
        || rune.Value
            is (>= 0x0300 and <= 0x036F)
                or (>= 0x1AB0 and <= 0x1AFF)
                or (>= 0x1DC0 and <= 0x1DFF)
                or (>= 0x20D0 and <= 0x20FF)
                or (>= 0xFE00 and <= 0xFE0F)
                or (>= 0xFE20 and <= 0xFE2F)
                or (>= 0xE0100 and <= 0xE01EF);

    private static bool JoinsEmoji(string text, int index) =>
        text[index] == '\u200D'
        && Rune.DecodeLastFromUtf16(text.AsSpan(0, index), out var before, out _) == OperationStatus.Done
        && Rune.DecodeFromUtf16(text.AsSpan(index + 1), out var after, out _) == OperationStatus.Done
        && Rune.GetUnicodeCategory(after) == UnicodeCategory.OtherSymbol
        // An emoji itself, the colour of its skin, or the mark that makes one of a sign.
        && (Rune.GetUnicodeCategory(before) is UnicodeCategory.OtherSymbol or UnicodeCategory.ModifierSymbol || before.Value == 0xFE0F);
}
