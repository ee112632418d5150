namespace ChatFiles.Core.Model;

/// <summary>What a script signs in with in place of a password; a hash of it.</summary>
public class AccessToken
{
    public const int MaxPerPerson = 50;

    public Guid Id { get; set; }

    public string UserId { get; set; } = "";

    /// <summary>What its owner calls it; 1 to 80 characters.</summary>
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the token, lower-case hex.</summary>
    public string TokenHash { get; set; } = "";

    public DateTime CreatedAt { get; set; }

    public DateTime ExpiresAt { get; set; }

    /// <summary>To the hour; null: never.</summary>
    public DateTime? LastUsedAt { get; set; }
}
