using System.ComponentModel.DataAnnotations;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>Section <c>Uploads</c>.</summary>
public sealed class UploadOptions
{
    /// <summary>Bytes of one file at the most.</summary>
    [Range(1, long.MaxValue)]
    public long MaxFileBytes { get; set; } = 1L << 30;

    /// <summary>Bytes of one request at the most, form and all; in less there is no room for a form around a file.</summary>
    [Range(256, long.MaxValue)]
    public long MaxRequestBytes { get; set; } = 2L << 30;

    /// <summary>Extensions without a dot. Each has a row in the table of types; none: all of the table.</summary>
    public IList<string> AllowedExtensions { get; set; } = [];

    /// <summary>What becomes of extensions that have no row in the table, and of names without one.</summary>
    public UnknownTypes UnknownTypes { get; set; }

    /// <summary>Rows that an operator adds to the table of types, by extension.</summary>
    public IDictionary<string, FileTypeOptions> Types { get; } = new Dictionary<string, FileTypeOptions>(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Whether files of a type that nobody knows may be sent.</summary>
public enum UnknownTypes
{
    Refuse,

    /// <summary>They may, and are only ever downloaded.</summary>
    Download,
}

/// <summary>A row of the table of types, as it stands in the settings.</summary>
public sealed class FileTypeOptions
{
    public string ContentType { get; set; } = "application/octet-stream";

    public FileKind Kind { get; set; } = FileKind.Document;

    /// <summary>See <see cref="Signature"/>; none: the file is text.</summary>
    public IList<string> Signatures { get; } = [];
}

/// <summary>Section <c>Quotas</c>; bytes, 0 is none.</summary>
public sealed class QuotaOptions
{
    [Range(0, long.MaxValue)]
    public long BytesPerUser { get; set; } = 20L << 30;

    [Range(0, long.MaxValue)]
    public long BytesPerChat { get; set; }
}
