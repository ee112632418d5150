using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace ChatFiles.Core.Data.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteDialect : Dialect
{
    private const int Interrupted = 9; // https://sqlite.org/rescode.html#interrupt

    public static readonly SqliteDialect Instance = new();

    internal override FullText FullText { get; } = new SqliteFullText();

    internal override int MostIdleReaders => 16;

    internal override bool KeepsCommands => true;

    internal override bool FindsEndsFirst => true;

    internal override string Of(string sql) => sql;

    internal override Task LockChatAsync(ChatDbContext db, long chatId) => Task.CompletedTask;

    internal override string? LockPersonSql => null;

    internal override string? TakeIntentsSql => null;

    internal override string? TakeUploadsSql => null;

    internal override Task<bool> TakeIntentAsync(ChatDbContext db, string key) => Task.FromResult(true);

    /// <remarks>Deferred, because SQLite's usual BEGIN IMMEDIATE would stand in the writer's way.</remarks>
    internal override async Task<DbTransaction> HoldMomentAsync(ChatDbContext db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        var transaction = ((SqliteConnection)db.Database.GetDbConnection()).BeginTransaction(deferred: true);
        await db.Database.UseTransactionAsync(transaction, cancellationToken);
        return transaction;
    }

    internal override IDisposable Limit(ChatDbContext db, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken) =>
        new Interruption((SqliteConnection)db.Database.GetDbConnection(), limit, time, cancellationToken);

    internal override bool WasEnded(Exception failure) => failure is SqliteException { SqliteErrorCode: Interrupted };

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

        public Interruption(SqliteConnection connection, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
        {
            _connection = connection;
            _timer = time.CreateTimer(_ => Interrupt(), null, limit, Again);
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
