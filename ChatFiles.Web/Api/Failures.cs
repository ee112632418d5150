using ChatFiles.Core.Chats;
using ChatFiles.Core.Files;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Web.Api;

/// <summary>Turns exceptions, which should not happen, into answers that say no more than they should.</summary>
internal sealed class Failures(ILogger<Failures> logger) : IExceptionHandler
{
    private const int SqliteFull = 13; // https://sqlite.org/rescode.html#full

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
            return true; // Nobody is there to be told.
        var answer = Refuse(exception) is { } refusal ? Problems.Of(refusal) : Problems.InternalError;
        logger.LogError(exception, "{Method} {Path} failed", httpContext.Request.Method, httpContext.Request.Path.Value);
        await answer.ExecuteAsync(httpContext);
        return true;
    }

    private static Refusal? Refuse(Exception exception) =>
        exception switch
        {
            StoreFullException => Full,
            SqliteException { SqliteErrorCode: SqliteFull } => Full,
            StoreUnavailableException or SqliteException or TimeoutException => Unavailable,
            DbUpdateException { InnerException: SqliteException inner } => Refuse(inner),
            BadHttpRequestException => new Refusal(RefusalReason.InvalidForm, "The request broke off or is malformed."),
            _ => null,
        };

    private static readonly Refusal Full = new(RefusalReason.StorageFull, "The disk is full; nothing was kept. Try again once there is room.");

    private static readonly Refusal Unavailable = new(
        RefusalReason.StorageUnavailable,
        "Storage is temporarily unavailable; nothing is lost. Try again in a moment."
    );
}
