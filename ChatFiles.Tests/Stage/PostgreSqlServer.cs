using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace ChatFiles.Tests.Stage;

/// <summary>A real PostgreSQL of this test class alone, so that it can be killed or frozen without disturbing others.</summary>
public sealed class PostgreSqlServer : IAsyncLifetime
{
    private static readonly string Programs = FindPrograms();

    private readonly string _folder = Directory.CreateTempSubdirectory("chatfiles-postgresql-").FullName;
    private Process? _process;

    private string DataFolder => Path.Combine(_folder, "data");

    public bool IsRunning => _process is not null;

    public async Task InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", "postgres:", _folder);
        var initialize = AsItsOwner("initdb", "-D", DataFolder, "-U", "chatfiles", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        await RunAsync(initialize[0], initialize[1..]);
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A new, empty database's connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection($"{On("postgres")};Pooling=False");
        await connection.OpenAsync();
#pragma warning disable CA2100 // A name of this class's own.
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync();
        return On(name);
    }

    /// <summary>On what is there, such as what a kill has left.</summary>
    public async Task StartAsync()
    {
        // What a machine does that loses its power is not played here; what it has confirmed survives its own death.
        var command = AsItsOwner("postgres", "-D", DataFolder, "-k", _folder, "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "fsync=off", "-c", "full_page_writes=off");
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await Eventually.HoldsAsync(AnswersAsync, "PostgreSQL answers", seconds: 60);
    }

    /// <summary>All its processes die at once.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>It takes connections and answers nothing.</summary>
    public Task FreezeAsync() => SignalAllAsync("-STOP");

    public Task ThawAsync() => SignalAllAsync("-CONT");

    private string On(string database) => $"Host={_folder};Username=chatfiles;Password=sesame;Database={database}";

    /// <summary>Its main process first, so that it starts no others meanwhile.</summary>
    private async Task SignalAllAsync(string signal)
    {
        var main = _process!.Id.ToString(CultureInfo.InvariantCulture);
        await RunAsync("kill", signal, main);
        var children = await File.ReadAllTextAsync($"/proc/{main}/task/{main}/children");
        // One whose client has just gone may have gone with it.
        await RunAsync("sh", "-c", $"kill {signal} {children} || true");
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process!.HasExited)
            throw new InvalidOperationException("PostgreSQL ended.");
        try
        {
            await using var connection = new NpgsqlConnection($"{On("postgres")};Pooling=False");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>It refuses to be root's.</summary>
    private static string[] AsItsOwner(string program, params string[] arguments) =>
        [
            .. Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : Array.Empty<string>(),
            Path.Combine(Programs, program),
            .. arguments,
        ];

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var run = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() })!;
        await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        run.ExitCode.ShouldBe(0, program);
    }

    /// <summary>Debian keeps each version's in a folder of its own.</summary>
    private static string FindPrograms()
    {
        const string Versions = "/usr/lib/postgresql";
        var folders = Directory.Exists(Versions) ? Directory.GetDirectories(Versions).Select(version => Path.Combine(version, "bin")) : [];
        return folders.LastOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new InvalidOperationException("PostgreSQL is not installed; ./test.sh installs it and runs the tests.");
    }
}
