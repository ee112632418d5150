using System.Buffers.Binary;
using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Tests.Stage;
using SkiaSharp;

namespace ChatFiles.Tests.Core.Files;

/// <summary>What is left of a picture is what is seen of it.</summary>
public sealed class BarePictureTests
{
    private const string Place = "exif:GPSLatitude 52,31N";

    private static readonly byte[] Said = Encoding.ASCII.GetBytes(Place);

    [Fact]
    public void Of_a_jpeg_exif_xmp_comments_and_what_follows_its_end_go_and_its_pixels_stay()
    {
        using var stored = PictureFiles.Quarters(64, 48);
        var jpeg = PictureFiles.Encode(stored, SKEncodedImageFormat.Jpeg);
        byte[] full = [.. jpeg[..2], .. Segment(0xE1, [.. "Exif\0\0"u8, .. Said]), .. Segment(0xE1, Said), .. Segment(0xED, Said), .. Segment(0xFE, Said), .. jpeg[2..], .. Said];

        var bare = BarePicture.Of("image/jpeg", full)!;

        Encoding.Latin1.GetString(bare).ShouldNotContain(Place);
        Encoding.Latin1.GetString(bare).ShouldNotContain("Exif");
        PixelsOf(bare).ShouldBe(PixelsOf(jpeg));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(8)]
    public void A_jpeg_of_a_camera_that_was_held_upright_still_says_so_and_nothing_else(byte orientation)
    {
        using var stored = PictureFiles.Quarters(64, 48);
        var jpeg = PictureFiles.Jpeg(stored, orientation);

        var bare = BarePicture.Of("image/jpeg", jpeg)!;

        using var codec = SKCodec.Create(new MemoryStream(bare));
        ((int)codec.EncodedOrigin).ShouldBe(orientation);
    }

    [Fact]
    public void Of_a_png_its_texts_exif_and_times_go_and_its_pixels_stay()
    {
        var png = PictureFiles.Of("png", 64, 48);
        var head = 8 + 25; // signature and IHDR
        byte[] full = [.. png[..head], .. Chunk("eXIf", Said), .. Chunk("tEXt", Said), .. Chunk("iTXt", Said), .. Chunk("zTXt", Said), .. Chunk("prVt", Said), .. png[head..], .. Said];

        var bare = BarePicture.Of("image/png", full)!;

        Encoding.Latin1.GetString(bare).ShouldNotContain(Place);
        PixelsOf(bare).ShouldBe(PixelsOf(png));
    }

    [Fact]
    public void Of_a_webp_exif_xmp_and_unknown_parts_go_and_its_pixels_stay()
    {
        var webP = PictureFiles.Of("webp", 64, 48);
        byte[] header = [0b0000_1100, 0, 0, 0, 63, 0, 0, 47, 0, 0];
        byte[] parts = [.. Part("VP8X", header), .. webP[12..], .. Part("EXIF", Said), .. Part("XMP ", Said), .. Part("ABCD", Said)];
        byte[] full = [.. "RIFF"u8, .. Little(parts.Length + 4), .. "WEBP"u8, .. parts, .. Said];

        var bare = BarePicture.Of("image/webp", full)!;

        Encoding.Latin1.GetString(bare).ShouldNotContain(Place);
        BinaryPrimitives.ReadInt32LittleEndian(bare.AsSpan(4)).ShouldBe(bare.Length - 8);
        bare[20].ShouldBe((byte)0, "it announces no EXIF and no XMP");
        PixelsOf(bare).ShouldBe(PixelsOf(webP));
    }

    [Fact]
    public void A_webp_that_moves_is_refused()
    {
        byte[] parts = [.. Part("VP8X", [2, 0, 0, 0, 63, 0, 0, 47, 0, 0]), .. Part("ANIM", new byte[6])];

        BarePicture.Of("image/webp", [.. "RIFF"u8, .. Little(parts.Length + 4), .. "WEBP"u8, .. parts]).ShouldBeNull();
    }

    [Theory]
    [InlineData("png", "image/png")]
    [InlineData("jpg", "image/jpeg")]
    [InlineData("webp", "image/webp")]
    public void However_it_is_cut_off_or_changed_it_is_refused_or_a_part_of_it(string extension, string contentType)
    {
        var whole = PictureFiles.Of(extension, 8, 8);
        for (var length = 12; length < whole.Length; length++)
            BarePicture.Of(contentType, whole.AsSpan(0, length)).ShouldBeNull();
        for (var at = 12; at < whole.Length; at++)
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 0xFF;
            (BarePicture.Of(contentType, changed)?.Length ?? 0).ShouldBeLessThanOrEqualTo(whole.Length);
        }
    }

    private static byte[] PixelsOf(byte[] picture)
    {
        using var bitmap = SKBitmap.Decode(picture);
        return bitmap.ShouldNotBeNull().Bytes;
    }

    private static byte[] Segment(byte marker, byte[] content) => [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    /// <summary>Nobody looks at the sum of a part that goes.</summary>
    private static byte[] Chunk(string type, byte[] content) => [0, 0, 0, (byte)content.Length, .. Encoding.ASCII.GetBytes(type), .. content, 0, 0, 0, 0];

    private static byte[] Part(string type, byte[] content) => [.. Encoding.ASCII.GetBytes(type), .. Little(content.Length), .. content, .. new byte[content.Length % 2]];

    private static byte[] Little(int number) => BitConverter.GetBytes(number);
}
