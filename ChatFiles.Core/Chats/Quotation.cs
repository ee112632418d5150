using System.Text;
using System.Text.RegularExpressions;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>What somebody wrote, as others pass it on or take it along.</summary>
internal static partial class Quotation
{
    /// <summary>
    /// A text with names in the place of the ids that mention people: a quotation mentions nobody anew, and elsewhere an id says
    /// nothing.
    /// </summary>
    public static async Task<string> WithNamesAsync(this ChatDbContext db, string text, CancellationToken cancellationToken)
    {
        var ids = Mentions.In(text);
        if (ids.Count == 0)
            return text;
        var people = await db.Users.Where(p => ids.Contains(p.Id)).Select(p => new { p.Id, p.DisplayName }).ToListAsync(cancellationToken);
        return people.Aggregate(text, (named, person) => named.Replace(Mentions.Mark(person.Id), $"@{person.DisplayName}", StringComparison.Ordinal));
    }

    /// <summary>
    /// A comment, and below it what its author wrote, as a quotation in Markdown. What of it has no room in a message is left
    /// out, and an ellipsis says so.
    /// </summary>
    /// <param name="comment">Trimmed; may be empty.</param>
    /// <param name="text">Without mentions.</param>
    public static string Of(string comment, string author, string text)
    {
        var written = text.ReplaceLineEndings("\n").Trim('\n');
        if (string.IsNullOrWhiteSpace(written))
            return comment;
        var quotation = new StringBuilder(comment);
        if (comment.Length > 0)
            quotation.Append("\n\n");
        quotation.Append("> **").Append(Literal(author)).Append(":**\n>");
        foreach (var line in written.Split('\n'))
        {
            // Room for the start of the line and for the ellipsis.
            var room = Message.MaxTextLength - quotation.Length - "\n> ".Length - "…".Length;
            if (line.Length <= room)
            {
                quotation.Append("\n> ").Append(line);
                continue;
            }

            if (room > 0)
                quotation.Append("\n> ").Append(line, 0, char.IsHighSurrogate(line[room - 1]) ? room - 1 : room);
            return quotation.Append('…').ToString();
        }

        return quotation.ToString();
    }

    /// <summary>A name is no markup, whatever it is made of.</summary>
    private static string Literal(string name) => Markup().Replace(name, @"\$0");

    [GeneratedRegex(@"[\\`*_\[\]<>~]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Markup();
}
