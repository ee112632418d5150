using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
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

    private readonly WriterGate _gate;
    private readonly ConcurrentQueue<PendingWrite> _waiting = new();
    private readonly SqliteConnection _connection;
    private readonly DbContextOptions<ChatDbContext> _options;

    /// <param name="file">The database.</param>
    /// <param name="interceptors">See every command of a write; faults are staged with them.</param>
    public DatabaseWriter(DatabaseFile file, IEnumerable<IInterceptor> interceptors, TimeProvider time, ILogger<DatabaseWriter> logger)
    {
        _gate = new WriterGate(time, logger);
        _connection = file.CreateConnection();
        _options = new DbContextOptionsBuilder<ChatDbContext>().UseSqlite(_connection).AddInterceptors(interceptors).Options;
    }

    /// <summary>Raised after each commit, outside the gate: events or jobs may be waiting. Handlers must be quick and not throw.</summary>
    public event Action? Committed;

    /// <summary>
    /// Runs <paramref name="change"/> in a transaction and returns when it is durable. A change that throws leaves
    /// nothing behind and disturbs no other. Once begun it is not cancelled any more.
    /// </summary>
    /// <param name="who">Named in the log when it does not come to an end.</param>
    /// <exception cref="TimeoutException">The database did not take the write in time; nothing was written.</exception>
    public async Task<T> WriteAsync<T>(
        Func<ChatDbContext, Task<T>> change,
        CancellationToken cancellationToken = default,
        [CallerMemberName] string who = ""
    )
    {
        var write = new PendingWrite<T>(change, who);
        _waiting.Enqueue(write);
        IDisposable? turn;
        try
        {
            turn = await _gate.EnterAsync(who, cancellationToken);
        }
        catch (OperationCanceledException) when (!write.TryWithdraw())
        {
            return await write.Outcome;
        }

        if (turn is null)
        {
            if (write.TryWithdraw())
                throw new TimeoutException("The database did not take the write in time.");
            return await write.Outcome;
        }

        var committed = false;
        using (turn)
        {
            // Usually whoever had the gate before has taken this write along; a full batch may have left it over.
            while (!write.Outcome.IsCompleted)
                committed |= await CommitWaitingAsync(write);
        }

        if (committed)
            Committed?.Invoke();
        return await write.Outcome;
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
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

    /// <summary>For contexts that are not the writer's own (those of ASP.NET Core Identity): the gate, until disposed.</summary>
    internal async Task<IDisposable> EnterAsync(CancellationToken cancellationToken, [CallerMemberName] string who = "") =>
        await _gate.EnterAsync(who, cancellationToken) ?? throw new TimeoutException("The database did not take the write in time.");

    private async Task<bool> CommitWaitingAsync(PendingWrite own)
    {
        var batch = new List<PendingWrite>();
        try
        {
            DatabaseFile.Open(_connection);
            await using var transaction = (SqliteTransaction)await _connection.BeginTransactionAsync();
            while (batch.Count < MaxBatch && _waiting.TryDequeue(out var next))
            {
                if (!next.TryBegin())
                    continue;
                batch.Add(next);
                await RunAsync(next, transaction);
            }

            await transaction.CommitAsync();
        }
        catch (Exception failure)
        {
            await _connection.CloseAsync();
            batch.ForEach(write => write.Fail(failure));
            // Where not even the transaction began, the caller's own write must not be tried for ever.
            if (own.TryBegin())
                own.Fail(failure);
            return false;
        }

        batch.ForEach(write => write.Complete());
        return true;
    }

    private async Task RunAsync(PendingWrite write, SqliteTransaction transaction)
    {
        _gate.Holder = write.Who;
        await transaction.SaveAsync(Savepoint);
        await using var db = new ChatDbContext(_options) { HoldsGate = true };
        db.Database.AutoSavepointsEnabled = false;
        await db.Database.UseTransactionAsync(transaction);
        if (!await write.RunAsync(db))
            await transaction.RollbackAsync(Savepoint);
        await transaction.ReleaseAsync(Savepoint);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _gate.Dispose();
    }

    private abstract class PendingWrite(string who)
    {
        private int _begun;

        public string Who { get; } = who;

        /// <summary>Either the gate's holder begins it or its caller withdraws it; never both.</summary>
        public bool TryBegin() => Interlocked.Exchange(ref _begun, 1) == 0;

        public bool TryWithdraw() => TryBegin();

        /// <summary>Runs the change; false when it threw and must be rolled back.</summary>
        public abstract Task<bool> RunAsync(ChatDbContext db);

        public abstract void Complete();

        public abstract void Fail(Exception failure);
    }

    private sealed class PendingWrite<T>(Func<ChatDbContext, Task<T>> change, string who) : PendingWrite(who)
    {
        private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _value = default!;
        private Exception? _failure;

        public Task<T> Outcome => _outcome.Task;

        public override async Task<bool> RunAsync(ChatDbContext db)
        {
            try
            {
                _value = await change(db);
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
}
