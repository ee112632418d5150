using System.Diagnostics;

namespace ChatFiles.E2E.Stage;

/// <summary>
/// A program that a test needs beside it. It ends together with all that it has started, at the latest with the run of the
/// tests, also where that is killed.
/// </summary>
internal sealed class Leash : IAsyncDisposable
{
    // The program and its children are a group of their own. Our end of the shell's input closes however we end.
    private const string Script = """
        set -m
        "$@" </dev/null &
        trap "kill -KILL -- -$!" EXIT
        cat >/dev/null
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process shell;

    public Leash(string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? settings = null)
    {
        var start = new ProcessStartInfo("bash", ["-c", Script, "leash", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in settings ?? [])
            start.Environment[name] = value;
        shell = Process.Start(start)!;
        shell.ErrorDataReceived += (_, line) => Errors += line.Data + "\n";
        shell.BeginErrorReadLine();
    }

    /// <summary>What it has complained of so far.</summary>
    public string Errors { get; private set; } = "";

    /// <summary>The next line that it prints.</summary>
    public async Task<string> ReadLineAsync() =>
        await shell.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? throw new InvalidOperationException($"It ended without a word: {Errors}");

    public async ValueTask DisposeAsync()
    {
        shell.StandardInput.Close();
        await shell.WaitForExitAsync().WaitAsync(Patience);
        shell.Dispose();
    }
}
