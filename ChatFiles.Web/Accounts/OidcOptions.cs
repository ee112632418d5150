using System.ComponentModel.DataAnnotations;

namespace ChatFiles.Web.Accounts;

/// <summary>Section <c>Accounts:Oidc</c>: the provider that a company's people sign in with.</summary>
public sealed class OidcOptions : IValidatableObject
{
    public const string Section = "Accounts:Oidc";

    /// <summary>The provider's address, to which <c>/.well-known/openid-configuration</c> is added.</summary>
    public string? Authority { get; set; }

    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    /// <summary>What people call it, on the link that leads there.</summary>
    public string? Name { get; set; }

    /// <summary><c>type=value</c> of the claim that makes operators.</summary>
    public string? OperatorClaim { get; set; }

    /// <summary>Takes the address of a provider that does not say whether it is verified.</summary>
    public bool TrustEmail { get; set; }

    /// <summary>People can sign in with it.</summary>
    public bool IsOn => !string.IsNullOrEmpty(Authority) && !string.IsNullOrEmpty(ClientId) && !string.IsNullOrEmpty(ClientSecret);

    public string DisplayName => string.IsNullOrWhiteSpace(Name) ? "Company account" : Name.Trim();

    /// <summary>Null: no claim makes operators. The value may hold equals signs, as names of groups do.</summary>
    internal (string Type, string Value)? Operators =>
        OperatorClaim?.Split('=', 2) is [{ Length: > 0 } type, { Length: > 0 } value] ? (type, value) : null;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        (string Name, string? Value)[] needed = [(nameof(Authority), Authority), (nameof(ClientId), ClientId), (nameof(ClientSecret), ClientSecret)];
        if (!needed.All(setting => string.IsNullOrEmpty(setting.Value)) || !string.IsNullOrEmpty(Name) || !string.IsNullOrEmpty(OperatorClaim) || TrustEmail)
            foreach (var (name, value) in needed)
            {
                if (string.IsNullOrEmpty(value))
                    yield return new ValidationResult("is missing; Authority, ClientId and ClientSecret go together", [name]);
            }

        if (!string.IsNullOrEmpty(Authority) && !IsSafe(Authority))
            yield return new ValidationResult("is an address that begins with https:// (http:// on this machine only)", [nameof(Authority)]);
        if (!string.IsNullOrEmpty(OperatorClaim) && Operators is null)
            yield return new ValidationResult("is a claim's type and value, such as groups=chat-operators", [nameof(OperatorClaim)]);
    }

    /// <summary>Else whoever is on the way could be anybody.</summary>
    private static bool IsSafe(string authority) =>
        Uri.TryCreate(authority, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
        && url.UserInfo.Length + url.Query.Length + url.Fragment.Length == 0;
}
