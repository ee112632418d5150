using System.Buffers.Binary;

namespace ChatFiles.Core.Files;

/// <summary>
/// A picture's own bytes without what else its file says: where it was taken, by which camera, with which comments and what
/// stands behind its end. Nothing is decoded, and no number in it is believed before it was compared with how much there is;
/// of each format only those parts are copied that are known to draw the picture.
/// </summary>
internal static class BarePicture
{
    private const int PngSignature = 8;
    private const int RiffHeader = 12;

    /// <summary>Null where it is none, is cut off, or moves.</summary>
    public static byte[]? Of(string contentType, ReadOnlySpan<byte> picture)
    {
        var bare = new MemoryStream(picture.Length);
        var isWhole = contentType switch
        {
            "image/png" => CopyPng(picture, bare),
            "image/jpeg" => CopyJpeg(picture, bare),
            "image/webp" => CopyWebP(picture, bare),
            _ => false,
        };
        return isWhole ? bare.ToArray() : null;
    }

    /// <summary>https://www.w3.org/TR/png-3/#5Chunk-layout. An animated one is left with its first picture.</summary>
    private static bool CopyPng(ReadOnlySpan<byte> png, MemoryStream bare)
    {
        bare.Write(png[..PngSignature]);
        for (var rest = png[PngSignature..]; rest.Length >= 12;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
                return false;
            var type = rest[4..8];
            var chunk = rest[..(int)(length + 12)];
            if (DrawsPng(type))
                bare.Write(chunk);
            if (type.SequenceEqual("IEND"u8))
                return true;
            rest = rest[chunk.Length..];
        }

        return false;
    }

    private static bool DrawsPng(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("IHDR"u8)
        || type.SequenceEqual("PLTE"u8)
        || type.SequenceEqual("IDAT"u8)
        || type.SequenceEqual("IEND"u8)
        || type.SequenceEqual("tRNS"u8)
        || type.SequenceEqual("gAMA"u8)
        || type.SequenceEqual("cHRM"u8)
        || type.SequenceEqual("sRGB"u8)
        || type.SequenceEqual("iCCP"u8);

    /// <summary>ITU-T T.81, annex B. How the camera was held is kept, and said first: without it the picture would lie on its side.</summary>
    private static bool CopyJpeg(ReadOnlySpan<byte> jpeg, MemoryStream bare)
    {
        bare.Write(jpeg[..2]);
        int? orientation = null;
        var body = new MemoryStream(jpeg.Length);
        for (var rest = jpeg[2..]; rest.Length >= 2;)
        {
            if (rest[0] != 0xFF)
                return false;
            var marker = rest[1];
            if (marker == 0xFF) // fills up
            {
                rest = rest[1..];
                continue;
            }

            if (marker == 0xD9)
            {
                body.Write(rest[..2]);
                if (orientation is > 1 and var turned)
                    bare.Write(ExifOrientation.SegmentOf(turned));
                body.WriteTo(bare);
                return true;
            }

            if (marker is 0x01 or (>= 0xD0 and <= 0xD8) || rest.Length < 4)
                return false;
            var length = 2 + BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (length < 4 || length > rest.Length)
                return false;
            var segment = rest[..length];
            if (marker == 0xE1)
                orientation ??= ExifOrientation.Of(segment[4..]);
            if (DrawsJpeg(marker, segment[4..]))
                body.Write(segment);
            rest = rest[length..];
            if (marker == 0xDA)
            {
                var scan = ScanLength(rest);
                body.Write(rest[..scan]);
                rest = rest[scan..];
            }
        }

        return false;
    }

    /// <summary>Tables, frames and scans; of what programs add, colours, and JFIF without a thumbnail.</summary>
    private static bool DrawsJpeg(byte marker, ReadOnlySpan<byte> content) =>
        marker switch
        {
            0xE0 => content.StartsWith("JFIF\0"u8) && content.Length == 14,
            0xE2 => content.StartsWith("ICC_PROFILE\0"u8),
            0xEE => content.StartsWith("Adobe"u8),
            (>= 0xE0 and <= 0xEF) or 0xFE => false,
            _ => true,
        };

    /// <summary>Up to the next marker that is none within a scan.</summary>
    private static int ScanLength(ReadOnlySpan<byte> scan)
    {
        for (var at = 0; at + 1 < scan.Length; at++)
        {
            if (scan[at] == 0xFF && scan[at + 1] is not (0x00 or 0xFF or (>= 0xD0 and <= 0xD7)))
                return at;
        }

        return scan.Length;
    }

    /// <summary>https://developers.google.com/speed/webp/docs/riff_container.</summary>
    private static bool CopyWebP(ReadOnlySpan<byte> webP, MemoryStream bare)
    {
        if (webP.Length < RiffHeader)
            return false;
        bare.Write(webP[..RiffHeader]);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(webP[4..]) + 8L;
        if (length > webP.Length)
            return false;
        var isThere = false;
        for (var rest = webP[RiffHeader..(int)Math.Max(length, RiffHeader)]; rest.Length >= 8;)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            var padded = 8L + size + size % 2;
            if (padded > rest.Length)
                return false;
            var type = rest[..4];
            var chunk = rest[..(int)padded];
            rest = rest[chunk.Length..];
            if (type.SequenceEqual("ANIM"u8) || type.SequenceEqual("ANMF"u8))
                return false;
            if (type.SequenceEqual("VP8X"u8) && size == 10)
            {
                // The flags of EXIF and XMP, and that it moves.
                var header = chunk.ToArray();
                header[8] &= 0b1111_0001;
                bare.Write(header);
            }
            else if (type.SequenceEqual("ALPH"u8) || type.SequenceEqual("ICCP"u8))
            {
                bare.Write(chunk);
            }
            else if (type.SequenceEqual("VP8 "u8) || type.SequenceEqual("VP8L"u8))
            {
                bare.Write(chunk);
                isThere = true;
            }
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bare.GetBuffer().AsSpan(4), (uint)bare.Length - 8);
        return isThere;
    }
}
