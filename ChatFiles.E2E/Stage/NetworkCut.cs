using System.Net;
using System.Net.Sockets;

namespace ChatFiles.E2E.Stage;

/// <summary>
/// The network between one person and the server: a relay that can be cut (open connections break, new ones are
/// refused) and restored, and that can hold back what is sent after so many bytes of a connection.
/// </summary>
public sealed class NetworkCut : INetwork, IAsyncDisposable
{
    private readonly int target;
    private readonly int port = Ports.Next();
    private readonly Lock gate = new();
    private readonly HashSet<Socket> open = [];
    private Socket? listener;
    private TaskCompletionSource? barrier;
    private long freeBytes;
    private long uploaded;

    public NetworkCut(ServerProcess server)
    {
        target = server.Port;
        Address = new Uri($"http://127.0.0.1:{port}/");
        Restore();
    }

    public Uri Address { get; }

    /// <summary>How many bytes have reached the server so far, over all connections.</summary>
    public long Uploaded => Interlocked.Read(ref uploaded);

    public void Cut()
    {
        Socket[] broken;
        lock (gate)
        {
            listener?.Dispose();
            listener = null;
            broken = [.. open];
            open.Clear();
        }
        foreach (var socket in broken)
            Break(socket);
    }

    public void Restore()
    {
        lock (gate)
        {
            if (listener is not null)
                return;
            listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen();
            _ = AcceptAsync(listener);
        }
    }

    /// <summary>From now on a connection passes on so many bytes from the person to the server and then holds the rest back.</summary>
    public void HoldUploadsAfter(long bytes)
    {
        lock (gate)
        {
            freeBytes = bytes;
            barrier ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Lets everything pass again, what was held back first.</summary>
    public void Release()
    {
        lock (gate)
        {
            barrier?.SetResult();
            barrier = null;
        }
    }

    public ValueTask DisposeAsync()
    {
        Cut();
        Release();
        return ValueTask.CompletedTask;
    }

    private static void Break(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0); // a reset, no farewell
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // It ended by itself.
        }
        socket.Dispose();
    }

    private async Task AcceptAsync(Socket listening)
    {
        try
        {
            while (true)
                _ = RelayAsync(listening, await listening.AcceptAsync());
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private async Task RelayAsync(Socket listening, Socket person)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var _ = person;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, target);
            person.NoDelay = server.NoDelay = true;
            lock (gate)
            {
                if (listener != listening)
                    return; // cut meanwhile
                open.Add(person);
                open.Add(server);
            }
            // Whichever side ends first ends the connection.
            await Task.WhenAny(PumpAsync(person, server, mayHold: true), PumpAsync(server, person, mayHold: false));
        }
        catch (SocketException)
        {
            // The server is not there; the person sees a closed connection.
        }
        finally
        {
            lock (gate)
            {
                open.Remove(person);
                open.Remove(server);
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool mayHold)
    {
        var buffer = new byte[64 * 1024];
        var passed = 0L;
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                passed += count;
                if (mayHold)
                    await BarrierAfter(passed);
                var sent = 0;
                while (sent < count)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                if (mayHold)
                    Interlocked.Add(ref uploaded, count);
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Cut, or one side went away.
        }
    }

    private Task BarrierAfter(long passed)
    {
        lock (gate)
            return passed > freeBytes && barrier is not null ? barrier.Task : Task.CompletedTask;
    }
}
