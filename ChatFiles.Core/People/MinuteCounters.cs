using ChatFiles.Core.Model;

namespace ChatFiles.Core.People;

/// <summary>Counters in memory, where there is one process.</summary>
public sealed class MinuteCounters(TimeProvider time) : IMinuteCounters
{
    /// <inheritdoc/>
    public IMinuteCounter Of(string what, int limit) => new MinuteCounter(limit, time);
}
