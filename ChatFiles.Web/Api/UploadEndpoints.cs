using System.Globalization;
using System.Security.Claims;
using System.Text;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Web.Security;
using Microsoft.Net.Http.Headers;

namespace ChatFiles.Web.Api;

/// <summary>
/// Resumable uploads by the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload): core, creation, termination
/// and expiration. A finished one is sent by naming it in the form of <see cref="FileEndpoints"/>.
/// </summary>
internal static class UploadEndpoints
{
    private const string Version = "1.0.0";
    private const string Chunk = "application/offset+octet-stream";
    private const int MaxMetadataLength = 4096;

    private static readonly ApiParameter Resumable = ApiParameter.Header("Tus-Resumable", "The version of the protocol.") with { IsRequired = true, OneOf = [Version] };

    /// <summary>
    /// What the protocol asks of every answer, those of sign-in, rate limit and routing included; and for clients that
    /// can't send PATCH, the method in a header. Before routing.
    /// </summary>
    public static void UseTus(this WebApplication app) =>
        app.UseWhen(
            context => IsUpload(context.Request.Path),
            uploads =>
            {
                uploads.Use(
                    (context, next) =>
                    {
                        context.Response.OnStarting(() =>
                        {
                            context.Response.Headers["Tus-Resumable"] = Version;
                            return Task.CompletedTask;
                        });
                        return next(context);
                    }
                );
                uploads.UseHttpMethodOverride();
            }
        );

    public static void MapUploadApi(this WebApplication app)
    {
        var uploads = app.MapSignedIn("/chat/{chatId}/uploads").WithTags("Resumable uploads").AddEndpointFilter(CheckVersionAsync);
        uploads
            .MapMethods("/", [HttpMethods.Options], Describe)
            .Named("describeUploads", "What this server knows of tus")
            .Produces(204)
            .Answers("Tus-Version", "The versions of the protocol.")
            .Answers("Tus-Extension", "Its extensions.")
            .Answers("Tus-Max-Size", "The largest upload, in bytes.")
            .Refuses();
        uploads
            .MapMethods("/{uploadId}", [HttpMethods.Options], Describe)
            .Named("describeUpload", "What this server knows of tus")
            .Produces(204)
            .Refuses();
        uploads
            .MapPost("/", BeginAsync)
            .CountsAsUpload()
            .Named("beginUpload", "Begin a resumable upload, which expires after 24 h")
            .Reads(
                Resumable,
                Number("Upload-Length", "How many bytes the whole file has."),
                ApiParameter.Header("Upload-Metadata", "Pairs of a key and a value in base64, with commas between; `filename` among them.") with { IsRequired = true }
            )
            .Produces(201)
            .Answers("Location", "The upload's address.")
            .Answers("Upload-Offset", "How many bytes are there.")
            .Answers("Upload-Expires", "When it is forgotten, as in `Date`.")
            .Refuses(412, "precondition-failed")
            .Refuses(RefusalReason.InvalidForm, RefusalReason.NotAllowed, RefusalReason.UploadTooSlow)
            .Refuses(FileEndpoints.OfFiles);
        uploads
            .MapMethods("/{uploadId}", [HttpMethods.Head], FindAsync)
            .Named("findUpload", "Where it goes on")
            .Reads(Resumable)
            .Produces(200)
            .Answers("Upload-Offset", "How many bytes are there.")
            .Answers("Upload-Length", "How many there will be.")
            .Answers("Upload-Metadata", "As it was begun with.")
            .Answers("Upload-Expires", "When it is forgotten, as in `Date`.")
            .Refuses(412, "precondition-failed")
            .Refuses(RefusalReason.FileNotFound, RefusalReason.OffsetConflict);
        uploads
            .MapPatch("/{uploadId}", ContinueAsync)
            .Named("continueUpload", "Append bytes; those that arrived before it broke off are kept")
            .Reads(Resumable, Number("Upload-Offset", "Where the bytes belong: at the end of those that are there."))
            .Takes<Stream>(Chunk)
            .Produces(204)
            .Answers("Upload-Offset", "How many bytes are there now.")
            .Answers("Upload-Expires", "When it is forgotten, as in `Date`.")
            .Refuses(412, "precondition-failed")
            .Refuses(415, "invalid-form")
            .Refuses(RefusalReason.FileNotFound, RefusalReason.OffsetConflict, RefusalReason.TooManyRequests)
            .Refuses(FileEndpoints.OfFiles);
        uploads
            .MapDelete("/{uploadId}", EndAsync)
            .Named("endUpload", "End it and forget its bytes")
            .Reads(Resumable)
            .Produces(204)
            .Refuses(412, "precondition-failed")
            .Refuses(RefusalReason.FileNotFound, RefusalReason.OffsetConflict);
    }

    private static bool IsUpload(PathString path) =>
        path.Value?.Split('/') is ["", var chat, _, var uploads, ..]
        && chat.Equals("chat", StringComparison.OrdinalIgnoreCase)
        && uploads.Equals("uploads", StringComparison.OrdinalIgnoreCase);

