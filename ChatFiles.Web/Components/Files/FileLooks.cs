using System.Globalization;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;

namespace ChatFiles.Web.Components.Files;

/// <summary>How a file is shown: what a browser can draw or play is, everything else is a card.</summary>
internal static class FileLooks
{
    private static readonly HashSet<string> Archives = ContentTypesOf(FileKind.Archive);
    private static readonly HashSet<string> Documents = ContentTypesOf(FileKind.Document);

    private const int MaxPreviewWidth = 400;
    private const int MaxPreviewHeight = 320;

    /// <summary>Each takes four bytes of the memory of everybody who looks at it, however few it takes in the file.</summary>
    private const long MaxPixelsDrawn = 50_000_000;

    /// <summary>So many bytes of a text are shown in place.</summary>
    public const int MaxTextShown = 256 * 1024;

    /// <summary>Where the chat shows it in the viewer.</summary>
    public static string AddressOf(MessageView message, AttachmentView file) =>
        string.Create(CultureInfo.InvariantCulture, $"/chats/{message.ChatId}?message={message.Id}&file={file.Id}");

    public static bool IsPicture(AttachmentView file) => IsPicture(file.ContentType);

    /// <summary>Browsers draw it.</summary>
    public static bool IsPicture(string? contentType) =>
        contentType is "image/png" or "image/jpeg" or "image/gif" or "image/webp" or "image/bmp" or "image/avif";

    /// <summary>A picture whose own pixels are drawn only for who asks for it.</summary>
    public static bool IsHuge(AttachmentView file) => IsPicture(file) && (long)(file.Width ?? 0) * (file.Height ?? 0) > MaxPixelsDrawn;

    /// <summary>A picture that a message shows as such: by its thumbnail, or itself.</summary>
    public static bool IsDrawn(AttachmentView file) => IsPicture(file) && (file.Thumbnail is not null || !IsHuge(file));

    public static bool IsVideo(AttachmentView file) => file.ContentType is "video/mp4" or "video/webm" or "video/quicktime";

    public static bool IsAudio(AttachmentView file) => file.ContentType?.StartsWith("audio/", StringComparison.Ordinal) == true;

    public static bool IsPdf(AttachmentView file) => file.ContentType == "application/pdf";

    public static bool IsText(AttachmentView file) =>
        file.ContentType is "text/plain" or "text/csv" or "text/markdown" or "application/json";

    /// <summary>A picture that is drawn is a button itself.</summary>
    public static bool OpensFromItsCard(AttachmentView file) =>
        IsVideo(file) || IsPdf(file) || IsText(file) || (IsPicture(file) && !IsDrawn(file));

    /// <summary>An id in <c>wwwroot/icons.svg</c>.</summary>
    public static string IconOf(AttachmentView file) => IconOf(file.ContentType ?? "");

    /// <summary>An id in <c>wwwroot/icons.svg</c>. Browsers are told it with each type.</summary>
    public static string IconOf(string contentType) =>
        contentType switch
        {
            _ when contentType.StartsWith("image/", StringComparison.Ordinal) => "picture",
            _ when contentType.StartsWith("audio/", StringComparison.Ordinal) => "audio",
            _ when contentType.StartsWith("video/", StringComparison.Ordinal) => "video",
            _ when contentType.Contains("spreadsheet", StringComparison.Ordinal) || contentType == "text/csv" => "sheet",
            _ when Archives.Contains(contentType) => "archive",
            _ when contentType.StartsWith("text/", StringComparison.Ordinal) || Documents.Contains(contentType) => "document",
            _ => "file",
        };

    /// <summary>
    /// The size in CSS pixels at which a picture fits into a message; it keeps its place while it loads. Null when the
    /// picture's own size is not known.
    /// </summary>
    public static (int Width, int Height)? PreviewSize(AttachmentView file)
    {
        if (file is not { Width: > 0 and var width, Height: > 0 and var height })
            return null;
        var scale = Math.Min(1, Math.Min((double)MaxPreviewWidth / width, (double)MaxPreviewHeight / height));
        return ((int)Math.Max(1, width * scale), (int)Math.Max(1, height * scale));
    }

    public static string SizeOf(AttachmentView file) => file.Size is { } size ? UploadPolicy.Readable(size) : "";

    /// <summary>How many pixels a picture has, in words.</summary>
    public static string PixelsOf(AttachmentView file) =>
        string.Create(CultureInfo.CurrentCulture, $"{file.Width:N0} × {file.Height:N0} pixels");

    public static string DownloadPath(AttachmentView file) => file.Path + "?download";

    private static HashSet<string> ContentTypesOf(FileKind kind) =>
        FileTypes.Default.Values.Where(type => type.Kind == kind).Select(type => type.ContentType).ToHashSet(StringComparer.Ordinal);
}
