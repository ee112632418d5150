using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Web.Security;
using Microsoft.Net.Http.Headers;

namespace ChatFiles.Web.Api;

/// <summary>Files of a chat: send, get, delete.</summary>
internal static class FileEndpoints
{
    /// <summary>Bytes at a file's beginning, which a page shows in its message (js/reading/file-preview.js).</summary>
    private const long MaxHead = 8 * 1024;

    /// <summary>Bytes at a ZIP's end, in which its directory ends (js/files/zip.js).</summary>
    private const long MaxTail = 65_577;

    /// <summary>How a file may be refused by itself, wherever it comes in.</summary>
    public static readonly RefusalReason[] OfFiles =
    [
        RefusalReason.InvalidFileName,
        RefusalReason.EmptyFile,
        RefusalReason.FileTooLarge,
        RefusalReason.QuotaExceeded,
        RefusalReason.FileTypeNotAllowed,
        RefusalReason.FileInfected,
        RefusalReason.ScannerUnavailable,
    ];

    private static readonly string[] GetOrHead = [HttpMethods.Get, HttpMethods.Head];

    public static void MapFileApi(this WebApplication app)
    {
        var files = app.MapSignedIn("/chat/{chatId}/file").WithTags("Files");
        files
            .MapPost("/", SendAsync)
            .CountsAsUpload()
            .Named("sendFiles", "Send 1 to 10 files as one message")
            .WithDescription(
                "Each part `file` is a file; in its place a part `upload` names a finished resumable upload, and a part `from` a file of one of my chats by its path, which is copied. A part `thumbnail` belongs to the `file` before it (WebP or JPEG, at most 64 KiB). All of it is sent, or nothing."
            )
            .Reads(ApiParameter.Header("Idempotency-Key", "1 to 64 visible ASCII characters: a repeat with the same key is the same message."))
            .Takes<UploadForm>("multipart/form-data")
            .Produces<SentFiles>(201)
            .Answers("Location", "The path of the first file.")
            .Refuses(
                RefusalReason.InvalidIdempotencyKey,
                RefusalReason.NoFile,
                RefusalReason.TooManyFiles,
                RefusalReason.InvalidText,
                RefusalReason.NotAllowed,
                RefusalReason.MessageNotFound,
                RefusalReason.FileNotFound,
                RefusalReason.OffsetConflict
            )
            .Refuses(OfFiles);
        files
            .MapMethods("/{fileId}", GetOrHead, GetAsync)
            .Named("getFile", "A file's bytes")
            .Reads(new ApiParameter("download", "Be there at all: `Content-Disposition` is `attachment` for every type."))
            .AnswersBytes()
            .Answers("Content-Disposition", "The file's name (RFC 6266).")
            .Refuses(RefusalReason.FileNotFound, RefusalReason.FileMissing, RefusalReason.FileDeleted);
        files
            .MapMethods("/{fileId}/thumbnail", GetOrHead, GetThumbnailAsync)
            .Named("getThumbnail", "A file's thumbnail")
            .AnswersBytes()
            .Refuses(RefusalReason.FileNotFound, RefusalReason.NoThumbnail, RefusalReason.FileDeleted);
        files
            .MapPut("/{fileId}", PutBackAsync)
            .Named("putFileBack", "Put the bytes of a missing file back; by its sender or the chat's owner")
            .Takes<PutBackForm>("multipart/form-data")
            .Produces(204)
            .Refuses(RefusalReason.NoFile, RefusalReason.TooManyFiles, RefusalReason.NotAllowed, RefusalReason.FileNotFound, RefusalReason.FileNotMissing, RefusalReason.ContentDiffers, RefusalReason.TooManyRequests)
            .Refuses(OfFiles);
        files
            .MapDelete("/{fileId}", DeleteAsync)
            .Named("deleteFile", "Delete a file; by its sender or the chat's owner")
            .Produces(204)
            .Refuses(RefusalReason.NotAllowed, RefusalReason.FileNotFound, RefusalReason.TooManyRequests);
    }

    private static async Task<IResult> SendAsync(
        string chatId,
        HttpContext context,
        ClaimsPrincipal user,
        ChatService chats,
        UploadPolicy policy,
        TimeProvider time
    )
    {
        context.TakeFiles(policy.MaxRequestBytes);
        var key = context.Request.Headers["Idempotency-Key"];
        var sent = await chats.SendFilesAsync(
            user.UserId(),
            Requests.ParseId(chatId),
            key.Count == 0 ? null : key.ToString(),
            context.Request.ContentLength,
            MultipartUpload.ReadPartsAsync(context.Request, policy, time, context.RequestAborted),
            context.RequestAborted
        );
        if (!sent.Succeeded(out var message, out var refusal))
            return Problems.Of(refusal);
        // A text that was sent with the same key has no file; its repeat is answered like the first all the same.
        var path = message.Attachments is [var first, ..] ? first.Path : null;
        return Results.Created(path, new SentFiles(path, message));
    }

    private static async Task<IResult> GetAsync(
        string chatId,
        string fileId,
        HttpContext context,
        ClaimsPrincipal user,
        ChatService chats,
        AuditLog audit,
        FileOpenings openings,
        CancellationToken cancellationToken
    )
    {
        var opened = await chats.OpenFileAsync(user.UserId(), Requests.ParseId(chatId), Requests.ParseFileId(fileId), KnownTo(context.Request), cancellationToken);
        if (opened.Refusal is null && AsksForBytes(context.Request, opened.Value))
        {
            var (userId, file) = (user.UserId(), opened.Value.Attachment);
            // Only now it is known whether the conditions hold and the range is one of this file.
            context.Response.OnStarting(() =>
            {
                if (context.Response.StatusCode is not (StatusCodes.Status200OK or StatusCodes.Status206PartialContent))
                    return Task.CompletedTask;
                audit.NoteDownload(userId, file.Id, file.FileName ?? "", Requests.ParseId(chatId));
                openings.Note(userId, file.Id);
                return Task.CompletedTask;
            });
        }

        return Serve(context, opened);
    }

