using System.Buffers.Binary;
using System.Text;

namespace ChatFiles.Tests.Web;

/// <summary>Smallest files of each format that begin as they should.</summary>
internal static class Samples
{
    public static readonly byte[] Text = Encoding.UTF8.GetBytes("Hello, wörld\n");

    public static readonly byte[] Pdf = Encoding.ASCII.GetBytes("%PDF-1.7\n%%EOF\n");

    public static readonly byte[] Zip = [0x50, 0x4B, 3, 4, .. new byte[40]];

    public static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, .. new byte[40]];

    public static readonly byte[] Webp = [.. "RIFF"u8, 40, 0, 0, 0, .. "WEBPVP8 "u8, .. new byte[40]];

    public static byte[] Png(int width = 3, int height = 2)
    {
        byte[] png = [0x89, .. "PNG\r\n"u8, 0x1A, .. "\n"u8, 0, 0, 0, 13, .. "IHDR"u8, .. new byte[13], 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        return png;
    }

    public static byte[] TextOf(int length) => [.. Enumerable.Repeat((byte)'x', length)];
}
