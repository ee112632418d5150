using System.Text;
using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Core.Files;

public sealed class CharsetReaderTests
{
    [Theory]
    [InlineData("68656C6C6F", "utf-8")]
    [InlineData("EFBBBF68", "utf-8")] // with its mark
    [InlineData("4772C3BCC39F65F09F918B", "utf-8")]
    [InlineData("4772FCDF65", "")] // Latin-1
    [InlineData("93FA967B8CEA", "")] // Shift-JIS
    [InlineData("F09F91", "")] // cut off within a character
    [InlineData("EDA080", "")] // half a pair of surrogates
    [InlineData("C080", "")] // longer than it must be
    [InlineData("FFFE68006900", "utf-16le")]
    [InlineData("FEFF00680069", "utf-16be")]
    [InlineData("FF", "")]
    public void A_charset_is_told_when_the_bytes_say_it(string hex, string charset)
    {
        var bytes = Convert.FromHexString(hex);
        InBlocks(bytes, bytes.Length).ShouldBe(charset);
        InBlocks(bytes, 1).ShouldBe(charset);
        InBlocks(bytes, 2).ShouldBe(charset);
    }

    [Fact]
    public void A_single_byte_at_the_end_of_a_long_text_decides()
    {
        byte[] text = [.. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Grüße 👋 ", 100_000)))];
        InBlocks(text, 65_537).ShouldBe("utf-8");
        InBlocks([.. text, 0xFC], 65_537).ShouldBe("");
    }

    private static string InBlocks(byte[] bytes, int size)
    {
        var reader = new CharsetReader();
        foreach (var block in bytes.Chunk(size))
            reader.Read(block);
        return reader.End();
    }
}
