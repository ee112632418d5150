using System.Globalization;
using System.Text;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Files;

/// <summary>The rules for a file that somebody sends: name, size, and type by extension and first bytes together.</summary>
public sealed class UploadPolicy
{
    /// <summary>Of a name in UTF-8.</summary>
    public const int MaxNameBytes = 255;

    /// <summary>So much of a name that is too long is shown.</summary>
    private const int NameShown = 40;

    private static readonly FileType Unknown = FileType.OfAnyBytes("application/octet-stream");

    private readonly Dictionary<string, FileType> _types;
    private readonly Dictionary<string, FileType> _known;
    private readonly Formats _formats;

    /// <exception cref="OptionsValidationException">An allowed extension has no type or is one that is never allowed, or a type's signature is none.</exception>
    public UploadPolicy(IOptions<UploadOptions> options)
    {
        var settings = options.Value;
        MaxFileBytes = settings.MaxFileBytes;
        MaxRequestBytes = settings.MaxRequestBytes;
        TakesUnknown = settings.UnknownTypes == UnknownTypes.Download;
        _known = new Dictionary<string, FileType>(FileTypes.Default, StringComparer.OrdinalIgnoreCase);
        foreach (var (extension, row) in settings.Types)
            _known[extension] = ReadRow(extension, row);
        AllowedExtensions = settings.AllowedExtensions.Count > 0
            ?
            [
                .. settings
                    .AllowedExtensions.SelectMany(FileTypes.Split)
                    .Select(e => e.TrimStart('.').ToLowerInvariant())
                    .Distinct(StringComparer.Ordinal),
            ]
            : [.. FileTypes.Default.Keys];
        _types = AllowedExtensions.ToDictionary(extension => extension, FindRow, StringComparer.OrdinalIgnoreCase);
        _formats = new Formats(_types.Values, _known.Values);
    }

    /// <summary>Bytes.</summary>
    public long MaxFileBytes { get; }

    /// <summary>Bytes.</summary>
    public long MaxRequestBytes { get; }

    /// <summary>Lower case, without a dot.</summary>
    public IReadOnlyList<string> AllowedExtensions { get; }

    /// <summary>What the allowed extensions stand for.</summary>
    public IReadOnlyDictionary<string, FileType> AllowedTypes => _types;

    /// <summary>Whether extensions that nobody knows may be sent too.</summary>
    public bool TakesUnknown { get; }

    /// <summary>What may not be sent even then.</summary>
    public IEnumerable<string> RefusedExtensions => FileTypes.Never.Concat(_known.Keys.Where(extension => !_types.ContainsKey(extension)));

    /// <summary>Makes a name safe to show and to hand to a browser. It is display text and never becomes a path here.</summary>
    public static Result<string> CleanName(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return InvalidName("A file came without a name.");
        if (name.Any(char.IsControl))
            return InvalidName(UploadWords.ControlCharacters.With(new string([.. name.Where(c => !char.IsControl(c))])));
        if (Texts.Tidy(name[(name.LastIndexOfAny(['/', '\\']) + 1)..]) is not { } cleaned)
            return InvalidName("A file's name is not valid Unicode (UTF-8); rename the file and send it again.");
        if (string.IsNullOrWhiteSpace(cleaned))
            return InvalidName(UploadWords.NoName.With(name));
        if (Encoding.UTF8.GetByteCount(cleaned) > MaxNameBytes)
            return InvalidName(UploadWords.NameTooLong.With(Beginning(cleaned), MaxNameBytes.ToString(CultureInfo.InvariantCulture)));
        return cleaned;
    }

    /// <summary>The type that the last extension stands for, if files of it may be sent.</summary>
    public Result<FileType> TypeOf(string fileName)
    {
        var extension = Path.GetExtension(fileName).TrimStart('.');
        if (_types.TryGetValue(extension, out var type))
            return type;
        if (TakesUnknown && !_known.ContainsKey(extension) && !FileTypes.Never.Contains(extension))
            return Unknown;
        return new Refusal(RefusalReason.FileTypeNotAllowed, $"{UploadWords.Type.With(fileName)} {Accepted}");
    }

    /// <summary>What the first bytes say about a file of that name; see <see cref="Formats"/>.</summary>
    /// <param name="isWhole">Whether no more of them will come.</param>
    public Verdict Judge(FileType named, ReadOnlySpan<byte> head, bool isWhole) => _formats.Judge(named, head, isWhole);

    public Refusal NotWhatItSays(string fileName) =>
        new(RefusalReason.FileTypeNotAllowed, $"The content of “{fileName}” is not what its name says it is. {Accepted}");

    public static Refusal Empty(string fileName) => new(RefusalReason.EmptyFile, UploadWords.Empty.With(fileName));

    public Refusal TooLarge(string fileName) =>
        new(RefusalReason.FileTooLarge, UploadWords.TooLarge.With(fileName, Readable(MaxFileBytes)));

    public Refusal RequestTooLarge() =>
        new(RefusalReason.FileTooLarge, UploadWords.TooLargeTogether.With("", Readable(MaxRequestBytes)));

    /// <summary>1,536 → "1.5 KiB".</summary>
    public static string Readable(long bytes)
    {
        string[] units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {units[unit]}");
    }

    private string Accepted => UploadWords.Accepted.Replace("{accepted}", string.Join(", ", AllowedExtensions), StringComparison.Ordinal);

    private static string Beginning(string name) => name[..(char.IsHighSurrogate(name[NameShown - 1]) ? NameShown - 1 : NameShown)] + "…";

    private FileType FindRow(string extension) =>
        FileTypes.Never.Contains(extension)
            ? throw Invalid($"Uploads:AllowedExtensions has '{extension}', which is never accepted; send such a file in a zip.")
            : _known.GetValueOrDefault(extension)
                ?? throw Invalid($"Uploads:AllowedExtensions has '{extension}', which has no type; describe it in Uploads:Types:{extension}.");

    private static FileType ReadRow(string extension, FileTypeOptions row)
    {
        if (!Enum.IsDefined(row.Kind))
            throw Invalid($"Uploads:Types:{extension}:Kind: is one of {string.Join(", ", Enum.GetNames<FileKind>())}");
        try
        {
            Signature[] signatures = [.. row.Signatures.Select(pattern => new Signature(pattern))];
            return FileTypes.Of(row.ContentType) with { Kind = row.Kind, Signatures = signatures };
        }
        catch (FormatException failure)
        {
            throw Invalid($"Uploads:Types:{extension}:Signatures: {failure.Message}");
        }
    }

    private static OptionsValidationException Invalid(string message) => new("Uploads", typeof(UploadOptions), [message]);

    private static Refusal InvalidName(string detail) => new(RefusalReason.InvalidFileName, detail);
}
