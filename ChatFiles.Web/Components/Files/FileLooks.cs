using System.Globalization;
using ChatFiles.Core.Files;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Core.Model;

namespace ChatFiles.Web.Components.Files;

/// <summary>How a file is shown: what a browser can draw or play is, everything else is a card.</summary>
internal static class FileLooks
{
    /// <summary>In CSS pixels; the room that a message gives a picture. Browsers are told it, and what follows.</summary>
    public const int MaxPreviewWidth = 400;

    /// <inheritdoc cref="MaxPreviewWidth" />
    public const int MaxPreviewHeight = 320;

    /// <summary>Each takes four bytes of the memory of everybody who looks at it, however few it takes in the file.</summary>
    public const long MaxPixelsDrawn = 50_000_000;

    /// <summary>So many bytes of a text are shown in place.</summary>
    public const int MaxTextShown = 256 * 1024;

    /// <summary>Two or three lines of a narrow card.</summary>
    private const int MaxShortName = 32;

    /// <summary>The ending, and a few characters before it, which tell “v1” from “v2”.</summary>
    private const int ShownEnd = 10;

    /// <summary>In the history's entry of an open file: the one before it is the page that it was opened on (js/page/open-file.js).</summary>
    public const string OpenedHere = "opened here";

    /// <summary>In the history's entry of a message that somebody wants to see in its chat (js/reading/file-viewer.js).</summary>
    public const string ShowInChat = "show in chat";

    /// <summary>The shape of a sound is drawn from all of its bytes: they are few, or it is not drawn.</summary>
    public const int MaxSoundDrawn = 2 * 1024 * 1024;

    /// <summary>Where the chat shows it in the viewer.</summary>
    public static string AddressOf(MessageView message, AttachmentView file) => AddressOf(message.ChatId, message.Id, file.Id);

    /// <inheritdoc cref="AddressOf(MessageView, AttachmentView)" />
    public static string AddressOf(ListedFile file) => AddressOf(file.ChatId, file.MessageId, file.Id);

    /// <summary>Where the chat shows its message.</summary>
    public static string InChat(ListedFile file) => string.Create(CultureInfo.InvariantCulture, $"/chats/{file.ChatId}?message={file.MessageId}");

    private static string AddressOf(long chatId, long messageId, Guid fileId) =>
        string.Create(CultureInfo.InvariantCulture, $"/chats/{chatId}?message={messageId}&file={fileId}");

    /// <summary>Browsers draw it.</summary>
    public static bool IsPicture(AttachmentView file) => TypeOf(file).Shown == Shown.Picture;

    /// <summary>A picture whose own pixels are drawn only for who asks for it.</summary>
    public static bool IsHuge(AttachmentView file) => IsPicture(file) && (long)(file.Width ?? 0) * (file.Height ?? 0) > MaxPixelsDrawn;

    /// <summary>A picture that a message shows as such: by its thumbnail, or itself. A huge one is a card.</summary>
    public static bool IsDrawn(AttachmentView file) => IsPicture(file) && !IsHuge(file);

    /// <summary>Its first page, or what it shows in a format of its own, stands above its card and has its place before it is drawn.</summary>
    public static bool HasPage(AttachmentView file) => Pictures.AreDrawnOf(file.ContentType ?? "");

    /// <summary>A small picture in the place of its card's icon: of a huge picture, or what an office program has put into a file.</summary>
    public static bool HasPictureInCard(AttachmentView file) => file.Thumbnail is not null && !IsDrawn(file) && !IsVideo(file) && !HasPage(file);

    public static bool IsVideo(AttachmentView file) => TypeOf(file).Shown == Shown.Video;

    public static bool IsAudio(AttachmentView file) => TypeOf(file).Shown == Shown.Audio;

    public static bool IsPdf(AttachmentView file) => TypeOf(file).Shown == Shown.Pdf;

    public static bool IsText(AttachmentView file) => TypeOf(file).Shown is Shown.Text or Shown.Table;

    /// <summary>Its content is read by a script and drawn as what <see cref="ShownAs"/> says.</summary>
    public static bool IsRead(AttachmentView file) => IsText(file) || TypeOf(file).Shown == Shown.Zip;

    /// <summary>In the words of js/server/rules.js.</summary>
    public static string ShownAs(AttachmentView file) =>
        TypeOf(file).Shown switch
        {
            Shown.Table => "table",
            Shown.Zip => "zip",
            Shown.Audio => "audio",
            _ => "text",
        };

    /// <summary>
    /// The lines that a message keeps free for what is in a file, before anything of it is read: no more than so many bytes
    /// can fill. 0: it shows nothing of it. In js/files/files.js, too; Examples/files.json is run by both.
    /// </summary>
    public static int PreviewLines(AttachmentView file) =>
        TypeOf(file).Shown switch
        {
            Shown.Text or Shown.Table => Lines(file, bytesPerLine: 12, 7),
            // An entry takes so much at least, and the end of the directory that.
            Shown.Zip => Lines(file, bytesPerLine: 100, 6),
            Shown.Audio when file.Size <= MaxSoundDrawn => 2,
            _ => 0,
        };

    private static int Lines(AttachmentView file, int bytesPerLine, int most) =>
        (int)Math.Clamp(((file.Size ?? 0) + bytesPerLine - 1) / bytesPerLine, 1, most);

    /// <summary>A picture that is drawn is a button itself.</summary>
    public static bool OpensFromItsCard(AttachmentView file) =>
        IsVideo(file) || IsPdf(file) || IsRead(file) || (IsPicture(file) && !IsDrawn(file));

    /// <summary>
    /// A name that may not fit is shown in two parts (<c>FileName</c> in Leaves.razor): a beginning, which may be cut, and
    /// an end, which never is. Null: it is short. The browser does the same (js/files/files.js).
    /// </summary>
    public static (string Beginning, string End)? PartsOf(string name)
    {
        if (name.Length <= MaxShortName)
            return null;
        var end = name.Length - ShownEnd;
        if (char.IsLowSurrogate(name[end]))
            end--;
        return (name[..end], name[end..]);
    }

    /// <summary>An id in <c>wwwroot/icons.svg</c>.</summary>
    public static string IconOf(AttachmentView file) => TypeOf(file).Icon;

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

    /// <summary>When a file is deleted for its age, where that is within a week; else null. A page says it as of its last drawing.</summary>
    public static string? GoesSoon(DateTime sentAt, int? keepDays, DateTime now) =>
        keepDays is { } days && (sentAt.AddDays(days) - now).TotalDays is <= 7 and var left
            ? left <= 1 ? "Deleted within a day" : string.Create(CultureInfo.InvariantCulture, $"Deleted in {Math.Ceiling(left)} days")
            : null;

    public static string SizeOf(AttachmentView file) => file.Size is { } size ? UploadPolicy.Readable(size) : "";

    /// <summary>How many pixels a picture has, in words.</summary>
    public static string PixelsOf(AttachmentView file) =>
        string.Create(CultureInfo.CurrentCulture, $"{file.Width:N0} × {file.Height:N0} pixels");

    public static string DownloadPath(AttachmentView file) => file.Path + "?download";

    /// <summary>A deleted file has none any more.</summary>
    private static FileType TypeOf(AttachmentView file) => FileTypes.Of(file.ContentType ?? "");
}
