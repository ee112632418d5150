using ChatFiles.Core.People;
using ChatFiles.Web.Accounts;
using ChatFiles.Web.Api;
using Microsoft.AspNetCore.Http.Features;

namespace ChatFiles.Web.Security;

/// <summary>
/// Circuits are for signed-in people, from this site's own pages. The framework itself would answer any site, with the
/// cookies of whoever visits it. A page connects by a WebSocket or, where something on the way refuses those, by long
/// polling; there are no other ways in.
/// </summary>
internal static class CircuitGuard
{
    /// <summary>Twice what one message to a circuit may be: a page may send several in one request. Nothing is larger.</summary>
    private const long MaxBodyBytes = 2 * Pages.MaxCircuitMessageBytes;

    private static readonly TimeSpan TimeToLeave = TimeSpan.FromSeconds(1);

    public static void UseCircuitGuard(this WebApplication app) =>
        app.Use(
            async (context, next) =>
            {
                if (!context.Request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase, out var rest))
                {
                    await next(context);
                    return;
                }

                context.Response.StatusCode = Judge(context, rest.Value ?? "");
                if (context.Response.StatusCode != StatusCodes.Status200OK)
                    return;
                using var place = await TakePlaceAsync(context);
                if (context.Response.StatusCode == StatusCodes.Status200OK)
                    await ConnectAsync(context, next);
            }
        );

    /// <summary>
    /// The page of a session that has ended is told to leave, over this connection. One that stays all the same is cut off.
    /// </summary>
    private static async Task ConnectAsync(HttpContext context, RequestDelegate next)
    {
        using var session = context.RequestServices.GetRequiredService<Sessions>().Watch(context.User.SessionId() ?? "");
        using var over = new CancellationTokenSource();
        var connection = next(context);
        var cut = CutOffAsync(context, session.Ended, over.Token);
        try
        {
            await connection;
        }
        finally
        {
            await over.CancelAsync();
            await cut;
        }
    }

    private static async Task CutOffAsync(HttpContext context, CancellationToken ended, CancellationToken over)
    {
        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, over);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(TimeToLeave, time, over);
            context.Abort();
        }
        catch (OperationCanceledException)
        {
            // The connection was over by itself.
        }
    }

    /// <summary>What a person's circuits are counted by is <see cref="CircuitPlace"/>; this bounds connections that begin none.</summary>
    private static async ValueTask<IDisposable?> TakePlaceAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest && !IsWebSocketHandshake(context.Request))
            return null;
        var place = await context.RequestServices.GetRequiredService<PersonLimits>().OpenConnectionAsync(context.User.UserId());
        if (place is null)
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        return place;
    }

    private static int Judge(HttpContext context, string rest)
    {
        var request = context.Request;
        if (context.User.Identity?.IsAuthenticated != true)
            return StatusCodes.Status401Unauthorized;
        // The script asks for its initializers with a plain GET, which changes nothing and carries no Origin.
        if (HttpMethods.IsGet(request.Method) && rest.StartsWith("/initializers", StringComparison.Ordinal))
            return StatusCodes.Status200OK;
        if (!(IsFromThisSite(request) || IsPoll(request, rest) && CanOnlyBeFromThisSite(request)))
            return StatusCodes.Status403Forbidden;
        if (request.ContentLength > MaxBodyBytes)
            return StatusCodes.Status413PayloadTooLarge;
        var isFarewell = HttpMethods.IsPost(request.Method) && rest.StartsWith("/disconnect", StringComparison.Ordinal);
        if (isFarewell)
            PageForms.LimitBody(context); // the script sends it as multipart/form-data
        else if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxBodyBytes;
        var isSocket = context.WebSockets.IsWebSocketRequest || IsWebSocketHandshake(request);
        return isSocket || isFarewell || IsPoll(request, rest) || IsSent(request, rest) ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
    }

    private static bool IsWebSocketHandshake(HttpRequest request) =>
        string.Equals(request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase);

    /// <summary>Waits for what the circuit has to say. Server-sent events would be a way in that no page of ours takes.</summary>
    private static bool IsPoll(HttpRequest request, string rest) =>
        HttpMethods.IsGet(request.Method)
        && rest is ""
        && request.Query.ContainsKey("id")
        && !request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);

    /// <summary>A connection that begins or ends by long polling, and what is said to it.</summary>
    private static bool IsSent(HttpRequest request, string rest) =>
        HttpMethods.IsPost(request.Method)
            ? rest is "/negotiate" || (rest is "" && request.Query.ContainsKey("id"))
            : HttpMethods.IsDelete(request.Method) && rest is "" && request.Query.ContainsKey("id");

    /// <summary>The scheme is left out: a reverse proxy in front may speak https for us.</summary>
    private static bool IsFromThisSite(HttpRequest request) =>
        Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out var origin)
        && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Browsers name no Origin when a page asks its own site with GET. Another site's page can't add a header of its own
    /// without one, nor say that it is this site's.
    /// </summary>
    private static bool CanOnlyBeFromThisSite(HttpRequest request) =>
        request.Headers.Origin.Count == 0
        && request.Headers.XRequestedWith.Count > 0
        && (request.Headers["Sec-Fetch-Site"] is { Count: 0 } or ["same-origin"]);
}
