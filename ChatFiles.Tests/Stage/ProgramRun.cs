using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ChatFiles.Tests.Stage;

/// <summary>The program as a process of its own: a command that ends by itself, or a server that a test ends.</summary>
internal sealed class ProgramRun : IAsyncDisposable
{
    private const string Ready = "ChatFiles is ready on ";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Process _process;

    private ProgramRun(string[] arguments, Dictionary<string, string>? environment, string? folder, string? program, bool loose)
    {
        string[] command = [.. program is null ? Repository.Program : ["dotnet", program], .. arguments];
        // A shell with no mask stands for an account whose files anybody may read.
        string[] shell = loose ? ["sh", "-c", "umask 0; exec \"$@\"", "sh"] : [];
        command = [.. shell, .. command];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder ?? Path.GetTempPath(),
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Metrics__Address"] = "";
        // It lives for seconds: compiling anew what is called often, to become faster later, only makes it slower now.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_TC_CallCounting"] = "0";
        // As for the account of a service: what a developer has at home, a certificate for one, is not there.
        start.Environment["HOME"] = "/nonexistent";
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Note(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Note(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    public int Id => _process.Id;

    public int ExitCode => _process.ExitCode;

    public Uri Address => new(Output[(Output.IndexOf(Ready, StringComparison.Ordinal) + Ready.Length)..].Split([';', ',', '\n'])[0]);

    /// <summary>Runs it to its end.</summary>
    /// <param name="program">Another than <see cref="Repository.Program"/>.</param>
    public static async Task<ProgramRun> ToEndAsync(
        string[] arguments,
        Dictionary<string, string>? environment = null,
        string? folder = null,
        string? program = null
    )
    {
        await using var run = new ProgramRun(arguments, environment, folder, program, loose: false);
        using var patience = new CancellationTokenSource(Patience);
        await run._process.WaitForExitAsync(patience.Token);
        return run;
    }

    /// <summary>Returns when it serves.</summary>
    /// <param name="loose">Started by somebody who lets everybody read what is not closed.</param>
    public static async Task<ProgramRun> ServingAsync(
        string[] arguments,
        Dictionary<string, string>? environment = null,
        string? folder = null,
        string? program = null,
        bool loose = false
    )
    {
        var run = new ProgramRun(arguments, environment, folder, program, loose);
        await Eventually.HoldsAsync(
            () => run._process.HasExited ? throw new InvalidOperationException($"It ended: {run.Output}{run.Errors}") : run.Output.Contains(Ready, StringComparison.Ordinal),
            "the program served",
            Patience.TotalSeconds
        );
        return run;
    }

    /// <summary>SIGTERM: it ends in its own time.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
    }

    /// <summary>What it has printed and how it has ended can still be asked afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process.HasExited)
            return;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    private static string Text(StringBuilder lines)
    {
        lock (lines)
            return lines.ToString();
    }

    private static void Note(StringBuilder lines, string? line)
    {
        if (line is null)
            return;
        lock (lines)
            lines.Append(line).Append('\n');
    }
}
