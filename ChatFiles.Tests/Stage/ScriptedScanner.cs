using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ChatFiles.Tests.Stage;

/// <summary>Speaks clamd's protocol on a port of its own, and behaves as a test wants it to; one file after another.</summary>
internal sealed class ScriptedScanner : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _allSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _serving;

    private ScriptedScanner(Func<NetworkStream, Task> serve)
    {
        _listener.Start();
        _serving = ServeAsync(serve);
    }

    /// <summary>As the setting has it.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>A file has come to its end, and its sender waits for the verdict.</summary>
    public Task AllSent => _allSent.Task;

    /// <summary>It has given its first answer, and the connection up.</summary>
    public Task HungUp => _hungUp.Task;

    /// <summary>Gives this answer, as soon as so many blocks are there or the file ends, and hangs up.</summary>
    public static ScriptedScanner Answering(string reply, int afterBlocks) =>
        new(async connection =>
        {
            for (var block = 0; block < afterBlocks && await ReadBlockAsync(connection) > 0; block++) { }
            await connection.WriteAsync(Encoding.ASCII.GetBytes(reply));
        });

    /// <summary>Takes everything and never answers.</summary>
    public static ScriptedScanner Silent()
    {
        ScriptedScanner scanner = null!;
        scanner = new ScriptedScanner(async connection =>
        {
            while (await ReadBlockAsync(connection) > 0) { }
            scanner._allSent.SetResult();
            await Task.Delay(Timeout.Infinite, scanner._end.Token);
        });
        return scanner;
    }

    /// <summary>Passes everything on to a real scanner's socket, and back: the same one, by TCP.</summary>
    public static ScriptedScanner InFrontOf(string socketPath) =>
        new(async connection =>
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath));
            await using var real = new NetworkStream(socket);
            await real.WriteAsync("zINSTREAM\0"u8.ToArray());
            var there = connection.CopyToAsync(real);
            await real.CopyToAsync(connection);
            connection.Socket.Shutdown(SocketShutdown.Both);
            await there;
        });

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _serving;
        _end.Dispose();
    }

    private async Task ServeAsync(Func<NetworkStream, Task> serve)
    {
        try
        {
            while (true)
            {
                using (var client = await _listener.AcceptTcpClientAsync(_end.Token))
                {
                    var connection = client.GetStream();
                    var command = new byte["zINSTREAM\0".Length];
                    await connection.ReadExactlyAsync(command);
                    command.ShouldBe("zINSTREAM\0"u8.ToArray());
                    await serve(connection);
                }

                _hungUp.TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    /// <summary>Its length; 0 at the end of the file.</summary>
    private static async Task<int> ReadBlockAsync(NetworkStream connection)
    {
        var length = new byte[4];
        await connection.ReadExactlyAsync(length);
        var block = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await connection.ReadExactlyAsync(block);
        return block.Length;
    }
}
