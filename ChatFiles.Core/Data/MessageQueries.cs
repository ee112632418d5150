using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

/// <summary>Reads messages together with their author's name and attachments, in one query, and in others what they answer, whom they name and what is under them.</summary>
internal static class MessageQueries
{
    /// <summary>Of as many people coming and going in turn between two pages' ends nobody reads more.</summary>
    private const int MaxLines = 500;

    /// <param name="db">What the messages are read from.</param>
    public static async Task<List<MessageView>> ToViewsAsync(this IQueryable<Message> messages, ChatDbContext db, CancellationToken cancellationToken)
    {
        var rows = await messages
            .Select(m => new
            {
                Message = m,
                AuthorName = m.Author.DisplayName,
                AuthorPicture = m.Author.PictureStamp,
                Attachments = m.Attachments.OrderBy(a => a.Position).ToList(),
                HasReactions = db.Reactions.Any(r => r.MessageId == m.Id),
            })
            .AsNoTracking()
            .AsSingleQuery()
            .ToListAsync(cancellationToken);
        var answered = rows.Select(row => row.Message.ReplyToId).OfType<long>().Distinct().ToList();
        var replies = answered.Count == 0 ? [] : await ReadRepliesAsync(db, answered, cancellationToken);
        var mentions = await ReadMentionsAsync(db, rows.Select(row => (row.Message.Id, row.Message.Text)), cancellationToken);
        var reacted = rows.Where(row => row.HasReactions).Select(row => row.Message.Id).ToList();
        var reactions = reacted.Count == 0 ? [] : await db.ReadReactionsAsync(reacted, cancellationToken);
        return rows.ConvertAll(row =>
            View(row.Message, new AuthorView(row.Message.AuthorId, row.AuthorName) { Picture = row.AuthorPicture }, row.Attachments) with
            {
                ReplyTo = row.Message.ReplyToId is { } id ? replies.GetValueOrDefault(id) : null,
                Mentions = Mentions.Named(row.Message.Text, [.. mentions[row.Message.Id]]),
                Reactions = reactions.GetValueOrDefault(row.Message.Id, []),
            }
        );
    }

    /// <summary>Whom texts of messages mention.</summary>
    public static async Task<ILookup<long, AuthorView>> ReadMentionsAsync(ChatDbContext db, IEnumerable<(long Id, string Text)> messages, CancellationToken cancellationToken)
    {
        var ids = messages.Where(m => Mentions.In(m.Text).Count > 0).Select(m => m.Id).ToList();
        var rows = ids.Count == 0 ? [] : await db.Mentions.Where(m => ids.Contains(m.MessageId)).Select(m => new { m.MessageId, m.UserId, m.User.DisplayName }).ToListAsync(cancellationToken);
        return rows.ToLookup(row => row.MessageId, row => new AuthorView(row.UserId, row.DisplayName));
    }

    private static async Task<Dictionary<long, ReplyView>> ReadRepliesAsync(ChatDbContext db, List<long> ids, CancellationToken cancellationToken)
    {
        var rows = await db
            .Messages.Where(m => ids.Contains(m.Id))
            .Select(m => new
            {
                m.Id,
                m.AuthorId,
                m.Author.DisplayName,
                Text = m.Text.Substring(0, ReplyView.MaxTextLength + 1),
                m.Deleted,
                FileName = m.Attachments.Where(a => a.State == AttachmentState.Ready).OrderBy(a => a.Position).Select(a => a.FileName).FirstOrDefault(),
            })
            .ToListAsync(cancellationToken);
        var mentions = await ReadMentionsAsync(db, rows.Select(row => (row.Id, row.Text)), cancellationToken);
        return rows.ToDictionary(row => row.Id, row => ReplyView.Of(row.Id, new AuthorView(row.AuthorId, row.DisplayName), row.Text, [.. mentions[row.Id]], row.FileName, row.Deleted));
    }

