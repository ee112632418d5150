using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web;

/// <summary>What the program does instead of serving: it prints one line, or says in one on stderr why it could not.</summary>
/// <param name="Arguments">Their names, as the usage shows them; all are needed but an option in brackets.</param>
/// <param name="RunAsync">Given what stands in their places, an option that was not given left out; returns the line.</param>
internal sealed record Command(string Name, string[] Arguments, string Summary, Func<IServiceProvider, string[], Task<string>> RunAsync)
{
    private const string AsOperator = "--operator";

    public static readonly Command[] All =
    [
        new("backup", ["FOLDER"], "writes a copy of database, keys and local files into an empty folder", (services, arguments) =>
            AboutAsync("backup", arguments[0], folder => services.GetRequiredService<Backup>().WriteAsync(folder, CancellationToken.None))),
        new("check", ["FOLDER"], "says whether a backup is complete and unchanged", (_, arguments) =>
            AboutAsync("check", arguments[0], folder => Backup.CheckAsync(folder, CancellationToken.None))),
        new("restore", ["FOLDER"], "makes a backup the data of this installation, which must have none", (services, arguments) =>
            AboutAsync("restore", arguments[0], folder => RestoreAsync(services, folder))),
        new("add-person", ["EMAIL", $"[{AsOperator}]"], "makes an account and prints a one-time link to set its password", (services, arguments) =>
            AccountCommands.AddPersonAsync(services, arguments.First(argument => argument != AsOperator), arguments.Contains(AsOperator, StringComparer.Ordinal))),
        new("reset-password", ["EMAIL"], "prints a one-time link to set another password", (services, arguments) =>
            AccountCommands.ResetPasswordAsync(services, arguments[0])),
        new("forget-password", ["EMAIL"], "takes an account's password away, so that its person comes by the company's sign-on", (services, arguments) =>
            AccountCommands.ForgetPasswordAsync(services, arguments[0])),
        new("move-to-postgres", [$"[{MoveCommand.WithBlobs}]"], "copies the database to PostgreSQL and, where asked, the files to Azure", MoveCommand.RunAsync),
        new("export", ["--chat ID|--person EMAIL", "--to FILE.zip"], "writes a chat, or all of a person, into a ZIP", ExportCommand.RunAsync) { Fits = ExportCommand.Fits },
    ];

    /// <summary>Whether these can stand behind its name; null: as many as it has.</summary>
    public Func<string[], bool>? Fits { get; init; }

    public string Synopsis => string.Join(' ', Arguments.Prepend(Name));

    /// <summary>Whether this can stand on the command line behind its name.</summary>
    public bool Takes(string[] arguments)
    {
        if (Fits is not null)
            return Fits(arguments);
        var options = Arguments.Where(argument => argument.StartsWith('[')).Select(argument => argument.Trim('[', ']')).ToList();
        var given = arguments.Where(argument => argument.StartsWith('-')).ToList();
        return given.TrueForAll(options.Contains) && arguments.Length - given.Count == Arguments.Length - options.Count;
    }

    /// <summary>Whether it is an option of some command, and no setting.</summary>
    public static bool IsOption(string argument) => All.Any(command => command.Arguments.Contains($"[{argument}]", StringComparer.Ordinal)) || ExportCommand.Options.Contains(argument, StringComparer.Ordinal);

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
                reason = failure is IOException or UnauthorizedAccessException or CommandRefusedException ? failure.Message : $"{failure.Message} ({failure.GetType().Name})";
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
        if (services.GetRequiredService<IOptions<DatabaseOptions>>().Value.Provider == DatabaseProvider.PostgreSql)
            throw Backup.NotOurs();
        var data = services.GetRequiredService<DataDirectory>();
        data.Lock();
        return Backup.RestoreAsync(folder, data.Root, CancellationToken.None);
    }
}
