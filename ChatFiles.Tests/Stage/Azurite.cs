using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Stage;

/// <summary>A real blob server, in memory, that lives as long as the tests that share it. It can be frozen and thawed.</summary>
public sealed class Azurite : IAsyncLifetime
{
    private Process? _process;

    public int Port { get; } = FreePort();

    public AzureStorageOptions Options(string container) =>
        new() { ConnectionString = ConnectionString(Port), Container = container };

    public static string ConnectionString(int port) =>
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
        + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;" // Azurite's published key
        + string.Create(CultureInfo.InvariantCulture, $"BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;");

    public async Task InitializeAsync()
    {
        var start = new ProcessStartInfo("node")
        {
            ArgumentList =
            {
                Executable(),
                "--inMemoryPersistence",
                "--silent",
                "--blobPort",
                Port.ToString(CultureInfo.InvariantCulture),
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        _process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => _process.Kill();
        await Eventually.HoldsAsync(IsListening, "Azurite listened", 60);
    }

    public Task DisposeAsync()
    {
        _process?.Kill();
        return Task.CompletedTask;
    }

    /// <summary>It still takes connections and answers none, as a machine in trouble does.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    public Task ThawAsync() => SignalAsync("-CONT");

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private bool IsListening()
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Executable()
    {
        if (Environment.GetEnvironmentVariable("AZURITE") is { Length: > 0 } named)
            return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var installed = Path.Combine(folder.FullName, "build", "npm", "node_modules", ".bin", "azurite-blob");
            if (File.Exists(installed))
                return installed;
        }

        throw new InvalidOperationException("Azurite is not installed; ./test.sh installs it.");
    }
}
