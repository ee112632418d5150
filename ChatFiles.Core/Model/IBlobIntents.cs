namespace ChatFiles.Core.Model;

/// <summary>What has become of a blob that was begun.</summary>
public enum BlobEnd
{
    /// <summary>It belongs to a row that is committed.</summary>
    Kept,

    /// <summary>It is not in the store.</summary>
    Removed,

    /// <summary>It belongs to nothing, and may still be in the store.</summary>
    LeftOver,

    /// <summary>The database has not said whether its row is committed.</summary>
    Unknown,
}

/// <summary>
/// The blobs that are being written and have no row yet: nobody may take them for left over, unless the process that
/// writes them has died.
/// </summary>
public interface IBlobIntents
{
    /// <summary>Before the first byte is written.</summary>
    ValueTask BeginAsync(string key, CancellationToken cancellationToken);

    /// <summary>It is on its way no longer. Does not throw: what can't be said now is said later.</summary>
    ValueTask EndAsync(string key, BlobEnd end);
}
