using System.Security.Claims;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Web.Accounts;
using ChatFiles.Web.Api;
using ChatFiles.Web.Mails;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Security;

/// <summary>Of uploads and sign-ins. What else a person may do in a minute counts over pages and API: <see cref="PersonLimits"/>.</summary>
internal sealed class RateLimits(IOptions<RateLimitOptions> options, IMinuteCounters counters)
{
    /// <summary>Where passwords are tried or hashed, and where a stranger's form makes the server work.</summary>
    private static readonly string[] SignInPaths =
    [
        "/account/login",
        "/account/register",
        "/account/refresh",
        "/account/forgot",
        "/sign-in",
        CompanySignOn.PasswordPage,
        "/sign-out",
        "/register",
        "/forgot",
        "/profile",
        "/set-password",
        MissedMailChoice.Path,
    ];

    /// <summary>On the way to a company's provider and back.</summary>
    private static readonly string[] CompanyPaths = [CompanySignOnServices.StartPath, CompanySignOnServices.CallbackPath];

    private readonly IMinuteCounter _uploads = counters.Of("uploads", options.Value.UploadsPerMinute);
    private readonly IMinuteCounter _signIns = counters.Of("sign-ins", options.Value.SignInsPerMinute);

    /// <summary>Goes on, or says how long to wait when this request is one too many.</summary>
    public async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        if (await CountAsync(context) is { } pause)
            await Problems.TooManyRequests(pause).ExecuteAsync(context);
        else
            await next(context);
    }

    private async ValueTask<TimeSpan?> CountAsync(HttpContext context)
    {
        if (IsSignIn(context.Request))
            return await _signIns.CountAsync(context.Connection.RemoteIpAddress?.ToString() ?? "");
        // Who is nobody is told to sign in, by the next in line.
        var person = context.User.FindFirstValue(ClaimTypes.NameIdentifier);
        return person is not null && context.GetEndpoint()?.Metadata.GetMetadata<Upload>() is not null ? await _uploads.CountAsync(person) : null;
    }

    /// <summary>Routes take a slash at their end as well; the limit must not be passed by with one.</summary>
    private static bool IsSignIn(HttpRequest request)
    {
        var path = request.Path.Value?.TrimEnd('/');
        var paths = HttpMethods.IsPost(request.Method) ? SignInPaths : CompanyPaths;
        return paths.Contains(path, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Says of an endpoint that a request to it is an upload.</summary>
    public sealed class Upload;
}

internal static class RateLimitsExtensions
{
    public static void UseRateLimits(this WebApplication app)
    {
        var limits = app.Services.GetRequiredService<RateLimits>();
        app.Use(limits.CountAsync);
    }

    /// <summary>A request to it counts in its sender's share of uploads.</summary>
    public static RouteHandlerBuilder CountsAsUpload(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(new RateLimits.Upload());
}
