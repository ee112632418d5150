namespace ChatFiles.Core.Upkeep;

/// <summary>What has to wait until others have had their turn, each time for twice as long. Forgotten after a day without.</summary>
internal sealed class GrowingPauses<TKey>(TimeSpan first, TimeSpan longest, TimeProvider time)
    where TKey : notnull
{
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, (int Times, DateTimeOffset Until)> _pauses = [];

    /// <summary>It waits from now on.</summary>
    public void Begin(TKey key)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var old in _pauses.Where(pause => pause.Value.Until + Remembered < now).Select(pause => pause.Key).ToList())
                _pauses.Remove(old);
            var times = _pauses.GetValueOrDefault(key).Times;
            _pauses[key] = (times + 1, now + After(times, first, longest));
        }
    }

    /// <summary>Null for what need not wait.</summary>
    public DateTimeOffset? Until(TKey key)
    {
        lock (_lock)
            return _pauses.TryGetValue(key, out var pause) && pause.Until > time.GetUtcNow() ? pause.Until : null;
    }

    /// <summary>All that have to wait.</summary>
    public List<TKey> Waiting()
    {
        var now = time.GetUtcNow();
        lock (_lock)
            return [.. _pauses.Where(pause => pause.Value.Until > now).Select(pause => pause.Key)];
    }

    /// <summary>The pause after so many before.</summary>
    public static TimeSpan After(int times, TimeSpan first, TimeSpan longest) => first * Math.Min(Math.Pow(2, Math.Min(times, 20)), longest / first);
}

/// <summary>
/// People whose files take long to read: their next ones wait behind those of others, for a minute at first and an hour at
/// most. One file is read at a time, for the words in it or for its picture, and it is everybody's turn.
/// </summary>
internal sealed class SlowAuthors(TimeProvider time)
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);

    private readonly GrowingPauses<string> _pauses = new(TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), time);

    /// <summary>A file of that person took so long.</summary>
    public void Note(string authorId, TimeSpan took)
    {
        if (took >= Slow)
            _pauses.Begin(authorId);
    }

    /// <summary>Null where the person's files need not wait.</summary>
    public DateTimeOffset? WaitUntil(string authorId) => _pauses.Until(authorId);

    /// <summary>Everybody whose files have to wait.</summary>
    public List<string> Waiting() => _pauses.Waiting();
}
