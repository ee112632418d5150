namespace ChatFiles.Web.Security;

internal static class SecurityHeaders
{
    /// <summary>
    /// Scripts come from this site's files only, so that a text that got into a page as markup could still run nothing.
    /// The same holds for style sheets. Only the attribute <c>style</c> is free: the kit's components set sizes and places by it.
    /// </summary>
    private const string PagePolicy =
        "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; "
        + "font-src 'self'; connect-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                // At the last moment: the handling of an exception begins its answer by clearing all headers.
                context.Response.OnStarting(() => SetAsync(context.Response.Headers));
                return next(context);
            }
        );

    /// <summary>What an endpoint has set for itself, such as a file's stricter policy, stays.</summary>
    private static Task SetAsync(IHeaderDictionary headers)
    {
        headers.TryAdd("Content-Security-Policy", PagePolicy);
        headers.TryAdd("X-Content-Type-Options", "nosniff");
        headers.TryAdd("X-Frame-Options", "DENY");
        headers.TryAdd("Referrer-Policy", "same-origin");
        headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
        headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
        // A voice message and a photo are made in the page itself; nothing that it shows, or that shows it, gets to either.
        headers.TryAdd("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()");
        return Task.CompletedTask;
    }
}
