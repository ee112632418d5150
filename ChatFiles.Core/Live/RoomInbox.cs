using System.Threading.Channels;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Live;

/// <summary>
/// What one receiver has been told and has not read yet. Bounded: when it is full, what follows is dropped and
/// remembered as dropped, and the receiver reads the log instead.
/// </summary>
#pragma warning disable CA1001 // see _ended
internal sealed class RoomInbox(string userId, long chatId, long since, bool gathers = false)
#pragma warning restore CA1001
{
    private const int Capacity = 128;

    /// <summary>Comes before every position, so that a reader is woken and finds nothing.</summary>
    private static readonly RoomEvent Nothing = new(0, Seq: 0, default, MessageId: null, FileId: null, UserId: null, UserName: null, Message: null);

    private readonly Channel<RoomEvent> _events = Channel.CreateBounded<RoomEvent>(
        new BoundedChannelOptions(Capacity)
        {
            SingleReader = true,
            FullMode = BoundedChannelFullMode.Wait,
            // A receiver that gathers more before it takes anything goes on with that on the thread that tells it.
            AllowSynchronousContinuations = gathers,
        }
    );

    // Never disposed: an event may still arrive while the receiver leaves, and without a timer there is nothing to release.
    private readonly CancellationTokenSource _ended = new();
    private int _missedSome;

    public long ChatId => chatId;

    /// <summary>The receiver came with all events up to this one.</summary>
    public long Since => since;

    /// <summary>Cancelled as soon as the receiver is no longer a member, also while an event is being delivered.</summary>
    public CancellationToken Ended => _ended.Token;

    public void Put(RoomEvent roomEvent)
    {
        // Delivery may lag behind: an earlier leaving is over for who has come back since.
        if (roomEvent.Seq <= since)
            return;
        if (roomEvent.Type == ChatEventType.MemberLeft && roomEvent.UserId == userId)
            End();
        else if (!_events.Writer.TryWrite(roomEvent))
            Miss(roomEvent);
    }

    /// <summary>Wakes the reader although nothing has come. Where the inbox is full there is enough to wake for.</summary>
    public void Wake() => _events.Writer.TryWrite(Nothing);

    /// <summary>As if the membership had ended.</summary>
    public void End() => _ = _ended.CancelAsync();

    /// <summary>True once after events were dropped.</summary>
    public bool TakeMissedSome() => Interlocked.Exchange(ref _missedSome, 0) == 1;

    /// <summary>All that follows on a position without a gap; what comes before it is thrown away.</summary>
    public IReadOnlyList<RoomEvent> TakeAfter(long position)
    {
        var taken = new List<RoomEvent>();
        while (_events.Reader.TryPeek(out var next) && next.Seq <= position + 1 && _events.Reader.TryRead(out next))
        {
            if (next.Seq <= position)
                continue;
            taken.Add(next);
            position++;
        }

        return taken;
    }

    /// <summary>Something is there that <see cref="TakeAfter"/> does not give.</summary>
    public bool HasGap => _events.Reader.TryPeek(out _);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _events.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>
    /// Tried once more after the mark was set: had the reader emptied the inbox and looked for the mark just before, it
    /// would wait now, and nothing would wake it.
    /// </summary>
    private void Miss(RoomEvent roomEvent)
    {
        Volatile.Write(ref _missedSome, 1);
        _events.Writer.TryWrite(roomEvent);
    }
}
