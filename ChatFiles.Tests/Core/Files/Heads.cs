using System.Text;
using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Core.Files;

/// <summary>The smallest beginning of a file of each type that is allowed by default, by the formats' own specifications.</summary>
internal static class Heads
{
    private static readonly Dictionary<string, string> Hex = new[]
    {
        ("png apng", "89504E470D0A1A0A0000000D49484452"),
        ("jpg", "FFD8FFE000104A464946"),
        ("jpeg jfif", "FFD8FFE1001045786966"),
        ("gif", "47494638396101000100800100"),
        ("webp", "524946461A000000574542505650384C0E000000"),
        ("bmp", "424D3A000000000000003600"),
        ("avif", "0000001C6674797061766966"),
        ("heic heif", "000000186674797068656963"),
        ("tif tiff", "49492A0008000000"),
        ("psd", "3842505300010000"),
        ("mp3", "49443304000000000000"),
        ("m4a", "00000020667479704D344120"),
        ("aac", "FFF1508000"),
        ("ogg oga opus", "4F67675300020000"),
        ("wav", "524946462400000057415645666D7420"),
        ("flac", "664C614300000022"),
        ("amr", "2321414D520A3C00"),
        ("wma wmv", "3026B2758E66CF11A6D900AA0062CE6C"),
        ("aif aiff", "464F524D0000002E41494646434F4D4D"),
        ("mp4 m4v", "000000206674797069736F6D"),
        ("mov", "00000014667479707174202000"),
        ("webm", "1A45DFA39F4286810142F7810142F2810442F381084282847765626D00"),
        ("mkv", "1A45DFA3A34286810142F7810142F2810442F381084282886D6174726F736B6100"),
        ("avi", "524946460000000041564920"),
        ("mpg mpeg", "000001BA44000400"),
        ("3gp", "000000186674797033677034"),
        ("pdf", "255044462D312E370A"),
        ("doc dot xls ppt pps msg vsd pub", "D0CF11E0A1B11AE10000000000000000"),
        ("docx dotx docm xlsx xlsm xlsb pptx pptm ppsx vsdx odt ods odp odg epub pages numbers key zip", "504B03041400000008"),
        ("rtf", "7B5C727466315C616E7369"),
        ("one", "E4525C7B8CD8A74DAEB15378D02996D300"),
        ("dwg", "414331303332000000"),
        ("7z", "377ABCAF271C0004"),
        ("gz tgz", "1F8B080000000000"),
        ("bz2", "425A6839314159265359"),
        ("xz", "FD377A585A000004"),
        ("zst", "28B52FFD0458"),
        ("tar", string.Concat(Enumerable.Repeat("00", 257)) + "75737461720030"),
        ("rar", "526172211A070100"),
    }
        .SelectMany(row => row.Item1.Split(' ').Select(extension => (extension, row.Item2)))
        .ToDictionary(row => row.extension, row => row.Item2, StringComparer.Ordinal);

    public static IEnumerable<string> TextExtensions => FileTypes.Default.Where(row => row.Value.IsText).Select(row => row.Key);

    public static IEnumerable<string> BinaryExtensions => Hex.Keys;

    /// <exception cref="KeyNotFoundException">A type was added without a head here.</exception>
    public static byte[] Of(string extension) =>
        TextExtensions.Contains(extension) ? Encoding.UTF8.GetBytes("Grüße, plain text\r\n\tand more\n") : Convert.FromHexString(Hex[extension]);
}
