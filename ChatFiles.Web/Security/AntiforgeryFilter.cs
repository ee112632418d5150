using ChatFiles.Web.Api;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace ChatFiles.Web.Security;

/// <summary>
/// A browser sends the cookie with any request that any site makes it send; so a change also needs the token that only
/// our own pages can read. A bearer token is never sent by itself and needs none.
/// </summary>
internal sealed class AntiforgeryFilter(IAntiforgery antiforgery) : IEndpointFilter
{
    public const string HeaderName = "RequestVerificationToken";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        var changesNothing = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (changesNothing || !CameByCookie(context.HttpContext))
            return await next(context);
        // Without the header, or with an empty one, the framework would look for the token in the form, and read a whole upload for it.
        if (string.IsNullOrEmpty(request.Headers[HeaderName]) || !await antiforgery.IsRequestValidAsync(context.HttpContext))
            return Problems.InvalidAntiforgeryToken;
        return await next(context);
    }

    /// <summary>Anything that is not surely a bearer token; its ticket's scheme is "Identity.Bearer:AccessToken".</summary>
    private static bool CameByCookie(HttpContext context)
    {
        var scheme = context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Ticket?.AuthenticationScheme;
        return scheme?.StartsWith(IdentityConstants.BearerScheme, StringComparison.Ordinal) != true;
    }
}
