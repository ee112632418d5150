using System.Diagnostics;
using System.Net.Sockets;

namespace ChatFiles.Tests.Stage;

/// <summary>A real virus scanner that knows one virus: a harmless line of text. It listens on a socket in a folder of its own.</summary>
public sealed class Clamd : IAsyncLifetime, IAsyncDisposable
{
    /// <summary>What it finds.</summary>
    public const string Virus = "chatfiles-test-finding";

    /// <summary>What it calls that.</summary>
    public const string Finding = "ChatFiles.Test.Finding";

    /// <summary>It takes no longer stream.</summary>
    public const int MaxBytes = 2 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("chatfiles-clamd-").FullName;
    private Process? _process;

    public string Socket => Path.Combine(_folder, "socket");

    public async Task InitializeAsync()
    {
        var database = Directory.CreateDirectory(Path.Combine(_folder, "database")).FullName;
        // Name, any kind of file, any place in it, the bytes.
        await File.WriteAllTextAsync(Path.Combine(database, "test.ndb"), $"{Finding}:0:*:{Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(Virus))}\n");
        var settings = Path.Combine(_folder, "clamd.conf");
        await File.WriteAllLinesAsync(
            settings,
            [$"LocalSocket {Socket}", $"DatabaseDirectory {database}", $"TemporaryDirectory {_folder}", $"StreamMaxLength {MaxBytes}", "MaxThreads 2", "Foreground yes"]
        );
        _process = Process.Start(new ProcessStartInfo(Program(), ["--config-file", settings]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.HoldsAsync(AnswersAsync, "clamd answers", seconds: 60);
    }

    /// <summary>It ends at once, whatever it was doing.</summary>
    public async Task StopAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        File.Delete(Socket);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await StopAsync();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process!.HasExited)
            throw new InvalidOperationException("clamd ended by itself.");
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Debian keeps it where only root's PATH leads.</summary>
    private static string Program() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").Select(folder => Path.Combine(folder, "clamd")).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("clamd is not installed; ./test.sh installs it and runs the tests.");
}
