using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Stage;

/// <summary>What a world asks its database, and how many rows each answer has.</summary>
internal sealed class Statements : DbCommandInterceptor
{
    private readonly ConcurrentQueue<(string Text, int Rows)> _all = new();

    /// <summary>For the world's "change".</summary>
    public void Count(IServiceCollection services) => services.Intercept(this);

    public void Reset() => _all.Clear();

    public int CountOf(string words) => _all.Count(s => s.Text.Contains(words, StringComparison.Ordinal));

    /// <summary>The rows that statements with the words have given, when all were read: what is counted ends with the reading that finds none.</summary>
    public int RowsOf(string words) => _all.Where(s => s.Text.Contains(words, StringComparison.Ordinal)).Sum(s => s.Rows - 1);

    /// <summary>The most rows that one statement about a table has given.</summary>
    public int LongestIn(string table) => _all.Where(s => s.Text.Contains($"\"{table}\"", StringComparison.Ordinal)).Select(s => s.Rows).DefaultIfEmpty().Max();

    public override InterceptionResult DataReaderClosing(DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result)
    {
        _all.Enqueue((command.CommandText, eventData.ReadCount));
        return result;
    }

    public override ValueTask<InterceptionResult> DataReaderClosingAsync(
        DbCommand command,
        DataReaderClosingEventData eventData,
        InterceptionResult result
    )
    {
        _all.Enqueue((command.CommandText, eventData.ReadCount));
        return ValueTask.FromResult(result);
    }
}
