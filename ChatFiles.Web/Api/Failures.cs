using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Diagnostics;

namespace ChatFiles.Web.Api;

/// <summary>Turns exceptions, which should not happen, into answers that say no more than they should.</summary>
internal sealed class Failures(ILogger<Failures> logger) : IExceptionHandler
{
    private static readonly Refusal BrokenOff = new(RefusalReason.InvalidForm, "The request broke off or is malformed.");

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
            return true; // Nobody is there to be told.
        var refusal = exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => Requests.TooSlow,
            BadHttpRequestException => BrokenOff,
            _ => Outage.Explain(exception),
        };
        if (refusal is null)
            logger.LogError(exception, "{Method} {Path} failed", httpContext.Request.Method, httpContext.Request.Path.Value);
        else
            logger.LogWarning("{Method} {Path}: {Reason} {Message}", httpContext.Request.Method, httpContext.Request.Path.Value, refusal.Reason, exception.Message);
        await (refusal is null ? Problems.InternalError : Problems.Of(refusal)).ExecuteAsync(httpContext);
        return true;
    }
}
