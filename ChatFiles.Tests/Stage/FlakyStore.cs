using System.Collections.Concurrent;
using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Stage;

/// <summary>A local store that can go down, as a whole or for some keys, and remembers what it was asked to delete.</summary>
internal sealed class FlakyStore(string root) : IFileStore
{
    private readonly LocalFileStore _store = new(root);

    public volatile bool IsDown;

    /// <summary>Keys that can't be deleted.</summary>
    public ConcurrentDictionary<string, bool> Stuck { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Deletions { get; } = new();

    public ConcurrentQueue<string> Opened { get; } = new();

    public Task<string> WriteAsync(string key, Stream content, CancellationToken cancellationToken) =>
        Up(() => _store.WriteAsync(key, content, cancellationToken));

    public Task<StoredBlob?> OpenAsync(string key, CancellationToken cancellationToken)
    {
        Opened.Enqueue(key);
        return Up(() => _store.OpenAsync(key, cancellationToken));
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        Deletions.Enqueue(key);
        return Stuck.ContainsKey(key) ? throw new StoreUnavailableException("Stuck.") : Up(() => _store.DeleteAsync(key, cancellationToken));
    }

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) =>
        Up(() => _store.ListAsync(prefix, cancellationToken));

    public Task DiscardUnfinishedAsync(CancellationToken cancellationToken) => _store.DiscardUnfinishedAsync(cancellationToken);

    public Task CheckAsync(CancellationToken cancellationToken) => Up(() => _store.CheckAsync(cancellationToken));

    private T Up<T>(Func<T> ask) => IsDown ? throw new StoreUnavailableException("Down.") : ask();
}
