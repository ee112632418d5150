using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Core.Files;

public sealed class SignatureTests
{
    [Theory]
    [InlineData("AABB", "AABB", true)]
    [InlineData("AABB", "AABBCC", true)]
    [InlineData("AABB", "AA", null)]
    [InlineData("AABB", "", null)]
    [InlineData("AABB", "AABC", false)]
    [InlineData("AABB", "AC", false)]
    [InlineData("aabb", "AABB", true)]
    [InlineData("AA BB", "AABB", true)]
    [InlineData("AA??CC", "AA00CC", true)]
    [InlineData("AA??CC", "AA00CD", false)]
    [InlineData("AA??", "AA", null)]
    [InlineData("2:AABB", "0000AABB", true)]
    [InlineData("2:AABB", "AABB0000", false)]
    [InlineData("2:AABB", "0000AA", null)]
    [InlineData("2:AABB", "00", null)]
    [InlineData("0:AA", "AA", true)]
    [InlineData("*AABB", "AABB", true)]
    [InlineData("*AABB", "0000AABB", true)]
    [InlineData("*AABB", "0000AA", null)]
    [InlineData("CC*AABB", "CC00AABB", true)]
    [InlineData("CC*AABB", "CCAAAABB", true)]
    [InlineData("CC*AABB", "00AABB", false)]
    [InlineData("CC*AA??BB", "CC00AA00BB", true)]
    public void A_signature_fits_where_its_bytes_stand_at_its_place_as_soon_as_that_can_be_said(string pattern, string head, bool? fits) =>
        new Signature(pattern).Match(Convert.FromHexString(head)).ShouldBe(fits switch { null => Fit.NotYet, true => Fit.Yes, false => Fit.No });

    [Fact]
    public void What_may_stand_further_in_is_looked_for_within_its_bounds()
    {
        var signature = new Signature("*AABB");

        signature.Match([.. new byte[Signature.MaxInFront], 0xAA, 0xBB]).ShouldBe(Fit.Yes);
        signature.Match([.. new byte[Signature.MaxInFront + 1], 0xAA, 0xBB]).ShouldBe(Fit.No);
    }

    [Fact]
    public void What_may_stand_further_in_is_as_long_as_still_fits_and_no_longer()
    {
        var longest = string.Concat(Enumerable.Repeat("AA", FileTypes.HeadLength - Signature.MaxInFront));

        new Signature("*" + longest).IsFloating.ShouldBeTrue();
        Should.Throw<FormatException>(() => new Signature("*AA" + longest)).Message.ShouldContain("is not a signature");
    }

    [Theory]
    [InlineData("20", true, 1)]
    [InlineData("7E", true, 1)]
    [InlineData("1F", false, 2)]
    [InlineData("7F", false, 2)]
    [InlineData("80", false, 2)]
    [InlineData("??", true, 0)]
    [InlineData("41*42", true, 2)]
    [InlineData("41*00", false, 3)]
    [InlineData("00*41", false, 3)]
    public void Letters_weigh_less_than_what_no_text_holds(string pattern, bool isReadable, int weight)
    {
        var signature = new Signature(pattern);
        (signature.IsReadable, signature.Weight).ShouldBe((isReadable, weight));
    }

    [Fact]
    public void A_signature_may_reach_to_the_last_byte_that_is_looked_at()
    {
        var head = new byte[FileTypes.HeadLength];
        head[^1] = 0xAA;
        new Signature($"{FileTypes.HeadLength - 1}:AA").Match(head).ShouldBe(Fit.Yes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("4:")]
    [InlineData("A")]
    [InlineData("AAB")]
    [InlineData("GG")]
    [InlineData("?A")]
    [InlineData("A?")]
    [InlineData(":AA")]
    [InlineData("-1:AA")]
    [InlineData("+1:AA")]
    [InlineData("1:2:AA")]
    [InlineData("2048:AA")]
    [InlineData("2047:AABB")]
    [InlineData("*")]
    [InlineData("AA*")]
    [InlineData("*AA*BB")]
    [InlineData("4:AA*BB")]
    [InlineData("*A")]
    [InlineData("2147483647:AABB")]
    [InlineData("99999999999:AA")]
    public void What_is_no_signature_is_a_format_error(string pattern) => Should.Throw<FormatException>(() => new Signature(pattern));

    [Theory]
    [InlineData("494433", false)] // "ID3"
    [InlineData("49443303", true)]
    [InlineData("FFFB", false)]
    [InlineData("FFD8FF", true)]
    [InlineData("4:66747970", false)] // "ftyp"
    [InlineData("255044462D", true)]
    [InlineData("424D????????00000000", true)]
    [InlineData("424D????", false)]
    [InlineData("????????", false)]
    public void A_signature_is_telling_when_chance_can_be_ruled_out(string pattern, bool isTelling) =>
        new Signature(pattern).IsTelling.ShouldBe(isTelling);
}