    /// <summary>Not for who has it already, nor for the glance that a page takes by itself at a file's beginning or a ZIP's directory.</summary>
    private static bool AsksForBytes(HttpRequest request, OpenFile file) =>
        HttpMethods.IsGet(request.Method) && file.Content != Stream.Null && !(request.Query.ContainsKey("preview") && IsGlance(request, file));

    /// <summary>
    /// Whatever else is called a preview is a part that somebody reads: one after the other they would be the whole file,
    /// and so would beginning and end together.
    /// </summary>
    private static bool IsGlance(HttpRequest request, OpenFile file) =>
        request.GetTypedHeaders().Range is { Ranges: { Count: 1 } ranges }
        && ranges.First() is var range
        && (file.ContentType == "application/zip" ? range is { From: null, To: <= MaxTail } : range is { From: 0, To: < MaxHead });

    private static async Task<IResult> GetThumbnailAsync(
        string chatId,
        string fileId,
        HttpContext context,
        ClaimsPrincipal user,
        ChatService chats,
        CancellationToken cancellationToken
    ) =>
        Serve(
            context,
            await chats.OpenThumbnailAsync(user.UserId(), Requests.ParseId(chatId), Requests.ParseFileId(fileId), KnownTo(context.Request), cancellationToken)
        );

    private static async Task<IResult> PutBackAsync(
        string chatId,
        string fileId,
        HttpContext context,
        ClaimsPrincipal user,
        ChatService chats,
        UploadPolicy policy,
        TimeProvider time
    )
    {
        context.TakeFiles(policy.MaxRequestBytes);
        var parts = MultipartUpload.ReadPartsAsync(context.Request, policy, time, context.RequestAborted);
        return (
            await chats.PutBackAsync(user.UserId(), Requests.ParseId(chatId), Requests.ParseFileId(fileId), parts, context.RequestAborted)
        ).ToNoContent();
    }

    private static async Task<IResult> DeleteAsync(string chatId, string fileId, ClaimsPrincipal user, ChatService chats) =>
        (await chats.DeleteFileAsync(user.UserId(), Requests.ParseId(chatId), Requests.ParseFileId(fileId))).ToNoContent();

    /// <summary>
    /// The hashes of what a client has already. If-Match is judged before (RFC 9110, 13.2.2), by the framework: then it
    /// is as if there were none.
    /// </summary>
    public static HashSet<string>? KnownTo(HttpRequest request) =>
        request.Headers.IfNoneMatch.Count == 0 || request.Headers.IfMatch.Count > 0
            ? null
            : request.GetTypedHeaders().IfNoneMatch.Select(tag => tag.Tag.Value!.Trim('"')).ToHashSet(StringComparer.Ordinal);

    public static IResult Serve(HttpContext context, Result<OpenFile> opened)
    {
        if (!opened.Succeeded(out var file, out var refusal))
            return Problems.Of(refusal);
        FileHeaders.Set(context, file);
        return new ServedFile(file);
    }

    /// <summary>Ranges, conditions and sending are the framework's; it only takes any unit for bytes, an unfit If-Range for none, and leaves the body of a 412 or 416 empty.</summary>
    private sealed class ServedFile(OpenFile file) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var etag = $"\"{file.Sha256}\"";
            if (!IsRangeOfThis(httpContext.Request.Headers, etag))
                httpContext.Request.Headers.Remove(HeaderNames.Range);
            await Results
                .Stream(
                    file.Content,
                    file.Charset is null ? file.ContentType : $"{file.ContentType}; charset={file.Charset}",
                    entityTag: new EntityTagHeaderValue(etag),
                    enableRangeProcessing: true
                )
                .ExecuteAsync(httpContext);
            var response = httpContext.Response;
            if (response.HasStarted || response.StatusCode is not (StatusCodes.Status412PreconditionFailed or StatusCodes.Status416RangeNotSatisfiable))
                return;
            response.ContentLength = null;
            response.Headers.Remove(HeaderNames.ContentDisposition);
            response.Headers.Remove(HeaderNames.ETag);
            await Problems.OfStatus(response.StatusCode)!.ExecuteAsync(httpContext);
        }

        /// <summary>
        /// RFC 9110: a range in a unit that is not understood is ignored (14.2), and so is one of another content than
        /// this, or of one that was told apart by a time, which no file has (13.1.5).
        /// </summary>
        private static bool IsRangeOfThis(IHeaderDictionary headers, string etag) =>
            headers.Range.ToString().StartsWith("bytes=", StringComparison.OrdinalIgnoreCase)
            && (headers.IfRange.Count == 0 || headers.IfRange.ToString() == etag);
    }

    internal sealed record SentFiles(string? Path, MessageView Message);

    /// <summary>The form as the API document shows it; the parts themselves are read one by one as they arrive.</summary>
    internal sealed record UploadForm(IFormFileCollection? File, Guid[]? Upload, string[]? From, [property: MaxLength(Message.MaxTextLength)] string? Text, long? ReplyTo, IFormFileCollection? Thumbnail);

    /// <summary>Likewise.</summary>
    internal sealed record PutBackForm([property: Required] IFormFile File);
}
