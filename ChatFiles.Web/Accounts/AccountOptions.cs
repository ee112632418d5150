namespace ChatFiles.Web.Accounts;

/// <summary>Section <c>Accounts</c>.</summary>
public sealed class AccountOptions
{
    public bool AllowRegistration { get; set; } = true;

    /// <summary>Domains behind the @ that may register, e.g. <c>example.com</c>; none: all.</summary>
    public IList<string> AllowedEmailDomains { get; set; } = [];
}
