using System.IO.Compression;

namespace ChatFiles.Core.Files.Reading;

/// <summary>The picture of its first page that an office program has put into a file.</summary>
internal static class OfficePicture
{
    private const int MaxLength = 4 * 1024 * 1024;

    private static readonly string[] OfOpenXml = ["docProps/thumbnail.jpeg", "docProps/thumbnail.jpg", "docProps/thumbnail.png"];
    private static readonly string[] OfOpenDocument = ["Thumbnails/thumbnail.png"];
    private static readonly string[] OfApple = ["preview.jpg", "QuickLook/Thumbnail.jpg"];

    /// <summary>Where in its container it is, by the beginning of the file's content type.</summary>
    private static readonly (string ContentType, string[] Places)[] Places =
    [
        ("application/vnd.openxmlformats-officedocument.", OfOpenXml),
        ("application/vnd.ms-word.document.macroEnabled", OfOpenXml),
        ("application/vnd.ms-excel.sheet.", OfOpenXml),
        ("application/vnd.ms-powerpoint.presentation.macroEnabled", OfOpenXml),
        ("application/vnd.ms-visio.drawing", OfOpenXml),
        ("application/vnd.oasis.opendocument.", OfOpenDocument),
        ("application/vnd.apple.", OfApple),
    ];

    public static bool IsIn(string contentType) => PlacesOf(contentType).Length > 0;

    /// <summary>Null: the file holds none.</summary>
    public static byte[]? Find(string contentType, FileStream file)
    {
        var places = PlacesOf(contentType);
        if (places.Length == 0)
            return null;
        using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        if (places.Select(archive.GetEntry).FirstOrDefault(entry => entry is not null) is not { } picture)
            return null;
        using var content = picture.Open();
        var bytes = new byte[MaxLength];
        var length = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length < bytes.Length ? bytes[..length] : null;
    }

    private static string[] PlacesOf(string contentType) =>
        Array.Find(Places, place => contentType.StartsWith(place.ContentType, StringComparison.Ordinal)).Places ?? [];
}
