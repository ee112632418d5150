using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ChatFiles.Tests.Stage;

/// <summary>A request that declares more than it sends, and then neither sends nor ends.</summary>
internal sealed class Stalled(TcpClient connection) : IDisposable
{
    private readonly MemoryStream _answer = new();

    /// <summary>What the server has answered so far.</summary>
    public string Answer => Encoding.UTF8.GetString(_answer.ToArray());

    /// <summary>A form with one file that declares so many bytes in all.</summary>
    public static Task<Stalled> FormAsync(TestServer server, ApiUser user, long chat, long declared, byte[] content, string? key = null)
    {
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST /chat/{chat}/file HTTP/1.1\nAuthorization: Bearer {user.Token}\nContent-Type: multipart/form-data; boundary=boundary\nContent-Length: {declared}"
        );
        byte[] body = [.. "--boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big.7z\"\r\n\r\n"u8, .. content];
        return BeginAsync(server, key is null ? head : $"{head}\nIdempotency-Key: {key}", body);
    }

    public static async Task<Stalled> BeginAsync(TestServer server, string head, byte[] body)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(server.Address.Host, server.Address.Port);
        var stalled = new Stalled(connection);
        _ = stalled.ListenAsync();
        await stalled.SendAsync(Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n") + "\r\nHost: localhost\r\n\r\n"));
        await stalled.SendAsync(body);
        return stalled;
    }

    /// <summary>Sends some more, if the server still takes it.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            await connection.GetStream().WriteAsync(bytes);
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException)
        {
            // Answered and closed.
        }
    }

    public void Dispose()
    {
        if (connection.Connected)
            connection.Client.LingerState = new LingerOption(enable: true, seconds: 0); // a reset, no farewell
        connection.Dispose();
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await connection.GetStream().ReadAsync(buffer) is > 0 and var count)
            {
                lock (_answer)
                    _answer.Write(buffer, 0, count);
            }
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // Over.
        }
    }
}
