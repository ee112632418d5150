using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using Microsoft.Net.Http.Headers;

namespace ChatFiles.Web.Api;

/// <summary>A chat, or all of a person, as one ZIP for an operator.</summary>
internal static class ExportEndpoints
{
    public static void MapExports(this WebApplication app) =>
        app.MapForOperators("/operator/export.zip")
            .MapGet("/", GetAsync)
            .Named("export", "All of a chat, or all of a person, as one ZIP; one at a time")
            .Reads(
                new("chat", "The chat's id; either this or `person`.") { Type = "integer", Format = "int64", Minimum = 1 },
                new("person", "The person's id or address."),
                new("reason", $"Why, for the audit log; at most {Exports.MaxReasonLength} characters.") { IsRequired = true }
            )
            .Produces<Stream>(200, "application/zip")
            .Refuses(RefusalReason.ChatNotFound, RefusalReason.UserNotFound, RefusalReason.TooManyRequests);

    private static async Task<IResult> GetAsync(HttpContext context, Exports exports, CancellationToken cancellationToken)
    {
        var query = context.Request.Query;
        var (chat, person) = (query["chat"].ToString(), query["person"].ToString());
        if (chat.Length > 0 == person.Length > 0)
            return Problems.Of(new Refusal(RefusalReason.InvalidQuery, "Either “chat” is a chat's id, or “person” somebody's id or address."));
        var begun = chat.Length > 0
            ? await exports.OfChatAsync(context.Operator(), Requests.ParseId(chat), query["reason"], cancellationToken)
            : await exports.OfPersonAsync(context.Operator(), person, query["reason"], cancellationToken);
        return begun.Succeeded(out var export, out var refusal) ? new Zip(export) : Problems.Of(refusal);
    }

    private sealed class Zip(Export export) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            using var ending = export;
            var response = httpContext.Response;
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(export.FileName);
            response.ContentType = "application/zip";
            response.Headers.ContentDisposition = disposition.ToString();
            response.Headers.CacheControl = "private, no-store";
            // A download that breaks off is known to be none.
            await export.WriteAsync(new ZippedFiles.Body(response.BodyWriter), httpContext.Abort, httpContext.RequestAborted);
        }
    }
}
