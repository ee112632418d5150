using System.Runtime.CompilerServices;

namespace ChatFiles.E2E.Stage;

/// <summary>One running ChatFiles for the tests of a class. They share it as people do: each brings its own people and chats.</summary>
public sealed class Site : IAsyncLifetime
{
    public Site()
        : this(settings: null) { }

    private Site(IEnumerable<KeyValuePair<string, string>>? settings) => Server = new ServerProcess(settings);

    public ServerProcess Server { get; }

    public Task InitializeAsync() => Server.StartAsync();

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();

    /// <summary>Plays a scene on a server of its own, to which it may do what others would feel.</summary>
    public static async Task PlayAloneAsync(
        Func<Scene, Task> play,
        [CallerMemberName] string name = "",
        IEnumerable<KeyValuePair<string, string>>? settings = null
    )
    {
        var site = new Site(settings);
        try
        {
            await site.InitializeAsync();
            await site.PlayAsync(play, name);
        }
        finally
        {
            await site.DisposeAsync();
        }
    }

    /// <summary>Plays one scene; when it fails, what everybody saw and what the server printed is kept in artifacts/failures.</summary>
    public async Task PlayAsync(Func<Scene, Task> play, [CallerMemberName] string name = "")
    {
        await using var scene = new Scene(Server);
        try
        {
            await play(scene);
            scene.EndsWell();
        }
        catch
        {
            await scene.KeepEvidenceAsync(Path.Combine(Repository.Artifacts("failures"), name));
            throw;
        }
    }
}
