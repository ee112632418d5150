using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>
/// The types that ChatFiles knows, all of them allowed unless the settings say otherwise. An extension is accepted when it
/// is allowed and the first bytes fit one of its signatures (<see cref="Signature"/> says how they are written). An
/// operator adds or replaces rows in the section <c>Uploads:Types</c> of the settings. Browsers are told what concerns them.
/// </summary>
public static class FileTypes
{
    /// <summary>So many first bytes decide.</summary>
    public const int HeadLength = 2048;

    /// <summary>Nothing that a double click runs, and no page that could run something here: whatever the settings say.</summary>
    public static readonly IReadOnlySet<string> Never = Split(
            "svg svgz html htm xhtml mhtml "
                + "exe dll com scr pif cpl msi msix msp bat cmd ps1 psm1 vb vbs vbe js mjs jse wsf wsh hta lnk url scf jar reg inf sh "
                + "app application appx apk deb rpm iso img dmg gadget chm"
        )
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    // The containers that several formats share.
    private const string Png = "89504E470D0A1A0A";
    private const string Id3 = "494433";
    private const string Ole = "D0CF11E0A1B11AE1";
    private const string Zip = "504B0304";
    private const string Ebml = "1A45DFA3";
    private const string Asf = "3026B2758E66CF11";
    private const string Gzip = "1F8B08";

    /// <summary>With a password, such a file is an OLE container in the place of the ZIP.</summary>
    private static readonly string[] OfficeOpenXml = [Zip, Ole];

    private static readonly string[] Ogg = ["4F67675300", "4F676753"];

    private static readonly string[] Heif =
    [
        .. "heic heix heim heis hevc hevx hevm hevs msf1".Split(' ').Select(Brand),
        Brand("mif1"),
    ];

    /// <summary>Boxes that a film may begin with before, or without, the one that says what it is ("ftyp").</summary>
    private static readonly string[] OtherBoxes =
    [
        // With the first byte of their size: the names alone are words that prose has at this place.
        "00??????6D6F6F76", // moov
        "00??????66726565", // free
        "00??????736B6970", // skip
        "00??????77696465", // wide
        "00??????75756964", // uuid
        "00??????73747970", // styp
        "00??????6D6F6F66", // moof
        "00??????73696478", // sidx
        "00??????706E6F74", // pnot
        "4:6D646174", // mdat, which may be of any size
        "4:6D6F6F76",
    ];

    private static readonly string[] IsoMedia = ["000000??66747970", "4:66747970", .. OtherBoxes];

    private static readonly string[] MpegFrames =
    [
        "FFFB",
        "FFFA",
        "FFF3",
        "FFF2",
        "FFE3",
        "FFE2",
        "FFFD",
        "FFFC",
    ];

