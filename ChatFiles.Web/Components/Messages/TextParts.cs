using System.Text.RegularExpressions;

namespace ChatFiles.Web.Components.Messages;

/// <summary>A piece of a message's text; with an address it is a link.</summary>
internal sealed record TextPart(string Text, string? Url);

/// <summary>Finds the links in a text. Everything else stays as it was written.</summary>
internal static partial class TextParts
{
    public static IEnumerable<TextPart> Of(string text)
    {
        var done = 0;
        foreach (Match match in Address().Matches(text))
        {
            var written = TrimSentence(match.Value);
            if (!Uri.TryCreate(written, UriKind.Absolute, out var url))
                continue;
            if (match.Index > done)
                yield return new TextPart(text[done..match.Index], null);
            yield return new TextPart(written, url.AbsoluteUri);
            done = match.Index + written.Length;
        }

        if (done < text.Length)
            yield return new TextPart(text[done..], null);
    }

    /// <summary>The full stop behind an address belongs to the sentence, and so does a bracket that was opened before it.</summary>
    private static string TrimSentence(string address)
    {
        while (address.Length > 0 && (".,;:!?'\"*_".Contains(address[^1]) || IsForeignBracket(address)))
            address = address[..^1];
        return address;
    }

    private static bool IsForeignBracket(string address) => address[^1] == ')' && !address.Contains('(');

    /// <summary>Only what a browser opens as a page: never javascript:, data: or the like.</summary>
    [GeneratedRegex(@"\bhttps?://[^\s<>""“”]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
