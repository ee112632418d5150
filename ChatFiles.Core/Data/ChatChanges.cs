using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

/// <summary>
/// The building blocks of a change: every one of them numbers its event in the same transaction, so that the state and
/// the log can never tell different stories.
/// </summary>
internal static class ChatChanges
{
    /// <summary>Gives the chat its next event. The chat must be tracked, so that the new seq is saved with it.</summary>
    public static ChatEvent AddEvent(this ChatDbContext db, Chat chat, ChatEventType type, DateTime at)
    {
        if (!db.HasLocked(chat.Id))
            throw new InvalidOperationException("A chat is locked before it is changed: the write names it, or LockChatAsync does.");
        var chatEvent = new ChatEvent { ChatId = chat.Id, Seq = ++chat.LastSeq, Type = type, At = at };
        db.Events.Add(chatEvent);
        return chatEvent;
    }

    /// <summary>What is told in the timeline, too: as part of the line before, or as one of its own.</summary>
    public static async Task AddLineAsync(this ChatDbContext db, ChatEvent told)
    {
        if (told.ToLine() is not { } next)
            return;
        // What this change has begun itself, the database does not give yet.
        var newest =
            db.Lines.Local.Where(l => l.ChatId == told.ChatId).MaxBy(l => l.Seq)
            ?? await db.Lines.Where(l => l.ChatId == told.ChatId).OrderByDescending(l => l.Seq).FirstOrDefaultAsync();
        var message = await db.Messages.Where(m => m.ChatId == told.ChatId).OrderByDescending(m => m.Id).Select(m => m.Seq).FirstOrDefaultAsync();
        if (newest is not null && newest.LastSeq > message && newest.ToView().With(next) is { } longer)
            newest.Take(longer);
        else
            db.Lines.Add(ChatLine.Of(told.ChatId, next));
    }

    /// <summary>Ends a membership, and tells the room.</summary>
    /// <param name="actorName">By whom; null: by themself.</param>
    public static async Task LeaveAsync(this ChatDbContext db, Chat chat, Member leaving, string? actorName, DateTime at)
    {
        var left = db.AddEvent(chat, ChatEventType.MemberLeft, at);
        (left.UserId, left.UserName, left.ActorName) = (leaving.UserId, leaving.User.DisplayName, actorName);
        await db.AddLineAsync(left);
        db.Members.Remove(leaving);
        chat.MemberCount--;
    }

    /// <summary>Makes the person a member who has nothing unread, and tells the room.</summary>
    /// <param name="actorName">Who adds them; null: they come by themself.</param>
    public static async Task JoinAsync(this ChatDbContext db, Chat chat, Person person, DateTime at, string? actorName = null)
    {
        var joined = db.AddEvent(chat, ChatEventType.MemberJoined, at);
        (joined.UserId, joined.UserName, joined.ActorName) = (person.Id, person.DisplayName, actorName);
        await db.AddLineAsync(joined);
        chat.MemberCount++;
        db.Members.Add(
            new Member
            {
                ChatId = chat.Id,
                UserId = person.Id,
                JoinedAt = at,
                JoinedSeq = chat.LastSeq,
                ReadMessageId = await db.Messages.Where(m => m.ChatId == chat.Id).MaxAsync(m => (long?)m.Id) ?? 0,
            }
        );
    }

    /// <summary>
    /// Notes whom the message's text names now: members who can read it, and of those whom it named before also who has left
    /// since; what was said to them was.
    /// </summary>
    public static async Task NameAsync(this ChatDbContext db, Message message)
    {
        var named = Mentions.In(message.Text);
        var before = await db.Mentions.Where(m => m.MessageId == message.Id).ToListAsync();
        db.Mentions.RemoveRange(before.Where(m => !named.Contains(m.UserId)));
        var added = named.Except(before.Select(m => m.UserId), StringComparer.Ordinal).ToList();
        var members = added.Count == 0 ? [] : await db.Members.Where(m => m.ChatId == message.ChatId && added.Contains(m.UserId) && m.User.Active).Select(m => m.UserId).ToListAsync();
        db.Mentions.AddRange(members.Select(userId => new Mention { MessageId = message.Id, ChatId = message.ChatId, UserId = userId }));
    }

    /// <summary>Buries the file and leaves its bytes to the queue: from the commit on nobody can get them any more.</summary>
    public static async Task BuryAsync(this ChatDbContext db, Attachment attachment, Chat chat, string authorId, DateTime at)
    {
        await db.ChargeAsync(chat, authorId, -(attachment.Size + attachment.ThumbnailSize));
        foreach (var key in new[] { attachment.BlobKey, attachment.ThumbnailKey }.OfType<string>())
            db.Jobs.Add(new Job { Kind = JobKind.DeleteBlob, Subject = key, CreatedAt = at });
        attachment.Bury();
    }

    /// <summary>Books bytes on the person's and the chat's account.</summary>
    public static async Task ChargeAsync(this ChatDbContext db, Chat chat, string userId, long bytes)
    {
        chat.StorageBytes += bytes;
        await db
            .PersonStates.Where(s => s.UserId == userId)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.StorageBytes, s => s.StorageBytes + bytes));
    }
}
