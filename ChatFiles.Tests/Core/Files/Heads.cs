using System.Text;

namespace ChatFiles.Tests.Core.Files;

/// <summary>The smallest beginning of a file of each type that is allowed by default.</summary>
internal static class Heads
{
    private const string Zip = "504B03041400000008";
    private const string Ogg = "4F67675300020000";
    private const string Matroska = "1A45DFA3A3428681";

    private static readonly Dictionary<string, string> Hex = new(StringComparer.Ordinal)
    {
        ["png"] = "89504E470D0A1A0A0000000D49484452",
        ["jpg"] = "FFD8FFE000104A464946",
        ["jpeg"] = "FFD8FFE1001045786966",
        ["gif"] = "47494638396101000100",
        ["webp"] = "524946461A000000574542505650384C",
        ["bmp"] = "424D3A000000000000003600",
        ["avif"] = "0000001C6674797061766966",
        ["heic"] = "000000186674797068656963",
        ["mp3"] = "FFFB9064000000",
        ["m4a"] = "00000020667479704D344120",
        ["ogg"] = Ogg,
        ["opus"] = Ogg,
        ["wav"] = "524946462400000057415645666D7420",
        ["flac"] = "664C614300000022",
        ["mp4"] = "000000206674797069736F6D",
        ["webm"] = Matroska,
        ["mov"] = "00000014667479707174202000",
        ["mkv"] = Matroska,
        ["pdf"] = "255044462D312E370A",
        ["docx"] = Zip,
        ["xlsx"] = Zip,
        ["pptx"] = Zip,
        ["odt"] = Zip,
        ["ods"] = Zip,
        ["odp"] = Zip,
        ["zip"] = Zip,
        ["7z"] = "377ABCAF271C0004",
        ["gz"] = "1F8B080000000000",
    };

    public static readonly string[] TextExtensions = ["txt", "csv", "json", "md", "log"];

    public static IEnumerable<string> BinaryExtensions => Hex.Keys;

    /// <exception cref="KeyNotFoundException">A type was added without a head here.</exception>
    public static byte[] Of(string extension) =>
        TextExtensions.Contains(extension) ? Encoding.UTF8.GetBytes("Grüße, plain text\r\n\tand more\n") : Convert.FromHexString(Hex[extension]);
}
