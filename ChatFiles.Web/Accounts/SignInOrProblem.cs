using ChatFiles.Web.Api;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Components.Endpoints;

namespace ChatFiles.Web.Accounts;

/// <summary>Who is not signed in is led to the sign-in page by a page, and gets a 401 from the API, never a redirect.</summary>
internal sealed class SignInOrProblem : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult
    )
    {
        if (authorizeResult.Succeeded)
            return next(context);
        if (context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is null)
            return Problems.NotSignedIn.ExecuteAsync(context);
        if (authorizeResult.Forbidden)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound; // a page for others: as if there were none
            return Task.CompletedTask;
        }

        var wanted = context.Request.PathBase + context.Request.Path + context.Request.QueryString;
        context.Response.Redirect($"{context.Request.PathBase}/sign-in?returnUrl={Uri.EscapeDataString(wanted)}");
        return Task.CompletedTask;
    }
}
