namespace ChatFiles.Core.Model;

/// <summary>What is still to be done so that a file can be seen in small.</summary>
public enum PictureState
{
    /// <summary>It came with a picture, was made one, or none is to be had.</summary>
    Settled,

    /// <summary>Nobody has tried yet.</summary>
    Wanted,

    /// <summary>Somebody has begun. Who finds it so has come after a crash, and tries for the last time.</summary>
    Begun,
}

public enum AttachmentState
{
    Ready,
    Deleted,

    /// <summary>The blob is gone or changed although nobody deleted it here.</summary>
    Missing,
}

/// <summary>The record of a file in a message. The bytes are a blob in the file store.</summary>
public class Attachment
{
    public const int MaxPerMessage = 10;

    public Guid Id { get; set; }

    public long ChatId { get; set; }

    public long MessageId { get; set; }

    public Message Message { get; set; } = null!;

    /// <summary>Its place in the message, from 0.</summary>
    public int Position { get; set; }

    /// <summary>Its message's author, again, so that the files of one person are found without their messages.</summary>
    public string AuthorId { get; set; } = "";

    public AttachmentState State { get; set; }

    /// <summary>The blob's key, made by the server; null once the file is deleted.</summary>
    public string? BlobKey { get; set; }

    /// <summary>The store's stamp of the blob when its bytes were last known to be right.</summary>
    public string? BlobStamp { get; set; }

    /// <summary>Display text from the sender, cleaned; never a path.</summary>
    public string FileName { get; set; } = "";

    /// <summary>The name as it is compared with what people look for; see <see cref="SearchWords.Fold"/>.</summary>
    public string FoldedName { get; set; } = "";

    /// <summary>Follows from what it is, as <see cref="ContentType"/> does.</summary>
    public FileKind Kind { get; set; }

    /// <summary>Follows from extension and first bytes; what the sender claimed is not believed.</summary>
    public string ContentType { get; set; } = "";

    /// <summary>
    /// Of a text, as its bytes say it; empty when it is none that can be told, null while nobody has
    /// looked: no text, or from before this was asked.
    /// </summary>
    public string? Charset { get; set; }

    /// <summary>Bytes.</summary>
    public long Size { get; set; }

    /// <summary>Of the bytes, lower-case hex.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>Pixels, where the file says so.</summary>
    public int? Width { get; set; }

    /// <summary>Pixels, where the file says so.</summary>
    public int? Height { get; set; }

    public string? ThumbnailKey { get; set; }

    public string? ThumbnailType { get; set; }

    /// <summary>Bytes.</summary>
    public long ThumbnailSize { get; set; }

    public string? ThumbnailSha256 { get; set; }

    public PictureState Picture { get; set; }

    /// <summary>Turns the record into a tombstone: id and place stay, everything that described the file goes.</summary>
    public void Bury()
    {
        State = AttachmentState.Deleted;
        BlobKey = BlobStamp = ThumbnailKey = ThumbnailType = ThumbnailSha256 = null;
        FileName = FoldedName = ContentType = Sha256 = "";
        Charset = null;
        Kind = default;
        Size = ThumbnailSize = 0;
        Width = Height = null;
        Picture = PictureState.Settled;
    }
}
