using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Core.Files;

public sealed class PictureSizeTests
{
    private const string Riff = "52494646AABBCCDD57454250";

    [Theory]
    [InlineData("png", "89504E470D0A1A0A0000000D49484452" + "00000280" + "000001E0" + "0806000000", 640, 480)]
    [InlineData("apng", "89504E470D0A1A0A0000000D49484452" + "00000280" + "000001E0" + "0806000000", 640, 480)]
    [InlineData("jpg", "FFD8" + "FFD0" + "FFD8" + "FFC0001108" + "01E00280" + "03", 640, 480)] // markers without a segment, the first and the last of them
    [InlineData("gif", "474946383961" + "8002" + "E001" + "F70000", 640, 480)]
    [InlineData("gif", "474946383761" + "FFFF" + "0100" + "F70000", 65535, 1)]
    [InlineData("webp", Riff + "56503820" + "18000000" + "300100" + "9D012A" + "8042" + "E041" + "0000", 640, 480)] // the top two bits are a scale
    [InlineData("webp", Riff + "5650384C" + "0D000000" + "2F" + "7FC27700" + "0000000000", 640, 480)]
    [InlineData("webp", Riff + "56503858" + "0A000000" + "10000000" + "7F0200" + "DF0100" + "00", 640, 480)]
    [InlineData("webp", Riff + "56503858" + "0A000000" + "10000000" + "FFFFFF" + "000000" + "00", 16777216, 1)]
    public void Width_and_height_stand_in_the_header(string extension, string hex, int width, int height)
    {
        var bytes = Convert.FromHexString(hex);

        InOneBlock(extension, bytes).ShouldBe((width, height));
        ByteByByte(extension, bytes).ShouldBe((width, height));
    }

    [Theory]
    [InlineData("png", "89504E470D0A1A0A0000000D49484452" + "00000000" + "000001E0")] // no width
    [InlineData("png", "89504E470D0A1A0A0000000D49484452" + "80000001" + "000001E0")] // more than a number can be
    [InlineData("png", "89504E470D0A1A0A0000000D43674249" + "00000280" + "000001E0")] // another chunk first
    [InlineData("png", "89504E470D0A1A0A0000000D49484452" + "00000280")] // cut off
    [InlineData("gif", "474946383961" + "0000" + "E001")]
    [InlineData("webp", Riff + "414E494D" + "0A000000" + "10000000" + "7F0200" + "DF0100" + "00")]
    [InlineData("webp", Riff + "5650384C" + "0D000000" + "00" + "7FC27700" + "0000000000")] // not its mark
    [InlineData("webp", Riff + "56503820" + "18000000" + "300100" + "000000" + "8002" + "E001" + "0000")]
    [InlineData("webp", Riff + "56503858" + "0A000000" + "10000000" + "7F0200" + "DF01")] // cut off
    [InlineData("jpg", "FFD8" + "FFDA0002" + "FFC00011080001000103")] // a frame behind a scan
    [InlineData("jpg", "FFD8" + "FFDA0008010100003F00")] // a scan before any frame
    [InlineData("jpg", "FFD8" + "FFE00001" + "FFC00011080001000103")] // a segment shorter than its own length
    [InlineData("jpg", "FFD8" + "00C00011080001000103")] // no marker where one belongs
    [InlineData("jpg", "FFD8FFC0001108000001")] // cut off
    [InlineData("jpg", "FFD8FFC00011080000000103")] // the height comes later
    public void A_header_that_makes_no_sense_has_no_size(string extension, string hex)
    {
        InOneBlock(extension, Convert.FromHexString(hex)).ShouldBeNull();
        ByteByByte(extension, Convert.FromHexString(hex)).ShouldBeNull();
    }

    [Theory]
    [InlineData("C0")]
    [InlineData("C1")]
    [InlineData("C2")] // progressive
    [InlineData("C3")]
    [InlineData("CF")]
    public void A_jpegs_frame_is_found_behind_large_exif_data(string frame)
    {
        byte[] jpeg =
        [
            0xFF, 0xD8,
            .. Segment(0xE1, 65_533), .. Segment(0xE2, 65_533), .. Segment(0xFE, 0),
            .. Segment(0xC4, 417), .. Segment(0xCC, 20), // tables, whose numbers lie between those of frames
            0xFF, 0x01, // a marker without a segment
            0xFF, 0xFF, 0xFF, // filling
            .. Convert.FromHexString($"FF{frame}00110801E00280" + "03012200021101031101"),
            .. Convert.FromHexString("FFC00011080001000103"), // what comes later changes nothing
        ];

        InOneBlock("jpg", jpeg).ShouldBe((640, 480));
        ByteByByte("jpg", jpeg).ShouldBe((640, 480));
    }

