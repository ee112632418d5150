using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ChatFiles.Core.Model;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Data.Sqlite;

/// <summary>
/// All writes of the process pass one gate, because SQLite has one writer.
/// Those that wait together are committed together: one flush to the disk serves them all. Everybody's writes wait for
/// whoever has the gate, who therefore waits for nothing but the database.
/// </summary>
internal sealed class SqliteWriter : DatabaseWriter
{
    private const int MaxBatch = 64;
    private const string Savepoint = "write";

    private readonly WriterGate _gate;
    private readonly ConcurrentQueue<PendingWrite> _waiting = new();
    private readonly SqliteConnection _connection;
    private readonly PreparedStatements _statements;
    private readonly DbContextOptions<SqliteContext> _options;

    /// <param name="file">The database.</param>
    /// <param name="interceptors">See every command of EF in a write; faults are staged with them.</param>
    public SqliteWriter(DatabaseFile file, IEnumerable<IInterceptor> interceptors, TimeProvider time, ILogger<DatabaseWriter> logger, IServiceProvider application)
    {
        _gate = new WriterGate(time, logger);
        _connection = file.CreateConnection();
        _statements = new PreparedStatements(_connection, SqliteDialect.Instance);
        _options = new DbContextOptionsBuilder<SqliteContext>().UseShared(application).UseSqlite(_connection).AddInterceptors(interceptors).Options;
    }

    /// <summary>Faults of prepared statements are staged on it.</summary>
    internal SqliteConnection Connection => _connection;

    internal override async Task<IDisposable> EnterAsync(CancellationToken cancellationToken, [CallerMemberName] string who = "")
    {
        var turn =
            await _gate.EnterAsync(who, Patience, cancellationToken)
            ?? throw new TimeoutException("The database did not take the write in time.");
        return new ForeignTurn(this, turn);
    }

    private protected override async Task<T> WriteAsync<T>(PendingWrite<T> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _waiting.Enqueue(write);
        // Whoever finds the gate open commits at once, on the thread it is on. Whoever does not is taken along by the next
        // one who has it: nobody else passes the gate for that.
        if (_gate.TryEnter() is { } turn)
            await CommitAndLeaveAsync(turn);
        return await OutcomeOfAsync(write, Timeout.InfiniteTimeSpan, cancellationToken);
    }

    private async Task CommitAndLeaveAsync(IDisposable turn)
    {
        using (turn)
            await CommitWaitingAsync();
        CommitLeftOver();
    }

    /// <summary>
    /// Whoever came while the gate was held has not found it open, and must not wait for somebody who comes later. Called
    /// after every leaving of the gate.
    /// </summary>
    private void CommitLeftOver()
    {
        if (!_waiting.IsEmpty && _gate.TryEnter() is { } turn)
            _ = Task.Run(() => CommitAndLeaveAsync(turn));
    }

    private async Task CommitWaitingAsync()
    {
        var batch = new List<PendingWrite>();
        if (TakeNext(batch) is not { } next)
            return;
        var events = new List<CommittedEvent>();
        var audited = new List<AuditEntry>();
        var hasJobs = false;
        var began = Measures.Database.Begin();
        try
        {
            DatabaseFile.Open(_connection);
            await using var transaction = (SqliteTransaction)await _connection.BeginTransactionAsync();
            do
            {
                hasJobs |= await RunAsync(next, transaction, events, audited);
            } while (batch.Count < MaxBatch && (next = TakeNext(batch)) is not null);
            await transaction.CommitAsync();
            Measures.Database.End(began, "commit");
        }
        catch (Exception failure)
        {
            _statements.Dispose();
            await _connection.CloseAsync();
            batch.ForEach(write => write.Fail(failure));
            Tell(new Commit(events.ConvertAll(e => e with { Event = null }), HasJobs: true, [], IsUnsure: true));
            return;
        }

        Tell(new Commit(events, hasJobs, audited));
        batch.ForEach(write => write.Complete());
    }

    private PendingWrite? TakeNext(List<PendingWrite> batch)
    {
        while (_waiting.TryDequeue(out var next))
        {
            if (!next.TryBegin())
                continue;
            batch.Add(next);
            return next;
        }

        return null;
    }

    /// <summary>Runs one change; returns whether there are new side jobs.</summary>
    private async Task<bool> RunAsync(PendingWrite write, SqliteTransaction transaction, List<CommittedEvent> events, List<AuditEntry> audited)
    {
        _gate.Holder = write.Who;
        await transaction.SaveAsync(Savepoint);
        await using var scope = new WriteScope(_statements, transaction, CreateContext, write.CallerAddress, write.ChatId);
        var isKept = await write.RunAsync(scope);
        if (isKept)
        {
            events.AddRange(scope.Events);
            audited.AddRange(scope.Audited);
        }
        else
            await transaction.RollbackAsync(Savepoint);
        await transaction.ReleaseAsync(Savepoint);
        return isKept && scope.HasJobs;
    }

    private SqliteContext CreateContext(string? callerAddress) => new(_options) { HoldsGate = true, CallerAddress = callerAddress };

    protected override void Dispose(bool isDisposing)
    {
        _statements.Dispose();
        _connection.Dispose();
        _gate.Dispose();
    }

    private sealed class ForeignTurn(SqliteWriter writer, IDisposable turn) : IDisposable
    {
        public void Dispose()
        {
            turn.Dispose();
            writer.CommitLeftOver();
        }
    }
}
