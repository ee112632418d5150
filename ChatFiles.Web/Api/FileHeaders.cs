using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.Net.Http.Headers;

namespace ChatFiles.Web.Api;

/// <summary>The headers that make a stranger's file safe to hand to a browser on our own origin.</summary>
internal static class FileHeaders
{
    private const string Pdf = "application/pdf";

    public static void Set(HttpContext context, OpenFile file)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "private, no-cache";
        // A sandbox would switch the browser's own PDF viewer off; a PDF still gets no script, no frame and no network.
        headers.ContentSecurityPolicy =
            file.ContentType == Pdf
                ? "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
                : "sandbox; default-src 'none'";
        if (file.ContentType == Pdf)
            headers.XFrameOptions = "SAMEORIGIN";
        var disposition = new ContentDispositionHeaderValue(
            FileTypes.Of(file.ContentType).IsServedInline && !context.Request.Query.ContainsKey("download") ? "inline" : "attachment"
        )
        {
            FileName = PlainName(file.Attachment.FileName),
            FileNameStar = file.Attachment.FileName,
        };
        headers.ContentDisposition = disposition.ToString();
    }

    /// <summary>
    /// For programs that do not know <c>filename*</c>. They do not know what a backslash escapes either, so that there is
    /// none (RFC 6266, appendix D).
    /// </summary>
    private static string PlainName(string? name) => string.Concat(name!.Select(c => c is >= ' ' and <= '~' and not ('"' or '\\') ? c : '_'));
}
