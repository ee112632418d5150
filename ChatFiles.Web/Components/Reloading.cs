namespace ChatFiles.Web.Components;

/// <summary>Reads something afresh when there is news; many news at once are one reading.</summary>
internal sealed class Reloading : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan PauseInOutage = TimeSpan.FromSeconds(2);

    private readonly ITimer _timer;
    private int _isWaiting;

    public Reloading(TimeProvider time, Func<Task> reload) =>
        _timer = time.CreateTimer(
            _ =>
            {
                Volatile.Write(ref _isWaiting, 0);
                _ = reload();
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );

    public void Soon() => Begin(Pause);

    /// <summary>After a failure.</summary>
    public void Later() => Begin(PauseInOutage);

    public void Dispose() => _timer.Dispose();

    private void Begin(TimeSpan pause)
    {
        if (Interlocked.Exchange(ref _isWaiting, 1) == 0)
            _timer.Change(pause, Timeout.InfiniteTimeSpan);
    }
}
