using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ChatFiles.E2E.Stage;

/// <summary>
/// ChatFiles as a process of its own with a data folder of its own. It can be stopped, killed and started again on the
/// same address and data.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StringBuilder output = new();
    private readonly Dictionary<string, string> settings;
    private readonly string[] command;
    private Process? process;

    /// <param name="command">How it is started, when not from the build.</param>
    public ServerProcess(IEnumerable<KeyValuePair<string, string>>? settings = null, string[]? command = null)
    {
        this.command = command ?? Repository.Program;
        Data = Directory.CreateTempSubdirectory("chatfiles-e2e-").FullName;
        Port = Ports.Next();
        Address = new Uri($"http://127.0.0.1:{Port}/");
        this.settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = Address.ToString(),
            // It lives for a minute: compiling anew what is called often, to become faster later, only makes it slower now (of
            // 9.3 s of processor time for a start, 60 texts and 20 pages of them it was 3.2).
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_TC_CallCounting"] = "0",
            ["Data__Directory"] = Data,
            ["Metrics__Address"] = "",
            ["RateLimits__SignInsPerMinute"] = "0",
            ["RateLimits__UploadsPerMinute"] = "0",
            ["RateLimits__MessagesPerMinute"] = "0",
            ["RateLimits__SearchesPerMinute"] = "0",
        };
        foreach (var (name, value) in settings ?? [])
            this.settings[name] = value;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => process?.Kill(entireProcessTree: true);
    }

    public int Port { get; }

    public Uri Address { get; }

    public string Data { get; }

    public bool IsRunning => process is not null;

    /// <summary>All it has printed, over all its starts.</summary>
    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <summary>Starts it and waits until it is ready for work.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        using var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.HoldsAsync(() => IsReadyAsync(http), $"the server was ready; it printed:\n{Output}", Patience.TotalSeconds);
    }

    /// <summary>A setting that holds from the next start on.</summary>
    public void Set(string name, string value) => settings[name] = value;

    /// <summary>SIGTERM: it finishes what it can and ends.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("-TERM");
        await EndAsync();
    }

    /// <summary>SIGKILL: it ends between two instructions.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await EndAsync();
    }

    /// <summary>SIGSTOP: it does nothing any more, and its connections stay open.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    /// <summary>SIGCONT: it goes on as if nothing had been.</summary>
    public Task ThawAsync() => SignalAsync("-CONT");

    /// <summary>Waits until it has ended by itself.</summary>
    public Task WaitForCrashAsync() => EndAsync();

    /// <summary>How many blobs, whole or half-written, lie in the local file store.</summary>
    public int BlobCount => Blobs.Count();

    /// <summary>Their paths.</summary>
    public IEnumerable<string> Blobs => Directory.EnumerateFiles(Path.Combine(Data, "files"), "*", SearchOption.AllDirectories);

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await KillAsync();
        Directory.Delete(Data, recursive: true);
    }

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        if (process!.HasExited)
            throw new InvalidOperationException($"The server ended with exit code {process.ExitCode}; it printed:\n{Output}");
        try
        {
            using var answer = await http.GetAsync(new Uri("health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private async Task EndAsync()
    {
        using var ended = process!;
        using var patience = new CancellationTokenSource(Patience);
        await ended.WaitForExitAsync(patience.Token);
        Note($"(ended with exit code {ended.ExitCode})");
        process = null;
    }

    private void Note(string? line)
    {
        if (line is null)
            return;
        lock (output)
            output.AppendLine(line);
    }
}
