namespace ChatFiles.Web.Security;

/// <summary>
/// Circuits are for signed-in people, from this site's own pages, over WebSockets. The framework itself would answer a
/// WebSocket from any site, with the cookies of whoever visits it.
/// </summary>
internal static class CircuitGuard
{
    public static void UseCircuitGuard(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                if (!context.Request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase, out var rest))
                    return next(context);
                context.Response.StatusCode = Judge(context, rest.Value ?? "");
                return context.Response.StatusCode == StatusCodes.Status200OK ? next(context) : Task.CompletedTask;
            }
        );

    private static int Judge(HttpContext context, string rest)
    {
        if (context.User.Identity?.IsAuthenticated != true)
            return StatusCodes.Status401Unauthorized;
        // The script asks for its initializers with a plain GET, which changes nothing and carries no Origin.
        if (HttpMethods.IsGet(context.Request.Method) && rest.StartsWith("/initializers", StringComparison.Ordinal))
            return StatusCodes.Status200OK;
        if (!IsFromThisSite(context.Request))
            return StatusCodes.Status403Forbidden;
        var isFarewell = HttpMethods.IsPost(context.Request.Method) && rest.StartsWith("/disconnect", StringComparison.Ordinal);
        if (isFarewell)
            PageForms.LimitBody(context); // the script sends it as multipart/form-data
        return context.WebSockets.IsWebSocketRequest || IsWebSocketHandshake(context.Request) || isFarewell
            ? StatusCodes.Status200OK
            : StatusCodes.Status400BadRequest;
    }

    private static bool IsWebSocketHandshake(HttpRequest request) =>
        string.Equals(request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase);

    /// <summary>The scheme is left out: a reverse proxy in front may speak https for us.</summary>
    private static bool IsFromThisSite(HttpRequest request) =>
        Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out var origin)
        && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
}
