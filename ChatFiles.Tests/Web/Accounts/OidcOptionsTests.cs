using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using ChatFiles.Web.Accounts;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>Which settings of a provider can work, and what is believed of what it says.</summary>
public sealed class OidcOptionsTests
{
    private const string Authority = "https://id.example.com/realms/company";

    [Theory]
    [InlineData(null, null, null, null, "")]
    [InlineData(Authority, "id", "secret", null, "")]
    [InlineData("http://127.0.0.1:8080/realms/company", "id", "secret", "groups=a=b", "")]
    [InlineData("http://localhost", "id", "secret", null, "")]
    [InlineData(Authority, null, null, null, "ClientId ClientSecret")]
    [InlineData(Authority, "id", "", null, "ClientSecret")]
    [InlineData(null, "id", "secret", null, "Authority")]
    [InlineData(null, null, null, "groups=a", "Authority ClientId ClientSecret")]
    [InlineData("http://id.example.com", "id", "secret", null, "Authority")]
    [InlineData("http://127.0.0.1.example.com", "id", "secret", null, "Authority")]
    [InlineData("http://127.0.0.1@example.com", "id", "secret", null, "Authority")]
    [InlineData("ftp://id.example.com", "id", "secret", null, "Authority")]
    [InlineData("id.example.com", "id", "secret", null, "Authority")]
    [InlineData(Authority, "id", "secret", "groups", "OperatorClaim")]
    [InlineData(Authority, "id", "secret", "=a", "OperatorClaim")]
    [InlineData(Authority, "id", "secret", "groups=", "OperatorClaim")]
    public void A_set_that_is_incomplete_or_unsafe_names_what_is_wrong_with_it(string? authority, string? id, string? secret, string? claim, string wrong)
    {
        var options = new OidcOptions { Authority = authority, ClientId = id, ClientSecret = secret, OperatorClaim = claim };
        var found = options.Validate(new ValidationContext(options)).SelectMany(result => result.MemberNames);
        string.Join(' ', found).ShouldBe(wrong);
    }

    [Theory]
    [InlineData(true, "ann@company.test", "true", true)]
    [InlineData(false, "ann@company.test", "true", true)]
    [InlineData(false, "ann@company.test", null, false)]
    [InlineData(true, "ann@company.test", null, true)]
    [InlineData(true, "ann@company.test", "false", false)]
    [InlineData(true, "ann@company.test", "False", false)]
    [InlineData(true, "ann@company.test", "", false)]
    [InlineData(true, "ann@company.test", "0", false)]
    [InlineData(true, "ann@company.test", "true false", false)]
    [InlineData(true, null, "true", false)]
    [InlineData(true, "ann@company.test ANN@company.test", "true", true)]
    [InlineData(true, "ann@company.test ben@company.test", "true", false)]
    [InlineData(true, "lo\u03C3@company.test lo\u03C2@company.test", "true", false)]
    [InlineData(true, "fran\u212A@company.test", "true", false)]
    [InlineData(true, "cafe\u0301@company.test", "true", false)]
    [InlineData(true, "bo\u017Fs@company.test", "true", false)]
    [InlineData(true, "m\u00FCller@company.test", "true", true)]
    [InlineData(true, "ann", "true", false)]
    public void An_address_is_believed_where_it_is_one_and_verified_or_of_a_provider_that_is_trusted(bool isTrusted, string? addresses, string? verified, bool isTaken)
    {
        var claims = new List<Claim> { new("iss", Authority), new("sub", "1") };
        claims.AddRange((addresses ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(address => new Claim("email", address)));
        claims.AddRange(verified?.Split(' ').Select(word => new Claim("email_verified", word)) ?? []);

        var read = ProviderClaims.Read(new ClaimsPrincipal(new ClaimsIdentity(claims)), new OidcOptions { TrustEmail = isTrusted });

        (read is not null).ShouldBe(isTaken);
    }

    [Fact]
    public void What_the_provider_calls_somebody_is_text()
    {
        Read("1").ShouldNotBeNull();
        foreach (var noText in new[] { "", "1\0", "\uD800", "1\uDC00" })
            Read(noText).ShouldBeNull();

        static object? Read(string subject)
        {
            Claim[] claims = [new("iss", Authority), new("sub", subject), new("email", "ann@company.test"), new("email_verified", "true")];
            return ProviderClaims.Read(new ClaimsPrincipal(new ClaimsIdentity(claims)), new OidcOptions());
        }
    }
}
