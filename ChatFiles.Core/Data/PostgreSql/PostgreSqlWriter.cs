using System.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>
/// A change of a chat begins with a lock on the chat's row: whoever has it gives the next ids and seqs, in whichever process.
/// Those that wait for the same chat share a transaction; different chats do not wait for each other. What names no chat
/// waits for one lock of all processes, so that whatever is looked up before it is written still holds then. Who has that one
/// may lock a chat, never the other way round.
/// </summary>
internal sealed class PostgreSqlWriter(NpgsqlDataSource source, IEnumerable<IInterceptor> interceptors, IServiceProvider application) : DatabaseWriter
{
    /// <summary>Everything that names no chat; chats have positive ids.</summary>
    private const long Rest = 0;

    private const int MaxBatch = 64;
    private const int MaxTries = 4;
    private const string Savepoint = "write";

    private const string LockChatSql = """
        SELECT 1 FROM "Chats" WHERE "Id" = @chat FOR NO KEY UPDATE
        """;

    private const string LockRestSql = """
        SELECT pg_advisory_xact_lock(7270001)
        """;

    /// <summary>Beyond its patience somebody whose change has begun waits for so long: by then the server has ended its statement.</summary>
    private static readonly TimeSpan AfterPatience = TimeSpan.FromSeconds(1);

    private readonly DbContextOptions<PostgreSqlContext> _options = new DbContextOptionsBuilder<PostgreSqlContext>()
        .UseShared(application)
        .UseNpgsql(source)
        .AddInterceptors(interceptors)
        .Options;

    private readonly Lock _lock = new();
    private readonly Lock _telling = new();

    /// <summary>By chat: what waits. There is one as long as somebody commits for it.</summary>
    private readonly Dictionary<long, Queue<PendingWrite>> _lanes = [];

    /// <summary>Rows of accounts say themselves when they were changed meanwhile.</summary>
    internal override Task<IDisposable> EnterAsync(CancellationToken cancellationToken, string who = "") => Task.FromResult<IDisposable>(new NoTurn());

    private protected override Task<T> WriteAsync<T>(PendingWrite<T> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var lane = write.ChatId ?? Rest;
        if (Enqueue(lane, write))
            _ = CommitAllAsync(lane);
        return OutcomeOfAsync(write, AfterPatience, cancellationToken);
    }

    protected override void Dispose(bool isDisposing) { }

    /// <summary>Whether somebody must begin to commit.</summary>
    private bool Enqueue(long lane, PendingWrite write)
    {
        lock (_lock)
        {
            if (_lanes.TryGetValue(lane, out var waiting))
            {
                waiting.Enqueue(write);
                return false;
            }

            _lanes[lane] = new Queue<PendingWrite>([write]);
            return true;
        }
    }

    private async Task CommitAllAsync(long lane)
    {
        while (TakeBatch(lane) is { } batch)
        {
            if (batch.Count > 0)
                await CommitAsync(lane, batch);
        }
    }

    /// <summary>Those that are begun now; null when nobody waits any more.</summary>
    private List<PendingWrite>? TakeBatch(long lane)
    {
        lock (_lock)
        {
            var waiting = _lanes[lane];
            var batch = new List<PendingWrite>();
            if (waiting.Count == 0)
            {
                _lanes.Remove(lane);
                return null;
            }

            while (batch.Count < MaxBatch && waiting.TryDequeue(out var next))
            {
                if (next.TryBegin())
                    batch.Add(next);
            }

            return batch;
        }
    }

    private async Task CommitAsync(long lane, List<PendingWrite> batch)
    {
        var began = Measures.Database.Begin();
        for (var tries = 1; ; tries++)
        {
            var attempt = new Attempt();
            try
            {
                await TryCommitAsync(lane, batch, attempt);
                Measures.Database.End(began, "commit");
                Publish(new Commit(attempt.Events, attempt.HasJobs, attempt.Audited));
                batch.ForEach(write => write.Complete());
                return;
            }
            catch (Exception failure) when (tries < MaxTries && attempt.MayBeRepeated(failure))
            {
                // A connection that had died in the pool, or others in the way: nothing of it is left.
            }
            catch (Exception failure) when (attempt.IsCommitting)
            {
                var unknown = new OutcomeUnknownException(failure);
                Publish(new Commit(attempt.Events.ConvertAll(e => e with { Event = null }), HasJobs: true, [], IsUnsure: true));
                batch.ForEach(write => write.Fail(unknown));
                return;
            }
            catch (Exception failure)
            {
                batch.ForEach(write => write.Fail(failure));
                return;
            }
        }
    }

    private PostgreSqlContext CreateContext(NpgsqlConnection connection, string? callerAddress)
    {
        var db = new PostgreSqlContext(_options) { HoldsGate = true, CallerAddress = callerAddress };
        db.Database.SetDbConnection(connection);
        return db;
    }

    private async Task TryCommitAsync(long lane, List<PendingWrite> batch, Attempt attempt)
    {
        await using var connection = await source.OpenConnectionAsync();
        using var statements = new PreparedStatements(connection, PostgreSqlDialect.Instance);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted);
        await statements.Of(lane == Rest ? LockRestSql : LockChatSql, transaction, lane == Rest ? [] : [("@chat", lane)]).ExecuteNonQueryAsync();
        foreach (var write in batch)
        {
            attempt.HasBegun = true;
            // Where it is alone, the transaction itself is what can be rolled back.
            if (batch.Count > 1)
                await transaction.SaveAsync(Savepoint);
            await using var scope = new WriteScope(
                statements,
                transaction,
                address => CreateContext(connection, address),
                write.CallerAddress,
                write.ChatId
            );
            if (await write.RunAsync(scope))
            {
                attempt.Add(scope);
                if (batch.Count > 1)
                    await transaction.ReleaseAsync(Savepoint);
            }
            else if (PostgreSqlTrouble.IsConflict(write.Failure))
                throw write.Failure!;
            else if (batch.Count > 1)
                await transaction.RollbackAsync(Savepoint);
            else
            {
                await transaction.RollbackAsync();
                return;
            }
        }

        attempt.IsCommitting = true;
        await transaction.CommitAsync();
    }

    /// <summary>Lanes commit at the same time; who listens hears of one after the other.</summary>
    private void Publish(Commit commit)
    {
        lock (_telling)
            Tell(commit);
    }

    private sealed class Attempt
    {
        public List<CommittedEvent> Events { get; } = [];

        public List<AuditEntry> Audited { get; } = [];

        public bool HasJobs { get; private set; }

        /// <summary>Changes have been made that may be seen from outside of the transaction.</summary>
        public bool HasBegun { get; set; }

        /// <summary>From here on only the database knows.</summary>
        public bool IsCommitting { get; set; }

        public void Add(WriteScope scope)
        {
            Events.AddRange(scope.Events);
            Audited.AddRange(scope.Audited);
            HasJobs |= scope.HasJobs;
        }

        public bool MayBeRepeated(Exception failure) =>
            !IsCommitting && (PostgreSqlTrouble.IsConflict(failure) || (!HasBegun && failure is NpgsqlException { IsTransient: true } and not PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable }));
    }

    private sealed class NoTurn : IDisposable
    {
        public void Dispose() { }
    }
}
