using System.Globalization;
using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Chats;

/// <summary>The chats that a person has: list, open or create one, and how far they have read.</summary>
public sealed class ChatDirectory(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    RoomBroadcaster broadcaster,
    ReadPositions readPositions,
    PersonLimits limits,
    IOptions<RetentionOptions> retention,
    TimeProvider time
)
{
    /// <summary>The person's chats: General first, then by name.</summary>
    /// <param name="withLast">With what was said last in each.</param>
    public async Task<IReadOnlyList<ChatSummary>> ListChatsAsync(string userId, bool withLast = false, CancellationToken cancellationToken = default)
    {
        await readPositions.WriteAsync(userId);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db
            .Members.Where(m => m.UserId == userId)
            .Select(m => new
            {
                m.Chat.Id,
                m.Chat.Name,
                m.Chat.DirectKey,
                m.Chat.LastSeq,
                Members = m.Chat.MemberCount,
                Newest = db.Messages.Where(x => x.ChatId == m.ChatId).Max(x => (long?)x.Id),
                m.Notify,
                m.MutedUntil,
                Mentions = db.Mentions.Count(x => x.UserId == userId && x.ChatId == m.ChatId && x.MessageId > m.ReadMessageId && x.Message.AuthorId != userId),
                Unread = db.Messages.Count(x => x.ChatId == m.ChatId && x.Id > m.ReadMessageId && x.AuthorId != userId && !x.Deleted),
            })
            .ToListAsync(cancellationToken);
        var directPeople = await db.DirectPeopleAsync(userId, rows.Select(r => r.DirectKey).OfType<string>(), cancellationToken);
        var last = withLast ? await db.ReadLastAsync([.. rows.Select(r => r.Newest).OfType<long>()], cancellationToken) : [];
        return
        [
            .. rows.Select(r => new ChatSummary(
                    r.Id,
                    r.DirectKey is null ? r.Name : directPeople[r.DirectKey].Name,
                    r.DirectKey is not null,
                    r.Unread,
                    r.LastSeq,
                    r.Members,
                    r.Newest ?? 0
                )
                {
                    Mentions = r.Mentions,
                    NotifySetting = Member.NotifySettingIn(r.DirectKey is not null, r.Notify, r.MutedUntil),
                    With = r.DirectKey is null ? null : directPeople[r.DirectKey],
                    Last = last.GetValueOrDefault(r.Id),
                })
                .OrderBy(c => c.Id != Chat.GeneralId)
                .ThenBy(c => c.Direct)
                .ThenBy(c => c.Name, StringComparer.CurrentCultureIgnoreCase)
                .ThenBy(c => c.Id),
        ];
    }

    /// <summary>The chat with as many of its members as are wanted, besides the caller and the owner.</summary>
    public async Task<Result<ChatView>> GetChatAsync(
        string userId,
        long chatId,
        int members = MemberService.MaxMembersShown,
        CancellationToken cancellationToken = default
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.ReadMemberAsync(userId, chatId, cancellationToken) is { } member
            ? await db.ViewAsync(member, members, cancellationToken) with { FilesGoAfterDays = retention.Value.DaysOf(member.Chat.KeepDays) }
            : Refusal.ChatNotFound;
    }

    /// <summary>Refuses who is not a member just as if there were no such chat.</summary>
    public async Task<Result<Done>> CheckMemberAsync(string userId, long chatId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.ReadMemberAsync(userId, chatId, cancellationToken) is not null ? new Done() : Refusal.ChatNotFound;
    }

    /// <summary>Creates a chat; the creator is its owner and first member.</summary>
    /// <param name="open">Everybody finds it and may join.</param>
    public async Task<Result<ChatView>> CreateChatAsync(string userId, string? name, bool open = false, CancellationToken cancellationToken = default)
    {
        if (CheckName(name, out var trimmed) is { } refusal)
            return refusal;
        var created = await writer.ChangeAsync<long>(
            limits,
            userId,
            chatId: null,
            async db =>
            {
                var chat = new Chat { Name = trimmed, Open = open, MemberCount = 1, CreatedAt = time.Now() };
                chat.Members.Add(NewMember(userId, MemberRole.Owner));
                db.Chats.Add(chat);
                await db.SaveChangesAsync(CancellationToken.None);
                db.Note(AuditAction.ChatCreated, userId, time.Now(), chat.Name, detail: $"chat {chat.Id}");
                await db.SaveChangesAsync(CancellationToken.None);
                return chat.Id;
            },
            cancellationToken
        );
        if (!created.Succeeded(out var chatId, out refusal))
            return refusal;
        broadcaster.PublishNewChat(chatId, userId);
        return await GetChatAsync(userId, chatId, cancellationToken: CancellationToken.None);
    }

    /// <summary>The direct chat of the caller and the person with that address; made when there is none yet.</summary>
    public Task<Result<(ChatView Chat, bool Created)>> OpenDirectChatAsync(
        string userId,
        string? email,
        CancellationToken cancellationToken = default
    ) => OpenDirectChatAsync(userId, db => db.FindPersonAsync(email), cancellationToken);

    /// <summary>The same by an address, or by their display name.</summary>
    public Task<Result<(ChatView Chat, bool Created)>> OpenDirectChatByNameAsync(
        string userId,
        string? nameOrEmail,
        CancellationToken cancellationToken = default
    ) => OpenDirectChatAsync(userId, db => db.FindByNameOrEmailAsync(nameOrEmail), cancellationToken);

    private async Task<Result<(ChatView Chat, bool Created)>> OpenDirectChatAsync(
        string userId,
        Func<ChatDbContext, Task<Person?>> findPerson,
        CancellationToken cancellationToken
    )
    {
        var opened = await writer.ChangeAsync<(long ChatId, bool Created)>(
            limits,
            userId,
            chatId: null,
            async db =>
            {
                if (await findPerson(db) is not { } other)
                    return Refusal.UserNotFound;
                if (other.Id == userId)
                    return new Refusal(RefusalReason.UserNotFound, "This is your own address; a direct chat needs somebody else's.");
                var key = Chat.DirectKeyOf(userId, other.Id);
                if (await db.Chats.Where(c => c.DirectKey == key).Select(c => (long?)c.Id).SingleOrDefaultAsync() is { } there)
                    await db.LockChatAsync(there);
                var chat = await db.Chats.Include(c => c.Members).SingleOrDefaultAsync(c => c.DirectKey == key);
                var created = chat is null;
                if (chat is null)
                {
                    chat = new Chat { DirectKey = key, MemberCount = 2, CreatedAt = time.Now() };
                    chat.Members.AddRange([NewMember(userId, MemberRole.Owner), NewMember(other.Id, MemberRole.Member)]);
                    db.Chats.Add(chat);
                }
                else
                {
                    await BringBackAsync(db, chat, [userId, other.Id]);
                }

                await db.SaveChangesAsync(CancellationToken.None);
                if (created)
                    db.Note(AuditAction.ChatCreated, userId, time.Now(), other.Email ?? "", other.Id, $"chat {chat.Id}, direct");
                await db.SaveChangesAsync(CancellationToken.None);
                return (chat.Id, created);
            },
            cancellationToken
        );
        if (!opened.Succeeded(out var direct, out var refusal))
            return refusal;
        var view = await GetChatAsync(userId, direct.ChatId, cancellationToken: CancellationToken.None);
        if (!view.Succeeded(out var found, out refusal))
            return refusal;
        if (direct.Created)
            broadcaster.PublishNewChat(found.Id, found.Members.Select(m => m.UserId));
        return (found, direct.Created);
    }

    /// <summary>Moves the caller's read position up to that message; never backwards, never beyond the newest.</summary>
    public async Task<Result<Done>> MarkReadAsync(
        string userId,
        long chatId,
        long messageId,
        CancellationToken cancellationToken = default
    )
    {
        await using (var reading = await databases.CreateDbContextAsync(cancellationToken))
        {
            var position = await reading
                .Members.Where(m => m.ChatId == chatId && m.UserId == userId)
                .Select(m => (long?)m.ReadMessageId)
                .SingleOrDefaultAsync(cancellationToken);
            if (position is null)
                return Refusal.ChatNotFound;
            if (position >= messageId)
                return new Done();
        }

        var marked = await writer.WriteAsync<Result<long>>(
            chatId,
            async db =>
            {
                if (await db.FindMemberAsync(userId, chatId) is not { } member)
                    return Refusal.ChatNotFound;
                var newest = await db.Messages.Where(m => m.ChatId == chatId).MaxAsync(m => (long?)m.Id) ?? 0;
                member.ReadMessageId = Math.Max(member.ReadMessageId, Math.Min(messageId, newest));
                await db.SaveChangesAsync(CancellationToken.None);
                return member.ReadMessageId;
            },
            cancellationToken
        );
        if (!marked.Succeeded(out var readTo, out var refusal))
            return refusal;
        broadcaster.PublishReadPosition(userId, chatId, readTo);
        readPositions.TellWritten(new ReadPosition(chatId, userId, readTo));
        return new Done();
    }

    /// <summary>
    /// Takes the caller's read position back to before a message of somebody else, so that they come back to it. What they
    /// have seen they have seen: the authors are still told so.
    /// </summary>
    public async Task<Result<Unread>> MarkUnreadAsync(string userId, long chatId, long messageId, CancellationToken cancellationToken = default)
    {
        var marked = await readPositions.ReplaceAsync(
            userId,
            chatId,
            () =>
                writer.ChangeAsync<Unread>(
                    limits,
                    userId,
                    chatId,
                    async db =>
                    {
                        if (await db.FindMemberAsync(userId, chatId) is not { } member)
                            return Refusal.ChatNotFound;
                        var unread = db.Messages.Where(m => m.ChatId == chatId && m.Id >= messageId && m.AuthorId != userId && !m.Deleted);
                        if (!await unread.AnyAsync(m => m.Id == messageId))
                            return Refusal.MessageNotFound;
                        if (member.ReadMessageId >= messageId)
                        {
                            member.SeenMessageId = Math.Max(member.SeenMessageId ?? 0, member.ReadMessageId);
                            member.ReadMessageId = messageId - 1;
                            await db.SaveChangesAsync(CancellationToken.None);
                        }

                        return new Unread(await unread.CountAsync(), messageId);
                    },
                    cancellationToken
                )
        );
        if (marked.Refusal is null)
            broadcaster.PublishOwn(userId, chatId);
        return marked;
    }

    /// <summary>
    /// The same as <see cref="MarkReadAsync"/> for a page that shows the message, and does so with every message: it is written in a moment, together with
    /// what others have read meanwhile. The person's own pages, and what they read next, have it at once.
    /// </summary>
    public void MarkSeen(string userId, long chatId, long messageId)
    {
        if (readPositions.Put(userId, chatId, messageId))
            broadcaster.PublishReadPosition(userId, chatId, messageId);
    }

    /// <summary>What the person wants to be told of that chat.</summary>
    public async Task<Result<NotifySetting>> GetNotifySettingAsync(string userId, long chatId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.ReadMemberAsync(userId, chatId, cancellationToken) is { } member
            ? Member.NotifySettingIn(member.Chat.IsDirect, member.Notify, member.MutedUntil)
            : Refusal.ChatNotFound;
    }

    /// <summary>
    /// What the person wants to be told of that chat while they do not look. It holds at once: where they had muted the chat
    /// for a while, that is over, because whoever asks for something to be told of waits for it.
    /// </summary>
    /// <param name="level">Null: it was none of the levels that there are.</param>
    public Task<Result<Done>> SetNotifyLevelAsync(string userId, long chatId, NotifyLevel? level, CancellationToken cancellationToken = default) =>
        SetNotifyAsync(
            userId,
            chatId,
            member =>
            {
                if (level is null)
                    return new Refusal(RefusalReason.InvalidLevel, "“level” is one of all, mentions and none.");
                (member.Notify, member.MutedUntil) = (level, null);
                return null;
            },
            cancellationToken
        );

    /// <summary>Tells the person nothing of that chat for a while; what they had chosen holds again afterwards.</summary>
    /// <param name="duration">Null: it holds again now.</param>
    public Task<Result<Done>> MuteAsync(string userId, long chatId, TimeSpan? duration, CancellationToken cancellationToken = default) =>
        SetNotifyAsync(
            userId,
            chatId,
            member =>
            {
                member.MutedUntil = time.Now() + duration;
                return null;
            },
            cancellationToken
        );

    private async Task<Result<Done>> SetNotifyAsync(string userId, long chatId, Func<Member, Refusal?> set, CancellationToken cancellationToken)
    {
        var done = await writer.ChangeAsync<Done>(
            limits,
            userId,
            chatId,
            async db =>
            {
                if (await db.FindMemberAsync(userId, chatId) is not { } member)
                    return Refusal.ChatNotFound;
                if (set(member) is { } refusal)
                    return refusal;
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );
        if (done.Refusal is null)
            broadcaster.PublishOwn(userId, chatId);
        return done;
    }

    /// <summary>The person has not sent anything yet to any of their chats.</summary>
    public async Task<bool> IsNewAsync(string userId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return !await db.Members.AnyAsync(
            m => m.UserId == userId && db.Messages.Any(x => x.ChatId == m.ChatId && x.AuthorId == userId),
            cancellationToken
        );
    }

    /// <summary>Where the person was last, if they may still go there; else General.</summary>
    public async Task<long> LastChatAsync(string userId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var last = await db
            .PersonStates.Where(s => s.UserId == userId && db.Members.Any(m => m.UserId == userId && m.ChatId == s.LastChatId))
            .Select(s => s.LastChatId)
            .SingleOrDefaultAsync(cancellationToken);
        return last ?? Chat.GeneralId;
    }

    /// <summary>Remembers the chat to come back to.</summary>
    public async Task RememberChatAsync(string userId, long chatId, CancellationToken cancellationToken = default)
    {
        await using (var reading = await databases.CreateDbContextAsync(cancellationToken))
        {
            if (await reading.PersonStates.AnyAsync(s => s.UserId == userId && s.LastChatId == chatId, cancellationToken))
                return;
        }

        await writer.WriteAsync(
            db => db.PersonStates.Where(s => s.UserId == userId).ExecuteUpdateAsync(set => set.SetProperty(s => s.LastChatId, chatId)),
            cancellationToken
        );
    }

    private async Task BringBackAsync(ChatDbContext db, Chat chat, IEnumerable<string> userIds)
    {
        foreach (var missing in userIds.Except(chat.Members.Select(m => m.UserId)).ToList())
            await db.JoinAsync(chat, await db.Users.SingleAsync(p => p.Id == missing), time.Now());
    }

    private Member NewMember(string userId, MemberRole role) =>
        new()
        {
            UserId = userId,
            Role = role,
            JoinedAt = time.Now(),
        };

    internal static readonly Refusal NeverOpen = new(RefusalReason.InvalidOpen, "Direct chats and General are never open to everybody.");

    internal static Refusal? CheckName(string? name, out string trimmed)
    {
        trimmed = name?.Trim() ?? "";
        return trimmed.Length is >= 1 and <= Chat.MaxNameLength && trimmed.IsText() && !trimmed.Any(char.IsControl) && trimmed.Any(c => char.GetUnicodeCategory(c) is not UnicodeCategory.Format)
            ? null
            : new Refusal(RefusalReason.InvalidName, $"A name has 1 to {Chat.MaxNameLength} characters, none of them a control character, and some of them to be seen.");
    }
}
