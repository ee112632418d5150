namespace ChatFiles.Core.Model;

/// <summary>
/// A one-time link by which a person sets a password. A person has one at most: a new one ends the one before. What is kept
/// is a hash, so that a copy of the database opens no account.
/// </summary>
public class PasswordLink
{
    public string UserId { get; set; } = "";

    /// <summary>SHA-256 of the token, lower-case hex.</summary>
    public string TokenHash { get; set; } = "";

    public DateTime ExpiresAt { get; set; }
}
