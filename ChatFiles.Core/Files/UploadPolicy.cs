using System.Buffers;
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

    private readonly Dictionary<string, FileType> _types;
    private readonly Signature[] _neverText;

    /// <exception cref="OptionsValidationException">An allowed extension has no type, or a type's signature is none.</exception>
    public UploadPolicy(IOptions<UploadOptions> options)
    {
        var settings = options.Value;
        MaxFileBytes = settings.MaxFileBytes;
        MaxRequestBytes = settings.MaxRequestBytes;
        var table = new Dictionary<string, FileType>(FileTypes.Default, StringComparer.OrdinalIgnoreCase);
        foreach (var (extension, row) in settings.Types)
            table[extension] = ReadRow(extension, row);
        _neverText = [.. table.Values.SelectMany(type => type.Signatures).Where(s => s.IsDistinctive), .. FileTypes.NeverText];
        AllowedExtensions = settings.AllowedExtensions.Count > 0
            ? [.. settings.AllowedExtensions.SelectMany(Split).Select(e => e.TrimStart('.').ToLowerInvariant()).Distinct(StringComparer.Ordinal)]
            : [.. Split(UploadOptions.DefaultExtensions)];
        _types = AllowedExtensions.ToDictionary(
            extension => extension,
            extension =>
                table.GetValueOrDefault(extension)
                ?? throw Invalid(
                    $"Uploads:AllowedExtensions has '{extension}', which has no type; describe it in Uploads:Types:{extension}."
                ),
            StringComparer.OrdinalIgnoreCase
        );
    }

    /// <summary>Bytes.</summary>
    public long MaxFileBytes { get; }

    /// <summary>Bytes.</summary>
    public long MaxRequestBytes { get; }

    /// <summary>Lower case, without a dot.</summary>
    public IReadOnlyList<string> AllowedExtensions { get; }

    /// <summary>What the allowed extensions stand for.</summary>
    public IReadOnlyDictionary<string, FileType> AllowedTypes => _types;

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
    public Result<FileType> TypeOf(string fileName) =>
        _types.TryGetValue(Path.GetExtension(fileName).TrimStart('.'), out var type)
            ? type
            : new Refusal(
                RefusalReason.FileTypeNotAllowed,
                UploadWords.Type.Replace("{accepted}", Accepted, StringComparison.Ordinal).With(fileName)
            );

    /// <summary>How people look for a file of that name.</summary>
    public FileKind KindOf(string fileName) => TypeOf(fileName).Succeeded(out var type, out _) ? type.Kind : FileKind.Document;

    /// <summary>Do the first bytes fit what the name says? Text must not begin like any other format.</summary>
    public Refusal? CheckHead(string fileName, FileType type, ReadOnlySpan<byte> head)
    {
        foreach (var signature in type.IsText ? _neverText : type.Signatures)
        {
            if (signature.Fits(head))
                return type.IsText ? NotWhatItSays(fileName) : null;
        }

        return type.IsText ? null : NotWhatItSays(fileName);
    }

    public Refusal NotWhatItSays(string fileName) =>
        new(RefusalReason.FileTypeNotAllowed, $"The content of “{fileName}” is not what its name says it is. Accepted: {Accepted}.");

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

    private string Accepted => string.Join(", ", AllowedExtensions);

    private static string Beginning(string name) => name[..(char.IsHighSurrogate(name[NameShown - 1]) ? NameShown - 1 : NameShown)] + "…";

    private static FileType ReadRow(string extension, FileTypeOptions row)
    {
        try
        {
            return new FileType(row.ContentType, row.Kind, [.. row.Signatures.Select(pattern => new Signature(pattern))]);
        }
        catch (FormatException failure)
        {
            throw Invalid($"Uploads:Types:{extension}:Signatures: {failure.Message}");
        }
    }

    private static string[] Split(string list) =>
        list.Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static OptionsValidationException Invalid(string message) => new("Uploads", typeof(UploadOptions), [message]);

    private static Refusal InvalidName(string detail) => new(RefusalReason.InvalidFileName, detail);
}
