using System.Text.RegularExpressions;

namespace ChatFiles.Web.Components.Markup;

/// <summary>A piece of a message's text; with an address it is a link.</summary>
internal sealed record TextPart(string Text, string? Url);

/// <summary>Finds the links in a text. Everything else stays as it was written.</summary>
internal static partial class TextParts
{
    private const string OpeningBrackets = "([{";
    private const string ClosingBrackets = ")]}";

    public static IEnumerable<TextPart> Of(string text)
    {
        var done = 0;
        foreach (Match match in Address().Matches(text))
        {
            if (LinkOf(match) is not { } link)
                continue;
            if (match.Index > done)
                yield return new TextPart(text[done..match.Index], null);
            yield return link;
            done = match.Index + link.Text.Length;
        }

        if (done < text.Length)
            yield return new TextPart(text[done..], null);
    }

    /// <summary>The beginning of a long text. A link at its edge is none there, and no character is cut in two.</summary>
    public static IEnumerable<TextPart> Of(string text, int maxLength)
    {
        var room = maxLength;
        foreach (var part in Of(text))
        {
            if (part.Text.Length > room)
            {
                yield return new TextPart(part.Text[..(char.IsHighSurrogate(part.Text[room - 1]) ? room - 1 : room)], null);
                yield break;
            }

            yield return part;
            room -= part.Text.Length;
            if (room == 0)
                yield break;
        }
    }

    /// <summary>The address that begins at this place, and where what looks like one ends; without address it only looks like one. Null: nothing begins there.</summary>
    public static (TextPart? Address, int End)? At(string text, int start) =>
        AddressHere().Match(text, start) is { Success: true } match ? (LinkOf(match), match.Index + match.Length) : null;

    private static TextPart? LinkOf(Match match)
    {
        var written = TrimSentence(match.Value);
        return Uri.TryCreate(written, UriKind.Absolute, out var url) ? new TextPart(written, url.AbsoluteUri) : null;
    }

    /// <summary>The full stop behind an address belongs to the sentence, and so does a bracket that was opened before it.</summary>
    private static string TrimSentence(string address)
    {
        Span<int> open = [Surplus(address, 0), Surplus(address, 1), Surplus(address, 2)];
        var length = address.Length;
        for (; length > 0; length--)
        {
            var last = address[length - 1];
            var bracket = ClosingBrackets.IndexOf(last, StringComparison.Ordinal);
            if (bracket >= 0 && open[bracket] < 0)
                open[bracket]++;
            else if (!".,;:!?'’*_…".Contains(last, StringComparison.Ordinal))
                break;
        }

        return address[..length];
    }

    /// <summary>How many brackets of a kind are opened more than closed; negative when more are closed.</summary>
    private static int Surplus(string address, int bracket) =>
        address.Count(c => c == OpeningBrackets[bracket]) - address.Count(c => c == ClosingBrackets[bracket]);

    /// <summary>
    /// Only what a browser opens as a page: never javascript:, data: or the like. It ends at white space, quotation marks,
    /// the punctuation of scripts that have no spaces, and at what can't be seen, such as marks that turn the direction;
    /// and where a text that is a link goes over to its address.
    /// </summary>
    private const string Pattern = @"(?<![a-z0-9])https?://(?:(?!\]\()[^\s\p{Cc}\p{Cf}<>""“”„«»‹›。，、！？；：（）「」『』【】《》〈〉])+";

    [GeneratedRegex(Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();

    [GeneratedRegex(@"\G" + Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AddressHere();
}
