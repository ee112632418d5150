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
    public static bool? IsTurned(ReadOnlySpan<byte> segment)
    {
        if (!segment.StartsWith("Exif\0\0"u8))
            return null;
        var tiff = segment[6..];
        var isLittleEndian = tiff.StartsWith("II*\0"u8);
        if (!isLittleEndian && !tiff.StartsWith("MM\0*"u8) || tiff.Length < 8)
            return false;
        var directory = isLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
            return false;
        var entries = tiff[(int)directory..];
        var count = Number(entries, isLittleEndian);
        entries = entries[2..];
        for (; count > 0 && entries.Length >= EntryLength; count--, entries = entries[EntryLength..])
        {
            if (Number(entries, isLittleEndian) == Orientation)
                return Number(entries[2..], isLittleEndian) == Short && Number(entries[8..], isLittleEndian) is >= 5 and <= 8;
        }

        return false;
    }

    private static ushort Number(ReadOnlySpan<byte> bytes, bool isLittleEndian) =>
        isLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
