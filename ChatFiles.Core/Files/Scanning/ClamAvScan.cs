using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Files.Scanning;

/// <summary>
/// One file on its way through clamd (<c>INSTREAM</c>): block by block as it arrives, then the verdict. The connection is
/// made for the first block; disposing of it in the middle is how a scan is given up.
/// </summary>
internal sealed class ClamAvScan(EndPoint scanner, string fileName, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>Before the 10 s are over after which the sender is to know.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(9);

    private readonly byte[] _length = new byte[sizeof(uint)];
    private NetworkStream? _connection;
    private Task<string?> _reply = Task.FromResult<string?>(null);
    private TimeSpan _patience = Patience;

    /// <returns>Why the file can't be kept, where that is known before its end.</returns>
    public Task<Refusal?> SendAsync(ReadOnlyMemory<byte> block, CancellationToken cancellationToken) =>
        AskAsync(
            async patience =>
            {
                var connection = _connection ?? await BeginAsync(patience);
                if (_reply.IsCompleted)
                    return Judge(await _reply);
                BinaryPrimitives.WriteUInt32BigEndian(_length, (uint)block.Length);
                await connection.WriteAsync(_length, patience);
                await connection.WriteAsync(block, patience);
                return null;
            },
            cancellationToken
        );

    /// <returns>Why the file can't be kept; null when the scanner has seen all of it and found nothing.</returns>
    public Task<Refusal?> EndAsync(CancellationToken cancellationToken) =>
        AskAsync(
            async patience =>
            {
                var connection = _connection ?? await BeginAsync(patience);
                if (_reply.IsCompleted)
                    return Judge(await _reply);
                BinaryPrimitives.WriteUInt32BigEndian(_length, 0);
                await connection.WriteAsync(_length, patience);
                var reply = await _reply.WaitAsync(patience);
                return reply == "stream: OK" ? null : Judge(reply);
            },
            cancellationToken
        );

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<NetworkStream> BeginAsync(CancellationToken patience)
    {
        var began = time.GetTimestamp();
        var connection = _connection = await ClamAv.ConnectAsync(scanner, patience);
        // Who waited for the connection waits for as much less for the rest.
        _patience -= time.GetElapsedTime(began);
        _reply = ListenAsync(connection);
        await connection.WriteAsync("zINSTREAM\0"u8.ToArray(), patience);
        return connection;
    }

    /// <summary>Null when the scanner hangs up without a word. Heard from the first byte on: it may find something before the last.</summary>
    private static async Task<string?> ListenAsync(NetworkStream connection)
    {
        try
        {
            return await ClamAv.ReadReplyAsync(connection, CancellationToken.None) is { Length: > 0 } reply ? reply : null;
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    private async Task<Refusal?> AskAsync(Func<CancellationToken, Task<Refusal?>> ask, CancellationToken cancellationToken)
    {
        using var waiting = new CancellationTokenSource(_patience, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(waiting.Token, cancellationToken);
        try
        {
            return await ask(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unavailable("It does not answer.");
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            // A connection that takes nothing any more also ends what is heard from it: by the reason, if one was given.
            return _connection is null ? Unavailable(failure.Message) : Judge(await _reply);
        }
    }

    /// <summary>What was said instead of OK, or before the end, where an OK means nothing.</summary>
    private Refusal Judge(string? reply)
    {
        const string Found = " FOUND";
        if (reply is null)
            return Unavailable("It hung up.");
        if (reply.Contains("size limit exceeded", StringComparison.Ordinal))
            return TooLarge(reply);
        if (!reply.EndsWith(Found, StringComparison.Ordinal))
            return Unavailable($"It answered “{reply}”.");
        var finding = reply[(reply.IndexOf(": ", StringComparison.Ordinal) is >= 0 and var colon ? colon + 2 : 0)..^Found.Length];
        // Told (AlertExceedsMax) in place of an OK for what was not looked at.
        if (finding.StartsWith("Heuristics.Limits.Exceeded", StringComparison.Ordinal))
            return TooLarge(reply);
        logger.LogWarning("“{FileName}” was refused: the virus scanner found {Finding}", fileName, finding);
        return new Refusal(RefusalReason.FileInfected, $"The virus scanner found “{finding}” in “{fileName}”, so it is not accepted.");
    }

    /// <summary>Nothing that waiting helps against: it is said which file it is about, so that nobody sends it again and again.</summary>
    private Refusal TooLarge(string reply) =>
        Unavailable($"It answered “{reply}”.", $"“{fileName}” is more than the virus scanner takes, so nothing was kept.") with { File = 0 };

    private Refusal Unavailable(string why, string detail = "The virus scanner does not answer, and nothing is kept that it has not seen. Try again in a moment.")
    {
        logger.LogWarning("“{FileName}” could not be scanned. {Reason}", fileName, why);
        return new Refusal(RefusalReason.ScannerUnavailable, detail);
    }
}
