using System.ComponentModel.DataAnnotations;

namespace ChatFiles.Web;

/// <summary>Section <c>Site</c>.</summary>
public sealed class SiteOptions : IValidatableObject
{
    /// <summary>What links begin with that leave this site, in mails and on the command line, e.g. <c>https://files.example.com</c>; none: the request's address.</summary>
    public string? PublicUrl { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(PublicUrl) && !(Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            yield return new ValidationResult("is an address such as https://files.example.com", [nameof(PublicUrl)]);
    }

    /// <summary>An address of this site, for somebody who is elsewhere.</summary>
    /// <param name="path">From the root, with its slash.</param>
    /// <param name="asked">The address that this site was asked by.</param>
    public string LinkTo(string path, string asked) => (string.IsNullOrEmpty(PublicUrl) ? asked : PublicUrl).TrimEnd('/') + path;

    /// <summary>Where the token of a link sets a password.</summary>
    public string PasswordLink(string token, string asked) => LinkTo("/set-password?token=" + token, asked);
}
