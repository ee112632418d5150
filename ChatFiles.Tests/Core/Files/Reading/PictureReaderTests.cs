using System.IO.Compression;
using ChatFiles.Core.Files;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Tests.Stage;
using SkiaSharp;

namespace ChatFiles.Tests.Core.Files.Reading;

/// <summary>What the child makes of pictures.</summary>
public sealed class PictureReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;

    [Theory]
    [InlineData("png", 800, 400)]
    [InlineData("jpg", 800, 400)]
    [InlineData("webp", 800, 400)]
    [InlineData("bmp", 800, 400)]
    public void A_picture_is_made_as_small_as_a_message_shows_it(string extension, int width, int height)
    {
        var made = Make(extension, PictureFiles.Of(extension));

        made.Size.ShouldBe((1200, 600));
        using var thumbnail = SKBitmap.Decode(made.Thumbnail);
        (thumbnail.Width, thumbnail.Height).ShouldBe((width, height));
        CornersOf(thumbnail).ShouldBe("red lime blue white");
        made.Thumbnail!.Length.ShouldBeLessThanOrEqualTo(PictureMade.MaxThumbnail);
    }

    [Fact]
    public void A_single_pixel_is_a_picture()
    {
        var made = Make("gif", PictureFiles.Of("gif"));
        made.Size.ShouldBe((1, 1));
        SKBitmap.Decode(made.Thumbnail).Width.ShouldBe(1);
    }

    [Fact]
    public void What_moves_keeps_moving()
    {
        var frame = Convert.FromHexString("21F90400000000002C00000000010001000002024401003B")[..^1];
        byte[] moving = [.. Convert.FromHexString("47494638396101000100800100FF0000FFFFFF"), .. frame, .. frame, 0x3B];
        var made = Make("gif", moving);
        (made.Size, made.Thumbnail).ShouldBe(((1, 1), null));
    }

    [Fact]
    public void A_photo_is_turned_the_way_its_camera_was_held()
    {
        using var seen = PictureFiles.Quarters(64, 32);
        for (byte orientation = 1; orientation <= 8; orientation++)
        {
            var isTurned = orientation >= 5;
            using var stored = new SKBitmap(isTurned ? 32 : 64, isTurned ? 64 : 32);
            var (right, bottom) = (stored.Width - 1, stored.Height - 1);
            for (var y = 0; y <= bottom; y++)
            {
                for (var x = 0; x <= right; x++)
                {
                    var (seenX, seenY) = orientation switch
                    {
                        1 => (x, y),
                        2 => (right - x, y),
                        3 => (right - x, bottom - y),
                        4 => (x, bottom - y),
                        5 => (y, x),
                        6 => (bottom - y, x),
                        7 => (bottom - y, right - x),
                        _ => (y, right - x),
                    };
                    stored.SetPixel(x, y, seen.GetPixel(seenX, seenY));
                }
            }

            var made = Make("jpg", PictureFiles.Jpeg(stored, orientation));

            made.Size.ShouldBe((64, 32), $"orientation {orientation}");
            using var thumbnail = SKBitmap.Decode(made.Thumbnail);
            (thumbnail.Width, thumbnail.Height, CornersOf(thumbnail)).ShouldBe((64, 32, "red lime blue white"), $"orientation {orientation}");
        }
    }

    [Fact]
    public void A_small_picture_without_loss_stays_so()
    {
        using var seen = PictureFiles.Quarters(60, 40);
        using var thumbnail = SKBitmap.Decode(Make("png", PictureFiles.Encode(seen, SKEncodedImageFormat.Png)).Thumbnail);
        thumbnail.GetPixel(29, 19).ShouldBe(SKColors.Red);
        thumbnail.GetPixel(30, 20).ShouldBe(SKColors.White);
    }

    [Fact]
    public void A_picture_that_is_too_large_to_be_drawn_is_reduced()
    {
        var made = Make("png", PictureFiles.Png(8_000, 6_400, 1, 0, fill: (row, _) => Array.Fill(row, byte.MaxValue, row.Length / 2, row.Length / 2)));

        made.Size.ShouldBe((8_000, 6_400));
        using var thumbnail = SKBitmap.Decode(made.Thumbnail);
        (thumbnail.Width, thumbnail.Height).ShouldBe((2048, 1638));
        (thumbnail.GetPixel(500, 800), thumbnail.GetPixel(1500, 800)).ShouldBe((SKColors.Black, SKColors.White));
    }

    /// <summary>Of one bit, of a palette's colours, of 16 bits with an alpha; each row with another filter.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(4, 0)]
    [InlineData(16, 0)]
    [InlineData(8, 2)]
    [InlineData(2, 3)]
    [InlineData(8, 3)]
    [InlineData(8, 4)]
    [InlineData(16, 4)]
    [InlineData(8, 6)]
    [InlineData(16, 6)]
    public void The_rows_of_a_png_are_what_its_pixels_are(byte depth, byte color)
    {
        var random = new Random(depth * 10 + color);
        var path = Write(
            PictureFiles.Png(
                33,
                10,
                depth,
                color,
                fill: (row, y) =>
                {
                    random.NextBytes(row);
                    row[0] = (byte)(y % 5);
                }
            )
        );
        using var decoded = SKBitmap.Decode(path, new SKImageInfo(33, 10, SKColorType.Rgba8888, SKAlphaType.Premul));
        using var file = File.OpenRead(path);
        using var rows = PngRows.Open(file).ShouldNotBeNull();
        var row = new byte[33 * 4];
        for (var y = 0; y < 10; y++)
        {
            rows.Read(row).ShouldBeTrue();
            for (var i = 0; i < row.Length; i++)
                Math.Abs(row[i] - decoded.GetPixelSpan()[y * decoded.RowBytes + i]).ShouldBeLessThanOrEqualTo(1, $"{i} in row {y}");
        }

        rows.Read(row).ShouldBeFalse();
    }

    [Fact]
    public void One_that_nobody_could_look_at_is_only_measured()
    {
        var made = Make("png", PictureFiles.Png(60_000, 60_000, 1, 0, rows: 100));
        (made.Size, made.Thumbnail).ShouldBe(((60_000, 60_000), null));
    }

    [Fact]
    public void What_is_in_the_picture_of_an_office_file_is_its_picture()
    {
        foreach (var (extension, place) in new[] { ("docx", "docProps/thumbnail.jpeg"), ("odt", "Thumbnails/thumbnail.png"), ("pages", "preview.jpg") })
        {
            var made = Make(extension, Zip(place, PictureFiles.Of("jpg")));
            made.Size.ShouldBeNull();
            using var thumbnail = SKBitmap.Decode(made.Thumbnail);
            CornersOf(thumbnail).ShouldBe("red lime blue white", extension);
        }

        Read("xlsx", Zip("xl/workbook.xml", [1, 2, 3])).ShouldBeNull();
    }

    [Theory]
    [InlineData("image/tiff", "49492A000A000000FFFF0300000103000100000080020000010103000100000040010000120103000100000006000000", 320, 640)]
    [InlineData("image/tiff", "4D4D002A000000080002010000040000000100000280010100040000000100000140", 640, 320)]
    [InlineData("image/heic", "000000186674797068656963000000006865696300000000000000596D657461000000000000004D697072700000004569706366", 0, 0)]
    [InlineData("image/avif", "0000001C667479706176696600000000000000006D696631000000000000003C6D65746100000000000000306970727000000028697063680000001C", 0, 0)]
    [InlineData("image/vnd.adobe.photoshop", "38425053000100000000000000030000014000000280000800", 640, 320)]
    public void What_cannot_be_drawn_is_measured(string contentType, string head, int width, int height)
    {
        var size = Measure(contentType, Convert.FromHexString(head));
        size.ShouldBe(width == 0 ? null : (width, height));
    }

    [Fact]
    public void A_phones_picture_is_as_large_as_its_largest_part_and_turned()
    {
        byte[] Box(string name, params byte[][] content)
        {
            byte[] inner = [.. content.SelectMany(part => part)];
            return [0, 0, (byte)((inner.Length + 8) >> 8), (byte)(inner.Length + 8), .. System.Text.Encoding.ASCII.GetBytes(name), .. inner];
        }

        byte[] Extent(short width, short height) =>
            Box("ispe", [0, 0, 0, 0], [0, 0, (byte)(width >> 8), (byte)width], [0, 0, (byte)(height >> 8), (byte)height]);

        byte[] file = [.. Box("ftyp", "heic"u8.ToArray()), .. Box("meta", [0, 0, 0, 0], Box("hdlr"), Box("iprp", Box("ipco", Extent(512, 512), Extent(4032, 3024), Extent(320, 240), Box("irot", [1]))))];
        Measure("image/heic", file).ShouldBe((3024, 4032));
    }

    [Fact]
    public void What_is_no_picture_or_cut_off_is_none()
    {
        Read("png", "not a picture"u8.ToArray()).ShouldBeNull();
        Should.Throw<EndOfStreamException>(() => Measure("image/tiff", [0x49, 0x49]));
        var whole = PictureFiles.Of("jpg");
        Make("jpg", whole[..(whole.Length / 2)]).Size.ShouldBe((1200, 600));
    }

    [Fact]
    public void What_comes_back_from_a_child_is_looked_at_like_anything_from_outside()
    {
        var made = new PictureMade((3, 4), "RIFF....WEBPVP8 ...."u8.ToArray());
        PictureMade.Of(made.ToBytes())!.Thumbnail.ShouldBe(made.Thumbnail);
        PictureMade.Of(new PictureMade(null, [1, 2, 3]).ToBytes())!.ShouldBe(new PictureMade(null, null));
        foreach (var wrong in new[] { "", "3 4", "3\n", "-3 4\n", "a b\n", "3 4 5\n", "99999999999 1\n" })
            PictureMade.Of(System.Text.Encoding.ASCII.GetBytes(wrong)).ShouldBeNull(wrong);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private PictureMade Make(string extension, byte[] content) => PictureMade.Of(Read(extension, content).ShouldNotBeNull()).ShouldNotBeNull();

    private byte[]? Read(string extension, byte[] content)
    {
        using var file = File.OpenRead(Write(content));
        return PictureReader.Read(FileTypes.Default[extension].ContentType, file);
    }

    private (int, int)? Measure(string contentType, byte[] content)
    {
        using var file = File.OpenRead(Write(content));
        return PictureHeader.Read(contentType, file);
    }

    private string Write(byte[] content)
    {
        var path = Path.Combine(_folder, Path.GetRandomFileName());
        File.WriteAllBytes(path, content);
        return path;
    }

    private static byte[] Zip(string name, byte[] content)
    {
        using var made = new MemoryStream();
        using (var archive = new ZipArchive(made, ZipArchiveMode.Create))
        using (var entry = archive.CreateEntry(name).Open())
            entry.Write(content);
        return made.ToArray();
    }

    private static string CornersOf(SKBitmap picture)
    {
        var (x, y) = (picture.Width / 4, picture.Height / 4);
        return string.Join(' ', new[] { (x, y), (3 * x, y), (x, 3 * y), (3 * x, 3 * y) }.Select(place => NameOf(picture.GetPixel(place.Item1, place.Item2))));
    }

    private static string NameOf(SKColor color) =>
        (color.Red > 128, color.Green > 128, color.Blue > 128) switch
        {
            (true, false, false) => "red",
            (false, true, false) => "lime",
            (false, false, true) => "blue",
            (true, true, true) => "white",
            _ => $"{color}",
        };
}
