using System.Globalization;
using System.Text;

namespace ChatFiles.Core.Model;

/// <summary>
/// How a text is cut into what a search compares: one way for what is put into the index, what is asked for and what is
/// marked. Words are terms. Where writing puts nothing between words (Chinese, Japanese, Thai and others) every two
/// neighbours are a term, so that any two characters are found wherever they stand together.
/// </summary>
internal static class SearchTerms
{
    /// <summary>No word is that long: what goes on (a key, a checksum, encoded bytes) makes no difference.</summary>
    public const int MaxTermLength = 64;

    /// <summary>A text as it is compared: without case, accents and what can't be seen, and with the plain form of each character.</summary>
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text))
            return text.ToLowerInvariant();
        try
        {
            // A whole sentence in one character, 18 of them when spelled out: one that stands for four, its abbreviation.
            text = text.Replace('\uFDFA', '\uFDF5');
            text = string.Concat(text.Normalize(NormalizationForm.FormKD).EnumerateRunes().Where(rune => !IsLeftOut(rune))).Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // Code points that are no characters: such a text is compared as it stands.
        }

        // Both ways, because Σ has two small letters. What has no other case in every language: ß, and the i without a dot.
        return text.ToUpperInvariant().ToLowerInvariant().Replace("ß", "ss", StringComparison.Ordinal).Replace('ı', 'i');
    }

    /// <summary>The terms of a text with a blank between, as they are put into the index.</summary>
    /// <param name="maxLength">Of them together; what comes then is left out. A text may be much longer once it is cut up.</param>
    public static string Of(string text, int maxLength = int.MaxValue)
    {
        var folded = Fold(text);
        var terms = new StringBuilder(folded.Length + 16);
        Piece? before = null;
        foreach (var piece in Cut(folded))
        {
            if (before is { } last)
                Append(last, piece is { IsUnspaced: true, Follows: true } ? piece : null);
            before = piece.IsUnspaced ? piece : null;
            if (!piece.IsUnspaced)
                Append(piece, neighbour: null);
            if (terms.Length >= maxLength)
                return terms.ToString();
        }

        if (before is { } end)
            Append(end, neighbour: null);
        return terms.ToString();

        void Append(Piece term, Piece? neighbour)
        {
            if (terms.Length > 0)
                terms.Append(' ');
            if (term.End - term.Start <= MaxTermLength)
                terms.Append(folded, term.Start, term.End - term.Start);
            else
                terms.Append(Shorten(folded[term.Start..term.End]));
            if (neighbour is { } next)
                terms.Append(folded, next.Start, next.End - next.Start);
        }
    }

    /// <summary>The words of a text, and one by one the characters of what is written without spaces.</summary>
    public static IEnumerable<Piece> Cut(string text)
    {
        Piece? piece = null;
        for (var i = 0; i < text.Length;)
        {
            // Most of what people write, at once.
            if (char.IsAsciiLetterOrDigit(text[i]))
            {
                var from = i++;
                while (i < text.Length && char.IsAsciiLetterOrDigit(text[i]))
                    i++;
                if (piece is { IsUnspaced: true } character)
                    yield return character;
                piece = piece is { IsUnspaced: false } word ? word with { End = i } : new Piece(from, i, IsUnspaced: false, Follows: piece is not null);
                continue;
            }

            var isRune = Rune.TryGetRuneAt(text, i, out var rune);
            var (start, end) = (i, i + (isRune ? rune.Utf16SequenceLength : 1));
            i = end;
            if (isRune && (IsLeftOut(rune) || (piece is { } open && GoesOn(open, rune))))
            {
                // An accent is part of its word; what can't be seen is as if it were not there.
                if (piece is { } longer && GoesOn(longer, rune))
                    piece = longer with { End = end };
                continue;
            }

            if (piece is { } whole)
                yield return whole;
            piece = isRune && IsWord(rune) ? new Piece(start, end, IsUnspaced(rune.Value), Follows: piece is not null) : null;
        }

        if (piece is { } last)
            yield return last;
    }

    /// <summary>As much of a long word as counts. Where that ends within a character, a sign stands for it, because half of one is no text.</summary>
    public static string Shorten(string term)
    {
        if (term.Length <= MaxTermLength)
            return term;
        return char.IsHighSurrogate(term[MaxTermLength - 1]) ? term[..(MaxTermLength - 1)] + '\uFFFD' : term[..MaxTermLength];
    }

    private static bool GoesOn(Piece piece, Rune rune) =>
        piece.IsUnspaced
            ? rune.Value is 0x3099 or 0x309A or 0xFF9E or 0xFF9F // voicing marks of kana belong to what they stand behind
            : IsMark(rune) || (IsWord(rune) && !IsUnspaced(rune.Value));

    private static bool IsWord(Rune rune) =>
        rune.IsAscii
            ? char.IsAsciiLetterOrDigit((char)rune.Value)
            : Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.UppercaseLetter
                    or UnicodeCategory.LowercaseLetter
                    or UnicodeCategory.TitlecaseLetter
                    or UnicodeCategory.ModifierLetter
                    or UnicodeCategory.OtherLetter
                    or UnicodeCategory.DecimalDigitNumber
                    or UnicodeCategory.LetterNumber
                    or UnicodeCategory.OtherNumber
                    or UnicodeCategory.PrivateUse
                || (IsMark(rune) && IsUnspaced(rune.Value)); // vowels and tones of Thai and its neighbours

    private static bool IsMark(Rune rune) =>
        !rune.IsAscii && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    /// <summary>What makes no difference: accents, the points of Hebrew and Arabic, what stretches a word, fillers, and what can't be seen.</summary>
    private static bool IsLeftOut(Rune rune) =>
        !rune.IsAscii
        && (
            Texts.IsUnseen(rune)
            || rune.Value
                is (>= 0x0591 and <= 0x05BD)
                    or 0x05BF
                    or 0x05C1
                    or 0x05C2
                    or 0x05C4
                    or 0x05C5
                    or 0x05C7
                    or 0x0640
                    or (>= 0x064B and <= 0x065F)
                    or 0x0670
                    or 0x115F
                    or 0x1160
        );

    /// <summary>Letters of scripts that put no space between words, or, as Korean, grow endings onto them.</summary>
    private static bool IsUnspaced(int rune) =>
        rune >= 0x0E01
        && rune
            is <= 0x0E4E // Thai; its digits are numbers like others
                or (>= 0x0E81 and <= 0x0ECE)
                or (>= 0x0EDC and <= 0x0EDF) // Lao
                or (>= 0x0F40 and <= 0x0FBC) // Tibetan
                or (>= 0x1000 and <= 0x103F)
                or (>= 0x1050 and <= 0x108F) // Myanmar
                or (>= 0x1100 and <= 0x11FF) // Hangul's parts
                or (>= 0x1780 and <= 0x17DD) // Khmer
                or (>= 0x1950 and <= 0x19DF)
                or (>= 0x1A20 and <= 0x1AAD) // Tai
                or (>= 0x2E80 and <= 0x2FDF)
                or (>= 0x3005 and <= 0x3007)
                or (>= 0x3021 and <= 0x30FF)
                or (>= 0x3105 and <= 0x318E)
                or (>= 0x31A0 and <= 0x31FF)
                or (>= 0x3400 and <= 0x4DBF)
                or (>= 0x4E00 and <= 0x9FFF) // Chinese characters, kana, bopomofo
                or (>= 0xA960 and <= 0xA97C)
                or (>= 0xA9E0 and <= 0xA9FE)
                or (>= 0xAA60 and <= 0xAADF)
                or (>= 0xAC00 and <= 0xD7FB) // Hangul
                or (>= 0xF900 and <= 0xFAFF)
                or (>= 0xFF66 and <= 0xFFDC)
                or (>= 0x1AFF0 and <= 0x1B16F)
                or (>= 0x20000 and <= 0x3FFFF);

    /// <summary>A word, or a character of what is written without spaces.</summary>
    /// <param name="Follows">Nothing stands between it and the piece before.</param>
    internal readonly record struct Piece(int Start, int End, bool IsUnspaced, bool Follows)
    {
        public Range Range => Start..End;
    }
}