    /// <summary>A stranger learns nothing of a chat, not even by what is wrong with a header; so the chat comes first.</summary>
    private static async ValueTask<object?> CheckVersionAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        var directory = context.RequestServices.GetRequiredService<ChatDirectory>();
        var chatId = Requests.ParseId(context.GetRouteValue("chatId") as string);
        if ((await directory.CheckMemberAsync(context.User.UserId(), chatId, context.RequestAborted)).Refusal is { } stranger)
            return Problems.Of(stranger);
        if (HttpMethods.IsOptions(context.Request.Method) || context.Request.Headers["Tus-Resumable"] == Version)
            return await next(invocation);
        context.Response.Headers["Tus-Version"] = Version;
        return Problems.PreconditionFailed($"The header Tus-Resumable is expected to be {Version}.");
    }

    private static IResult Describe(HttpResponse response, UploadPolicy policy)
    {
        response.Headers["Tus-Version"] = Version;
        response.Headers["Tus-Extension"] = "creation,termination,expiration";
        response.Headers["Tus-Max-Size"] = Text(policy.MaxFileBytes);
        return Results.NoContent();
    }

    private static async Task<IResult> BeginAsync(string chatId, HttpContext context, ClaimsPrincipal user, UploadService uploads)
    {
        var headers = context.Request.Headers;
        if (headers.ContainsKey("Upload-Defer-Length"))
            return Problems.InvalidUpload(400, "Upload-Defer-Length is not supported: say with Upload-Length how long the file is.");
        if (ReadNumber(headers, "Upload-Length") is not { } length)
            return Problems.InvalidUpload(400, "The header Upload-Length says how many bytes the whole file has.");
        string? metadata = headers["Upload-Metadata"] is { Count: > 0 } given ? given.ToString() : null;
        if (!TryReadFileName(metadata, out var fileName))
            return Problems.InvalidUpload(400, "The header Upload-Metadata has pairs of a key and a value in base64, “filename” among them.");
        var begun = await uploads.BeginUploadAsync(user.UserId(), Requests.ParseId(chatId), fileName, length, metadata, context.RequestAborted);
        if (!begun.Succeeded(out var upload, out var refusal))
            return Problems.Of(refusal);
        Show(context.Response, upload);
        return Results.Created(upload.Path, value: null);
    }

    private static async Task<IResult> FindAsync(string chatId, string uploadId, HttpContext context, ClaimsPrincipal user, UploadService uploads)
    {
        context.Response.Headers.CacheControl = "no-store";
        var found = await uploads.FindUploadAsync(
            user.UserId(),
            Requests.ParseId(chatId),
            Requests.ParseFileId(uploadId),
            context.RequestAborted
        );
        if (!found.Succeeded(out var upload, out var refusal))
            return Problems.Of(refusal);
        Show(context.Response, upload);
        context.Response.Headers["Upload-Length"] = Text(upload.Length);
        if (upload.Metadata is not null)
            context.Response.Headers["Upload-Metadata"] = upload.Metadata;
        return Results.Ok();
    }

    private static async Task<IResult> ContinueAsync(
        string chatId,
        string uploadId,
        HttpContext context,
        ClaimsPrincipal user,
        UploadService uploads,
        UploadPolicy policy,
        TimeProvider time,
        IHostApplicationLifetime lifetime
    )
    {
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals(Chunk, StringComparison.OrdinalIgnoreCase))
            return Problems.InvalidUpload(415, $"The bytes are expected with the content type {Chunk}.");
        if (ReadNumber(request.Headers, "Upload-Offset") is not { } offset)
            return Problems.InvalidUpload(400, "The header Upload-Offset says where the bytes belong.");
        context.TakeFiles(maxBytes: null);
        var continued = await uploads.ContinueUploadAsync(
            user.UserId(),
            Requests.ParseId(chatId),
            Requests.ParseFileId(uploadId),
            offset,
            request.ContentLength,
            MultipartUpload.BodyOf(request, policy, time),
            lifetime.ApplicationStopping
        );
        if (!continued.Succeeded(out var upload, out var refusal))
            return Problems.Of(refusal);
        Show(context.Response, upload);
        return Results.NoContent();
    }

    private static async Task<IResult> EndAsync(string chatId, string uploadId, ClaimsPrincipal user, UploadService uploads) =>
        (await uploads.EndUploadAsync(user.UserId(), Requests.ParseId(chatId), Requests.ParseFileId(uploadId))).ToNoContent();

    private static void Show(HttpResponse response, UploadView upload)
    {
        response.Headers["Upload-Offset"] = Text(upload.Offset);
        response.Headers["Upload-Expires"] = upload.ExpiresAt.ToString("R", CultureInfo.InvariantCulture);
    }

    private static ApiParameter Number(string header, string description) =>
        ApiParameter.Header(header, description) with { IsRequired = true, Type = "integer", Format = "int64", Minimum = 0 };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long? ReadNumber(IHeaderDictionary headers, string name) =>
        long.TryParse(headers[name].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>
    /// Reads "filename d29ybGQ=,other": keys once each, values in base64 or none. That there is no file name is for the
    /// rules to say.
    /// </summary>
    private static bool TryReadFileName(string? metadata, out string? fileName)
    {
        fileName = null;
        if (metadata is null)
            return true;
        // It goes back as a header, which is ASCII.
        if (metadata.Length > MaxMetadataLength || !Ascii.IsValid(metadata))
            return false;
        var keys = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var pair in metadata.Split(',', StringSplitOptions.TrimEntries))
            {
                var parts = pair.Split(' ');
                if (parts.Length > 2 || parts[0].Length == 0 || !keys.Add(parts[0]))
                    return false;
                var value = Convert.FromBase64String(parts.ElementAtOrDefault(1) ?? "");
                if (parts[0] == "filename")
                    fileName = Charsets.Decode(Charsets.Utf8, value) ?? MultipartUpload.NoText;
            }

            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
