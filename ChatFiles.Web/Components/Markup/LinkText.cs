using System.Text;
using System.Text.RegularExpressions;

namespace ChatFiles.Web.Components.Markup;

/// <summary>What the text of a link makes of where it leads.</summary>
internal enum Pretence
{
    None,

    /// <summary>A name that may be another host's, or a file's: "bank.example", "README.md". It says where it leads.</summary>
    Host,

    /// <summary>The address of another: it is no link.</summary>
    Address,
}

/// <summary>
/// Whether a link hides behind another address. Who reads a text goes by its looks: what can't be seen is left out of it, and
/// letters of other widths are those that they look like.
/// </summary>
internal static partial class LinkText
{
    public static Pretence PretenceOf(string text, Uri url)
    {
        if (TurnsDirection().IsMatch(text) || TextParts.Of(text).Any(part => part.Url is not null && part.Url != url.AbsoluteUri))
            return Pretence.Address;
        var seen = Normalized(Invisible().Replace(text, ""));
        if (Authority().Matches(seen).Any(named => !IsHostOf(named.Groups["host"].Value, url)) || Mailbox().Matches(seen).Any(named => !IsMailboxOf(named, url)))
            return Pretence.Address;
        return HostName().Matches(seen).Any(named => !IsHostOf(named.Value, url)) ? Pretence.Host : Pretence.None;
    }

    /// <summary>Of the host that is named, or of one within its domain, which belongs to it.</summary>
    private static bool IsHostOf(string named, Uri url) => IsWithin(named, url.Host) || IsWithin(named, url.IdnHost);

    private static bool IsWithin(string named, string host) =>
        host.EndsWith(named, StringComparison.OrdinalIgnoreCase) && (host.Length == named.Length || host[host.Length - named.Length - 1] == '.');

    /// <summary>Mail goes to exactly this one; a page may be that of somebody at its host.</summary>
    private static bool IsMailboxOf(Match named, Uri url) =>
        IsHostOf(named.Groups["host"].Value, url) && (url.Scheme != Uri.UriSchemeMailto || named.Value.Equals($"{url.UserInfo}@{url.Host}", StringComparison.OrdinalIgnoreCase));

    /// <summary>Half a character can't be normalized, and is seen as none.</summary>
    private static string Normalized(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return text;
        }
    }

    /// <summary>Not those that only help letters of other scripts to stand in their place.</summary>
    [GeneratedRegex(@"[\u202A-\u202E\u2066-\u2069]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TurnsDirection();

    [GeneratedRegex(@"[\p{Cf}\p{Cc}\u034F\u115F\u1160\u3164]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Invisible();

    [GeneratedRegex(@"(?://(?:[^\s/?#@]*@)?|\b(?=www\.))(?<host>[^\s/?#:()]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Authority();

    [GeneratedRegex(@"(?<![\p{L}\p{N}_.+-])[\p{L}\p{N}_.+-]+@(?<host>[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mailbox();

    [GeneratedRegex(@"(?<![\p{L}\p{N}-])[\p{L}\p{N}-]+(?:[.。][\p{L}\p{N}-]+)*[.。]\p{L}[\p{L}\p{N}-]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HostName();
}
