using System.Buffers;
using System.Text;

namespace ChatFiles.Core.Model;

/// <summary>How a text names somebody: <c>&lt;@userId&gt;</c>.</summary>
public static class Mentions
{
    private const string Opening = "<@";
    private const int IdLength = 36;
    private const int MarkLength = 2 + IdLength + 1;

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef-");

    /// <summary>The mark that names the person.</summary>
    public static string Mark(string userId) => $"{Opening}{userId}>";

    /// <summary>Whom the text may name, each once, in its order: not more than fit into a text. Whether they are members, it does not know.</summary>
    public static IReadOnlyList<string> In(string text)
    {
        var at = text.IndexOf(Opening, StringComparison.Ordinal);
        if (at < 0)
            return [];
        var found = new OrderedDictionary<string, bool>(StringComparer.Ordinal);
        for (; at >= 0; at = text.IndexOf(Opening, at + 1, StringComparison.Ordinal))
        {
            if (IsMarkAt(text, at))
                found.TryAdd(text.Substring(at + Opening.Length, IdLength), true);
        }

        return found.Keys;
    }

    /// <summary>Of these people those whom the text names, in its order.</summary>
    internal static IReadOnlyList<AuthorView> Named(string text, IReadOnlyCollection<AuthorView> people) =>
        people.Count == 0 ? [] : [.. In(text).Join(people, id => id, p => p.UserId, (_, person) => person)];

    /// <summary>The text as it is searched: names in the place of marks, as people read it, and of those that name nobody nothing.</summary>
    internal static string Spoken(string text, IReadOnlyCollection<AuthorView> people)
    {
        var at = text.IndexOf(Opening, StringComparison.Ordinal);
        if (at < 0)
            return text;
        var names = people.ToDictionary(p => p.UserId, p => p.Name, StringComparer.Ordinal);
        var (spoken, from) = (new StringBuilder(text.Length), 0);
        for (; at >= 0; at = text.IndexOf(Opening, at + 1, StringComparison.Ordinal))
        {
            if (!IsMarkAt(text, at))
                continue;
            spoken.Append(text, from, at - from).Append(' ').Append(names.GetValueOrDefault(text.Substring(at + Opening.Length, IdLength))).Append(' ');
            from = at + MarkLength;
        }

        return spoken.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>The beginning of a text without a mark that it was cut within.</summary>
    internal static string WithoutHalfMark(string cut)
    {
        var at = cut.LastIndexOf(Opening, StringComparison.Ordinal);
        return at < 0 || at <= cut.Length - MarkLength || cut.AsSpan(at + Opening.Length).ContainsAnyExcept(Hex) ? cut : cut[..at];
    }

    private static bool IsMarkAt(string text, int at) =>
        at + MarkLength <= text.Length && text[at + MarkLength - 1] == '>' && IsId(text.AsSpan(at + Opening.Length, IdLength));

    private static bool IsId(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Hex) && Guid.TryParseExact(text, "D", out _);
}
