using System.Data.Common;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

/// <summary>One change within the writer's transaction: by EF, or by prepared statements where that pays.</summary>
internal sealed class WriteScope(PreparedStatements statements, DbTransaction transaction, Func<string?, ChatDbContext> create, string? callerAddress = null, long? chatId = null) : IAsyncDisposable
{
    private readonly List<CommittedEvent> _events = [];
    private readonly List<AuditEntry> _audited = [];
    private ChatDbContext? _db;

    /// <summary>Made when it is asked for.</summary>
    public ChatDbContext Db => _db ??= CreateContext();

    /// <summary>The events that this change has added to the log, those of a chat in the order of their seqs.</summary>
    public IEnumerable<CommittedEvent> Events =>
        (_db is null ? [] : _db.ChangeTracker.Entries<ChatEvent>().Select(entry => entry.Entity).OrderBy(e => e.Seq).Select(Describe)).Concat(_events);

    /// <summary>What this change has noted in the audit log.</summary>
    public IEnumerable<AuditEntry> Audited =>
        (_db is null ? [] : _db.ChangeTracker.Entries<AuditEntry>().Select(entry => entry.Entity)).Concat(_audited);

    /// <summary>Where the change was asked for from; see <see cref="Caller"/>.</summary>
    public string? CallerAddress => callerAddress;

    /// <summary>It has added side jobs.</summary>
    public bool HasJobs => _db is not null && _db.ChangeTracker.Entries<Job>().Any();

    public Dialect Dialect => statements.Dialect;

    /// <summary>A prepared statement in the transaction.</summary>
    public DbCommand Statement(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        statements.Of(sql, transaction, parameters);

    /// <summary>Keeps others from changing what a person may use until the transaction ends; after the chat's lock, never before it.</summary>
    public void LockPerson(string userId)
    {
        if (Dialect.LockPersonSql is { } sql)
            Statement(sql, ("@user", userId)).ExecuteNonQuery();
    }

    /// <summary>The blobs belong to what this transaction commits, all of them or none; see <see cref="IBlobIntents"/>.</summary>
    /// <exception cref="TimeoutException">Somebody else has one: this process was thought dead.</exception>
    public void TakeIntents(string[] keys)
    {
        if (Dialect.TakeIntentsSql is { } sql && Statement(sql, ("@keys", keys)).ExecuteNonQuery() != keys.Length)
            throw LostIntents();
    }

    /// <summary>The resumable uploads are what this transaction commits, all of them or none.</summary>
    public bool TakeUploads(string[] ids) =>
        Dialect.TakeUploadsSql is { } sql && Convert.ToInt64(Statement(sql, ("@ids", ids)).ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture) == ids.Length;

    internal static TimeoutException LostIntents() => new("This process gave no sign of life for so long that its blobs were taken for left over.");

    /// <summary>An event that a statement has added.</summary>
    public void Add(CommittedEvent added) => _events.Add(added);

    /// <summary>An entry that a statement has added.</summary>
    public void Add(AuditEntry noted) => _audited.Add(noted);

    public ValueTask DisposeAsync() => _db?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>What is shown as it is at the time of its reading, the log's reader shows.</summary>
    private static CommittedEvent Describe(ChatEvent e) =>
        new(
            e.ChatId,
            e.Seq,
            e.Type is ChatEventType.MessageCreated or ChatEventType.MessageEdited or ChatEventType.ReactionsChanged or ChatEventType.ChatChanged or ChatEventType.FileChanged
                ? null
                : new RoomEvent(e.ChatId, e.Seq, e.Type, e.MessageId, e.FileId, e.UserId, e.UserName, Message: null, ActorName: e.ActorName, Line: e.ToLine())
        );

    private ChatDbContext CreateContext()
    {
        var db = create(callerAddress);
        db.Database.AutoSavepointsEnabled = false;
        db.Database.UseTransaction(transaction);
        if (chatId is { } locked)
            db.NoteLocked(locked);
        return db;
    }
}
