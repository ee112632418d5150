using System.Collections.Concurrent;
using System.Threading.Channels;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Live;

/// <summary>
/// The queue's worker: hands committed events to the rooms, those of a chat in the order of its log. Whoever wrote them has
/// long had their answer. The writer tells it of each; where one is missing, the chat's log is read. What was committed
/// before this process began, receivers read from the log themselves.
/// </summary>
internal sealed class EventDispatcher(
    DatabaseWriter writer,
    RoomLog log,
    RoomBroadcaster broadcaster,
    Presence presence,
    EventLag lag,
    TimeProvider time,
    ILogger<EventDispatcher> logger
) : BackgroundService
{
    private const int Capacity = 1024;

    /// <summary>Bounded: what has no room is missing, and is read from the log.</summary>
    private readonly Channel<(Commit Commit, long At)> _commits = Channel.CreateBounded<(Commit Commit, long At)>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait }
    );

    /// <summary>By chat, the seq of the event that was handed out last.</summary>
    private readonly Dictionary<long, long> _positions = [];

    /// <summary>By chat, the seq of the first event that had no room.</summary>
    private readonly ConcurrentDictionary<long, long> _lacking = new();

    /// <summary>It listens before the server takes its first request, so that no event falls in between.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        writer.Committed += OnCommitted;
        await base.StartAsync(cancellationToken);
    }

    /// <summary>There may be events up to this one that were committed elsewhere.</summary>
    internal void Look(long chatId, long seq) => OnCommitted(new Commit([new CommittedEvent(chatId, seq, Event: null)], HasJobs: false, []));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _commits.Reader.WaitToReadAsync(stoppingToken))
            {
                while (_commits.Reader.TryRead(out var next))
                {
                    lag.Begin(next.At);
                    await DispatchAsync(next.Commit, stoppingToken);
                    lag.End();
                }

                foreach (var chatId in _lacking.Keys)
                {
                    if (_lacking.TryRemove(chatId, out var seq))
                        await CatchUpAsync(chatId, seq, stoppingToken);
                }
            }
        }
        finally
        {
            writer.Committed -= OnCommitted;
        }
    }

    private async Task DispatchAsync(Commit commit, CancellationToken stoppingToken)
    {
        foreach (var (chatId, seq, roomEvent) in commit.Events)
        {
            var position = _positions.GetValueOrDefault(chatId, seq - 1);
            if (seq == position + 1 && roomEvent is not null)
                Publish(roomEvent);
            else if (seq > position && roomEvent is null && !broadcaster.IsHeard(chatId))
                // Nobody is there to hear of it; whoever comes begins with what is there then.
                _positions.Remove(chatId);
            else if (seq > position)
                await CatchUpAsync(chatId, seq, stoppingToken);
        }
    }

    /// <summary>Reads the chat's log to its end, from an event on that may turn out not to be there.</summary>
    private async Task CatchUpAsync(long chatId, long seq, CancellationToken stoppingToken)
    {
        IReadOnlyList<RoomEvent> events;
        do
        {
            var position = _positions.GetValueOrDefault(chatId, seq - 1);
            events = await RetryAsync(() => log.ReadAsync(chatId, position, stoppingToken), stoppingToken);
            foreach (var roomEvent in events)
                Publish(roomEvent);
        } while (events.Count == RoomLog.BatchSize);
    }

    private void Publish(RoomEvent roomEvent)
    {
        _positions[roomEvent.ChatId] = roomEvent.Seq;
        presence.Heed(roomEvent);
        broadcaster.Publish(roomEvent);
    }

    private void OnCommitted(Commit commit)
    {
        if (commit.Events.Count == 0)
            return;
        var next = (commit, time.GetTimestamp());
        if (_commits.Writer.TryWrite(next))
            return;
        foreach (var (chatId, seq, _) in commit.Events)
            _lacking.TryAdd(chatId, seq);
        // Once more after the mark, as in RoomInbox: else nothing might wake a reader who has just emptied it all.
        _commits.Writer.TryWrite(next);
    }

    private async Task<T> RetryAsync<T>(Func<Task<T>> read, CancellationToken stoppingToken)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await read();
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogError(failure, "The event log could not be read; live delivery waits");
                await Pauses.WaitAsync(failures, time, stoppingToken);
            }
        }
    }
}
