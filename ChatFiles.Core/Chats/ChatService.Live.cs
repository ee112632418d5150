using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>A chat as somebody sees it when they open it, and everything that happens in it from then on.</summary>
/// <param name="Page">The newest messages, at the moment of the subscription's position.</param>
/// <param name="Seat">Who else has the chat open; others see that this person has.</param>
public sealed record OpenChat(ChatView Chat, MessagePage Page, RoomSubscription Changes, Seat Seat) : IDisposable
{
    public void Dispose()
    {
        Changes.Dispose();
        Seat.Dispose();
    }
}

public sealed partial class ChatService
{
    /// <summary>State and the changes after it, in one step: nothing falls between the two.</summary>
    public async Task<Result<OpenChat>> OpenChatAsync(
        string userId,
        long chatId,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        // One read transaction is one moment of the database: the page and the seq belong together.
        await using var moment = await db.HoldMomentAsync(cancellationToken);
        if (await FindChatAsync(db, userId, chatId, cancellationToken) is not { } chat)
            return Refusal.ChatNotFound;
        var page = await ReadPageAsync(db, chatId, before: null, limit, cancellationToken);
        return new OpenChat(chat, page, Subscribe(userId, chatId, chat.LastSeq), presence.Enter(userId, chatId, chat.LastSeq));
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
        var lastSeq = await db
            .Members.Where(m => m.ChatId == chatId && m.UserId == userId)
            .Select(m => (long?)m.Chat.LastSeq)
            .SingleOrDefaultAsync(cancellationToken);
        if (lastSeq is null)
            return Refusal.ChatNotFound;
        if (after < 0 || after > lastSeq)
            return new Refusal(RefusalReason.InvalidSeq, $"The events of this chat are numbered up to {lastSeq}; ask for those after 0 to {lastSeq}.");
        return Subscribe(userId, chatId, after ?? lastSeq.Value);
    }

    private RoomSubscription Subscribe(string userId, long chatId, long position) =>
        new(userId, chatId, position, broadcaster, roomLog, time, logger);
}
