using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using ChatFiles.Core.Model;
using ChatFiles.Web.Api;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Security;

/// <summary>Of uploads and sign-ins. What else a person may do in a minute counts over pages and API: <see cref="Core.People.PersonLimits"/>.</summary>
internal static class RateLimits
{
    public const string Uploads = "uploads";

    /// <summary>Where passwords are tried or hashed, and where a stranger's form makes the server work.</summary>
    private static readonly string[] SignInPaths =
    [
        "/account/login",
        "/account/register",
        "/account/refresh",
        "/sign-in",
        "/sign-out",
        "/register",
        "/profile",
    ];

    public static void AddRateLimits(this IServiceCollection services)
    {
        services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = (context, _) => new ValueTask(RejectAsync(context.HttpContext, context.Lease));
            limiter.AddPolicy(Uploads, context => PerMinute(PersonOf(context), Options(context).UploadsPerMinute));
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
                IsSignIn(context.Request) ? PerMinute(AddressOf(context), Options(context).SignInsPerMinute) : RateLimitPartition.GetNoLimiter("")
            );
        });
    }

    private static RateLimitOptions Options(HttpContext context) =>
        context.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value;

    /// <summary>Routes take a slash at their end as well; the limit must not be passed by with one.</summary>
    private static bool IsSignIn(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && SignInPaths.Contains(request.Path.Value?.TrimEnd('/'), StringComparer.OrdinalIgnoreCase);

    private static string PersonOf(HttpContext context) => context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";

    private static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";

    private static RateLimitPartition<string> PerMinute(string who, int permits) =>
        permits == 0
            ? RateLimitPartition.GetNoLimiter(who)
            : RateLimitPartition.GetSlidingWindowLimiter(
                who,
                _ => new SlidingWindowRateLimiterOptions
                {
                    PermitLimit = permits,
                    Window = TimeSpan.FromMinutes(1),
                    SegmentsPerWindow = 6,
                }
            );

    private static Task RejectAsync(HttpContext context, RateLimitLease lease)
    {
        var retryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var pause) ? pause : TimeSpan.FromSeconds(10);
        context.Response.Headers.RetryAfter = Math.Ceiling(Math.Max(1, retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Problems.TooManyRequests.ExecuteAsync(context);
    }
}
