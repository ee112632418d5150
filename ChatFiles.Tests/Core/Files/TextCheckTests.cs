using System.Text;
using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Core.Files;

public sealed class TextCheckTests
{
    [Theory]
    [InlineData("\u001b[31merror\u001b[0m\f\u0007 done\u001a")] // colours, form feed, bell, the end mark of DOS
    [InlineData("\u000e\u000f\u001c\u001d\u001e\u001f\u007f\b\v")]
    [InlineData("Grüße, 日本, 😀")]
    [InlineData("x")]
    public void Text_holds_what_real_logs_hold(string text)
    {
        foreach (var encoding in new Encoding[] { new UTF8Encoding(false), new UTF8Encoding(true), new UnicodeEncoding(false, true), new UnicodeEncoding(true, true) })
            IsText([.. encoding.Preamble, .. encoding.GetBytes(text)]).ShouldBeTrue(encoding.EncodingName);
    }

    [Fact]
    public void Every_single_byte_code_page_is_text() =>
        IsText([.. Enumerable.Range(1, 255).Select(i => (byte)i), .. Encoding.ASCII.GetBytes("and words around")]).ShouldBeTrue();

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void Of_ten_characters_three_may_be_control_characters(int controls, bool isText)
    {
        var text = new string('\u0001', controls) + new string('a', 10 - controls);

        IsText(Encoding.ASCII.GetBytes(text)).ShouldBe(isText);
        IsText([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)]).ShouldBe(isText);
    }

    [Theory]
    [InlineData("FFFE 3DD8 4100")] // half of a character, the lower byte first
    [InlineData("FEFF D83D 0041")] // and the upper byte first
    public async Task Half_of_a_character_is_no_text_in_either_order_of_the_bytes(string bytes)
    {
        var content = Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal));
        foreach (var block in new[] { 1, 3, 64 })
            (await Inspection.OfAsync("a.txt", content, block)).ShouldBeNull();
    }

    [Fact]
    public async Task Zero_bytes_here_and_there_do_not_make_up_for_each_other()
    {
        // As UTF-16 it breaks off at the last character; as a code page it would hold NUL, an even number of times in all blocks.
        byte[] content = [0xFF, 0xFE, 0x41, 0x00, 0x42, 0x00, 0x3D, 0xD8, 0x41, 0x42];
        (await Inspection.OfAsync("a.txt", content, block: 2)).ShouldBeNull();
    }

    [Fact]
    public async Task The_mark_is_found_wherever_the_first_block_ends()
    {
        byte[] content = [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("words")];
        await using var stream = new InspectingStream(
            new MemoryStream(content),
            new InspectionRules(Inspection.Default, "a.txt", Inspection.Default.TypeOf("a.txt").Value, 1000, Inspection.Default.TooLarge("a.txt"))
        );
        (await stream.ReadAsync(new byte[1])).ShouldBe(1);
        await stream.CopyToAsync(Stream.Null);
        stream.Charset.ShouldBe("utf-16le");
    }

    [Fact]
    public void Only_some_control_characters_are_counted()
    {
        foreach (var control in Enumerable.Range(1, 255).Select(i => (byte)i))
            IsText([control]).ShouldBe(control is not (< 7 or (>= 0x10 and < 0x1A)), $"0x{control:X2}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9_999)]
    public void A_NUL_anywhere_is_no_text(int at)
    {
        var text = new string('a', 10_000).Remove(at, 1).Insert(at, "\0");

        IsText(Encoding.ASCII.GetBytes(text)).ShouldBeFalse();
        IsText([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)]).ShouldBeFalse();
        IsText([.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(text)]).ShouldBeFalse();
    }

    [Fact]
    public void What_has_the_mark_of_UTF16_and_is_none_is_judged_by_its_bytes()
    {
        // Windows-1251: "яю", then letters that are halves of surrogate pairs.
        IsText([0xFF, 0xFE, 0xE0, 0xD8, 0xE1, 0xD9]).ShouldBeTrue();
        IsText([0xFF, 0xFE, 0xE0, 0xD8, 0x00, 0x41]).ShouldBeFalse();
    }

    [Fact]
    public void A_UTF16_log_that_was_cut_off_within_a_letter_is_text() => IsText([0xFF, 0xFE, 0x41, 0x00, 0x42]).ShouldBeTrue();

    /// <summary>Whatever the blocks are.</summary>
    private static bool IsText(byte[] bytes)
    {
        var verdicts = new[] { 1, 2, 3, 1000, 100_000 }.Select(block => IsText(bytes, block)).Distinct().ToList();
        return verdicts.ShouldHaveSingleItem();
    }

    private static bool IsText(byte[] bytes, int block)
    {
        var check = new TextCheck();
        return bytes.Chunk(block).All(part => check.Read(part)) && check.End();
    }
}