    [Fact]
    public void Frames_within_the_exif_data_are_a_preview_s_and_not_the_picture_s()
    {
        var preview = Convert.FromHexString("FFD8FFC000110800100010");
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(preview.Length + 2), .. preview, .. Convert.FromHexString("FFC00011080BB80FA0")];

        InOneBlock("jpg", jpeg).ShouldBe((4000, 3000));
    }

    [Theory]
    [InlineData("4D4D002A00000008" + "0001" + "011200030000000100060000", true)] // big-endian, a quarter to the right
    [InlineData("49492A0008000000" + "0100" + "120103000100000008000000", true)] // little-endian, a quarter to the left
    [InlineData("4D4D002A0000000A" + "0000" + "0002" + "010F00020000000100000000" + "011200030000000100050000", true)] // not the first
    [InlineData("4D4D002A00000008" + "0001" + "011200030000000100010000", false)] // upright
    [InlineData("4D4D002A00000008" + "0001" + "011200030000000100030000", false)] // upside down
    [InlineData("4D4D002A00000008" + "0001" + "011200030000000100090000", false)] // no orientation
    [InlineData("4D4D002A00000008" + "0001" + "011200040000000100060000", false)] // not of its type
    [InlineData("4D4D002AFFFFFFFF" + "0001" + "011200030000000100060000", false)] // a directory that is not there
    [InlineData("5858002A00000008" + "0001" + "011200030000000100060000", false)] // neither order of the bytes
    [InlineData("4D4D002A00000008" + "0000" + "011200030000000100060000", false)] // behind a directory without entries
    [InlineData("4D4D002A00000008" + "0001" + "010F00020000000100000000" + "011200030000000100060000", false)] // behind the last entry
    [InlineData("4D4D002A00000008" + "FFFF" + "01120003000000010006", false)] // cut off
    [InlineData("4D4D002A00000008", false)]
    [InlineData("4D4D", false)]
    [InlineData("", false)]
    public void A_photo_taken_upright_has_its_width_and_height_as_it_is_shown(string tiff, bool isTurned)
    {
        var exif = Convert.FromHexString("457869660000" + tiff);
        byte[] jpeg =
        [
            .. Convert.FromHexString("FFD8FFE000104A46494600010100000100010000"),
            0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif,
            .. Segment(0xE1, 40_000), // XMP, say, with something else in it
            .. Convert.FromHexString("FFC00011080BB80FA0"),
        ];

        InOneBlock("jpg", jpeg).ShouldBe(isTurned ? (3000, 4000) : (4000, 3000));
        ByteByByte("jpg", jpeg).ShouldBe(isTurned ? (3000, 4000) : (4000, 3000));
    }

    [Fact]
    public void Other_types_have_no_size()
    {
        foreach (var extension in FileTypes.Default.Keys.Except(["png", "apng", "jpg", "jpeg", "jfif", "gif", "webp"]))
            PictureSize.ReaderFor(FileTypes.Default[extension]).ShouldBeNull(extension);
    }

    private static byte[] Segment(byte marker, int length) =>
        [0xFF, marker, (byte)((length + 2) >> 8), (byte)(length + 2), .. Enumerable.Repeat((byte)0xC0, length)];

    private static (int, int)? InOneBlock(string extension, byte[] bytes)
    {
        var reader = PictureSize.ReaderFor(FileTypes.Default[extension])!;
        reader.Read(bytes);
        return reader.Size;
    }

    private static (int, int)? ByteByByte(string extension, byte[] bytes)
    {
        var reader = PictureSize.ReaderFor(FileTypes.Default[extension])!;
        for (var i = 0; i < bytes.Length; i++)
            reader.Read(bytes.AsSpan(i, 1));
        return reader.Size;
    }
}