    /// <summary>What happened to the member's chat besides its messages, between two seqs.</summary>
    public static async Task<IReadOnlyList<TimelineLine>> ReadLinesAsync(
        this ChatDbContext db,
        Member member,
        (long After, long Before) span,
        CancellationToken cancellationToken
    )
    {
        var lines = await db
            .Lines.Where(l => l.ChatId == member.ChatId && l.Seq > span.After && l.Seq < span.Before)
            .OrderByDescending(l => l.Seq)
            .Take(MaxLines)
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        lines.Reverse();
        return lines.ConvertAll(line => line.ToView());
    }

    /// <summary>These messages by their chats, one of each.</summary>
    public static async Task<Dictionary<long, LastMessage>> ReadLastAsync(this ChatDbContext db, IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return [];
        var rows = await db
            .Messages.Where(m => ids.Contains(m.Id))
            .Select(m => new
            {
                m.Id,
                m.ChatId,
                m.AuthorId,
                m.Author.DisplayName,
                m.SentAt,
                m.Deleted,
                Text = m.Text.Substring(0, ReplyView.MaxTextLength + 1),
                Files = m.Attachments.Where(a => a.State != AttachmentState.Deleted).OrderBy(a => a.Position).Select(a => new LastFile(a.Id, a.FileName)).ToList(),
            })
            .AsSingleQuery()
            .ToListAsync(cancellationToken);
        var mentions = await ReadMentionsAsync(db, rows.Select(row => (row.Id, row.Text)), cancellationToken);
        return rows.ToDictionary(
            row => row.ChatId,
            row => new LastMessage(row.Id, new AuthorView(row.AuthorId, row.DisplayName), row.SentAt, row.Deleted, ReplyView.Cut(row.Text), [.. mentions[row.Id]], row.Files)
        );
    }

    public static MessageView View(Message message, AuthorView author, IEnumerable<Attachment> attachments) =>
        new(
            message.Id,
            message.ChatId,
            message.Seq,
            author,
            message.Text,
            message.SentAt,
            message.ClientId,
            message.Deleted,
            [.. attachments.Select(AttachmentView.Of)]
        )
        {
            EditedAt = message.EditedAt,
        };

    /// <summary>The newest messages of the member's chat, or those before an id.</summary>
    public static async Task<MessagePage> ReadPageAsync(
        this ChatDbContext db,
        Member member,
        long? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var messages = await db
            .Messages.Where(m => m.ChatId == member.ChatId && (before == null || m.Id < before))
            .OrderByDescending(m => m.Id)
            .Take(limit + 1)
            .ToViewsAsync(db, cancellationToken);
        messages.Reverse();
        return PageOf(messages, limit);
    }

    /// <param name="messages">Oldest first, with one more than the page has where there are older ones.</param>
    public static MessagePage PageOf(List<MessageView> messages, int limit)
    {
        var hasMore = messages.Count > limit;
        if (hasMore)
            messages.RemoveAt(0);
        return new MessagePage(messages, hasMore ? messages[0].Id : null);
    }

    /// <summary>A message of the member's chat with its neighbours; null when the chat has no such message.</summary>
    public static async Task<MessageWindow?> ReadAroundAsync(
        this ChatDbContext db,
        Member member,
        long messageId,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var ids = db.Messages.Where(m => m.ChatId == member.ChatId).Select(m => m.Id);
        var half = limit / 2;
        // One more at either end tells whether there is more. Both ends are found inside the one query for the messages.
        var from = ids.Where(id => id <= messageId).OrderByDescending(id => id).Take(half + 2);
        var to = ids.Where(id => id >= messageId).OrderBy(id => id).Take(limit - half + 1);
        var messages = await db
            .Messages.Where(m => m.ChatId == member.ChatId && m.Id >= from.Min() && m.Id <= to.Max())
            .OrderBy(m => m.Id)
            .ToViewsAsync(db, cancellationToken);
        var place = messages.FindIndex(m => m.Id == messageId);
        if (place < 0)
            return null;
        var (first, end) = (Math.Max(0, place - half), Math.Min(messages.Count, place + limit - half));
        return new MessageWindow(
            messages[first..end],
            first > 0 ? messages[first].Id : null,
            end < messages.Count ? messages[end - 1].Id : null
        );
    }
}
