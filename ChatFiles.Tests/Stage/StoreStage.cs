using System.Collections.Concurrent;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Stage;

/// <summary>
/// Where a test stages the faults of the file store and sees what was asked of it. Behind it is the real store, on
/// the world's real folder; the same stage serves every restart of the world.
/// </summary>
internal sealed class StoreStage
{
    public Func<string, Task> OnWrite { get; set; } = _ => Task.CompletedTask;

    public Func<string, Task> OnOpen { get; set; } = _ => Task.CompletedTask;

    public Func<string, Task> OnDelete { get; set; } = _ => Task.CompletedTask;

    public Func<string, Task> OnList { get; set; } = _ => Task.CompletedTask;

    /// <summary>The prefixes that were listed, in order.</summary>
    public ConcurrentQueue<string> Listed { get; } = new();

    /// <summary>The keys whose deletion was tried, in order.</summary>
    public ConcurrentQueue<string> Deleted { get; } = new();

    /// <summary>For <see cref="ChatWorld.BeginAsync"/>.</summary>
    public void Register(IServiceCollection services) =>
        services.AddSingleton<IFileStore>(provider => new StagedStore(
            new LocalFileStore(provider.GetRequiredService<DataDirectory>().Files),
            this
        ));

    public static Task Unavailable(string key) => throw new StoreUnavailableException("The store is down: the test wants it so.");

    private sealed class StagedStore(IFileStore inner, StoreStage stage) : IFileStore
    {
        public async Task<Result<string>> WriteAsync(string key, Stream content, CancellationToken cancellationToken)
        {
            await stage.OnWrite(key).WaitAsync(cancellationToken);
            return await inner.WriteAsync(key, content, cancellationToken);
        }

        public async Task<StoredBlob?> OpenAsync(string key, CancellationToken cancellationToken)
        {
            await stage.OnOpen(key).WaitAsync(cancellationToken);
            return await inner.OpenAsync(key, cancellationToken);
        }

        public async Task DeleteAsync(string key, CancellationToken cancellationToken)
        {
            stage.Deleted.Enqueue(key);
            await stage.OnDelete(key).WaitAsync(cancellationToken);
            await inner.DeleteAsync(key, cancellationToken);
        }

        public async IAsyncEnumerable<string> ListAsync(
            string prefix,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            stage.Listed.Enqueue(prefix);
            await stage.OnList(prefix).WaitAsync(cancellationToken);
            await foreach (var key in inner.ListAsync(prefix, cancellationToken))
                yield return key;
        }

        public Task DiscardUnfinishedAsync(CancellationToken cancellationToken) => inner.DiscardUnfinishedAsync(cancellationToken);

        public Task CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);
    }
}
