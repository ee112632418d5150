namespace ChatFiles.Core.Live;

/// <summary>
/// Wakes everybody who has joined, at one beat: thousands who wait for something that does not come need no timers of their
/// own. Where nobody has joined, there is none at all.
/// </summary>
public sealed class Pulse(TimeProvider time) : IDisposable
{
    /// <summary>Between two beats; a little less than the 15 s in which a sign of life is promised.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(14);

    private readonly Lock _gate = new();
    private readonly HashSet<RoomSubscription> _joined = [];
    private ITimer? _timer;

    /// <summary>From the next beat on the subscription is woken at each, until what is given back is disposed.</summary>
    public IDisposable Join(RoomSubscription subscription)
    {
        lock (_gate)
        {
            _joined.Add(subscription);
            _timer ??= time.CreateTimer(_ => Beat(), null, Interval, Interval);
        }

        return new Leaving(() => Leave(subscription));
    }

    public void Dispose() => _timer?.Dispose();

    private void Leave(RoomSubscription subscription)
    {
        lock (_gate)
        {
            _joined.Remove(subscription);
            if (_joined.Count > 0)
                return;
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Beat()
    {
        RoomSubscription[] joined;
        lock (_gate)
            joined = [.. _joined];
        foreach (var subscription in joined)
            subscription.Wake();
    }

    private sealed class Leaving(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
