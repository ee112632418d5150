using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Stage;

/// <summary>The local store, which fails where a test wants it to.</summary>
internal sealed class FlakyStore(IFileStore store) : IFileStore
{
    /// <summary>Called before a blob is written or deleted, with the key; throws to fail.</summary>
    public Action<string> BeforeWrite { get; set; } = _ => { };

    public Action<string> BeforeDelete { get; set; } = _ => { };

    public Action<string> BeforeOpen { get; set; } = _ => { };

    /// <summary>For <see cref="ChatWorld"/>: puts it in the place of the local store.</summary>
    public static void Register(IServiceCollection services) =>
        services.AddSingleton<IFileStore>(provider => new FlakyStore(new LocalFileStore(provider.GetRequiredService<DataDirectory>().Files)));

    public Task<Result<string>> WriteAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        BeforeWrite(key);
        return store.WriteAsync(key, content, cancellationToken);
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        BeforeDelete(key);
        return store.DeleteAsync(key, cancellationToken);
    }

    public Task<StoredBlob?> OpenAsync(string key, CancellationToken cancellationToken)
    {
        BeforeOpen(key);
        return store.OpenAsync(key, cancellationToken);
    }

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => store.ListAsync(prefix, cancellationToken);

    public Task DiscardUnfinishedAsync(CancellationToken cancellationToken) => store.DiscardUnfinishedAsync(cancellationToken);

    public Task CheckAsync(CancellationToken cancellationToken) => store.CheckAsync(cancellationToken);
}
