using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;

namespace ChatFiles.Web;

/// <summary>What the program does instead of serving: it prints one line, or says in one on stderr why it could not.</summary>
/// <param name="Arguments">Their names, as the usage shows them; all are needed.</param>
/// <param name="RunAsync">Returns the line.</param>
internal sealed record Command(string Name, string[] Arguments, string Summary, Func<IServiceProvider, string[], Task<string>> RunAsync)
{
    public static readonly Command[] All =
    [
        new("backup", ["FOLDER"], "writes a copy of database, keys and local files into an empty folder", (services, arguments) =>
            AboutAsync("backup", arguments[0], folder => services.GetRequiredService<Backup>().WriteAsync(folder, CancellationToken.None))),
        new("check", ["FOLDER"], "says whether a backup is complete and unchanged", (_, arguments) =>
            AboutAsync("check", arguments[0], folder => Backup.CheckAsync(folder, CancellationToken.None))),
        new("restore", ["FOLDER"], "makes a backup the data of this installation, which must have none", (services, arguments) =>
            AboutAsync("restore", arguments[0], folder => RestoreAsync(services, folder))),
    ];

    public string Synopsis => string.Join(' ', Arguments.Prepend(Name));

    public static Command? Find(string name) => Array.Find(All, command => command.Name == name);

    /// <summary>Returns the exit code.</summary>
    public async Task<int> RunToEndAsync(IServiceProvider services, string[] arguments)
    {
        try
        {
            Console.WriteLine(OneLine.Of(await RunAsync(services, arguments)));
            return 0;
        }
        // Whatever it is: who runs this from a timer reads one line and the exit code.
        catch (Exception failure)
        {
            if (!StartUp.IsUnusableSetting(failure, out var reason))
                reason = failure is IOException or UnauthorizedAccessException ? failure.Message : $"{failure.Message} ({failure.GetType().Name})";
            await Console.Error.WriteLineAsync(OneLine.Of($"{string.Join(' ', arguments.Prepend(Name))} failed: {reason}"));
            return 1;
        }
    }

    private static async Task<string> AboutAsync(string name, string folder, Func<string, Task<BackupManifest>> run)
    {
        var path = Path.GetFullPath(folder);
        var manifest = await run(path);
        return $"{name} of {path}: done; taken {manifest.TakenAt:u}, {manifest.Messages} messages, {manifest.Blobs} blobs";
    }

    private static Task<BackupManifest> RestoreAsync(IServiceProvider services, string folder)
    {
        var data = services.GetRequiredService<DataDirectory>();
        data.Lock();
        return Backup.RestoreAsync(folder, data.Root, CancellationToken.None);
    }
}
