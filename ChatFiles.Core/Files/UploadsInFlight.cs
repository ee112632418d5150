using System.Collections.Concurrent;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>
/// The blobs that are being written, with the time they began, where no other process writes any. The sweeper leaves them
/// alone; a crash empties this, and then they are orphans.
/// </summary>
public sealed class UploadsInFlight(TimeProvider time) : IBlobIntents
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _begun = new(StringComparer.Ordinal);

    /// <summary>Whether a blob of a failed upload may have stayed in the store: the sweeper's business.</summary>
    public bool HasLeftovers { get; set; }

    /// <inheritdoc/>
    public ValueTask BeginAsync(string key, CancellationToken cancellationToken)
    {
        _begun[key] = time.GetUtcNow();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask EndAsync(string key, BlobEnd end)
    {
        if (end == BlobEnd.LeftOver)
            HasLeftovers = true;
        _begun.TryRemove(key, out _);
        return ValueTask.CompletedTask;
    }

    public bool Has(string key) => _begun.ContainsKey(key);

    /// <summary>Since when the oldest is under way; null when there is none.</summary>
    public DateTimeOffset? Oldest => _begun.IsEmpty ? null : _begun.Values.Min();
}
