using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace ChatFiles.E2E.Stage;

/// <summary>
/// What companies and hotels put between a person and the server: it passes everything on, except for what it answers
/// by itself.
/// </summary>
public sealed class Proxy : INetwork, IAsyncDisposable
{
    private readonly Uri target;
    private readonly WebApplication app;
    private readonly HttpClient server = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
    private readonly List<string> meddledWith = [];
    private readonly List<string> passed = [];

    private Proxy(ServerProcess server)
    {
        target = server.Address;
        Address = new Uri($"http://127.0.0.1:{Ports.Next()}/");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address.ToString());
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        app = builder.Build();
        app.UseWebSockets();
        app.Run(HandleAsync);
    }

    public Uri Address { get; }

    /// <summary>Which requests it answers itself, and how; null lets one pass.</summary>
    public Func<HttpRequest, Meddling?> Meddle { get; set; } = _ => null;

    /// <summary>How often it has answered in the server's place.</summary>
    public int Meddlings
    {
        get
        {
            lock (meddledWith)
                return meddledWith.Count;
        }
    }

    /// <summary>What it has let through so far: method, path and, where a header says it, the method that is meant.</summary>
    public IReadOnlyList<string> Passed
    {
        get
        {
            lock (passed)
                return [.. passed];
        }
    }

    public static async Task<Proxy> StartAsync(ServerProcess server)
    {
        var proxy = new Proxy(server);
        await proxy.app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
        server.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        try
        {
            if (Meddle(context.Request) is { } meddling)
                await AnswerAsync(context, meddling);
            else if (context.WebSockets.IsWebSocketRequest)
                await RelayAsync(context);
            else
                await PassOnAsync(context);
        }
        catch (Exception failure) when (failure is HttpRequestException or WebSocketException or IOException or OperationCanceledException)
        {
            context.Abort(); // one of the two sides has gone
        }
    }

    private async Task AnswerAsync(HttpContext context, Meddling meddling)
    {
        lock (meddledWith)
            meddledWith.Add(context.Request.Path);
        if (!meddling.HangsUp)
            await context.Request.Body.CopyToAsync(Stream.Null);
        context.Response.StatusCode = meddling.Status;
        if (meddling.Location is not null)
            context.Response.Headers.Location = meddling.Location;
        context.Response.ContentType = "text/html";
        if (meddling.HangsUp)
            context.Abort();
        else
            await context.Response.WriteAsync($"<html><title>{meddling.Status}</title><form>Please sign in</form></html>");
    }

    private async Task PassOnAsync(HttpContext context)
    {
        var request = context.Request;
        lock (passed)
            passed.Add($"{request.Method} {request.Path} {request.Headers["X-HTTP-Method-Override"]}".TrimEnd());
        using var forwarded = new HttpRequestMessage(HttpMethod.Parse(request.Method), new Uri(target, request.Path + request.QueryString));
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            forwarded.Content = new StreamContent(request.Body);
        foreach (var (name, value) in request.Headers)
        {
            if (!forwarded.Headers.TryAddWithoutValidation(name, [.. value]))
                forwarded.Content?.Headers.TryAddWithoutValidation(name, [.. value]);
        }
        using var answer = await server.SendAsync(forwarded, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            context.Response.Headers[name] = values.ToArray();
        context.Response.Headers.Remove("Transfer-Encoding");
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private async Task RelayAsync(HttpContext context)
    {
        using var inner = new ClientWebSocket();
        foreach (var name in new[] { "Cookie", "Origin", "Host" })
            inner.Options.SetRequestHeader(name, context.Request.Headers[name]);
        await inner.ConnectAsync(new Uri($"ws://{target.Authority}{context.Request.Path}{context.Request.QueryString}"), context.RequestAborted);
        using var outer = await context.WebSockets.AcceptWebSocketAsync();
        // Whichever side ends first ends the connection.
        await Task.WhenAny(PumpAsync(outer, inner), PumpAsync(inner, outer));
    }

    private static async Task PumpAsync(WebSocket from, WebSocket to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer.AsMemory(), CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } part)
            await to.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, CancellationToken.None);
    }
}

/// <summary>An answer in the server's place.</summary>
/// <param name="Status">Its status; with a page that asks to sign in.</param>
/// <param name="Location">Where it redirects to.</param>
/// <param name="HangsUp">It breaks the connection off instead, without having read what was sent.</param>
public sealed record Meddling(int Status, string? Location = null, bool HangsUp = false);
