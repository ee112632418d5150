using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Live;

/// <summary>Reads committed events back, with what they show as it is now.</summary>
public sealed class RoomLog(IDbContextFactory<ChatDbContext> databases)
{
    /// <summary>So many are read at once; fewer are the last ones.</summary>
    internal const int BatchSize = 200;

    /// <summary>
    /// Those who catch up read in turn: SQLite reads on the thread that asks, and a person who follows a long chat by as
    /// many streams as they may would else leave none for everybody else.
    /// </summary>
    private static readonly SemaphoreSlim Turn = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>The chat's next events after a seq; null when the person is not (or no longer) a member.</summary>
    internal async Task<IReadOnlyList<RoomEvent>?> ReadAsync(string userId, long chatId, long after, CancellationToken cancellationToken)
    {
        await Turn.WaitAsync(cancellationToken);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            await using var moment = await db.HoldMomentAsync(cancellationToken);
            if (!await db.Members.AnyAsync(m => m.ChatId == chatId && m.UserId == userId, cancellationToken))
                return null;
            return await ReadAsync(db, db.Events.Where(e => e.ChatId == chatId && e.Seq > after).OrderBy(e => e.Seq), cancellationToken);
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>The chat's next events after a seq, for whoever tells its members of them.</summary>
    internal async Task<IReadOnlyList<RoomEvent>> ReadAsync(long chatId, long after, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        // What an event is about may be cleared away with its chat between one reading and the next.
        await using var moment = await db.HoldMomentAsync(cancellationToken);
        return await ReadAsync(db, db.Events.Where(e => e.ChatId == chatId && e.Seq > after).OrderBy(e => e.Seq), cancellationToken);
    }

    private static async Task<IReadOnlyList<RoomEvent>> ReadAsync(
        ChatDbContext db,
        IQueryable<ChatEvent> query,
        CancellationToken cancellationToken
    )
    {
        var events = await query.Take(BatchSize).AsNoTracking().ToListAsync(cancellationToken);
        var shown = events.Where(e => ShowsMessage(e.Type)).Select(e => e.MessageId!.Value).Distinct().ToList();
        var messages = shown.Count == 0 ? [] : await db.Messages.Where(m => shown.Contains(m.Id)).ToViewsAsync(db, cancellationToken);
        var byId = messages.ToDictionary(m => m.Id);
        var changedChats = events.Where(e => e.Type == ChatEventType.ChatChanged).Select(e => e.ChatId).Distinct().ToList();
        var chats = changedChats.Count == 0 ? [] : await db.Chats.Where(c => changedChats.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => new ChatState(c.Name, c.KeepDays, c.Open), cancellationToken);
        var changed = events.Where(e => e.Type == ChatEventType.FileChanged).Select(e => e.FileId!.Value).ToList();
        var files = changed.Count == 0 ? [] : await db.Attachments.Where(a => changed.Contains(a.Id)).AsNoTracking().ToDictionaryAsync(a => a.Id, cancellationToken);
        return events.ConvertAll(e => new RoomEvent(
            e.ChatId,
            e.Seq,
            e.Type,
            e.MessageId,
            e.FileId,
            e.Type == ChatEventType.ReactionsChanged ? null : e.UserId,
            e.UserName,
            ShowsMessage(e.Type) ? byId[e.MessageId!.Value] : null,
            chats.GetValueOrDefault(e.ChatId),
            e.Type == ChatEventType.FileChanged ? AttachmentView.Of(files[e.FileId!.Value]) : null,
            e.Type == ChatEventType.ReactionsChanged ? e.UserId : null,
            e.ActorName,
            e.ToLine()
        ));
    }

    private static bool ShowsMessage(ChatEventType type) => type is ChatEventType.MessageCreated or ChatEventType.MessageEdited or ChatEventType.ReactionsChanged;
}
