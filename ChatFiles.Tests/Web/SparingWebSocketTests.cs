using System.Net.WebSockets;
using ChatFiles.Web;

namespace ChatFiles.Tests.Web;

public sealed class SparingWebSocketTests : IDisposable
{
    /// <summary>RSV1 of a frame's first byte (RFC 7692): its message is compressed.</summary>
    private const byte Compressed = 0x40;

    private readonly MemoryStream _sent = new();
    private readonly SparingWebSocket _socket;

    public SparingWebSocketTests() =>
        _socket = new SparingWebSocket(
            WebSocket.CreateFromStream(
                _sent,
                new WebSocketCreationOptions { IsServer = true, DangerousDeflateOptions = new WebSocketDeflateOptions { ServerContextTakeover = false } }
            )
        );

    public void Dispose() => _socket.Dispose();

    [Theory]
    [InlineData(3, false)]
    [InlineData(4095, false)]
    [InlineData(4096, true)]
    [InlineData(100_000, true)]
    public async Task Only_what_is_large_is_compressed(int length, bool isCompressed)
    {
        await _socket.SendAsync(new byte[length], WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);

        ((_sent.ToArray()[0] & Compressed) != 0).ShouldBe(isCompressed);
    }

    [Fact]
    public async Task A_message_in_parts_is_compressed_in_all_of_them_and_the_next_small_one_is_not()
    {
        await _socket.SendAsync(new ArraySegment<byte>(new byte[10]), WebSocketMessageType.Binary, endOfMessage: false, CancellationToken.None);
        await _socket.SendAsync(new ArraySegment<byte>(new byte[10]), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        (_sent.ToArray()[0] & Compressed).ShouldNotBe(0);
        var before = (int)_sent.Length;

        await _socket.SendAsync(new ArraySegment<byte>(new byte[10]), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);

        (_sent.ToArray()[before] & Compressed).ShouldBe(0);
    }
}
