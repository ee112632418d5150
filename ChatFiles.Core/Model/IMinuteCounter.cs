namespace ChatFiles.Core.Model;

/// <summary>So many in any minute, to a sixth of a minute, by person or address.</summary>
public interface IMinuteCounter
{
    /// <summary>What may be counted in a minute; 0: any number.</summary>
    int Limit { get; }

    /// <summary>Null when it was counted; else how long to wait.</summary>
    ValueTask<TimeSpan?> CountAsync(string who);
}

/// <summary>Makes counters, which count over all processes that share the database.</summary>
public interface IMinuteCounters
{
    /// <param name="what">Is counted, each by itself.</param>
    IMinuteCounter Of(string what, int limit);
}
