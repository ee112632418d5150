using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Features;

namespace ChatFiles.Web;

/// <summary>
/// A circuit's connection on which only what is large is compressed. A message, a badge, a sign of life are some hundred
/// bytes to a few thousand: to compress each for each open page was a seventh of what a text to all of them cost.
/// </summary>
internal sealed class SparingWebSocket(WebSocket socket) : WebSocket
{
    /// <summary>Bytes; opening a page is a hundred thousand.</summary>
    private const int WorthCompressing = 4096;

    private bool _isInMessage;

    public override WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    public override string? CloseStatusDescription => socket.CloseStatusDescription;

    public override WebSocketState State => socket.State;

    public override string? SubProtocol => socket.SubProtocol;

    public override ValueTask SendAsync(
        ReadOnlyMemory<byte> buffer,
        WebSocketMessageType messageType,
        WebSocketMessageFlags messageFlags,
        CancellationToken cancellationToken
    )
    {
        var isLast = messageFlags.HasFlag(WebSocketMessageFlags.EndOfMessage);
        // Parts of a message are all compressed or none is.
        if (isLast && !_isInMessage && buffer.Length < WorthCompressing)
            messageFlags |= WebSocketMessageFlags.DisableCompression;
        _isInMessage = !isLast;
        return socket.SendAsync(buffer, messageType, messageFlags, cancellationToken);
    }

    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        SendAsync(buffer, messageType, endOfMessage ? WebSocketMessageFlags.EndOfMessage : WebSocketMessageFlags.None, cancellationToken);

    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        SendAsync(buffer.AsMemory(), messageType, endOfMessage, cancellationToken).AsTask();

    public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) =>
        socket.ReceiveAsync(buffer, cancellationToken);

    public override ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        socket.ReceiveAsync(buffer, cancellationToken);

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        socket.CloseAsync(closeStatus, statusDescription, cancellationToken);

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        socket.CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    public override void Abort() => socket.Abort();

    public override void Dispose() => socket.Dispose();
}

internal static class SparingWebSockets
{
    /// <summary>Makes all sockets of the site such ones; before what accepts them.</summary>
    public static void UseSparingWebSockets(this WebApplication app)
    {
        app.UseWebSockets();
        app.Use(
            static (context, next) =>
            {
                if (context.Features.Get<IHttpWebSocketFeature>() is { IsWebSocketRequest: true } sockets)
                    context.Features.Set<IHttpWebSocketFeature>(new Sparing(sockets));
                return next(context);
            }
        );
    }

    private sealed class Sparing(IHttpWebSocketFeature sockets) : IHttpWebSocketFeature
    {
        public bool IsWebSocketRequest => true;

        public async Task<WebSocket> AcceptAsync(WebSocketAcceptContext context) => new SparingWebSocket(await sockets.AcceptAsync(context));
    }
}
