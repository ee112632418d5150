using System.Collections.Concurrent;
using System.Data.Common;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Data;

/// <summary>
/// For the readings that everybody's every step needs, on connections that keep their statements prepared. By EF a page of
/// 50 messages cost 2.2 times as much processor time, and an opened file 2.5 times.
/// </summary>
public sealed class PreparedReads(DbDataSource database, Dialect dialect) : IDisposable
{
    private readonly ConcurrentBag<Reader> _idle = [];

    /// <summary>
    /// Runs a reading of one statement, which sees one moment of the database. Where the database is another process, whoever
    /// waits for it holds no thread: one that is frozen would soon have them all.
    /// </summary>
    internal async ValueTask<T> ReadAsync<T>(Func<PreparedStatements, Task<T>> read)
    {
        if (!_idle.TryTake(out var reader))
            reader = new Reader(await database.OpenConnectionAsync(), dialect);
        try
        {
            var began = Measures.Database.Begin();
            var result = await read(reader.Statements);
            Measures.Database.End(began, "read");
            if (_idle.Count < dialect.MostIdleReaders)
            {
                _idle.Add(reader);
                reader = null;
            }

            return result;
        }
        finally
        {
            // One that failed may be broken, and is not used again.
            reader?.Dispose();
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var reader))
            reader.Dispose();
    }

    private sealed class Reader(DbConnection connection, Dialect dialect) : IDisposable
    {
        public PreparedStatements Statements { get; } = new(connection, dialect);

        public void Dispose()
        {
            Statements.Dispose();
            connection.Dispose();
        }
    }
}
