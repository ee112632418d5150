using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;

namespace ChatFiles.Tests.Core.Files;

public sealed class CleanNameTests
{
    [Theory]
    [InlineData("report.pdf", "report.pdf")]
    [InlineData("Bericht für März.pdf", "Bericht für März.pdf")]
    [InlineData("  two leading spaces.txt", "  two leading spaces.txt")]
    [InlineData(".gitignore", ".gitignore")]
    [InlineData("a.tar.gz", "a.tar.gz")]
    [InlineData("<b onload=x>.txt", "<b onload=x>.txt")]
    [InlineData("😀.png", "😀.png")]
    public void An_ordinary_name_stays_as_it_is(string name, string cleaned) => CleanedOf(name).ShouldBe(cleaned);

    [Theory]
    [InlineData("/home/ann/report.pdf", "report.pdf")]
    [InlineData("C:\\Users\\Ann\\report.pdf", "report.pdf")]
    [InlineData("../../../etc/passwd.txt", "passwd.txt")]
    [InlineData("..\\..\\a/b\\c.txt", "c.txt")]
    [InlineData("//server/share/x.txt", "x.txt")]
    public void Directories_in_front_are_dropped(string name, string cleaned) => CleanedOf(name).ShouldBe(cleaned);

    [Theory]
    [InlineData("report.pdf.", "report.pdf")]
    [InlineData("report.pdf . . ", "report.pdf")]
    [InlineData("report.pdf   ", "report.pdf")]
    public void Dots_and_spaces_at_the_end_are_trimmed(string name, string cleaned) => CleanedOf(name).ShouldBe(cleaned);

    [Theory]
    [InlineData(0x061C)]
    [InlineData(0x180E)]
    [InlineData(0x200B)]
    [InlineData(0x200C)]
    [InlineData(0x200D)]
    [InlineData(0x200E)]
    [InlineData(0x200F)]
    [InlineData(0x202A)]
    [InlineData(0x202B)]
    [InlineData(0x202C)]
    [InlineData(0x202D)]
    [InlineData(0x202E)]
    [InlineData(0x2060)]
    [InlineData(0x2066)]
    [InlineData(0x2067)]
    [InlineData(0x2068)]
    [InlineData(0x2069)]
    [InlineData(0xFEFF)]
    public void What_makes_a_name_look_like_another_is_removed(int character) =>
        CleanedOf($"{(char)character}invoice{(char)character}gnp.e{(char)character}xe{(char)character}").ShouldBe("invoicegnp.exe");

    [Fact]
    public void Dots_that_only_a_zero_width_character_held_are_trimmed_too() => CleanedOf("report.pdf.\u200B").ShouldBe("report.pdf");

    [Fact]
    public void Letters_are_composed()
    {
        CleanedOf("Cafe\u0301.txt").ShouldBe("Caf\u00E9.txt");
        CleanedOf(string.Concat(Enumerable.Repeat("e\u0301", 100)) + ".txt").ShouldBe(new string('\u00E9', 100) + ".txt");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("... . .")]
    [InlineData("folder/")]
    [InlineData("folder\\")]
    [InlineData("folder/..")]
    [InlineData("\u200B\u202E")]
    [InlineData("\u3000")]
    public void Of_nothing_that_could_be_shown_no_name_is_made(string? name) => ReasonOf(name).ShouldBe(RefusalReason.InvalidFileName);

    [Fact]
    public void Control_characters_are_refused_wherever_they_stand()
    {
        foreach (var control in Enumerable.Range(0, 0x20).Append(0x7F).Concat(Enumerable.Range(0x80, 0x20)).Select(code => (char)code))
        {
            ReasonOf($"a{control}.txt").ShouldBe(RefusalReason.InvalidFileName, $"U+{(int)control:X4}");
            ReasonOf($"folder{control}/a.txt").ShouldBe(RefusalReason.InvalidFileName, $"U+{(int)control:X4}");
        }
    }

