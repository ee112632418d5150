using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Chats;

/// <summary>A chat as somebody sees it at one moment.</summary>
/// <param name="Chat">Of its members only the caller and the owner.</param>
/// <param name="Window">The newest messages, or those around the one that was asked for.</param>
/// <param name="Unread">What this person had not read at that moment.</param>
/// <param name="Lines">What happened to the chat besides, in that window.</param>
public sealed record ChatSnapshot(ChatView Chat, MessageWindow Window, Unread Unread, IReadOnlyList<TimelineLine> Lines);

/// <summary>A chat as somebody sees it when they open it, and everything that happens in it from then on.</summary>
/// <param name="Snapshot">At the moment of the subscription's position.</param>
/// <param name="Changes">Dispose it when the chat is closed.</param>
/// <param name="Seat">Who else has the chat open; others see that this person has.</param>
public sealed record OpenChat(ChatSnapshot Snapshot, RoomSubscription Changes, Seat Seat) : IChanges<RoomEvent>
{
    /// <inheritdoc/>
    public Task DeliverAsync(Func<IReadOnlyList<RoomEvent>, Task> deliver, Func<Task> gather, CancellationToken cancellationToken) =>
        Changes.DeliverAsync(deliver, gather, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        Changes.Dispose();
        Seat.Dispose();
    }
}

/// <summary>Chats as they are at a moment, and what happens in them from then on.</summary>
public sealed class LiveChats(
    IDbContextFactory<ChatDbContext> databases,
    ReadPositions readPositions,
    RoomBroadcaster broadcaster,
    RoomLog roomLog,
    Presence presence,
    IOptions<RetentionOptions> retention,
    TimeProvider time,
    ILogger<LiveChats> logger
)
{
    /// <summary>State and the changes after it, in one step: nothing falls between the two.</summary>
    /// <param name="around">Opens the chat at this message, if it has it.</param>
    public async Task<Result<OpenChat>> OpenChatAsync(
        string userId,
        long chatId,
        long? around = null,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        var looked = await LookAtChatAsync(userId, chatId, around, limit, cancellationToken);
        if (!looked.Succeeded(out var snapshot, out var refusal))
            return refusal;
        var (seq, me) = (snapshot.Chat.LastSeq, snapshot.Chat.Members[0]);
        return new OpenChat(snapshot, Subscribe(userId, chatId, seq, gathers: true), presence.Enter(userId, me.Name, chatId, seq, me.Picture));
    }

    /// <summary>What opening the chat would show, without following it.</summary>
    public async Task<Result<ChatSnapshot>> LookAtChatAsync(
        string userId,
        long chatId,
        long? around = null,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        await readPositions.WriteAsync(userId);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        // One read transaction is one moment of the database: the page and the seq belong together.
        await using var moment = await db.HoldMomentAsync(cancellationToken);
        if (await db.ReadMemberAsync(userId, chatId, cancellationToken) is not { } member)
            return Refusal.ChatNotFound;
        var chat = await db.ViewAsync(member, members: 0, cancellationToken) with { FilesGoAfterDays = retention.Value.DaysOf(member.Chat.KeepDays) };
        var unread = await FindUnreadAsync(db, member, cancellationToken);
        var window =
            (around is { } id ? await db.ReadAroundAsync(member, id, limit, cancellationToken) : null)
            ?? (await db.ReadPageAsync(member, before: null, limit, cancellationToken)).AtEnd();
        return new ChatSnapshot(chat, window, unread, await db.ReadLinesAsync(member, Timeline.SpanOf(window), cancellationToken));
    }

    /// <summary>What happened to the chat besides its messages, between two seqs; nothing for who is no member.</summary>
    public async Task<IReadOnlyList<TimelineLine>> ReadLinesAsync(string userId, long chatId, (long After, long Before) span, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.ReadMemberAsync(userId, chatId, cancellationToken) is { } member ? await db.ReadLinesAsync(member, span, cancellationToken) : [];
    }

    /// <summary>The events after a seq and then the live ones; null: from now on.</summary>
    public async Task<Result<RoomSubscription>> SubscribeAsync(
        string userId,
        long chatId,
        long? after,
        CancellationToken cancellationToken = default
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.ReadMemberAsync(userId, chatId, cancellationToken) is not { } member)
            return Refusal.ChatNotFound;
        var lastSeq = member.Chat.LastSeq;
        if (after < 0 || after > lastSeq)
            return new Refusal(RefusalReason.InvalidSeq, $"The events of this chat are numbered up to {lastSeq}; ask for those after 0 to {lastSeq}.");
        return Subscribe(userId, chatId, after ?? lastSeq);
    }

    /// <summary>News of all chats: hints of where to look again. What there is to see, the caller's readings say.</summary>
    /// <param name="matters">Whether it is worth a look; to be answered quickly, on the thread that tells everybody.</param>
    public LobbySubscription WatchChats(Func<LobbyNews, bool> matters) => new(broadcaster, matters, time, logger);

    private static async Task<Unread> FindUnreadAsync(ChatDbContext db, Member member, CancellationToken cancellationToken)
    {
        var unread = await db
            .Messages.Where(m => m.ChatId == member.ChatId && m.Id > member.ReadMessageId && m.AuthorId != member.UserId && !m.Deleted)
            .GroupBy(m => m.ChatId)
            .Select(group => new { Count = group.Count(), FirstId = group.Min(m => m.Id) })
            .SingleOrDefaultAsync(cancellationToken);
        return new Unread(unread?.Count ?? 0, unread?.FirstId);
    }

    private RoomSubscription Subscribe(string userId, long chatId, long position, bool gathers = false) =>
        new(userId, chatId, position, broadcaster, roomLog, time, logger, gathers);
}
