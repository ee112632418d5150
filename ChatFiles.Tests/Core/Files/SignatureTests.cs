using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Core.Files;

public sealed class SignatureTests
{
    [Theory]
    [InlineData("AABB", "AABB", true)]
    [InlineData("AABB", "AABBCC", true)]
    [InlineData("AABB", "AA", false)]
    [InlineData("AABB", "", false)]
    [InlineData("AABB", "AABC", false)]
    [InlineData("aabb", "AABB", true)]
    [InlineData("AA BB", "AABB", true)]
    [InlineData("AA??CC", "AA00CC", true)]
    [InlineData("AA??CC", "AA00CD", false)]
    [InlineData("AA??", "AA", false)]
    [InlineData("2:AABB", "0000AABB", true)]
    [InlineData("2:AABB", "AABB0000", false)]
    [InlineData("2:AABB", "0000AA", false)]
    [InlineData("0:AA", "AA", true)]
    public void A_signature_fits_where_its_bytes_stand_at_its_offset(string pattern, string head, bool fits) =>
        new Signature(pattern).Fits(Convert.FromHexString(head)).ShouldBe(fits);

    [Fact]
    public void A_signature_may_reach_to_the_last_byte_that_is_looked_at()
    {
        var head = new byte[FileTypes.HeadLength];
        head[^1] = 0xAA;
        new Signature($"{FileTypes.HeadLength - 1}:AA").Fits(head).ShouldBeTrue();
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
    [InlineData("64:AA")]
    [InlineData("63:AABB")]
    [InlineData("2147483647:AABB")]
    [InlineData("99999999999:AA")]
    public void What_is_no_signature_is_a_format_error(string pattern) => Should.Throw<FormatException>(() => new Signature(pattern));

    [Theory]
    [InlineData("494433", false)] // "ID3"
    [InlineData("FFFB", true)]
    [InlineData("25504446", true)]
    [InlineData("424D????????00000000", true)]
    [InlineData("424D????", false)]
    [InlineData("????????", false)]
    public void Only_fixed_bytes_make_a_signature_distinctive(string pattern, bool distinctive) =>
        new Signature(pattern).IsDistinctive.ShouldBe(distinctive);
}
