using ChatFiles.Core.Model;

namespace ChatFiles.Core.People;

/// <summary>
/// In memory. There is no timer behind it: the framework's own
/// limiter wakes ten times a second for ever, which cost an idle server more than all else together.
/// </summary>
/// <param name="limit">0 is none.</param>
public sealed class MinuteCounter(int limit, TimeProvider time) : IMinuteCounter
{
    /// <summary>
    /// How many are remembered, some 15 MB. When they are more, all begin anew: whoever comes from as many addresses is
    /// not held by a limit for one.
    /// </summary>
    public const int MaxCounted = 100_000;

    private const int Parts = 6;

    private static readonly TimeSpan Part = TimeSpan.FromMinutes(1) / Parts;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Minute> _counted = new(StringComparer.Ordinal);
    private readonly long _start = time.GetTimestamp();
    private long _swept;

    /// <inheritdoc/>
    public int Limit => limit;

    /// <summary>How many are remembered at the moment.</summary>
    public int Counted
    {
        get
        {
            lock (_gate)
                return _counted.Count;
        }
    }

    /// <inheritdoc/>
    public ValueTask<TimeSpan?> CountAsync(string who) => ValueTask.FromResult(Count(who));

    private TimeSpan? Count(string who)
    {
        if (limit == 0)
            return null;
        lock (_gate)
        {
            var elapsed = time.GetElapsedTime(_start);
            var now = elapsed.Ticks / Part.Ticks;
            Sweep(now);
            if (!_counted.TryGetValue(who, out var minute))
                _counted[who] = minute = new Minute();
            minute.MoveTo(now);
            if (minute.Total < limit)
            {
                minute.Add(now);
                return null;
            }

            return (minute.Oldest(now) + Parts) * Part - elapsed;
        }
    }

    /// <summary>Once a minute, whoever comes first puts away those who have done nothing for that long.</summary>
    private void Sweep(long now)
    {
        if (_counted.Count >= MaxCounted)
            _counted.Clear();
        if (now - _swept < Parts)
            return;
        _swept = now;
        foreach (var (who, minute) in _counted)
        {
            if (now - minute.At >= Parts)
                _counted.Remove(who);
        }
    }

    private sealed class Minute
    {
        private readonly int[] _counts = new int[Parts];

        public long At { get; private set; }

        public int Total { get; private set; }

        public void MoveTo(long now)
        {
            for (var part = Math.Max(At + 1, now - Parts + 1); part <= now; part++)
            {
                Total -= _counts[part % Parts];
                _counts[part % Parts] = 0;
            }

            At = now;
        }

        public void Add(long now)
        {
            _counts[now % Parts]++;
            Total++;
        }

        /// <summary>The first part of the minute in which something was counted.</summary>
        public long Oldest(long now)
        {
            var part = now - Parts + 1;
            while (part < now && (part < 0 || _counts[part % Parts] == 0))
                part++;
            return part;
        }
    }
}
