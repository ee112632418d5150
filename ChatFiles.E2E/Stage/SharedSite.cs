using System.Runtime.CompilerServices;

namespace ChatFiles.E2E.Stage;

/// <summary>
/// One running ChatFiles for all scenes that leave it as they find it, until the tests are over: a program that has just
/// been started costs a machine more than what people do there.
/// </summary>
public sealed class SharedSite : IAsyncLifetime
{
    private static readonly Lazy<Task<Site>> One = new(StartAsync);

    private Site site = null!;

    public async Task InitializeAsync() => site = await One.Value;

    public Task DisposeAsync() => Task.CompletedTask;

    /// <inheritdoc cref="Site.PlayAsync"/>
    public Task PlayAsync(Func<Scene, Task> play, [CallerMemberName] string name = "") => site.PlayAsync(play, name);

    private static async Task<Site> StartAsync()
    {
        var started = new Site();
        await started.InitializeAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => started.DisposeAsync().GetAwaiter().GetResult();
        return started;
    }
}
