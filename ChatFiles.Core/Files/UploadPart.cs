using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

public enum UploadPartKind
{
    File,
    Thumbnail,

    /// <summary>The id of a finished resumable upload, as text.</summary>
    Upload,
    Caption,

    /// <summary>The charset of those texts of the form that say none of their own.</summary>
    Charset,
    Other,
}

/// <summary>A part of an upload, as it arrives. The content is read before the next part is asked for.</summary>
/// <param name="FileName">As sent; not yet cleaned. One that was no text is none that the rules take.</param>
/// <param name="IsReserved">Whether its bytes have their room in the quotas already.</param>
/// <param name="Content">Throws <see cref="UploadRefusedException"/> when the form breaks off or is malformed.</param>
public sealed record UploadPart(UploadPartKind Kind, string? FileName, Stream Content, bool IsReserved = false)
{
    /// <summary>What the part says a text is in; null when it says nothing.</summary>
    public string? Charset { get; init; }
}
