using System.Text;
using System.Text.RegularExpressions;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>What somebody wrote, as others pass it on or take it along.</summary>
internal static partial class Quotation
{
    /// <summary>What somebody may say to a quotation: beside it there is room for its author and some of its words.</summary>
    public const int MaxCommentLength = Message.MaxTextLength - 1_000;

    /// <summary>A text as it is read: with names in the place of the ids that mention people.</summary>
    public static string WithNames(string text, IEnumerable<AuthorView> mentions) => Named(text, mentions.ToDictionary(p => p.UserId, p => p.Name));

    /// <summary>The same for those who may know everybody, whatever has become of the message.</summary>
    public static async Task<string> WithNamesAsync(this ChatDbContext db, string text, CancellationToken cancellationToken)
    {
        var ids = Mentions.In(text);
        return ids.Count == 0 ? text : Named(text, await db.Users.Where(p => ids.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.DisplayName, cancellationToken));
    }

    /// <summary>
    /// A comment, and below it what its author wrote, as a quotation in Markdown that mentions nobody anew. What of it has no
    /// room in a message is left out, and an ellipsis says so.
    /// </summary>
    /// <param name="comment">Trimmed; may be empty.</param>
    public static string Of(string comment, MessageView original)
    {
        var written = Mute(Named(original.Text, original.Mentions.ToDictionary(p => p.UserId, p => Literal(p.Name)))).ReplaceLineEndings("\n").Trim('\n');
        if (string.IsNullOrWhiteSpace(written))
            return comment;
        var quotation = new StringBuilder(comment);
        if (comment.Length > 0)
            quotation.Append("\n\n");
        quotation.Append("> **").Append(Literal(original.Author.Name)).Append(":**\n>");
        var fence = "";
        foreach (var line in written.Split('\n'))
        {
            var fenceBehind = FenceBehind(line, fence);
            // Room for the start of the line, for the ellipsis, and for the end of a block of code.
            var end = Math.Max(fence.Length, fenceBehind.Length) is > 0 and var marks ? "\n> ".Length + marks : 0;
            var room = Message.MaxTextLength - quotation.Length - "\n> ".Length - "…".Length - end;
            if (line.Length <= room)
            {
                quotation.Append("\n> ").Append(line);
                fence = fenceBehind;
                continue;
            }

            if (room > 0)
                quotation.Append("\n> ").Append(line, 0, char.IsHighSurrogate(line[room - 1]) ? room - 1 : room);
            quotation.Append('…');
            return fence.Length > 0 ? quotation.Append("\n> ").Append(fence).ToString() : quotation.ToString();
        }

        return quotation.ToString();
    }

    /// <summary>In one pass: what a name makes with what is around it is no mention.</summary>
    private static string Named(string text, Dictionary<string, string> names) =>
        names.Count == 0 ? text : Mark().Replace(text, mark => names.TryGetValue(mark.Groups["id"].Value, out var name) ? $"@{name}" : mark.Value);

    /// <summary>Who was no member there may be one where the quotation goes. Taking marks apart may leave new ones.</summary>
    private static string Mute(string text)
    {
        while (Mentions.In(text).Count > 0)
            text = Mark().Replace(text, "@${id}");
        return text;
    }

    /// <summary>The marks that end the block of code which is open behind a line; none is.</summary>
    private static string FenceBehind(string line, string fence)
    {
        if (fence.Length == 0)
            return Opening().Match(line).Groups["fence"].Value;
        var marks = line.Trim(' ', '\t', '>');
        return marks.Length >= fence.Length && !marks.AsSpan().ContainsAnyExcept('`') ? "" : fence;
    }

    /// <summary>A name is no markup, whatever it is made of; a backslash of its own is one that makes no mark of the one behind it.</summary>
    private static string Literal(string name) =>
        Markup().Replace(name, found => $"{found.Groups["own"].Value}{(found.Groups["own"].Length % 2 == 0 ? @"\" : @"\\")}{found.Groups["mark"].Value}");

    [GeneratedRegex("<@(?<id>[0-9a-f-]{36})>", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mark();

    [GeneratedRegex(@"^[ \t>]*(?<fence>`{3,})[\w+#.-]{0,30}[ \t]*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Opening();

    [GeneratedRegex(@"(?<own>\\*)(?<mark>[`*_\[\]<>~])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Markup();
}
