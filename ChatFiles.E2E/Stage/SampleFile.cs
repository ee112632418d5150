using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace ChatFiles.E2E.Stage;

/// <summary>Small real files to share.</summary>
public sealed partial record SampleFile(string Name, byte[] Bytes)
{
    public static SampleFile Text(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));

    /// <summary>With so many small texts in it.</summary>
    public static SampleFile Zip(string name, params string[] entries)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                using var content = zip.CreateEntry(entry).Open();
                content.Write(Encoding.UTF8.GetBytes(entry));
            }
        }

        return new SampleFile(name, bytes.ToArray());
    }

    public static SampleFile Pdf(string name) =>
        new(name, Encoding.ASCII.GetBytes($"%PDF-1.4\n% {RandomNumberGenerator.GetHexString(32)}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"));

    /// <summary>A document of the size that such documents have.</summary>
    public static SampleFile Document(string name, int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        (name.EndsWith(".pdf", StringComparison.Ordinal) ? "%PDF-1.4\n"u8 : "PK\u0003\u0004"u8).CopyTo(bytes);
        return new SampleFile(name, bytes);
    }

    /// <summary>A program that claims to be what its name says.</summary>
    public static SampleFile Program(string name) => new(name, [0x4D, 0x5A, 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xFF, 0xFF, 0, 0]);

    /// <summary>Bytes that don't compress, with the signature that its type asks for.</summary>
    public static SampleFile Archive(string name, int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        Convert.FromHexString("377ABCAF271C").CopyTo(bytes, 0);
        return new SampleFile(name, bytes);
    }

    /// <summary>A real picture: two colours flowing into each other, its own for each hue.</summary>
    public static SampleFile Png(string name, int width = 320, int height = 200, int hue = 200, byte[]? exif = null)
    {
        var rows = new byte[height * (1 + width * 3)];
        var at = 0;
        for (var y = 0; y < height; y++)
        {
            rows[at++] = 0; // no filter
            for (var x = 0; x < width; x++)
            {
                rows[at++] = (byte)(hue * x / width);
                rows[at++] = (byte)(40 + 160 * y / height);
                rows[at++] = (byte)(255 - hue * y / height);
            }
        }

        return PngOf(name, width, height, bitsPerChannel: 8, colours: 2, rows, exif);
    }

    /// <param name="colours">As PNG has it: 0 is grey, 2 is red, green, blue.</param>
    private static SampleFile PngOf(string name, int width, int height, byte bitsPerChannel, byte colours, byte[] rows, byte[]? exif = null)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = bitsPerChannel;
        header[9] = colours;
        Chunk(png, "IHDR", header);
        if (exif is not null)
            Chunk(png, "eXIf", exif);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(rows);
        Chunk(png, "IDAT", packed.ToArray());
        Chunk(png, "IEND", []);
        return new SampleFile(name, png.ToArray());
    }

    /// <summary>A picture of many pixels in few bytes: all of one colour, eight of them to a byte.</summary>
    public static SampleFile BlankPng(string name, int width, int height) =>
        PngOf(name, width, height, bitsPerChannel: 1, colours: 0, new byte[height * (1 + (width + 7) / 8)]);

    /// <summary>A video whose picture this Chromium does not know (HEVC), while it plays its sound (AAC); both last a moment.</summary>
    public static SampleFile VideoOfAnotherFormat(string name) => new(name, Convert.FromBase64String(HevcVideo));

    /// <summary>A video that browsers play.</summary>
    public static SampleFile Video(string name) => new(name, Convert.FromBase64String(WebmVideo));

    /// <summary>A recording of a tenth of a second of silence.</summary>
    public static SampleFile Sound(string name)
    {
        var wav = new byte[44 + 800];
        wav.AsSpan(44).Fill(128); // silence
        "RIFF"u8.CopyTo(wav);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(4), wav.Length - 8);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        // One channel of 8,000 single bytes a second.
        foreach (var (at, number) in new[] { (16, 16), (20, 1 | 1 << 16), (24, 8000), (28, 8000), (32, 1 | 8 << 16), (40, 800) })
            BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(at), number);
        "data"u8.CopyTo(wav.AsSpan(36));
        return new SampleFile(name, wav);
    }

    private static void Chunk(MemoryStream png, string type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        png.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
        png.Write(number);
    }

    private static uint Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }
}
