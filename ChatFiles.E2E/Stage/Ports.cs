using System.Net;
using System.Net.Sockets;

namespace ChatFiles.E2E.Stage;

/// <summary>
/// Ports for servers that go away and come back on the same one. They lie below the range that the system gives to
/// outgoing connections, so nobody takes one meanwhile (a client that retries could even connect to itself).
/// </summary>
internal static class Ports
{
    private const int First = 20_000;
    private const int Count = 12_000;
    private static int next = Environment.ProcessId * 61 % Count;

    public static int Next()
    {
        while (true)
        {
            var port = First + Interlocked.Increment(ref next) % Count;
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody's; the next one.
            }
        }
    }
}
