using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Chats;

/// <summary>What is changed of a chat; what is not named stays.</summary>
/// <param name="SetsKeepDays">Whether <see cref="KeepDays"/> was named.</param>
/// <param name="KeepDays">See <see cref="Chat.KeepDays"/>.</param>
public sealed record ChatChange(string? Name = null, bool SetsKeepDays = false, int? KeepDays = null, bool? Open = null);

/// <summary>What those who rule a chat do with it: its owner, and operators who are in it.</summary>
public sealed class ChatAdministration(
    DatabaseWriter writer,
    RoomBroadcaster broadcaster,
    PersonLimits limits,
    IOptions<RetentionOptions> retention,
    TimeProvider time
)
{
    private const int MaxKeepDays = 3650;

    private static readonly Refusal NotTheirs = new(RefusalReason.NotAllowed, "Only the chat's owner, or an operator who is in it, can do this.");

    /// <summary>Renames a chat, opens or closes it, or sets how long it keeps its files; all of it or nothing.</summary>
    public Task<Result<Done>> ChangeAsync(string userId, long chatId, ChatChange change, CancellationToken cancellationToken = default) =>
        writer.ChangeAsync<Done>(
            limits,
            userId,
            chatId,
            async db =>
            {
                if (await db.FindMemberAsync(userId, chatId) is not { } caller)
                    return Refusal.ChatNotFound;
                // In a direct chat both are equal.
                if (!caller.Chat.IsDirect && !await db.RulesAsync(caller))
                    return NotTheirs;
                var chat = caller.Chat;
                var before = (chat.Name, chat.KeepDays, chat.Open);
                if (Apply(chat, change) is { } refusal)
                    return refusal;
                if (before != (chat.Name, chat.KeepDays, chat.Open))
                    await TellAsync(db, chat, chat.Name == before.Name ? null : userId);
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );

    /// <summary>Makes a member the owner; the owner of before is a member from then on.</summary>
    /// <param name="role">The owner's is the one role that is handed on.</param>
    public Task<Result<Done>> HandOverAsync(
        string userId,
        long chatId,
        string memberId,
        MemberRole? role = MemberRole.Owner,
        CancellationToken cancellationToken = default
    ) =>
        writer.ChangeAsync<Done>(
            limits,
            userId,
            chatId,
            async db =>
            {
                if (await db.FindMemberAsync(userId, chatId) is not { } caller)
                    return Refusal.ChatNotFound;
                if (caller.Chat.IsDirect || chatId == Chat.GeneralId)
                    return new Refusal(RefusalReason.NotAllowed, "General and direct chats have no owner who could be another.");
                if (!await db.RulesAsync(caller))
                    return NotTheirs;
                if (role != MemberRole.Owner)
                    return new Refusal(RefusalReason.InvalidRole, "“role” is owner: that is the one role that is handed on.");
                if (await db.Members.SingleOrDefaultAsync(m => m.ChatId == chatId && m.UserId == memberId && m.User.Active) is not { } heir)
                    return MemberService.NoMember;
                if (heir.Role == MemberRole.Owner)
                    return new Done();
                foreach (var owner in await db.Members.Where(m => m.ChatId == chatId && m.Role == MemberRole.Owner).ToListAsync())
                    owner.Role = MemberRole.Member;
                heir.Role = MemberRole.Owner;
                db.AddEvent(caller.Chat, ChatEventType.MemberChanged, time.Now()).UserId = memberId;
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );

    /// <summary>
    /// Deletes a chat with its messages and files. From the commit on it does not exist for anybody, because it has no
    /// members any more; what it holds is cleared away by the queue.
    /// </summary>
    public async Task<Result<Done>> DeleteAsync(string userId, long chatId, CancellationToken cancellationToken = default)
    {
        List<string> members = [];
        var deleted = await writer.ChangeAsync<Done>(
            limits,
            userId,
            chatId,
            async db =>
            {
                if (await db.FindMemberAsync(userId, chatId) is not { } caller)
                    return Refusal.ChatNotFound;
                if (caller.Chat.IsDirect || chatId == Chat.GeneralId)
                    return new Refusal(RefusalReason.NotAllowed, "General and direct chats can't be deleted.");
                if (!await db.RulesAsync(caller))
                    return NotTheirs;
                members = await db.Members.Where(m => m.ChatId == chatId).Select(m => m.UserId).ToListAsync();
                await db.Members.Where(m => m.ChatId == chatId).ExecuteDeleteAsync();
                db.Entry(caller).State = EntityState.Detached;
                caller.Chat.MemberCount = 0;
                db.Note(AuditAction.ChatDeleted, userId, time.Now(), caller.Chat.Name, detail: $"chat {chatId}");
                db.Jobs.Add(
                    new Job
                    {
                        Kind = JobKind.DeleteChat,
                        Subject = chatId.ToString(System.Globalization.CultureInfo.InvariantCulture),
                        CreatedAt = time.Now(),
                    }
                );
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );
        if (deleted.Refusal is null)
            broadcaster.PublishEnd(chatId, members);
        return deleted;
    }

    /// <param name="renamedBy">Who has given it another name, where somebody has.</param>
    private async Task TellAsync(ChatDbContext db, Chat chat, string? renamedBy)
    {
        var changed = db.AddEvent(chat, ChatEventType.ChatChanged, time.Now());
        if (renamedBy is null)
            return;
        (changed.ActorName, changed.NewName) = (await db.NameOfAsync(renamedBy), chat.Name);
        await db.AddLineAsync(changed);
    }

    private Refusal? Apply(Chat chat, ChatChange change)
    {
        if (change.Name is not null)
        {
            if (chat.IsDirect)
                return new Refusal(RefusalReason.InvalidName, "A direct chat is called by the other person's name.");
            if (ChatDirectory.CheckName(change.Name, out var trimmed) is { } refusal)
                return refusal;
            chat.Name = trimmed;
        }

        if (change.Open is { } open)
        {
            if (open && (chat.IsDirect || chat.Id == Chat.GeneralId))
                return ChatDirectory.NeverOpen;
            chat.Open = open;
        }

        if (change.SetsKeepDays)
        {
            var most = retention.Value.MaxDays;
            if (change.KeepDays is < 1 or > MaxKeepDays || change.KeepDays > most)
                return new Refusal(
                    RefusalReason.InvalidKeepDays,
                    $"“keepDays” is a number from 1 to {Math.Min(most ?? MaxKeepDays, MaxKeepDays)}, or null for {(most is null ? "ever" : "that many")}."
                );
            chat.KeepDays = change.KeepDays;
        }

        return null;
    }
}
