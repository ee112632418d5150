using System.Security.Claims;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;

namespace ChatFiles.Web.Accounts;

/// <summary>What a provider's tokens say of a person, as far as it counts here.</summary>
internal static class ProviderClaims
{
    public const string Issuer = "iss";
    public const string Subject = "sub";
    public const string Email = "email";
    public const string EmailVerified = "email_verified";

    /// <summary>Null where no verified address is said: what else is said then counts for nothing.</summary>
    /// <param name="said">Of the ID token, and of the provider's user info after it.</param>
    public static SignOn? Read(ClaimsPrincipal said, OidcOptions options)
    {
        var issuers = said.FindAll(Issuer).Select(claim => claim.Value).Distinct(StringComparer.Ordinal).ToList();
        var subjects = said.FindAll(Subject).Select(claim => claim.Value).Distinct(StringComparer.Ordinal).ToList();
        // One address, in whichever case it is written each time: of two nobody knows which one is verified.
        var addresses = said.FindAll(Email).Select(claim => claim.Value).DistinctBy(Mailbox.KeyOf, StringComparer.Ordinal).ToList();
        return issuers is [{ Length: > 0 } issuer] && subjects is [{ Length: > 0 } subject] && subject.IsText() && addresses is [var address] && IsOne(address) && IsVerified(said, options)
            ? new SignOn(issuer, subject, address, IsOperator(said, options))
            : null;
    }

    /// <summary>
    /// An account is found by the upper case of its address, and that of a few letters (ſ) is one of ASCII: another mailbox,
    /// which the provider may well have verified, would open it.
    /// </summary>
    private static bool IsOne(string address) => Addresses.IsOne(address) && !address.Any(c => !char.IsAscii(c) && char.IsAscii(char.ToUpperInvariant(c)));

    /// <summary>What is said more than once has to be true each time. JSON's true, and the word of providers that write it as a text.</summary>
    private static bool IsVerified(ClaimsPrincipal said, OidcOptions options)
    {
        var words = said.FindAll(EmailVerified).Select(claim => claim.Value).ToList();
        return words.Count == 0 ? options.TrustEmail : words.All(word => word.Equals("true", StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsOperator(ClaimsPrincipal said, OidcOptions options) =>
        options.Operators is { } wanted && said.HasClaim(claim => claim.Type == wanted.Type && claim.Value == wanted.Value);
}
