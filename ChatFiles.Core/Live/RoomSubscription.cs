using System.Runtime.CompilerServices;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Live;

/// <summary>
/// One receiver's place in a chat's events: each event after its position reaches it once and in order. What it hears
/// live is only used where it follows on; whatever is missing is read from the log. One reader at a time.
/// </summary>
public sealed class RoomSubscription : IChanges<RoomEvent>
{
    private readonly string _userId;
    private readonly RoomBroadcaster _broadcaster;
    private readonly RoomLog _log;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RoomInbox _inbox;

    internal RoomSubscription(
        string userId,
        long chatId,
        long position,
        RoomBroadcaster broadcaster,
        RoomLog log,
        TimeProvider time,
        ILogger logger,
        bool gathers = false
    )
    {
        (_userId, ChatId, Position) = (userId, chatId, position);
        (_broadcaster, _log, _time, _logger) = (broadcaster, log, time, logger);
        _inbox = new RoomInbox(userId, chatId, position, gathers);
        broadcaster.Join(_inbox);
    }

    public long ChatId { get; }

    /// <summary>The seq of the last event that was delivered.</summary>
    public long Position { get; private set; }

    /// <inheritdoc/>
    /// <remarks>Ends when the membership does.</remarks>
    public async Task DeliverAsync(Func<IReadOnlyList<RoomEvent>, Task> deliver, Func<Task> gather, CancellationToken cancellationToken)
    {
        var failures = 0;
        while (true)
        {
            try
            {
                await foreach (var events in ReadFromAsync(Position, gather, cancellationToken))
                {
                    if (events.Count == 0)
                        continue;
                    await deliver(events);
                    Position = events[^1].Seq;
                    failures = 0;
                }

                return;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                _logger.LogWarning(failure, "Delivery to a receiver in chat {ChatId} failed after seq {Seq}", ChatId, Position);
                await Pauses.WaitAsync(++failures, _time, cancellationToken);
            }
        }
    }

    /// <summary>All events after the position, then the live ones as they come. Ends when the membership does.</summary>
    public async IAsyncEnumerable<RoomEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var events in ReadManyAsync(cancellationToken))
        {
            foreach (var roomEvent in events)
            {
                if (HasEnded)
                    yield break;
                yield return roomEvent;
                Position = roomEvent.Seq;
            }
        }
    }

    /// <summary>The same, as many at once as there are; an empty list at each beat of the <see cref="Pulse"/> that it has joined.</summary>
    public IAsyncEnumerable<IReadOnlyList<RoomEvent>> ReadManyAsync(CancellationToken cancellationToken) =>
        ReadFromAsync(Position, gather: null, cancellationToken);

    /// <summary>The membership has ended, or <see cref="End"/> was called: nothing must be handed out any more.</summary>
    public bool HasEnded => _inbox.Ended.IsCancellationRequested;

    /// <summary>Ends the reading as the end of the membership does. May be called from any thread.</summary>
    public void End() => _inbox.End();

    /// <summary>Lets whoever waits for events go through an empty round. May be called from any thread.</summary>
    internal void Wake() => _inbox.Wake();

    /// <inheritdoc/>
    public void Dispose() => _broadcaster.Leave(_inbox);

    /// <summary>An empty list where there was nothing new in what was heard.</summary>
    private async IAsyncEnumerable<IReadOnlyList<RoomEvent>> ReadFromAsync(
        long position,
        Func<Task>? gather,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // A stream ends by the inbox alone, and needs no token of its own.
        using var linked = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _inbox.Ended)
            : null;
        var ending = linked?.Token ?? _inbox.Ended;
        while (await CatchUpAsync(position, ending) is { } missed)
        {
            // The log until there is nothing more in it, then what is heard until something is missing.
            var events = missed.Count > 0 ? missed : await NextLiveAsync(position, gather, ending);
            // Behind others' work: a long log is read, written and taken without ever having to wait.
            if (missed.Count > 0)
                await Task.Yield();
            while (events is not null)
            {
                if (_inbox.Ended.IsCancellationRequested)
                    yield break;
                yield return events;
                position = events.Count > 0 ? events[^1].Seq : position;
                events = missed.Count > 0 ? null : await NextLiveAsync(position, gather, ending);
            }

            if (_inbox.Ended.IsCancellationRequested)
                yield break;
        }
    }

    /// <summary>The next events of the log; empty when there are none, null when the membership has ended.</summary>
    private async Task<IReadOnlyList<RoomEvent>?> CatchUpAsync(long position, CancellationToken ending)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await _log.ReadAsync(_userId, ChatId, position, ending);
            }
            catch (OperationCanceledException) when (_inbox.Ended.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception failure) when (!ending.IsCancellationRequested)
            {
                _logger.LogWarning(failure, "The events of chat {ChatId} could not be read", ChatId);
                await Pauses.WaitAsync(failures, _time, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_inbox.Ended.IsCancellationRequested)
                    return null;
                ending.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>The events that follow on; null when the log has to be read, or the membership has ended.</summary>
    private async Task<IReadOnlyList<RoomEvent>?> NextLiveAsync(long position, Func<Task>? gather, CancellationToken ending)
    {
        try
        {
            if (_inbox.TakeMissedSome())
                return null;
            await _inbox.WaitAsync(ending);
            if (gather is not null)
                await gather();
            ending.ThrowIfCancellationRequested();
            var events = _inbox.TakeAfter(position);
            // What does not follow on is in the log; what was known already, or only a waking, is an empty round.
            return events.Count == 0 && _inbox.HasGap ? null : events;
        }
        catch (OperationCanceledException) when (_inbox.Ended.IsCancellationRequested)
        {
            return null;
        }
    }
}
