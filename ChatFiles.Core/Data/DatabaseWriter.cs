using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ChatFiles.Core.Model;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Data;

/// <summary>
/// The one way to write. All writes of the process pass one gate, because SQLite has one writer.
/// Those that wait together are committed together: one flush to the disk serves them all. Everybody's writes wait for
/// whoever has the gate, who therefore waits for nothing but the database.
/// </summary>
public sealed class DatabaseWriter : IDisposable
{
    private const int MaxBatch = 64;
    private const string Savepoint = "write";

    /// <summary>Longer than this nobody waits for the database; it counts as unavailable then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private readonly WriterGate _gate;
    private readonly ConcurrentQueue<PendingWrite> _waiting = new();
    private readonly SqliteConnection _connection;
    private readonly PreparedStatements _statements;
    private readonly DbContextOptions<ChatDbContext> _options;

    /// <param name="file">The database.</param>
    /// <param name="interceptors">See every command of EF in a write; faults are staged with them.</param>
    public DatabaseWriter(DatabaseFile file, IEnumerable<IInterceptor> interceptors, TimeProvider time, ILogger<DatabaseWriter> logger)
    {
        _gate = new WriterGate(time, logger);
        _connection = file.CreateConnection();
        _statements = new PreparedStatements(_connection);
        _options = new DbContextOptionsBuilder<ChatDbContext>().UseSqlite(_connection).AddInterceptors(interceptors).Options;
    }

    /// <summary>Faults of prepared statements are staged on it.</summary>
    internal SqliteConnection Connection => _connection;

    /// <summary>
    /// Raised after each commit, in the order of the commits, while the gate is still held: handlers must be quick, must
    /// not throw and must not write.
    /// </summary>
    public event Action<Commit>? Committed;

    /// <summary>
    /// Runs <paramref name="change"/> in a transaction and returns when it is durable. A change that throws leaves
    /// nothing behind and disturbs no other. Once begun it is not cancelled any more.
    /// </summary>
    /// <param name="who">Named in the log when it does not come to an end.</param>
    /// <exception cref="TimeoutException">The database did not take the write in time; nothing was written.</exception>
    public Task<T> WriteAsync<T>(
        Func<ChatDbContext, Task<T>> change,
        CancellationToken cancellationToken = default,
        [CallerMemberName] string who = ""
    ) => WriteAsync(new PendingWrite<T>(who, scope => change(scope.Db)), cancellationToken);

    /// <inheritdoc cref="WriteAsync{T}(Func{ChatDbContext, Task{T}}, CancellationToken, string)"/>
    public Task WriteAsync(
        Func<ChatDbContext, Task> change,
        CancellationToken cancellationToken = default,
        [CallerMemberName] string who = ""
    ) =>
        WriteAsync(
            async db =>
            {
                await change(db);
                return true;
            },
            cancellationToken,
            who
        );

    /// <summary>The same for changes that prepared statements make.</summary>
    internal Task<T> WriteDirectlyAsync<T>(
        Func<WriteScope, T> change,
        CancellationToken cancellationToken = default,
        [CallerMemberName] string who = ""
    ) => WriteAsync(new PendingWrite<T>(who, scope => Task.FromResult(change(scope))), cancellationToken);

    /// <summary>For contexts that are not the writer's own (those of ASP.NET Core Identity): the gate, until disposed.</summary>
    internal async Task<IDisposable> EnterAsync(CancellationToken cancellationToken, [CallerMemberName] string who = "")
    {
        var turn =
            await _gate.EnterAsync(who, Patience, cancellationToken)
            ?? throw new TimeoutException("The database did not take the write in time.");
        return new ForeignTurn(this, turn);
    }

    private async Task<T> WriteAsync<T>(PendingWrite<T> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _waiting.Enqueue(write);
        // Whoever finds the gate open commits at once, on the thread it is on. Whoever does not is taken along by the next
        // one who has it: nobody else passes the gate for that.
        if (_gate.TryEnter() is { } turn)
            await CommitAndLeaveAsync(turn);
        try
        {
            return await write.Outcome.WaitAsync(Patience, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && write.TryWithdraw())
        {
            throw;
        }
        catch (TimeoutException late) when (write.TryWithdraw())
        {
            throw new TimeoutException("The database did not take the write in time.", late);
        }
        catch (Exception failure) when (failure is OperationCanceledException or TimeoutException)
        {
            return await write.Outcome;
        }
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
            Committed?.Invoke(new Commit([], HasJobs: true, [], IsUnsure: true));
            return;
        }

        Committed?.Invoke(new Commit(events, hasJobs, audited));
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
        await using var scope = new WriteScope(_statements, transaction, _options, write.CallerAddress);
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

    public void Dispose()
    {
        _statements.Dispose();
        _connection.Dispose();
        _gate.Dispose();
    }

    private abstract class PendingWrite(string who)
    {
        private int _begun;

        public string Who { get; } = who;

        /// <summary>Of whoever asked for it: it may run on the turn of another.</summary>
        public string? CallerAddress { get; } = Caller.Address;

        /// <summary>Either the gate's holder begins it or its caller withdraws it; never both.</summary>
        public bool TryBegin() => Interlocked.Exchange(ref _begun, 1) == 0;

        public bool TryWithdraw() => TryBegin();

        /// <summary>Runs the change; false when it threw and must be rolled back.</summary>
        public abstract Task<bool> RunAsync(WriteScope scope);

        public abstract void Complete();

        public abstract void Fail(Exception failure);
    }

    private sealed class PendingWrite<T>(string who, Func<WriteScope, Task<T>> change) : PendingWrite(who)
    {
        private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _value = default!;
        private Exception? _failure;

        public Task<T> Outcome => _outcome.Task;

        public override async Task<bool> RunAsync(WriteScope scope)
        {
            try
            {
                _value = await change(scope);
                return true;
            }
            catch (Exception failure)
            {
                _failure = failure;
                return false;
            }
        }

        public override void Complete()
        {
            if (_failure is null)
                _outcome.TrySetResult(_value);
            else
                _outcome.TrySetException(_failure);
        }

        public override void Fail(Exception failure) => _outcome.TrySetException(_failure ?? failure);
    }

    private sealed class ForeignTurn(DatabaseWriter writer, IDisposable turn) : IDisposable
    {
        public void Dispose()
        {
            turn.Dispose();
            writer.CommitLeftOver();
        }
    }
}
