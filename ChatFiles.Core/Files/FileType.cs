using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>One row of the table of types: what an extension means and how its files begin.</summary>
/// <param name="ContentType">What the file is served as.</param>
/// <param name="Kind">How people look for it.</param>
/// <param name="Signatures">One of these must fit the first bytes; none: the file is text.</param>
public sealed record FileType(string ContentType, FileKind Kind, params Signature[] Signatures)
{
    public bool IsText => Signatures.Length == 0;
}

/// <summary>
/// The types that ChatFiles knows. An extension is accepted when it is allowed by the settings and the first bytes fit
/// one of its signatures: hex, <c>??</c> for any byte, <c>4:</c> in front for an offset in bytes. An operator adds or
/// replaces rows in the section <c>Uploads:Types</c> of the settings.
/// </summary>
public static class FileTypes
{
    /// <summary>So many first bytes decide.</summary>
    public const int HeadLength = 64;

    private static readonly Signature Zip = new("504B0304");
    private static readonly Signature EmptyZip = new("504B0506");
    private static readonly Signature Ogg = new("4F676753");
    private static readonly Signature Matroska = new("1A45DFA3");
    private static readonly Signature IsoMedia = new("4:66747970");

    public static readonly IReadOnlyDictionary<string, FileType> Default = new Dictionary<string, FileType>(StringComparer.OrdinalIgnoreCase)
    {
        ["png"] = new("image/png", FileKind.Image, new Signature("89504E470D0A1A0A")),
        ["jpg"] = new("image/jpeg", FileKind.Image, new Signature("FFD8FF")),
        ["jpeg"] = new("image/jpeg", FileKind.Image, new Signature("FFD8FF")),
        ["gif"] = new("image/gif", FileKind.Image, new Signature("474946383761"), new Signature("474946383961")),
        ["webp"] = new("image/webp", FileKind.Image, new Signature("52494646????????57454250")),
        ["bmp"] = new("image/bmp", FileKind.Image, new Signature("424D????????00000000")),
        ["avif"] = new("image/avif", FileKind.Image, new("4:6674797061766966"), new("4:6674797061766973"), new("4:667479706D696631")),
        ["heic"] = new(
            "image/heic",
            FileKind.Image,
            new("4:6674797068656963"),
            new("4:6674797068656978"),
            new("4:6674797068657663"),
            new("4:667479706D696631"),
            new("4:667479706D736631")
        ),
        ["mp3"] = new(
            "audio/mpeg",
            FileKind.Audio,
            new("494433"),
            new("FFFB"),
            new("FFFA"),
            new("FFF3"),
            new("FFF2"),
            new("FFE3"),
            new("FFE2")
        ),
        ["m4a"] = new("audio/mp4", FileKind.Audio, IsoMedia),
        ["ogg"] = new("audio/ogg", FileKind.Audio, Ogg),
        ["opus"] = new("audio/ogg", FileKind.Audio, Ogg),
        ["wav"] = new("audio/wav", FileKind.Audio, new Signature("52494646????????57415645")),
        ["flac"] = new("audio/flac", FileKind.Audio, new("664C6143"), new("494433")),
        ["mp4"] = new("video/mp4", FileKind.Video, IsoMedia),
        ["webm"] = new("video/webm", FileKind.Video, Matroska),
        ["mov"] = new(
            "video/quicktime",
            FileKind.Video,
            IsoMedia,
            new("4:6D6F6F76"),
            new("4:6D646174"),
            // "wide", "free" and "skip" with the size in front of them: alone they are words that prose has at this place.
            new("0000000877696465"),
            new("00??????66726565"),
            new("00??????736B6970")
        ),
        ["mkv"] = new("video/x-matroska", FileKind.Video, Matroska),
        ["pdf"] = new("application/pdf", FileKind.Document, new Signature("255044462D")),
        ["docx"] = new("application/vnd.openxmlformats-officedocument.wordprocessingml.document", FileKind.Document, Zip),
        ["xlsx"] = new("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", FileKind.Document, Zip),
        ["pptx"] = new("application/vnd.openxmlformats-officedocument.presentationml.presentation", FileKind.Document, Zip),
        ["odt"] = new("application/vnd.oasis.opendocument.text", FileKind.Document, Zip),
        ["ods"] = new("application/vnd.oasis.opendocument.spreadsheet", FileKind.Document, Zip),
        ["odp"] = new("application/vnd.oasis.opendocument.presentation", FileKind.Document, Zip),
        ["txt"] = new("text/plain", FileKind.Document),
        ["log"] = new("text/plain", FileKind.Document),
        ["csv"] = new("text/csv", FileKind.Document),
        ["json"] = new("application/json", FileKind.Document),
        ["md"] = new("text/markdown", FileKind.Document),
        ["zip"] = new("application/zip", FileKind.Archive, Zip, EmptyZip),
        ["7z"] = new("application/x-7z-compressed", FileKind.Archive, new Signature("377ABCAF271C")),
        ["gz"] = new("application/gzip", FileKind.Archive, new Signature("1F8B08")),
    };

    /// <summary>First bytes that no text begins with, beside those of the table: programs and older office files.</summary>
    internal static readonly Signature[] NeverText = [new("7F454C46"), new("D0CF11E0A1B11AE1"), new("526172211A07"), new("CAFEBABE")];
}
