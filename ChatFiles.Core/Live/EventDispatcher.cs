using ChatFiles.Core.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Live;

/// <summary>
/// The queue's worker: takes committed events from the log in their order and hands them to the rooms. Whoever wrote
/// them has long had their answer. What was committed before this process began, receivers read from the log themselves.
/// </summary>
internal sealed class EventDispatcher(
    DatabaseWriter writer,
    RoomLog log,
    RoomBroadcaster broadcaster,
    Presence presence,
    TimeProvider time,
    ILogger<EventDispatcher> logger
) : BackgroundService
{
    private readonly SemaphoreSlim _committed = new(0);

    private long _position;

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
            while (true)
            {
                var (events, next) = await RetryAsync(() => log.ReadAllAsync(_position, stoppingToken), stoppingToken);
                foreach (var roomEvent in events)
                {
                    presence.Heed(roomEvent);
                    broadcaster.Publish(roomEvent);
                }

                _position = next;
                if (events.Count == 0)
                    await _committed.WaitAsync(stoppingToken);
            }
        }
        finally
        {
            writer.Committed -= OnCommitted;
        }
    }

    private void OnCommitted()
    {
        if (_committed.CurrentCount == 0)
            _committed.Release();
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

    public override void Dispose()
    {
        _committed.Dispose();
        base.Dispose();
    }
}
