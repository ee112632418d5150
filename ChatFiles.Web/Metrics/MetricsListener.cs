using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatFiles.Web.Metrics;

/// <summary>
/// Serves <c>/metrics</c>, and nothing else, on an address of its own. A web server of the framework would be a second one
/// that ticks every second, also when nobody asks all night; on the site's own, this address would be one of the site's.
/// So it understands just enough HTTP: one GET a connection.
/// </summary>
internal sealed class MetricsListener(MetricsAddress address, IServiceProvider services, TimeProvider time, ILogger<MetricsListener> logger) : IHostedService, IDisposable
{
    private const string Path = "/metrics";
    private const int MaxHeadBytes = 16 * 1024;
    private const int MaxConnections = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _places = new(MaxConnections);
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private RequestDelegate _scrape = null!;

    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The address was asked for, and can't be listened on.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var listener = new TcpListener(address.EndPoint!);
        try
        {
            listener.Start();
        }
        catch (SocketException failure)
        {
            listener.Dispose();
            if (address.IsSet)
                throw MetricsAddress.Invalid($"{address.EndPoint} can't be listened on: {failure.Message}");
            logger.LogWarning("There are no metrics at {Address}: {Reason}. Metrics:Address sets another address, or none", address.EndPoint, failure.Message);
            return Task.CompletedTask;
        }

        _scrape = new ApplicationBuilder(services).UseOpenTelemetryPrometheusScrapingEndpoint(Path).Build();
        _listener = listener;
        _accepting = AcceptAsync(listener);
        if (address.IsSet)
            logger.LogInformation("Metrics are at http://{Address}{Path}", listener.LocalEndpoint, Path);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _end.CancelAsync();
        _listener?.Stop();
        await _accepting;
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _end.Dispose();
        _places.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await _places.WaitAsync(_end.Token);
                _ = ServeAndLeaveAsync(await listener.AcceptTcpClientAsync(_end.Token));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException failure)
            {
                _places.Release();
                logger.LogWarning("Somebody who asked for metrics was lost: {Reason}", failure.Message);
                // Who can't be taken now (no descriptor is left, say) is still waiting, and would be lost again at once.
                await Task.Delay(AfterFailure, time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAndLeaveAsync(TcpClient client)
    {
        try
        {
            using var connection = client;
            using var waiting = new CancellationTokenSource(Patience, time);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(waiting.Token, _end.Token);
            await ServeAsync(connection.GetStream(), patience.Token);
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Gone, too slow, or the server ends; Prometheus asks again.
        }
        catch (Exception failure)
        {
            logger.LogError(failure, "Metrics could not be told");
        }
        finally
        {
            if (!_end.IsCancellationRequested)
                _places.Release();
        }
    }

    private async Task ServeAsync(NetworkStream connection, CancellationToken patience)
    {
        var lines = (await ReadHeadAsync(connection, patience)).Split("\r\n");
        var context = new DefaultHttpContext { RequestServices = services, RequestAborted = patience };
        using var body = new MemoryStream();
        context.Response.Body = body;
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        if (lines[0].Split(' ') is ["GET", var target, "HTTP/1.1" or "HTTP/1.0"] && target.Split('?')[0] == Path)
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            (context.Request.Method, context.Request.Path) = (HttpMethods.Get, Path);
            context.Request.Headers.Accept = lines.FirstOrDefault(l => l.StartsWith("Accept:", StringComparison.OrdinalIgnoreCase))?["Accept:".Length..].Trim();
            await _scrape(context);
        }

        var (status, type) = (context.Response.StatusCode, context.Response.ContentType ?? "text/plain");
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"
        );
        await connection.WriteAsync(Encoding.ASCII.GetBytes(head), patience);
        await connection.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), patience);
    }

    /// <summary>Up to the empty line; what is longer, or ends before, is no request.</summary>
    private static async Task<string> ReadHeadAsync(NetworkStream connection, CancellationToken patience)
    {
        var buffer = new byte[MaxHeadBytes];
        var length = 0;
        while (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            var count = length == buffer.Length ? 0 : await connection.ReadAsync(buffer.AsMemory(length), patience);
            if (count == 0)
                return "";
            length += count;
        }

        return Encoding.ASCII.GetString(buffer, 0, length);
    }
}
