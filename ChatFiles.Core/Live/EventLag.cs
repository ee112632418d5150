namespace ChatFiles.Core.Live;

/// <summary>How far live delivery is behind the commits.</summary>
public sealed class EventLag(TimeProvider time)
{
    /// <summary>So long the last event's lag is told; after that it is history.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _waitingSince;
    private long _deliveredAt;
    private TimeSpan _last;

    /// <summary>How long the event that is being delivered has been waiting, or else how long the last one had, within the last minute.</summary>
    public TimeSpan Current
    {
        get
        {
            lock (_gate)
            {
                if (_waitingSince is { } since)
                    return time.GetElapsedTime(since);
                return time.GetElapsedTime(_deliveredAt) < Memory ? _last : TimeSpan.Zero;
            }
        }
    }

    internal void Begin(long committedAt)
    {
        lock (_gate)
            _waitingSince = committedAt;
    }

    internal void End()
    {
        lock (_gate)
        {
            if (_waitingSince is not { } since)
                return;
            _deliveredAt = time.GetTimestamp();
            (_last, _waitingSince) = (time.GetElapsedTime(since, _deliveredAt), null);
        }
    }
}
