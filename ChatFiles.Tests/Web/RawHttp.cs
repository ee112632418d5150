using System.Net.Sockets;
using System.Text;

namespace ChatFiles.Tests.Web;

/// <summary>Speaks to the server byte by byte, as no well-behaved client would.</summary>
internal static class RawHttp
{
    /// <summary>Sends and returns what came back; empty when the line was cut, which is the server's right after a hang-up.</summary>
    public static async Task<string> ExchangeAsync(ChatFilesApp app, string head, byte[] body, bool hangUp = false)
    {
        using var line = new TcpClient();
        await line.ConnectAsync(app.Address.Host, app.Address.Port);
        var stream = line.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head));
        await stream.WriteAsync(body);
        if (hangUp)
            line.Client.Shutdown(SocketShutdown.Send);
        try
        {
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return await reader.ReadToEndAsync().WaitAsync(EventReader.Patience);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
