using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

public enum UploadPartKind
{
    File,
    Thumbnail,

    /// <summary>The id of a finished resumable upload, as text.</summary>
    Upload,

    /// <summary>The path of a file that is copied, as text.</summary>
    From,
    Caption,

    /// <summary>The id of the message that this one answers, as text.</summary>
    ReplyTo,

    /// <summary>The charset of those texts of the form that say none of their own.</summary>
    Charset,
    Other,

    /// <summary>The form can't be read any further.</summary>
    Broken,
}

/// <summary>A part of an upload, as it arrives. The content is read before the next part is asked for.</summary>
/// <param name="FileName">As sent; not yet cleaned. One that was no text is none that the rules take.</param>
/// <param name="IsReserved">Whether its bytes have their room in the quotas already.</param>
/// <param name="Content">Throws <see cref="UploadRefusedException"/> when the form breaks off or is malformed.</param>
public sealed record UploadPart(UploadPartKind Kind, string? FileName, Stream Content, bool IsReserved = false)
{
    /// <summary>Whether its bytes are a copy of what is here, and was scanned when it came.</summary>
    public bool IsCopy { get; init; }

    /// <summary>What the part says a text is in; null when it says nothing.</summary>
    public string? Charset { get; init; }

    /// <summary>Why the form is broken; null while it is not.</summary>
    public Refusal? Refusal { get; private init; }

    /// <summary>So much of the content as the buffer holds, in the buffer; the refusal where the form breaks off.</summary>
    internal async Task<Result<ReadOnlyMemory<byte>>> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return (ReadOnlyMemory<byte>)buffer[..await Content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)];
        }
        catch (UploadRefusedException brokenOff)
        {
            return brokenOff.Refusal;
        }
    }

    /// <summary>The last part of a form that is none, is malformed or cut off.</summary>
    public static UploadPart Broken(Refusal refusal) => new(UploadPartKind.Broken, FileName: null, Stream.Null) { Refusal = refusal };
}
