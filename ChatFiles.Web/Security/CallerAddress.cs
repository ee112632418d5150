using ChatFiles.Core.Data;

namespace ChatFiles.Web.Security;

internal static class CallerAddress
{
    /// <summary>Whatever is begun by a request, a page's circuit with it, knows where it comes from.</summary>
    public static void UseCallerAddress(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                Caller.Address = context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped
                    ? mapped.MapToIPv4().ToString()
                    : context.Connection.RemoteIpAddress?.ToString();
                return next(context);
            }
        );
}
