using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>What people put under a message in place of an answer.</summary>
public sealed class Reactions(IDbContextFactory<ChatDbContext> databases, DatabaseWriter writer, PersonLimits limits, TimeProvider time)
{
    private static readonly Refusal InvalidEmoji = new(RefusalReason.InvalidEmoji, "A reaction is one emoji of Unicode's list.");

    private static readonly Refusal TooMany = new(
        RefusalReason.TooManyReactions,
        $"There are {Reaction.MaxPerMessage} different reactions to this message already; join one of them."
    );

    /// <summary>The person reacts by the emoji, or does so no longer; asking again changes nothing.</summary>
    public Task<Result<Done>> SetAsync(string userId, long chatId, long messageId, string emoji, bool isThere, CancellationToken cancellationToken = default) =>
        writer.ChangeAsync<Done>(
            limits,
            userId,
            chatId,
            async db =>
            {
                if (await db.FindMemberAsync(userId, chatId) is not { } member)
                    return Refusal.ChatNotFound;
                if (Emojis.Find(emoji) is not { } known)
                    return InvalidEmoji;
                var message = await db.Messages.AsNoTracking().Where(m => m.Id == messageId && m.ChatId == chatId).Select(m => new { m.Deleted }).SingleOrDefaultAsync();
                if (message is null)
                    return Refusal.MessageNotFound;
                if (message.Deleted)
                    return new Refusal(RefusalReason.MessageDeleted, "This message was deleted; there is nothing left to react to.");
                var mine = await db.Reactions.SingleOrDefaultAsync(r => r.MessageId == messageId && r.Emoji == known && r.UserId == userId);
                if (mine is not null == isThere)
                    return new Done();
                if (mine is not null)
                    db.Reactions.Remove(mine);
                else if (await IsFullAsync(db, messageId, known))
                    return TooMany;
                else
                    db.Reactions.Add(new Reaction { MessageId = messageId, Emoji = known, UserId = userId });
                var changed = db.AddEvent(member.Chat, ChatEventType.ReactionsChanged, time.Now());
                (changed.MessageId, changed.UserId) = (messageId, userId);
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );

    /// <summary>The emoji that the person reacts to each of the messages by: where many do, a message names only the first.</summary>
    public async Task<ILookup<long, string>> ReadOwnAsync(string userId, IReadOnlyCollection<long> messageIds, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var own = db.Reactions.Where(r => messageIds.Contains(r.MessageId) && r.UserId == userId);
        return (await own.Select(r => new { r.MessageId, r.Emoji }).ToListAsync(cancellationToken)).ToLookup(r => r.MessageId, r => r.Emoji);
    }

    /// <summary>It has no room for another emoji.</summary>
    private static async Task<bool> IsFullAsync(ChatDbContext db, long messageId, string emoji) =>
        !await db.Reactions.AnyAsync(r => r.MessageId == messageId && r.Emoji == emoji)
        && await db.Reactions.Where(r => r.MessageId == messageId).Select(r => r.Emoji).Distinct().CountAsync() >= Reaction.MaxPerMessage;
}
