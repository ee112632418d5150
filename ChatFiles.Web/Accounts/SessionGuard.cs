using System.Security.Claims;
using ChatFiles.Core.People;
using Microsoft.AspNetCore.StaticAssets;

namespace ChatFiles.Web.Accounts;

/// <summary>
/// Whoever comes with a cookie or token of a session that has ended is nobody. Tickets prove only that they were given
/// once; a bearer token would go on until it expires, whatever became of its account.
/// </summary>
internal static class SessionGuard
{
    public static void UseSessions(this WebApplication app) =>
        app.Use(
            async (context, next) =>
            {
                if (context.User.Identity?.IsAuthenticated == true && IsForSomebody(context) && !await IsLiveAsync(context))
                    context.User = new ClaimsPrincipal(new ClaimsIdentity());
                await next(context);
            }
        );

    /// <summary>Files of the page and health are the same for all, and must be there when the database is not.</summary>
    internal static bool IsForSomebody(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is null
        && !context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);

    private static Task<bool> IsLiveAsync(HttpContext context) =>
        context.RequestServices.GetRequiredService<Sessions>().IsLiveAsync(context.User.SessionId(), context.RequestAborted);
}
