using System.Buffers.Binary;

namespace ChatFiles.Core.Files;

/// <summary>How a camera was held (CIPA DC-008, 4.6.5.1, tag Orientation).</summary>
internal static class ExifOrientation
{
    private const ushort Orientation = 0x0112;
    private const ushort Short = 3;
    private const int EntryLength = 12;

    /// <summary>Whether width and height change places when the picture is shown; null when there is no EXIF data in it.</summary>
    /// <param name="segment">What stands in the JPEG segment APP1, or the beginning of it. Whatever it is, nothing is believed.</param>
    public static bool? IsTurned(ReadOnlySpan<byte> segment) => Of(segment) is { } orientation ? orientation is >= 5 and <= 8 : null;

    /// <summary>1 to 8, 1 where it does not say; null when there is no EXIF data in it.</summary>
    /// <param name="segment">As in <see cref="IsTurned"/>.</param>
    public static int? Of(ReadOnlySpan<byte> segment)
    {
        if (!segment.StartsWith("Exif\0\0"u8))
            return null;
        var tiff = segment[6..];
        var isLittleEndian = tiff.StartsWith("II*\0"u8);
        if (!isLittleEndian && !tiff.StartsWith("MM\0*"u8) || tiff.Length < 8)
            return 1;
        var directory = isLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
            return 1;
        var entries = tiff[(int)directory..];
        var count = Number(entries, isLittleEndian);
        entries = entries[2..];
        for (; count > 0 && entries.Length >= EntryLength; count--, entries = entries[EntryLength..])
        {
            if (Number(entries, isLittleEndian) == Orientation)
                return Number(entries[2..], isLittleEndian) == Short && Number(entries[8..], isLittleEndian) is >= 1 and <= 8 and var orientation ? orientation : 1;
        }

        return 1;
    }

    /// <summary>A whole segment APP1, its marker included, that says only this.</summary>
    public static byte[] SegmentOf(int orientation) =>
        [
            0xFF, 0xE1, 0x00, 0x22,
            .. "Exif\0\0"u8,
            .. "MM\0*"u8, 0, 0, 0, 8,
            0, 1, // entry
            0x01, 0x12, 0, (byte)Short, 0, 0, 0, 1, 0, (byte)orientation, 0, 0,
            0, 0, 0, 0, // no further directory
        ];

    private static ushort Number(ReadOnlySpan<byte> bytes, bool isLittleEndian) =>
        isLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
