using System.Text;
using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Stage;

/// <summary>Parts of an upload, as the web hands them to Core.</summary>
internal static class Parts
{
    public static UploadPart File(string? name, byte[] content) => new(UploadPartKind.File, name, new MemoryStream(content));

    public static UploadPart File(string? name, string content) => File(name, Encoding.UTF8.GetBytes(content));

    public static UploadPart Thumbnail(byte[] content) => new(UploadPartKind.Thumbnail, "thumbnail", new MemoryStream(content));

    public static UploadPart Caption(string text) => new(UploadPartKind.Caption, null, new MemoryStream(Encoding.UTF8.GetBytes(text)));

    public static UploadPart Other() => new(UploadPartKind.Other, null, new MemoryStream());
}