    private static readonly (string Extensions, FileType Type)[] Rows =
    [
        Picture("png", "image/png", Shown.Picture, Png),
        Picture("apng", "image/apng", Shown.Picture, Png),
        Picture("jpg jpeg jfif", "image/jpeg", Shown.Picture, "FFD8FF"),
        Picture("gif", "image/gif", Shown.Picture, "474946383761", "474946383961"),
        Picture("webp", "image/webp", Shown.Picture, "52494646????????57454250"),
        Picture("bmp", "image/bmp", Shown.Picture, "424D????????00000000"),
        Picture("avif", "image/avif", Shown.Picture, Brand("avif"), Brand("avis"), Brand("mif1"), Brand("mif1") + "*61766966"),
        Picture("heic", "image/heic", Shown.Card, Heif),
        Picture("heif", "image/heif", Shown.Card, Heif),
        Picture("tif tiff", "image/tiff", Shown.Card, "49492A00", "4D4D002A", "49492B00", "4D4D002B"),
        Picture("psd", "image/vnd.adobe.photoshop", Shown.Card, "384250530001", "384250530002"),
        Sound("mp3", "audio/mpeg", Shown.Audio, ["49443302", "49443303", "49443304", Id3, "4150455441474558", .. MpegFrames]), // APETAGEX
        Sound("m4a", "audio/mp4", Shown.Audio, [Brand("M4A "), Brand("M4B "), Brand("M4P "), .. IsoMedia]),
        Sound("aac", "audio/aac", Shown.Audio, "FFF1", "FFF9", "FFF0", "FFF8", "4144494600", "41444946", "49443303", "49443304", Id3),
        Sound("ogg oga opus", "audio/ogg", Shown.Audio, Ogg),
        Sound("wav", "audio/wav", Shown.Audio, "52494646????????57415645", "52463634????????57415645"), // RIFF, RF64
        Sound("flac", "audio/flac", Shown.Audio, "664C614300000022", "664C6143", "49443303", "49443304", Id3),
        Sound("amr", "audio/amr", Shown.Card, "2321414D52"),
        Sound("wma", "audio/x-ms-wma", Shown.Card, Asf),
        Sound("aif aiff", "audio/aiff", Shown.Card, "464F524D????????41494646", "464F524D????????41494643"),
        Film("mp4 m4v", "video/mp4", Shown.Video, [Brand("3g"), .. IsoMedia]),
        Film("mov", "video/quicktime", Shown.Video, [Brand("qt  "), "4:6674797071742020", .. OtherBoxes]),
        Film("webm", "video/webm", Shown.Video, Ebml + "*4282847765626D", Ebml),
        // No ending of its own: what a browser records of a voice is called .webm too.
        Sound("", "audio/webm", Shown.Audio, Ebml),
        Film("mkv", "video/x-matroska", Shown.Card, Ebml + "*4282886D6174726F736B61", Ebml),
        Film("avi", "video/x-msvideo", Shown.Card, "52494646????????41564920"),
        Film("wmv", "video/x-ms-wmv", Shown.Card, Asf),
        // The last is a stream as it was broadcast: a G at the beginning of every packet.
        Film("mpg mpeg", "video/mpeg", Shown.Card, "000001BA", "000001B3", "47" + string.Concat(Enumerable.Repeat("??", 187)) + "47"),
        Film("3gp", "video/3gpp", Shown.Card, [Brand("3g"), .. IsoMedia]),
        Document("pdf", "application/pdf", Shown.Pdf, "*255044462D"),
        Document("doc dot", "application/msword", Shown.Card, Ole, "7B5C727466"), // or RTF
        Document("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Shown.Card, OfficeOpenXml),
        Document("dotx", "application/vnd.openxmlformats-officedocument.wordprocessingml.template", Shown.Card, OfficeOpenXml),
        Document("docm", "application/vnd.ms-word.document.macroEnabled.12", Shown.Card, OfficeOpenXml),
        Sheet("xls", "application/vnd.ms-excel", Shown.Card, Ole),
        Sheet("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Shown.Card, OfficeOpenXml),
        Sheet("xlsm", "application/vnd.ms-excel.sheet.macroEnabled.12", Shown.Card, OfficeOpenXml),
        Sheet("xlsb", "application/vnd.ms-excel.sheet.binary.macroEnabled.12", Shown.Card, OfficeOpenXml),
        Document("ppt pps", "application/vnd.ms-powerpoint", Shown.Card, Ole),
        Document("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", Shown.Card, OfficeOpenXml),
        Document("pptm", "application/vnd.ms-powerpoint.presentation.macroEnabled.12", Shown.Card, OfficeOpenXml),
        Document("ppsx", "application/vnd.openxmlformats-officedocument.presentationml.slideshow", Shown.Card, OfficeOpenXml),
        Document("odt", "application/vnd.oasis.opendocument.text", Shown.Card, Zip),
        Sheet("ods", "application/vnd.oasis.opendocument.spreadsheet", Shown.Card, Zip),
        Document("odp", "application/vnd.oasis.opendocument.presentation", Shown.Card, Zip),
        Document("odg", "application/vnd.oasis.opendocument.graphics", Shown.Card, Zip),
        Document("rtf", "application/rtf", Shown.Card, "7B5C727466"),
        Document("epub", "application/epub+zip", Shown.Card, Zip),
        Document("msg", "application/vnd.ms-outlook", Shown.Card, Ole),
        Document("eml", "message/rfc822", Shown.Text),
        Document("ics", "text/calendar", Shown.Text),
        Document("vcf", "text/vcard", Shown.Text),
        Document("vsd", "application/vnd.visio", Shown.Card, Ole),
        Document("vsdx", "application/vnd.ms-visio.drawing", Shown.Card, OfficeOpenXml),
        Document("pub", "application/vnd.ms-publisher", Shown.Card, Ole),
        Document("one", "application/onenote", Shown.Card, "E4525C7B8CD8A74DAEB15378D02996D3"),
        Document("pages", "application/vnd.apple.pages", Shown.Card, Zip),
        Sheet("numbers", "application/vnd.apple.numbers", Shown.Card, Zip),
        Document("key", "application/vnd.apple.keynote", Shown.Card, Zip),
        Document("dwg", "image/vnd.dwg", Shown.Card, "41433130", "4143312E", "4143322E"), // AC10, AC1., AC2.
        Document("dxf", "image/vnd.dxf", Shown.Card),
        Document("txt log", "text/plain", Shown.Text),
        Sheet("csv", "text/csv", Shown.Table),
        Sheet("tsv", "text/tab-separated-values", Shown.Table),
        Document("json", "application/json", Shown.Text),
        Document("jsonl", "application/jsonl", Shown.Text),
        Document("md", "text/markdown", Shown.Text),
        Document("xml", "application/xml", Shown.Text),
        Document("yaml yml", "application/yaml", Shown.Text),
        Document("toml", "application/toml", Shown.Text),
        Document("ini", "text/x-ini", Shown.Text),
        Document("sql", "application/sql", Shown.Text),
        Document("srt", "application/x-subrip", Shown.Text),
        Document("vtt", "text/vtt", Shown.Text),
        Document("tex", "application/x-tex", Shown.Text),
        Document("c h", "text/x-c", Shown.Text),
        Document("cpp", "text/x-c++", Shown.Text),
        Document("cs", "text/x-csharp", Shown.Text),
        Document("java", "text/x-java", Shown.Text),
        Document("go", "text/x-go", Shown.Text),
        Document("rs", "text/x-rust", Shown.Text),
        Document("py", "text/x-python", Shown.Text),
        Document("rb", "text/x-ruby", Shown.Text),
        Document("ts", "text/x-typescript", Shown.Text),
        Document("css", "text/css", Shown.Text),
        Document("diff patch", "text/x-diff", Shown.Text),
        Row("zip", "application/zip", FileKind.Archive, "archive", Shown.Zip, [Zip, "504B0506", "504B0708", "504B3030504B0304"]), // also an empty one, and one in parts
        Archive("7z", "application/x-7z-compressed", "377ABCAF271C"),
        Archive("gz tgz", "application/gzip", Gzip),
        Archive("bz2", "application/x-bzip2", "425A68??314159265359", "425A68"),
        Archive("xz", "application/x-xz", "FD377A585A00"),
        Archive("zst", "application/zstd", "28B52FFD"),
        Archive("tar", "application/x-tar", "257:7573746172"), // ustar
        Archive("rar", "application/vnd.rar", "526172211A07"),
    ];

    /// <summary>By extension, without case and without a dot.</summary>
    public static readonly IReadOnlyDictionary<string, FileType> Default = Rows.SelectMany(row => Split(row.Extensions).Select(extension => (extension, row.Type)))
        .ToDictionary(row => row.extension, row => row.Type, StringComparer.OrdinalIgnoreCase);

    /// <summary>What a stored file is shown as; of its extension nothing follows any more.</summary>
    private static readonly Dictionary<string, FileType> ByContentType = Rows.ToDictionary(row => row.Type.ContentType, row => row.Type, StringComparer.Ordinal);

    internal static readonly FileType WebmFilm = ByContentType["video/webm"];

    /// <summary>What turns out to be sound alone; see <see cref="WebmTracks"/>.</summary>
    internal static readonly FileType WebmSound = ByContentType["audio/webm"];

    /// <summary>Programs and older office files: neither is in the table, or stands for one of its rows alone.</summary>
    internal static readonly Signature[] Programs =
    [
        .. new[] { "7F454C46", "CAFEBABE", "FEEDFACE", "FEEDFACF", "CEFAEDFE", "CFFAEDFE", Ole }.Select(pattern => new Signature(pattern)),
    ];

    /// <summary>At its own place.</summary>
    internal static readonly Signature[] Pdf = [new("255044462D")];

    /// <summary>The row of a content type. One that only an operator's row has is shown as what its name says it is.</summary>
    public static FileType Of(string contentType)
    {
        if (ByContentType.TryGetValue(contentType, out var known))
            return known;
        var (kind, icon, shown) = contentType.Split('/')[0] switch
        {
            // Can hold scripts, unlike any other picture.
            _ when contentType.Contains("svg", StringComparison.OrdinalIgnoreCase) => (FileKind.Document, "picture", Shown.Card),
            "image" => (FileKind.Image, "picture", Shown.Card),
            "audio" => (FileKind.Audio, "audio", Shown.Audio),
            "video" => (FileKind.Video, "video", Shown.Card),
            "text" => (FileKind.Document, "document", Shown.Card),
            _ => (FileKind.Document, "file", Shown.Card),
        };
        return new FileType(contentType, kind, icon, shown);
    }

    /// <summary>A list as people write it: with blanks, commas or semicolons between.</summary>
    internal static string[] Split(string list) =>
        list.Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Brand(string brand) => "000000??66747970" + Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(brand));

    private static (string, FileType) Picture(string extensions, string contentType, Shown shown, params string[] signatures) =>
        Row(extensions, contentType, FileKind.Image, "picture", shown, signatures);

    private static (string, FileType) Sound(string extensions, string contentType, Shown shown, params string[] signatures) =>
        Row(extensions, contentType, FileKind.Audio, "audio", shown, signatures);

    private static (string, FileType) Film(string extensions, string contentType, Shown shown, params string[] signatures) =>
        Row(extensions, contentType, FileKind.Video, "video", shown, signatures);

    private static (string, FileType) Document(string extensions, string contentType, Shown shown, params string[] signatures) =>
        Row(extensions, contentType, FileKind.Document, "document", shown, signatures);

    private static (string, FileType) Sheet(string extensions, string contentType, Shown shown, params string[] signatures) =>
        Row(extensions, contentType, FileKind.Document, "sheet", shown, signatures);

    private static (string, FileType) Archive(string extensions, string contentType, params string[] signatures) =>
        Row(extensions, contentType, FileKind.Archive, "archive", Shown.Card, signatures);

    private static (string, FileType) Row(string extensions, string contentType, FileKind kind, string icon, Shown shown, string[] signatures) =>
        (extensions, new FileType(contentType, kind, icon, shown, [.. signatures.Select(pattern => new Signature(pattern))]));
}
