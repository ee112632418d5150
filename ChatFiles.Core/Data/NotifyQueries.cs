using ChatFiles.Core.Model;

namespace ChatFiles.Core.Data;

/// <summary>Who wants to be told what of their chats.</summary>
internal static class NotifyQueries
{
    /// <summary>Members who want to be told anything of their chat at that moment.</summary>
    public static IQueryable<Member> WhoHear(this IQueryable<Member> members, DateTime now) =>
        members.Where(m => m.Notify != NotifyLevel.None && (m.MutedUntil == null || m.MutedUntil <= now));

    /// <summary>
    /// Messages between two ids that are for somebody who has not read them: those that name them, and in direct chats all
    /// that the other has sent. Not of chats that they want to hear nothing of, or are no members of any more, and nothing
    /// that was deleted. Of what they have marked as unread they have seen what it is.
    /// </summary>
    public static IQueryable<MissedMessage> MissedBetween(this ChatDbContext db, long firstId, long lastId, DateTime now)
    {
        var messages = db.Messages.Where(m =>
            m.Id >= firstId && m.Id <= lastId && !m.Deleted && (m.Text != "" || m.Attachments.Any(a => a.State != AttachmentState.Deleted))
        );
        var naming =
            from mention in db.Mentions
            join message in messages on mention.MessageId equals message.Id
            join member in db.Members.WhoHear(now) on new { mention.ChatId, mention.UserId } equals new { member.ChatId, member.UserId }
            where
                mention.MessageId >= firstId && mention.MessageId <= lastId
                && message.AuthorId != member.UserId
                && member.ReadMessageId < message.Id
                && (member.SeenMessageId ?? 0) < message.Id
            select new MissedMessage
            {
                UserId = member.UserId,
                Id = message.Id,
                ChatId = message.ChatId,
                SentAt = message.SentAt,
            };
        var direct =
            from member in db.Members.WhoHear(now)
            join chat in db.Chats on member.ChatId equals chat.Id
            join message in messages on chat.Id equals message.ChatId
            where
                chat.DirectKey != null
                && member.Notify != NotifyLevel.Mentions
                && message.AuthorId != member.UserId
                && member.ReadMessageId < message.Id
                && (member.SeenMessageId ?? 0) < message.Id
            select new MissedMessage
            {
                UserId = member.UserId,
                Id = message.Id,
                ChatId = message.ChatId,
                SentAt = message.SentAt,
            };
        return naming.Union(direct);
    }
}

/// <summary>A message that somebody has missed.</summary>
internal sealed record MissedMessage
{
    public required string UserId { get; init; }

    public required long Id { get; init; }

    public required long ChatId { get; init; }

    public required DateTime SentAt { get; init; }
}
