using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Stage;

/// <summary>A real blob server of this test class alone, so that it can be frozen or stopped without disturbing others.</summary>
public sealed class Azurite : IAsyncLifetime
{
    // Azurite's well-known account; no secret.
    private const string Account =
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
        + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;";

    private readonly string _folder = Directory.CreateTempSubdirectory("chatfiles-azurite-").FullName;
    private readonly int _port = FreePort();
    private Process? _process;

    public async Task InitializeAsync()
    {
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                Program(),
                "--location",
                _folder,
                "--silent",
                "--skipApiVersionCheck",
                "--blobPort",
                _port.ToString(CultureInfo.InvariantCulture),
            },
        };
        _process = Process.Start(start)!;
        await Eventually.HoldsAsync(AnswersAsync, "Azurite answers", seconds: 60);
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>
    /// It dies in the middle of everything, with all its connections; <see cref="InitializeAsync"/> starts it again on
    /// what it has written down.
    /// </summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await EndAsync();
    }

    /// <summary>Whether it has written down that there is this blob, which it does every few seconds.</summary>
    public bool HasWrittenDown(string key) =>
        Directory.EnumerateFiles(_folder, "*blob*.json").Any(file => File.ReadAllText(file).Contains(key, StringComparison.Ordinal));

    /// <summary>A container of its own for each test; it does not exist yet.</summary>
    public AzureStorageOptions NewContainer() => new() { ConnectionString = ConnectionTo(_port), Container = $"test-{Guid.NewGuid():N}" };

    /// <summary>Where nobody listens.</summary>
    public static AzureStorageOptions Nowhere() => At(FreePort());

    /// <summary>Where something else listens.</summary>
    public static AzureStorageOptions At(int port) => new() { ConnectionString = ConnectionTo(port), Container = "nowhere" };

    /// <summary>It takes connections and answers nothing, as an overloaded or cut-off store does.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    public Task ThawAsync() => SignalAsync("-CONT");

    private async Task EndAsync()
    {
        await _process!.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        kill.ExitCode.ShouldBe(0);
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process!.HasExited)
            throw new InvalidOperationException($"Azurite ended: {await _process.StandardError.ReadToEndAsync()}");
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string ConnectionTo(int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{Account}BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;");

    private static string Program()
    {
        if (Environment.GetEnvironmentVariable("AZURITE") is { Length: > 0 } named)
            return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var program = Path.Combine(folder.FullName, "build", "npm", "node_modules", ".bin", "azurite-blob");
            if (File.Exists(program))
                return program;
        }

        throw new InvalidOperationException("Azurite is not installed; ./test.sh installs it and runs the tests.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
