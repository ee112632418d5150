using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

/// <summary>Reads messages together with their author's name and attachments, in one query.</summary>
internal static class MessageQueries
{
    public static async Task<List<MessageView>> ToViewsAsync(this IQueryable<Message> messages, CancellationToken cancellationToken)
    {
        var rows = await messages
            .Select(m => new
            {
                Message = m,
                AuthorName = m.Author.DisplayName,
                Attachments = m.Attachments.OrderBy(a => a.Position).ToList(),
            })
            .AsNoTracking()
            .AsSingleQuery()
            .ToListAsync(cancellationToken);
        return rows.ConvertAll(row => View(row.Message, row.AuthorName, row.Attachments));
    }

    public static MessageView View(Message message, string authorName, IEnumerable<Attachment> attachments) =>
        new(
            message.Id,
            message.ChatId,
            message.Seq,
            new AuthorView(message.AuthorId, authorName),
            message.Text,
            message.SentAt,
            message.ClientId,
            message.Deleted,
            [.. attachments.Select(AttachmentView.Of)]
        );
}
