using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Stage;

/// <summary>A real local store that a test can take away and bring back.</summary>
internal sealed class StagedStore : IFileStore
{
    private LocalFileStore _store = null!;

    public bool IsAway { get; set; }

    /// <summary>Deletions that fail although the store is there.</summary>
    public Predicate<string> FailsToDelete { get; set; } = _ => false;

    public IFileStore Around(IServiceProvider services)
    {
        _store = new LocalFileStore(services.GetRequiredService<DataDirectory>().Files);
        return this;
    }

    public Task<string> WriteAsync(string key, Stream content, CancellationToken cancellationToken) =>
        Reach().WriteAsync(key, content, cancellationToken);

    public Task<StoredBlob?> OpenAsync(string key, CancellationToken cancellationToken) => Reach().OpenAsync(key, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        FailsToDelete(key) ? throw new StoreUnavailableException("Staged.") : Reach().DeleteAsync(key, cancellationToken);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => Reach().ListAsync(prefix, cancellationToken);

    public Task DiscardUnfinishedAsync(CancellationToken cancellationToken) => _store.DiscardUnfinishedAsync(cancellationToken);

    public Task CheckAsync(CancellationToken cancellationToken) => Reach().CheckAsync(cancellationToken);

    private LocalFileStore Reach() => IsAway ? throw new StoreUnavailableException("Staged.") : _store;
}
