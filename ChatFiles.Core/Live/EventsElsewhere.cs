using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Live;

/// <summary>
/// What other processes commit, for the people who are connected to this one. Their notices make it fast; what makes it
/// certain is to look: twice a second, at the chats that somebody follows here.
/// </summary>
internal sealed class EventsElsewhere(
    OtherNodes nodes,
    DatabaseWriter writer,
    EventDispatcher dispatcher,
    RoomBroadcaster broadcaster,
    IDbContextFactory<ChatDbContext> databases,
    TimeProvider time,
    ILogger<EventsElsewhere> logger
) : BackgroundService
{
    /// <summary>Between two looks.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The ids of events are given before their commit, which may come after that of later ones; no commit takes longer
    /// than this. For the lists of chats, which are looked at again whenever somebody comes.
    /// </summary>
    private static readonly TimeSpan LongestCommit = TimeSpan.FromSeconds(20);

    /// <summary>Of chats; more are forgotten, and told of once more.</summary>
    private const int MostKnown = 10_000;

    private readonly Dictionary<long, long> _known = [];

    /// <summary>The newest id by the time of a look; all older ones are committed by now or never.</summary>
    private readonly Queue<(long At, long Newest)> _looks = new();

    private long? _horizon;
    private long _newest;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        writer.Committed += Tell;
        nodes.Heard += Hear;
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, time, stoppingToken);
                try
                {
                    await LookAsync(stoppingToken);
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    logger.LogDebug("What other processes have committed can't be looked up: {Message}", failure.Message);
                }
            }
        }
        finally
        {
            writer.Committed -= Tell;
            nodes.Heard -= Hear;
        }
    }

    private void Tell(Commit commit)
    {
        foreach (var (chatId, seq, happened) in commit.Events)
        {
            nodes.Tell(new ChatMoved(chatId, seq));
            if (happened?.Type is ChatEventType.MemberJoined or ChatEventType.MemberLeft)
                nodes.Tell(new MembersMoved(chatId));
        }
    }

    private void Hear(NodeNews news)
    {
        if (news is ChatMoved moved)
            dispatcher.Look(moved.Chat, moved.Seq);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var followed = broadcaster.Followed;
        if (followed.Count == 0 && !broadcaster.IsWatched)
        {
            // Whoever comes next begins with what is there then.
            _horizon = null;
            return;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (followed.Count > 0)
            await LookAtFollowedAsync(db, followed, cancellationToken);
        if (broadcaster.IsWatched)
            await LookAtAllAsync(db, cancellationToken);
    }

    private async Task LookAtFollowedAsync(ChatDbContext db, List<long> followed, CancellationToken cancellationToken)
    {
        var chats = await db.Chats.Where(c => followed.Contains(c.Id)).Select(c => new { c.Id, c.LastSeq }).ToListAsync(cancellationToken);
        // Where thousands come over from a process that has died, the log of each of their chats need not be read before
        // there is something new: until all were, nobody here would hear of anything.
        foreach (var chat in chats.Where(c => broadcaster.IsNews(c.Id, c.LastSeq)))
            Look(chat.Id, chat.LastSeq);
        foreach (var gone in followed.Except(chats.Select(c => c.Id)))
            broadcaster.End(gone);
    }

    private async Task LookAtAllAsync(ChatDbContext db, CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        if (_horizon is null)
        {
            _looks.Clear();
            _horizon = _newest = await db.Events.MaxAsync(e => (long?)e.Id, cancellationToken) ?? 0;
        }

        while (_looks.TryPeek(out var look) && time.GetElapsedTime(look.At, now) > LongestCommit)
            _horizon = _looks.Dequeue().Newest;
        var horizon = _horizon;
        var fresh = await db
            .Events.Where(e => e.Id > horizon)
            .GroupBy(e => e.ChatId)
            .Select(chat => new { Id = chat.Key, Seq = chat.Max(e => e.Seq), Newest = chat.Max(e => e.Id) })
            .ToListAsync(cancellationToken);
        foreach (var chat in fresh)
        {
            Look(chat.Id, chat.Seq);
            _newest = Math.Max(_newest, chat.Newest);
        }

        _looks.Enqueue((now, _newest));
    }

    private void Look(long chatId, long seq)
    {
        if (_known.GetValueOrDefault(chatId) >= seq)
            return;
        if (_known.Count >= MostKnown)
            _known.Clear();
        _known[chatId] = seq;
        dispatcher.Look(chatId, seq);
    }
}
