using System.Data.Common;

namespace ChatFiles.Core.Data;

/// <summary>What one kind of database does in its own way; the rest of the house does not know which one it has.</summary>
public abstract class Dialect
{
    private protected Dialect() { }

    /// <summary>How texts are searched.</summary>
    internal abstract FullText FullText { get; }

    /// <summary>So many connections of prepared reads are kept open between two of them.</summary>
    internal abstract int MostIdleReaders { get; }

    /// <summary>A statement is prepared as long as its command is kept; else the driver remembers it by its text.</summary>
    internal abstract bool KeepsCommands { get; }

    /// <summary>
    /// A page is read between its two ends, which are looked up first, in the order of the index. A planner that guesses how
    /// far apart they are may read whole tables instead; it is told how many rows there are.
    /// </summary>
    internal abstract bool FindsEndsFirst { get; }

    /// <summary>A statement in this database's words. All are written in those of SQLite, which differ in the names of functions only.</summary>
    internal abstract string Of(string sql);

    /// <summary>Keeps others from changing the chat until the transaction ends.</summary>
    internal abstract Task LockChatAsync(ChatDbContext db, long chatId);

    /// <summary>Keeps others from changing what a person may use until the transaction ends; null where nobody can write at the same time.</summary>
    internal abstract string? LockPersonSql { get; }

    /// <summary>Ends the intents of these blobs (<c>@keys</c>); null where there are no such rows.</summary>
    internal abstract string? TakeIntentsSql { get; }

    /// <summary>Ends the intent of a blob; false where it is there no longer.</summary>
    internal abstract Task<bool> TakeIntentAsync(ChatDbContext db, string key);

    /// <summary>Deletes the rows of these resumable uploads (<c>@ids</c>), has their bytes removed, and says how many there were; null where there are no such rows.</summary>
    internal abstract string? TakeUploadsSql { get; }

    /// <summary>Until it is disposed, all reads of the context see one moment of the database.</summary>
    internal abstract Task<DbTransaction> HoldMomentAsync(ChatDbContext db, CancellationToken cancellationToken);

    /// <summary>
    /// Until it is disposed, a read of the context that takes longer, or that nobody waits for any more, is ended. Nothing
    /// else uses the context meanwhile.
    /// </summary>
    internal abstract IDisposable Limit(ChatDbContext db, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken);

    /// <summary>Whether a read has failed because it was ended.</summary>
    internal abstract bool WasEnded(Exception failure);
}
