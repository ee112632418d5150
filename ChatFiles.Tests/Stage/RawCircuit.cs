using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatFiles.Core.Model;

namespace ChatFiles.Tests.Stage;

/// <summary>A browser without a screen: its cookies.</summary>
internal sealed partial class RawBrowser : IDisposable
{
    private RawBrowser(Uri address)
    {
        Address = address;
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = address };
    }

    public Uri Address { get; }

    public CookieContainer Cookies { get; } = new();

    public HttpClient Http { get; }

    /// <summary>Signs in by the form of the page.</summary>
    public static async Task<RawBrowser> SignInAsync(TestServer server, ApiUser user)
    {
        var browser = new RawBrowser(server.Address);
        var html = await browser.Http.GetStringAsync("sign-in");
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["__RequestVerificationToken"] = FormToken().Match(html).Groups["value"].Value,
                ["_handler"] = Handler().Match(html).Groups["value"].Value,
                ["Email"] = user.Email,
                ["Password"] = user.Password,
            }
        );
        using var answer = await browser.Http.PostAsync("sign-in", form);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return browser;
    }

    public void Dispose() => Http.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FormToken();

    [GeneratedRegex("name=\"_handler\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Handler();
}

/// <summary>
/// A circuit without a browser: the page by HTTP, the circuit by WebSocket with Blazor's own protocol (SignalR's hub
/// protocol in MessagePack, called "blazorpack"). Nothing is drawn, every batch is acknowledged as a browser does. It can
/// send what no browser would.
/// </summary>
internal sealed partial class RawCircuit : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly StringBuilder _drawn = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<object?>> _answers = new(StringComparer.Ordinal);
    private Task _receiving = Task.CompletedTask;
    private int _nextCall;
    private int _nextObject;

    /// <summary>What the server can be called at: ids of .NET objects that it has handed to the page.</summary>
    public ConcurrentDictionary<long, bool> Objects { get; } = new();

    public int Batches { get; private set; }

    public string Id { get; private set; } = "";

    public bool IsOpen => _socket.State == WebSocketState.Open;

    /// <summary>The strings of all that was drawn; enough to see whether a text has arrived.</summary>
    public string Drawn
    {
        get
        {
            lock (_drawn)
                return _drawn.ToString();
        }
    }

    /// <summary>Opens a page and its circuit.</summary>
    public static async Task<RawCircuit> OpenAsync(RawBrowser browser, string path)
    {
        var page = await browser.Http.GetStringAsync(path);
        var circuit = await ConnectAsync(browser);
        circuit.Id = $"{await circuit.AskAsync("StartCircuit", $"{browser.Address}", $"{browser.Address}{path}", "[]", "")}";
        var markers = Marker().Matches(page).Select(m => m.Groups["json"].Value.Replace("\\u002B", "+", StringComparison.Ordinal));
        var operations = markers.Select((marker, i) => $$"""{"type":"add","ssrComponentId":{{i + 1}},"marker":{{marker}}}""");
        var state = State().Match(page).Groups["state"].Value;
        await circuit.SendAsync("UpdateRootComponents", $$"""{"batchId":1,"operations":[{{string.Join(',', operations)}}]}""", state);
        return circuit;
    }

    /// <summary>The connection alone, with no circuit on it.</summary>
    public static async Task<RawCircuit> ConnectAsync(RawBrowser browser)
    {
        var circuit = new RawCircuit();
        circuit._socket.Options.Cookies = browser.Cookies;
        circuit._socket.Options.SetRequestHeader("Origin", browser.Address.GetLeftPart(UriPartial.Authority));
        using var patience = new CancellationTokenSource(Patience);
        await circuit._socket.ConnectAsync(new UriBuilder(browser.Address) { Scheme = "ws", Path = "/_blazor" }.Uri, patience.Token);
        await circuit.SendBytesAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"));
        circuit._receiving = Task.Run(circuit.ReceiveAsync);
        return circuit;
    }

    /// <summary>Calls a method of the hub, and waits for no answer.</summary>
    public Task SendAsync(string method, params object?[] arguments) => SendMessageAsync([1L, Headers(), null, method, arguments, Array.Empty<object?>()]);

    /// <summary>Calls a method of the hub, and waits for its answer.</summary>
    public async Task<object?> AskAsync(string method, params object?[] arguments)
    {
        var call = Interlocked.Increment(ref _nextCall).ToString(CultureInfo.InvariantCulture);
        var answer = _answers[call] = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendMessageAsync([1L, Headers(), call, method, arguments, Array.Empty<object?>()]);
        return await answer.Task.WaitAsync(Patience);
    }

    /// <summary>Calls a [JSInvokable], as a script does.</summary>
    public Task InvokeAsync(long objectId, string method, string argumentsJson) =>
        SendAsync("BeginInvokeDotNetFromJS", Interlocked.Increment(ref _nextCall).ToString(CultureInfo.InvariantCulture), null, method, objectId, argumentsJson);

    /// <summary>Any message at all.</summary>
    public async Task SendMessageAsync(object?[] message)
    {
        var body = MessagePack.Write(message);
        using var framed = new MemoryStream();
        var length = (uint)body.Length;
        do
        {
            framed.WriteByte((byte)((length & 0x7F) | (length > 0x7F ? 0x80u : 0)));
            length >>= 7;
        } while (length > 0);
        framed.Write(body);
        await SendBytesAsync(framed.ToArray());
    }

    /// <summary>Any bytes at all. A connection that the server has ended swallows them.</summary>
    public async Task SendBytesAsync(byte[] bytes)
    {
        await _sending.WaitAsync();
        try
        {
            if (IsOpen)
                await _socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None).WaitAsync(Patience);
        }
        catch (Exception failure) when (failure is WebSocketException or ObjectDisposedException or IOException)
        {
            // The server has had enough of it.
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The line is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _receiving;
        _socket.Dispose();
        _sending.Dispose();
    }

    private static Dictionary<string, object?> Headers() => [];

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        var pending = new List<byte>();
        var hasShaken = false;
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer, CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;
                pending.AddRange(buffer.AsSpan(0, received.Count));
                if (!hasShaken && pending.IndexOf(0x1E) is >= 0 and var end)
                {
                    pending.RemoveRange(0, end + 1);
                    hasShaken = true;
                }

                while (hasShaken && TryTake(pending, out var message))
                    await HearAsync((object?[])MessagePack.Read(message)!);
            }
        }
        catch (Exception failure) when (failure is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The end of the line.
        }

        foreach (var answer in _answers.Values)
            answer.TrySetException(new IOException("The connection has ended."));
    }

    private static bool TryTake(List<byte> pending, out byte[] message)
    {
        message = [];
        var (length, at) = (0, 0);
        do
        {
            if (at == pending.Count)
                return false;
            length |= (pending[at] & 0x7F) << (7 * at);
        } while ((pending[at++] & 0x80) != 0);
        if (pending.Count < at + length)
            return false;
        message = [.. pending.Skip(at).Take(length)];
        pending.RemoveRange(0, at + length);
        return true;
    }

    private async Task HearAsync(object?[] message)
    {
        if (message is [3L, _, string call, ..] && _answers.TryRemove(call, out var answer))
            answer.TrySetResult(message.Length > 4 ? message[4] : null);
        else if (message is [1L, _, _, "JS.RenderBatch", object?[] batch, ..])
            await DrawAsync(batch);
        else if (message is [1L, _, _, "JS.BeginInvokeJS", object?[] asked, ..])
            await AnswerAsync(asked);
        else if (message is [6L])
            await SendMessageAsync([6L]);
    }

    private Task DrawAsync(object?[] batch)
    {
        lock (_drawn)
            _drawn.Append(Encoding.UTF8.GetString((byte[])batch[1]!)).Append('\n');
        Batches++;
        return SendAsync("OnRenderCompleted", batch[0], null);
    }

    /// <summary>A call into the browser is answered as if it had worked; who asks for an object gets one.</summary>
    private async Task AnswerAsync(object?[] asked)
    {
        using var call = asked is [string json] ? JsonDocument.Parse(json) : null;
        var handle = call?.RootElement.GetProperty("asyncHandle").GetInt64() ?? (long)asked[0]!;
        var arguments = call?.RootElement.GetProperty("argsJson").GetString() ?? asked.ElementAtOrDefault(2) as string ?? "";
        var resultType = call?.RootElement.GetProperty("resultType").GetInt64() ?? (asked.ElementAtOrDefault(3) is long type ? type : 0);
        foreach (Match found in DotNetObject().Matches(arguments))
            Objects[long.Parse(found.Groups["id"].Value, CultureInfo.InvariantCulture)] = true;
        if (handle == 0)
            return;
        var result = resultType == 1 ? $$"""{"__jsObjectId":{{Interlocked.Increment(ref _nextObject)}}}""" : "null";
        await SendAsync("EndInvokeJSFromDotNet", handle, true, $"[{handle},true,{result}]");
    }

    [GeneratedRegex("<!--Blazor:(?<json>\\{\"type\".*?\\})-->", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Marker();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(?<state>.*?)-->", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex State();

    [GeneratedRegex("__dotNetObject\\\\?\"\\s*:\\s*(?<id>\\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DotNetObject();
}
