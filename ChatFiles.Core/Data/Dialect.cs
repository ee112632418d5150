using System.Data.Common;

namespace ChatFiles.Core.Data;

/// <summary>What one kind of database does in its own way; the rest of the house does not know which one it has.</summary>
public abstract class Dialect
{
    private protected Dialect() { }

    /// <summary>How texts are searched.</summary>
    internal abstract FullText FullText { get; }

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
