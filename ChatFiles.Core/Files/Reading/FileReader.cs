using System.Globalization;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Files.Reading;

/// <summary>What is to be made of a file.</summary>
public enum ReadingKind
{
    /// <summary>The words that are in it.</summary>
    Text,

    /// <summary>A small picture of it, and its size.</summary>
    Picture,
}

/// <summary>How it ended.</summary>
public enum ReadingOutcome
{
    Done,

    /// <summary>There is nothing to make of a file of this kind, or nothing in this one.</summary>
    Nothing,

    /// <summary>The file is broken, hostile, or too much for what reads it.</summary>
    Failed,

    /// <summary>It took longer, more memory or more output than a file may; the process was ended.</summary>
    OutOfBounds,
}

/// <summary>What was made of a file.</summary>
/// <param name="Output">Not to be trusted more than the file itself. Empty unless it was done.</param>
public sealed record Reading(ReadingOutcome Outcome, ReadOnlyMemory<byte> Output)
{
    /// <summary>Without the time that others took before.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Out of bounds, but of its time the process had next to nothing: that says nothing about the file.</summary>
    public bool WasCutShort { get; init; }

    /// <exception cref="ReadingCutShortException">See <see cref="WasCutShort"/>.</exception>
    internal void ThrowIfCutShort()
    {
        if (WasCutShort)
            throw new ReadingCutShortException();
    }

    internal static Reading Without(ReadingOutcome outcome) => new(outcome, ReadOnlyMemory<byte>.Empty);
}

/// <summary>The program that is running, as it is started once more.</summary>
/// <param name="Path">Of the executable file.</param>
/// <param name="Arguments">What stands before its own arguments.</param>
public sealed record ProgramItself(string Path, params string[] Arguments);

/// <summary>
/// Reads what is in files whose format has to be known. Nothing of them is parsed in this process, which looks at heads and
/// decodes plain texts (<see cref="PlainText"/>) and no more: each file is read by a process of its own (<see cref="ReadingChild"/>), one at a time, which is bounded and sees its input and nothing else. Whatever a
/// file does to it costs a failed reading.
/// </summary>
public sealed class FileReader(string folder, ProgramItself program, TimeProvider time, ILogger<FileReader> logger) : IDisposable
{
    /// <summary>Bytes; what a store elsewhere holds is fetched for the child, and what is larger is not.</summary>
    private const long MaxFetched = 256L * 1024 * 1024;

    /// <summary>Of the processor that a file may take; see <see cref="BoundedProcess"/>.</summary>
    internal TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Removes what a crash left behind; before the first reading.</summary>
    public void DiscardUnfinished()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>Reads one file.</summary>
    /// <param name="contentType">What the file is known to be.</param>
    /// <param name="content">The file, from its beginning.</param>
    /// <param name="maxOutput">Bytes that may be made of it.</param>
    /// <exception cref="ReadingUnavailableException">No process could be started; the file has not been tried.</exception>
    public Task<Reading> ReadAsync(ReadingKind kind, string contentType, Stream content, int maxOutput, CancellationToken cancellationToken) =>
        RunAsync(path => new ProgramItself(program.Path, [.. program.Arguments, ReadingChild.ReadWord, $"{kind}", contentType, path]), content, maxOutput, cancellationToken);

    /// <summary>Has one file read by another program of this machine, within the same bounds.</summary>
    /// <param name="command">Told the path of the file. What it writes to its output is what was made of it.</param>
    /// <exception cref="ReadingUnavailableException">No process could be started; the file has not been tried.</exception>
    internal async Task<Reading> RunAsync(Func<string, ProgramItself> command, Stream content, int maxOutput, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // A file of this machine is read where it lies.
            if (content is FileStream file)
                return await StartAsync(file.Name);
            if (content.Length > MaxFetched)
                return Reading.Without(ReadingOutcome.Nothing);
            Directory.CreateDirectory(folder);
            var fetched = Path.Combine(folder, Guid.CreateVersion7(time.GetUtcNow()).ToString("N", CultureInfo.InvariantCulture));
            try
            {
                content.Position = 0;
                await using (var copy = new FileStream(fetched, FileMode.CreateNew, FileAccess.Write, FileShare.None))
                    await CopyAsync(content, copy, cancellationToken);
                return await StartAsync(fetched);
            }
            finally
            {
                LocalFileStore.TryDelete(fetched);
            }
        }
        finally
        {
            _turn.Release();
        }

        async Task<Reading> StartAsync(string path)
        {
            var begun = time.GetTimestamp();
            var reading = await BoundedProcess.RunAsync(program, command(path), path, MaxTime, maxOutput, cancellationToken);
            if (reading.Outcome is ReadingOutcome.Failed or ReadingOutcome.OutOfBounds)
                logger.LogInformation("Reading {Path} ended as {Outcome}", path, reading.Outcome);
            return reading with { Took = time.GetElapsedTime(begun) };
        }
    }

    /// <summary>What fails here is no fault of the file.</summary>
    private static async Task CopyAsync(Stream content, FileStream copy, CancellationToken cancellationToken) =>
        await BlobCheck.ReadAsync(
            async () =>
            {
                await content.CopyToAsync(copy, cancellationToken);
                return true;
            },
            cancellationToken
        );

    public void Dispose() => _turn.Dispose();
}

/// <summary>The machine was too busy to read a file in time; see <see cref="Reading.WasCutShort"/>.</summary>
public sealed class ReadingCutShortException() : Exception("The machine was too busy to read the file in time.");

/// <summary>No process could be started.</summary>
public sealed class ReadingUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
