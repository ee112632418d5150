namespace ChatFiles.Core.Model;

/// <summary>
/// The record of the picture that somebody has given themself. The bytes are a blob in the file store, as those of files are:
/// they go by the queue, the sweeper and the backup know them, the database stays small with 30,000 of them, and several
/// processes see the same. One a person, of at most <see cref="MaxBytes"/>: no quota is needed for it.
/// </summary>
public class OwnPicture
{
    public const int MaxBytes = 256 * 1024;

    /// <summary>Pixels, either way: a few KiB can hold so many that every page that shows them would take gigabytes to draw them.</summary>
    public const int MaxSide = 2048;

    public string UserId { get; set; } = "";

    public string BlobKey { get; set; } = "";

    public string ContentType { get; set; } = "";

    /// <summary>Bytes.</summary>
    public long Size { get; set; }

    /// <summary>Of the bytes, lower-case hex.</summary>
    public string Sha256 { get; set; } = "";
}
