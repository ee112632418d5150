using System.Buffers.Binary;
using System.Text;

namespace ChatFiles.E2E.Stage;

/// <summary>What a camera writes into its photos beside the picture; here with Paris, or with nothing in its place.</summary>
internal static class PhotoData
{
    private const int Length = 8 + 2 + 2 * 12 + 4 + 2 + 5 * 12 + 4 + 2 * 24;
    private const int GpsAt = 8 + 2 + 2 * 12 + 4;
    private const int ValuesAt = GpsAt + 2 + 5 * 12 + 4;

    /// <summary>A TIFF structure: the orientation, and where a photo was taken or zeros.</summary>
    public static byte[] Exif(bool withLocation)
    {
        var bytes = new byte[Length];
        Encoding.ASCII.GetBytes("MM").CopyTo(bytes, 0);
        Short(bytes, 2, 42);
        Long(bytes, 4, 8);
        Short(bytes, 8, withLocation ? 2 : 1);
        Entry(bytes, 10, tag: 0x112, type: 3, count: 1, value: 1 << 16);
        if (!withLocation)
            return bytes;

        Entry(bytes, 22, tag: 0x8825, type: 4, count: 1, value: GpsAt);
        Short(bytes, GpsAt, 5);
        Entry(bytes, GpsAt + 2, tag: 0, type: 1, count: 4, value: 0x02030000);
        Entry(bytes, GpsAt + 14, tag: 1, type: 2, count: 2, value: 'N' << 24);
        Entry(bytes, GpsAt + 26, tag: 2, type: 5, count: 3, ValuesAt);
        Entry(bytes, GpsAt + 38, tag: 3, type: 2, count: 2, value: 'E' << 24);
        Entry(bytes, GpsAt + 50, tag: 4, type: 5, count: 3, ValuesAt + 24);
        int[] fractions = [48, 1, 51, 1, 2952, 100, 2, 1, 17, 1, 4020, 100];
        for (var i = 0; i < fractions.Length; i++)
            Long(bytes, ValuesAt + 4 * i, fractions[i]);
        return bytes;
    }

    /// <summary>The same photo with such data in it, as a camera and a photo program write it.</summary>
    public static byte[] Jpeg(byte[] plain, bool withLocation)
    {
        const string Latitude = "exif:GPSLatitude=\"48,51.5N\"";
        const string Longitude = "<exif:GPSLongitude>2,17.7E</exif:GPSLongitude>";
        var xmp = $"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><rdf:Description {Latitude} dc:title=\"Tower\">{Longitude}</rdf:Description></x:xmpmeta>";
        if (!withLocation)
            xmp = xmp.Replace(Latitude, new string(' ', Latitude.Length), StringComparison.Ordinal)
                .Replace(Longitude, new string(' ', Longitude.Length), StringComparison.Ordinal);
        return
        [
            .. plain[..2],
            .. Segment([.. "Exif\0\0"u8, .. Exif(withLocation)]),
            .. Segment(Encoding.ASCII.GetBytes(xmp)),
            .. plain[2..],
        ];
    }

    private static byte[] Segment(byte[] content) => [0xFF, 0xE1, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    private static void Entry(byte[] bytes, int at, int tag, int type, int count, int value)
    {
        Short(bytes, at, tag);
        Short(bytes, at + 2, type);
        Long(bytes, at + 4, count);
        Long(bytes, at + 8, value);
    }

    private static void Short(byte[] bytes, int at, int value) => BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), (ushort)value);

    private static void Long(byte[] bytes, int at, int value) => BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), value);
}
