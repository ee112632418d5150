using System.Runtime.CompilerServices;

namespace ChatFiles.E2E.Stage;

/// <summary>
/// One running ChatFiles for the tests of a class. They share it as people do: each brings its own people and chats.
/// Its operator registered before anybody else, so that nobody on stage has more rights than their part gives them.
/// </summary>
public sealed class Site : IAsyncLifetime
{
    public Site()
        : this(new ServerProcess(), isNew: false) { }

    private Site(ServerProcess server, bool isNew) => (Server, this.isNew) = (server, isNew);

    private readonly bool isNew;
    private ApiClient? operatorsProgram;

    public ServerProcess Server { get; }

    public async Task InitializeAsync()
    {
        await Server.StartAsync();
        if (!isNew)
            operatorsProgram = await ApiClient.RegisterAsync(Server.Address, "operator");
    }

    public async Task DisposeAsync()
    {
        operatorsProgram?.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>
    /// Plays a scene on a server of its own, to which it may do what others would feel; on one that
    /// <paramref name="isNew"/> the first of the scene who registers becomes the operator.
    /// </summary>
    public static async Task PlayAloneAsync(
        Func<Scene, Task> play,
        [CallerMemberName] string name = "",
        IEnumerable<KeyValuePair<string, string>>? settings = null,
        bool isNew = false,
        string[]? command = null
    )
    {
        var site = new Site(new ServerProcess(settings, command), isNew);
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
        await using var scene = new Scene(Server, operatorsProgram);
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
