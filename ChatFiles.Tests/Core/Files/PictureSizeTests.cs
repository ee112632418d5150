using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Core.Files;

public sealed class PictureSizeTests
{
    [Theory]
    [InlineData("png", "89504E470D0A1A0A0000000D4948445200000280000001E008020000", 640, 480)]
    [InlineData("gif", "4749463839618002E001F70000", 640, 480)]
    [InlineData("webp", "524946461A0000005745425056503820100000003001009D012A8002E0010000", 640, 480)]
    [InlineData("webp", "524946461A000000574542505650384C100000002F7FC2770000000000000000", 640, 480)]
    [InlineData("webp", "524946461A00000057454250565038580A000000100000007F0200DF0100", 640, 480)]
    [InlineData("jpg", "FFD8FFE000044A46FFFFFFC200110801E0028003012200", 640, 480)]
    public void Width_and_height_stand_in_the_header(string extension, string hex, int width, int height)
    {
        var bytes = Convert.FromHexString(hex);

        SizeOf(extension, bytes, blockSize: bytes.Length).ShouldBe((width, height));
        SizeOf(extension, bytes, blockSize: 1).ShouldBe((width, height));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4_096)]
    public void A_JPEG_says_its_size_behind_large_EXIF_data(int blockSize)
    {
        var bytes = new List<byte> { 0xFF, 0xD8 };
        for (var i = 0; i < 4; i++)
            bytes.AddRange([0xFF, 0xE1, 0xC3, 0x52, .. Enumerable.Repeat((byte)0xC0, 0xC350)]);
        bytes.AddRange([0xFF, 0xC4, 0, 4, 1, 2, 0xFF, 0xC0, 0, 17, 8, 0x01, 0xE0, 0x02, 0x80, 3, 1, 0x22, 0]);

        SizeOf("jpg", [.. bytes], blockSize).ShouldBe((640, 480));
    }

    [Theory]
    [InlineData("png")]
    [InlineData("gif")]
    [InlineData("webp")]
    [InlineData("jpg")]
    public void Nonsense_has_no_size(string extension)
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var noise = new byte[500];
            new Random(seed).NextBytes(noise);
            Should.NotThrow(() => SizeOf(extension, noise, blockSize: 7));
        }

        SizeOf(extension, new byte[500], 100).ShouldBeNull();
        SizeOf("jpg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 0xFF, 0xC0, 0, 17, 8, 1, 0xE0, 2, 0x80], 100).ShouldBeNull();
        SizeOf(extension, [0x89], 1).ShouldBeNull();
    }

    private static (int Width, int Height)? SizeOf(string extension, byte[] bytes, int blockSize)
    {
        var reader = PictureSize.ReaderFor(FileTypes.Default[extension])!;
        foreach (var block in bytes.Chunk(blockSize))
            reader.Read(block);
        return reader.Size;
    }
}
