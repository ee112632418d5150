using ChatFiles.Core.Chats;
using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Core.Files;

public sealed class CleanNameTests
{
    [Theory]
    [InlineData("report.pdf", "report.pdf")]
    [InlineData("dir/report.pdf", "report.pdf")]
    [InlineData("C:\\Users\\ann\\report.pdf", "report.pdf")]
    [InlineData("../../etc/passwd.txt", "passwd.txt")]
    [InlineData("/a\\b/c.txt", "c.txt")]
    [InlineData("photo\u202Egnp.exe", "photognp.exe")]
    [InlineData("a\u200Bb\u200Dc\uFEFF.txt", "abc.txt")]
    [InlineData("\u2066a\u2069.txt", "a.txt")]
    [InlineData("report.pdf. . .", "report.pdf")]
    [InlineData("report.pdf.\u200B", "report.pdf")]
    [InlineData("report.pdf   ", "report.pdf")]
    [InlineData("Gru\u0308\u00DFe.txt", "Gr\u00FC\u00DFe.txt")]
    [InlineData("日本 😀.txt", "日本 😀.txt")]
    [InlineData(".gitignore.txt", ".gitignore.txt")]
    [InlineData("<b>\"x\"&.txt", "<b>\"x\"&.txt")]
    [InlineData("CON.txt", "CON.txt")]
    public void A_name_is_made_safe_to_show(string sent, string shown) => UploadPolicy.CleanName(sent).Value.ShouldBe(shown);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/")]
    [InlineData("a\\..")]
    [InlineData("\u202E\u200B")]
    [InlineData("\u3000")]
    [InlineData("a\0.txt")]
    [InlineData("a\nb.txt")]
    [InlineData("a\u007F.txt")]
    [InlineData("a\u0085.txt")]
    [InlineData("dir\n/a.txt")]
    public void A_name_with_nothing_to_show_or_with_control_characters_is_refused(string? sent) => IsRefused(sent);

    [Fact]
    public void Half_a_character_is_refused()
    {
        // Not as InlineData: half a character does not survive on its way to the test.
        IsRefused("a\uD83D.txt");
        IsRefused("a\uDE00.txt");
        IsRefused("\uDE00\uD83D.txt");
    }

    [Fact]
    public void The_limit_is_255_bytes_of_UTF8_after_cleaning()
    {
        var longest = new string('ü', 125) + "x.txt";

        UploadPolicy.CleanName(longest).Value.ShouldBe(longest);
        UploadPolicy.CleanName($"some/folder/{longest}...").Value.ShouldBe(longest);
        IsRefused("y" + longest);
        IsRefused(new string('日', 86));
        IsRefused(string.Concat(Enumerable.Repeat("😀", 64)));
        IsRefused("x" + string.Concat(Enumerable.Repeat("😀", 64)));
    }

    [Fact]
    public void The_detail_is_well_formed_where_a_long_name_is_cut()
    {
        var detail = UploadPolicy.CleanName("x" + string.Concat(Enumerable.Repeat("😀", 64))).Refusal!.Detail;

        detail.IsNormalized().ShouldBeTrue();
    }

    private static void IsRefused(string? name) => UploadPolicy.CleanName(name).Refusal.ShouldNotBeNull().Reason.ShouldBe(RefusalReason.InvalidFileName);
}
