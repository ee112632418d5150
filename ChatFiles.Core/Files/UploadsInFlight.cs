using System.Collections.Concurrent;

namespace ChatFiles.Core.Files;

/// <summary>
/// The blobs that are being written and have no row yet, with the time they began. The sweeper leaves them alone; a
/// crash empties this, and then they are orphans.
/// </summary>
public sealed class UploadsInFlight
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _begun = new(StringComparer.Ordinal);

    /// <summary>Whether a blob of a failed upload may have stayed in the store: the sweeper's business.</summary>
    public bool HasLeftovers { get; set; }

    public string Begin(DateTimeOffset now)
    {
        var key = BlobKey.New(now);
        _begun[key] = now;
        return key;
    }

    public void End(string key) => _begun.TryRemove(key, out _);

    public bool Has(string key) => _begun.ContainsKey(key);

    /// <summary>Since when the oldest is under way; null when there is none.</summary>
    public DateTimeOffset? Oldest => _begun.IsEmpty ? null : _begun.Values.Min();
}
