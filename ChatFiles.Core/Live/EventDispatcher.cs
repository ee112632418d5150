using System.Threading.Channels;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Live;

/// <summary>
/// The queue's worker: hands committed events to the rooms, in the order of the log. Whoever wrote them has long had their
/// answer. The writer tells it of each; where one is missing, the log is read. What was committed before this process
/// began, receivers read from the log themselves.
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

    private long _position;
    private int _mayLackSome;

    /// <summary>The position is taken before the server takes its first request, so that no event falls in between.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _position = await RetryAsync(() => log.PositionAsync(cancellationToken), cancellationToken);
        writer.Committed += OnCommitted;
        await base.StartAsync(cancellationToken);
    }

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

                if (Interlocked.Exchange(ref _mayLackSome, 0) == 1)
                    await CatchUpAsync(stoppingToken);
            }
        }
        finally
        {
            writer.Committed -= OnCommitted;
        }
    }

    private async Task DispatchAsync(Commit commit, CancellationToken stoppingToken)
    {
        if (commit.IsUnsure)
            await CatchUpAsync(stoppingToken);
        foreach (var (id, roomEvent) in commit.Events)
        {
            if (id <= _position)
                continue;
            if (id != _position + 1 || roomEvent is null)
            {
                await CatchUpAsync(stoppingToken);
                continue;
            }

            Publish(roomEvent);
            _position = id;
        }
    }

    /// <summary>Reads the log to its end.</summary>
    private async Task CatchUpAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var (events, next) = await RetryAsync(() => log.ReadAllAsync(_position, stoppingToken), stoppingToken);
            if (events.Count == 0)
                return;
            foreach (var roomEvent in events)
                Publish(roomEvent);
            _position = next;
        }
    }

    private void Publish(RoomEvent roomEvent)
    {
        presence.Heed(roomEvent);
        broadcaster.Publish(roomEvent);
    }

    private void OnCommitted(Commit commit)
    {
        if (commit.Events.Count == 0 && !commit.IsUnsure)
            return;
        var next = (commit, time.GetTimestamp());
        if (_commits.Writer.TryWrite(next))
            return;
        Volatile.Write(ref _mayLackSome, 1);
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