    [Fact]
    public void A_name_has_at_most_255_bytes_after_cleaning()
    {
        CleanedOf(new string('a', 251) + ".txt").Length.ShouldBe(255);
        Encoding.UTF8.GetByteCount(CleanedOf(new string('é', 126) + ".md")).ShouldBe(255);
        CleanedOf(new string('d', 300) + "/" + new string('a', 251) + ".txt...").Length.ShouldBe(255);
        ReasonOf(new string('a', 252) + ".txt").ShouldBe(RefusalReason.InvalidFileName);
        ReasonOf(new string('é', 127) + ".md").ShouldBe(RefusalReason.InvalidFileName);
        ReasonOf(string.Concat(Enumerable.Repeat("😀", 64)) + ".md").ShouldBe(RefusalReason.InvalidFileName);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_refused()
    {
        ReasonOf("a\uD83D.txt").ShouldBe(RefusalReason.InvalidFileName);
        ReasonOf("a\uDE00.txt").ShouldBe(RefusalReason.InvalidFileName);
        ReasonOf("a\uDE00\uD83D.txt").ShouldBe(RefusalReason.InvalidFileName);
        ReasonOf("a.txt\uD83D").ShouldBe(RefusalReason.InvalidFileName);
        // A zero-width character between the halves must not hide that they are halves, nor join them into a letter.
        CleanedOf("a\uD83D\u200B\uDE00.txt").ShouldBe("a😀.txt");
    }

    [Fact]
    public void Code_points_that_are_no_characters_are_refused_and_do_not_throw()
    {
        ReasonOf("a\uFFFE.txt").ShouldBe(RefusalReason.InvalidFileName);
        ReasonOf("\uFFFE.txt").ShouldBe(RefusalReason.InvalidFileName);
    }

    [Fact]
    public void Whatever_the_name_cleaning_never_throws_and_cleaning_again_changes_nothing()
    {
        const int Seed = 20261123;
        var random = new Random(Seed);
        char[] special = ['/', '\\', '.', ' ', '\0', '\u202E', '\u200B', '\u0301', 'e', '\uD83D', '\uDE00', '\uFFFE', '\uFFFF', '\uFDD0', '\u2028', '\u1100', '\u1161'];
        for (var round = 0; round < 20_000; round++)
        {
            var name = new string([
                .. Enumerable
                    .Range(0, random.Next(1, 12))
                    .Select(_ => random.Next(3) == 0 ? (char)random.Next(0x20, 0x10000) : special[random.Next(special.Length)]),
            ]);
            var shown = $"seed {Seed}, round {round}: {string.Join(' ', name.Select(c => $"{(int)c:X4}"))}";
            if (Should.NotThrow(() => UploadPolicy.CleanName(name), shown).Succeeded(out var cleaned, out var refusal))
                CleanedOf(cleaned).ShouldBe(cleaned, shown);
            else
                refusal.Reason.ShouldBe(RefusalReason.InvalidFileName, shown);
        }
    }

    private static string CleanedOf(string name) => UploadPolicy.CleanName(name).Value;

    private static RefusalReason? ReasonOf(string? name) => UploadPolicy.CleanName(name).Refusal?.Reason;

    [Theory]
    [InlineData(null, "without a name")]
    [InlineData("", "without a name")]
    [InlineData("a\u0001b.txt", "“ab.txt” has control characters")]
    [InlineData("a/\u200B", "no name that could be shown")]
    public void What_is_no_name_is_told_in_words(string? name, string words)
    {
        var refusal = UploadPolicy.CleanName(name).Refusal!;
        refusal.Reason.ShouldBe(RefusalReason.InvalidFileName);
        refusal.Detail.ShouldContain(words);
    }

    [Fact]
    public void Half_a_character_is_told_in_words() => UploadPolicy.CleanName($"a{(char)0xD83D}.txt").Refusal!.Detail.ShouldContain("not valid Unicode");

    [Theory]
    [InlineData("")]
    [InlineData("x")] // moves the pairs by one, so that a cut would go through one
    public void Of_a_name_that_is_too_long_the_beginning_is_told_and_no_half_of_a_character(string before)
    {
        var name = before + string.Concat(Enumerable.Repeat("😀", 100));
        var detail = UploadPolicy.CleanName(name).Refusal!.Detail;
        var shown = detail[(detail.IndexOf('“', StringComparison.Ordinal) + 1)..detail.IndexOf('…', StringComparison.Ordinal)];
        name.ShouldStartWith(shown);
        shown.Length.ShouldBeInRange(10, 100);
        char.IsLowSurrogate(shown[^1]).ShouldBeTrue();
        detail.ShouldContain("longer than 255 bytes");
    }
}
