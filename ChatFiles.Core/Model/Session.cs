namespace ChatFiles.Core.Model;

/// <summary>
/// One sign-in: a browser's cookie, or a program's access token with the refresh tokens after it. It lives as long as it is
/// there and its stamp is still the account's: whatever changes the account's stamp has ended it.
/// </summary>
public class Session
{
    public string Id { get; set; } = "";

    public string UserId { get; set; } = "";

    /// <summary>The account's security stamp at the sign-in.</summary>
    public string Stamp { get; set; } = "";

    public DateTime CreatedAt { get; set; }

    /// <summary>When it was last used, to the hour.</summary>
    public DateTime SeenAt { get; set; }
}
