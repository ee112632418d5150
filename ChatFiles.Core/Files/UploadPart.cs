namespace ChatFiles.Core.Files;

public enum UploadPartKind
{
    File,
    Thumbnail,

    /// <summary>The id of a finished resumable upload, as text.</summary>
    Upload,
    Caption,
    Other,
}

/// <summary>A part of an upload, as it arrives. The content is read before the next part is asked for.</summary>
/// <param name="FileName">As sent; not yet cleaned.</param>
/// <param name="Content">Throws <see cref="Chats.UploadRefusedException"/> when the form breaks off or is malformed.</param>
public sealed record UploadPart(UploadPartKind Kind, string? FileName, Stream Content);
