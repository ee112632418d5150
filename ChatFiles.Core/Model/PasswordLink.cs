namespace ChatFiles.Core.Model;

/// <summary>Where a one-time link comes from.</summary>
public enum PasswordLinkKind
{
    /// <summary>Handed on by an operator: an invitation or a reset.</summary>
    ByOperator,

    /// <summary>Sent to whom has the mailbox; anybody can ask for one, so that it ends no operator's.</summary>
    ByMail,
}

/// <summary>
/// A one-time link by which a person sets a password. A person has one of each kind at most: a new one ends the one before. What is kept
/// is a hash, so that a copy of the database opens no account.
/// </summary>
public class PasswordLink
{
    public string UserId { get; set; } = "";

    public PasswordLinkKind Kind { get; set; }

    /// <summary>SHA-256 of the token, lower-case hex.</summary>
    public string TokenHash { get; set; } = "";

    public DateTime ExpiresAt { get; set; }
}
