using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SkiaSharp;

namespace ChatFiles.Tests.Stage;

/// <summary>Pictures that a test makes for itself.</summary>
internal static class PictureFiles
{
    /// <summary>In quarters: red and green above, blue and white below.</summary>
    public static SKBitmap Quarters(int width, int height)
    {
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        var (x, y) = (width / 2, height / 2);
        using var canvas = new SKCanvas(bitmap);
        foreach (var (left, top, color) in new[] { (0, 0, SKColors.Red), (x, 0, SKColors.Lime), (0, y, SKColors.Blue), (x, y, SKColors.White) })
        {
            using var paint = new SKPaint { Color = color };
            canvas.DrawRect(SKRect.Create(left, top, x, y), paint);
        }

        return bitmap;
    }

    public static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format)
    {
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    public static byte[] Of(string extension, int width = 1200, int height = 600)
    {
        using var bitmap = Quarters(width, height);
        return extension switch
        {
            "png" => Encode(bitmap, SKEncodedImageFormat.Png),
            "jpg" => Encode(bitmap, SKEncodedImageFormat.Jpeg),
            "webp" => Encode(bitmap, SKEncodedImageFormat.Webp),
            "bmp" => Bmp(bitmap),
            // One pixel, which is all that most programs write by hand.
            "gif" => Convert.FromHexString("47494638396101000100800100FF0000FFFFFF21F90400000000002C00000000010001000002024401003B"),
            _ => throw new ArgumentOutOfRangeException(nameof(extension)),
        };
    }

    /// <summary>With the way that its camera was held.</summary>
    public static byte[] Jpeg(SKBitmap stored, byte orientation)
    {
        var jpeg = Encode(stored, SKEncodedImageFormat.Jpeg);
        byte[] exif = [.. "Exif\0\0MM\0*\0\0\0\b\0\u0001"u8, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        return [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }

    /// <summary>Black, or as its rows say; made row by row: a few KiB that are gigabytes once they are decoded.</summary>
    /// <param name="rows">So many are really there.</param>
    /// <param name="fill">Puts a row's filter and samples there.</param>
    public static byte[] Png(int width, int height, byte depth, byte color, int? rows = null, Action<byte[], int>? fill = null)
    {
        var samples = color switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var row = new byte[1 + ((long)width * depth * samples + 7) / 8];
        using var pixels = new MemoryStream();
        using (var zlib = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < (rows ?? height); y++)
            {
                fill?.Invoke(row, y);
                zlib.Write(row);
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, color);
        return [0x89, .. "PNG\r\n\u001A\n"u8, .. Chunk("IHDR", header), .. color == 3 ? [.. Chunk("PLTE", Palette(1 << depth)), .. Chunk("tRNS", Opacity(1 << depth))] : Array.Empty<byte>(), .. Chunk("IDAT", pixels.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Palette(int count) => [.. Enumerable.Range(0, 3 * count).Select(i => (byte)(i * 7))];

    private static byte[] Opacity(int count) => [.. Enumerable.Range(0, count / 2).Select(i => (byte)(255 - i))];

    private static byte[] Chunk(string name, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. content];
        var (length, sum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc(named));
        return [.. length, .. named, .. sum];
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }

    private static byte[] Bmp(SKBitmap bitmap)
    {
        var size = bitmap.Width * bitmap.Height * 4;
        var head = new byte[54];
        "BM"u8.CopyTo(head);
        foreach (var (at, value) in new[] { (2, 54 + size), (10, 54), (14, 40), (18, bitmap.Width), (22, -bitmap.Height), (26, 1 | 32 << 16), (34, size) })
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(at), value);
        using var bgra = bitmap.Copy(SKColorType.Bgra8888);
        return [.. head, .. bgra.GetPixelSpan()];
    }

    /// <summary>A page, 200 points wide and 100 high, half of it black.</summary>
    public static byte[] Pdf(string content = "0 0 100 100 re f") =>
        Encoding.ASCII.GetBytes(
            $"""
            %PDF-1.4
            1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
            2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
            3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R /Resources <</XObject <</Again 4 0 R>>>>>> endobj
            4 0 obj <</Type /XObject /Subtype /Form /BBox [0 0 200 100] /Resources <</XObject <</Again 4 0 R>>>> /Length {content.Length}>> stream
            {content}
            endstream endobj
            trailer <</Root 1 0 R>>

            """
        );
}
