using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ChatFiles.Core.Files.Reading;

/// <summary>
/// A process that is given one file to read: it gets no environment and no open file, and is ended when it takes too long,
/// too much memory or writes too much. On Linux it is confined besides (<see cref="Confinement"/>), from its first
/// instruction on.
/// </summary>
internal static class BoundedProcess
{
    /// <summary>Bytes.</summary>
    public const long MaxMemory = 256L * 1024 * 1024;

    /// <summary>
    /// On a machine that is busy with other things a process may be there so many times as long as it may work: most are
    /// done after a second of work, and to begin anew would take longer.
    /// </summary>
    public const int Patience = 3;

    /// <summary>Who has had less than this part of its time was kept from its work by others.</summary>
    private const double LeastShare = 0.5;

    // What a process that a signal has ended says (SIGKILL, SIGALRM, SIGXCPU).
    private const int Killed = 128 + 9;
    private const int EndedByAlarm = 128 + 14;
    private const int EndedForProcessorTime = 128 + 24;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// What the runtime needs to find itself and the programs that it starts, and how it is to be small: one heap, which
    /// leaves room for what is not on it; no second thread that collects; nobody who can attach to it; no tables of languages.
    /// </summary>
    private static readonly Dictionary<string, string> Environment = new(StringComparer.Ordinal)
    {
        ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")),
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
        ["DOTNET_GCHeapHardLimit"] = (MaxMemory * 3 / 4).ToString("X", CultureInfo.InvariantCulture),
        ["DOTNET_EnableDiagnostics"] = "0",
        ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1",
        // Else it maps its code from a file in memory, which counts as one that is written.
        ["DOTNET_EnableWriteXorExecute"] = "0",
    };

    /// <param name="itself">Confines what it then becomes.</param>
    /// <param name="command">What is to run.</param>
    /// <param name="input">The only file of this machine's people that it may read.</param>
    /// <param name="maxTime">Of the processor; by the clock <see cref="Patience"/> times as long.</param>
    public static async Task<Reading> RunAsync(ProgramItself itself, ProgramItself command, string input, TimeSpan maxTime, int maxOutput, CancellationToken cancellationToken)
    {
        using var process = Start(Confinement.IsKnown ? Confined(itself, command, input, maxTime) : command);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = Stopwatch.StartNew();
        ending.CancelAfter(maxTime * Patience);
        try
        {
            process.StandardInput.Close();
            var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, ending.Token);
            var watching = WatchAsync(process, maxTime, ending);
            var output = await ReadAsync(process.StandardOutput.BaseStream, maxOutput, ending.Token);
            if (output is null)
                return Reading.Without(ReadingOutcome.OutOfBounds);
            await errors;
            await process.WaitForExitAsync(ending.Token);
            await ending.CancelAsync();
            await watching;
            return OutcomeOf(process.ExitCode) is var outcome and not ReadingOutcome.Done ? Reading.Without(outcome) : new Reading(ReadingOutcome.Done, output);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var wasCutShort = watch.Elapsed >= maxTime * Patience - LookEvery && !process.HasExited && process.TotalProcessorTime < maxTime * LeastShare;
            return Reading.Without(ReadingOutcome.OutOfBounds) with { WasCutShort = wasCutShort };
        }
        finally
        {
            await ending.CancelAsync();
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static ProgramItself Confined(ProgramItself itself, ProgramItself command, string input, TimeSpan maxTime) =>
        new(itself.Path, [.. itself.Arguments, ReadingChild.BoundWord, $"{Math.Ceiling(maxTime.TotalSeconds)}", input, command.Path, .. command.Arguments]);

    private static Process Start(ProgramItself command)
    {
        var start = new ProcessStartInfo(command.Path, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = Path.GetPathRoot(Path.GetFullPath(command.Path)),
        };
        start.Environment.Clear();
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        // Where its libraries lie in places of their own, it finds them there; Windows starts nothing without its folder.
        foreach (var name in new[] { "LD_LIBRARY_PATH", "SystemRoot" })
        {
            if (System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new ReadingUnavailableException($"{command.Path} could not be started.", failure);
        }
    }

    private static async Task WatchAsync(Process process, TimeSpan maxTime, CancellationTokenSource ending)
    {
        using var timer = new PeriodicTimer(LookEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(ending.Token))
            {
                process.Refresh();
                if (process.HasExited)
                    return;
                if (process.WorkingSet64 > MaxMemory || process.TotalProcessorTime > maxTime)
                    await ending.CancelAsync();
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or InvalidOperationException)
        {
            // It has ended, or is being ended.
        }
    }

    /// <summary>Null when it is more than may be.</summary>
    private static async Task<byte[]?> ReadAsync(Stream output, int maxOutput, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var block = new byte[16 * 1024];
        while (await output.ReadAsync(block, cancellationToken) is > 0 and var read)
        {
            if (kept.Length + read > maxOutput)
                return null;
            kept.Write(block, 0, read);
        }

        return kept.ToArray();
    }

    private static ReadingOutcome OutcomeOf(int exitCode) =>
        exitCode switch
        {
            ReadingChild.Done => ReadingOutcome.Done,
            ReadingChild.Nothing => ReadingOutcome.Nothing,
            ReadingChild.OutOfMemory => ReadingOutcome.OutOfBounds,
            // Its processor time, or its time, was over before anybody here had looked.
            Killed or EndedByAlarm or EndedForProcessorTime => ReadingOutcome.OutOfBounds,
            ReadingChild.NotStarted => throw new ReadingUnavailableException("What reads files could not be confined."),
            _ => ReadingOutcome.Failed,
        };
}
