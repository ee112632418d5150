namespace ChatFiles.Core.Model;

/// <summary>So many open at the same time, by person.</summary>
public interface IOpenCounter
{
    /// <summary>What is open in this process, of all people together.</summary>
    int Here { get; }

    /// <summary>A place, to be disposed at its end; null when the person has as many as they may.</summary>
    ValueTask<IDisposable?> OpenAsync(string who);

    /// <summary>Those of the people who have something open.</summary>
    ValueTask<IReadOnlySet<string>> FindAsync(IReadOnlyCollection<string> people);
}

/// <summary>Makes counters, which count over all processes that share the database.</summary>
public interface IOpenCounters
{
    /// <param name="what">Is counted, each by itself.</param>
    /// <param name="limit">Of a person; 0: any number.</param>
    IOpenCounter Of(string what, int limit);
}
