using System.Runtime.CompilerServices;
using ChatFiles.Core.Chats;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Live;

/// <summary>
/// One receiver's place in a chat's events: each event after its position reaches it once and in order. What it hears
/// live is only used where it follows on; whatever is missing is read from the log. One reader at a time.
/// </summary>
public sealed class RoomSubscription : IDisposable
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
        ILogger logger
    )
    {
        (_userId, ChatId, Position) = (userId, chatId, position);
        (_broadcaster, _log, _time, _logger) = (broadcaster, log, time, logger);
        _inbox = new RoomInbox(userId, chatId, position);
        broadcaster.Join(_inbox);
    }

    public long ChatId { get; }

    /// <summary>The seq of the last event that was delivered.</summary>
    public long Position { get; private set; }

    /// <summary>
    /// Hands every event to <paramref name="deliver"/>, one after another. A delivery that throws is tried again with
    /// growing pauses, so that it must bear being repeated. Ends when the membership does.
    /// </summary>
    public async Task DeliverAsync(Func<RoomEvent, Task> deliver, CancellationToken cancellationToken)
    {
        var failures = 0;
        while (true)
        {
            try
            {
                await foreach (var roomEvent in ReadFromAsync(Position, cancellationToken))
                {
                    await deliver(roomEvent);
                    Position = roomEvent.Seq;
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
        await foreach (var roomEvent in ReadFromAsync(Position, cancellationToken))
        {
            yield return roomEvent;
            Position = roomEvent.Seq;
        }
    }

    public void Dispose() => _broadcaster.Leave(_inbox);

    private async IAsyncEnumerable<RoomEvent> ReadFromAsync(long position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _inbox.Ended);
        while (await CatchUpAsync(position, ending.Token) is { } missed)
        {
            foreach (var roomEvent in missed)
            {
                if (_inbox.Ended.IsCancellationRequested)
                    yield break;
                yield return roomEvent;
                position = roomEvent.Seq;
            }

            if (missed.Count > 0)
                continue;
            while (await NextLiveAsync(position, ending.Token) is { } live)
            {
                yield return live;
                position = live.Seq;
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

    /// <summary>The event that follows on; null when the log has to be read, or the membership has ended.</summary>
    private async Task<RoomEvent?> NextLiveAsync(long position, CancellationToken ending)
    {
        try
        {
            while (true)
            {
                while (_inbox.TryRead(out var roomEvent))
                {
                    if (roomEvent.Seq == position + 1)
                        return roomEvent;
                    if (roomEvent.Seq > position)
                        return null;
                }

                if (_inbox.TakeMissedSome())
                    return null;
                await _inbox.WaitAsync(ending);
            }
        }
        catch (OperationCanceledException) when (_inbox.Ended.IsCancellationRequested)
        {
            return null;
        }
    }
}
