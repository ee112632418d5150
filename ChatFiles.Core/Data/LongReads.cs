using ChatFiles.Core.Model;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace ChatFiles.Core.Data;

/// <summary>
/// Reads that may take long. SQLite works on the thread that asks, so they have a few threads of their own: the pool's
/// answer everybody. They take turns by person, and end after a second, or when nobody waits for them any more.
/// </summary>
public sealed class LongReads(IDbContextFactory<ChatDbContext> databases, TimeProvider time)
{
    private const int AtOnceOfPerson = 2;
    private const int SqliteInterrupted = 9; // https://sqlite.org/rescode.html#interrupt

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private static readonly int AtOnce = Math.Max(2, Environment.ProcessorCount / 2);

    private static readonly Refusal TooSlow = new(
        RefusalReason.SearchTooSlow,
        "This search took too long and was ended; search for fewer or rarer words, or in one chat only."
    );

    /// <summary>One person never has all of them.</summary>
    private readonly FairTurns _turns = new(AtOnce, Math.Min(AtOnceOfPerson, AtOnce - 1), time);

    /// <summary>Runs a read of that person, or says why not.</summary>
    /// <param name="read">Reads from the context, which shows it one moment of the database, and waits for nothing else.</param>
    public async Task<Result<T>> RunAsync<T>(string userId, Func<ChatDbContext, Task<Result<T>>> read, CancellationToken cancellationToken)
    {
        if (!(await _turns.EnterAsync(userId, cancellationToken)).Succeeded(out var turn, out var refusal))
            return refusal;
        using (turn)
        {
            return await Task.Factory.StartNew(
                () => Run(read, cancellationToken),
                CancellationToken.None,
                TaskCreationOptions.LongRunning | TaskCreationOptions.RunContinuationsAsynchronously,
                TaskScheduler.Default
            );
        }
    }

    /// <summary>On a thread of its own, which the read never leaves: EF on SQLite does all its work before it returns.</summary>
    private Result<T> Run<T>(Func<ChatDbContext, Task<Result<T>>> read, CancellationToken cancellationToken)
    {
        using var db = databases.CreateDbContext();
        using var moment = db.HoldMomentAsync(cancellationToken).GetAwaiter().GetResult();
        using var limit = new Interruption((SqliteConnection)db.Database.GetDbConnection(), time, cancellationToken);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return read(db).GetAwaiter().GetResult();
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode == SqliteInterrupted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return TooSlow;
        }
    }

    /// <summary>
    /// Ends the statement that runs on a connection. Between two statements that does nothing, so it is done again and
    /// again until the read has ended.
    /// </summary>
    private sealed class Interruption : IDisposable
    {
        private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(20);

        private readonly Lock _lock = new();
        private readonly SqliteConnection _connection;
        private readonly ITimer _timer;
        private readonly CancellationTokenRegistration _cancelled;
        private bool _isOver;

        public Interruption(SqliteConnection connection, TimeProvider time, CancellationToken cancellationToken)
        {
            _connection = connection;
            _timer = time.CreateTimer(_ => Interrupt(), null, Limit, Again);
            _cancelled = cancellationToken.Register(() => _timer.Change(TimeSpan.Zero, Again));
        }

        /// <summary>From here on the connection may be somebody else's.</summary>
        public void Dispose()
        {
            _cancelled.Dispose();
            _timer.Dispose();
            lock (_lock)
                _isOver = true;
        }

        private void Interrupt()
        {
            lock (_lock)
            {
                if (!_isOver)
                    raw.sqlite3_interrupt(_connection.Handle);
            }
        }
    }
}
