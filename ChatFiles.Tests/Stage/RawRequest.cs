using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ChatFiles.Tests.Stage;

/// <summary>A request to the byte over a connection of its own, for what no HTTP client would send.</summary>
internal static class RawRequest
{
    /// <summary>Sends it all, ends the sending where asked to, and returns the whole answer until the server closes.</summary>
    public static async Task<string> SendAsync(Uri server, string head, byte[] body, bool endSending = false)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        await using var stream = client.GetStream();
        var bytes = Encoding.UTF8.GetBytes(head.ReplaceLineEndings("\r\n").TrimEnd() + "\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        try
        {
            await stream.WriteAsync(bytes);
            await stream.WriteAsync(body);
            if (endSending)
                client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (IOException)
        {
            // The server may answer and close before it has read everything.
        }

        return await ReadAsync(stream);
    }

    /// <summary>The bytes as one chunk, with or without the last, empty one.</summary>
    public static byte[] Chunked(byte[] body, bool end = true) =>
        [
            .. Encoding.ASCII.GetBytes(body.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"),
            .. body,
            .. Encoding.ASCII.GetBytes(end ? "\r\n0\r\n\r\n" : "\r\n"),
        ];

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        using var answer = new MemoryStream();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, patience.Token) is > 0 and var count)
                answer.Write(buffer, 0, count);
        }
        catch (IOException)
        {
            // Reset after the answer: the server did not want the rest of the body.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
