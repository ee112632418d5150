namespace ChatFiles.Web.Components;

/// <summary>Rings at one moment. Dispose it, and it rings no more.</summary>
internal sealed class Alarm(TimeProvider time, Action ring) : IDisposable
{
    private ITimer? _timer;

    /// <summary>It rings at that moment and not at the one before; null: at none.</summary>
    public void SetTo(DateTime? moment)
    {
        _timer?.Dispose();
        _timer = null;
        if (moment is not { } at)
            return;
        var left = at - time.GetUtcNow().UtcDateTime;
        _timer = time.CreateTimer(_ => ring(), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer?.Dispose();
}
