namespace ChatFiles.Core.Model;

/// <summary>
/// A browser that wants to be told what happens while no page is open (Web Push, RFC 8030). It ends with the session that
/// made it.
/// </summary>
public class PushSubscription
{
    public const int MaxEndpointLength = 2_000;

    /// <summary>Where the browser's push service takes messages for it. Whoever put it last has it.</summary>
    public string Endpoint { get; set; } = "";

    public string UserId { get; set; } = "";

    public string SessionId { get; set; } = "";

    /// <summary>The browser's public key, Base64url; what is sent is encrypted with it (RFC 8291).</summary>
    public string P256dh { get; set; } = "";

    /// <summary>What browser and server share besides, Base64url.</summary>
    public string Auth { get; set; } = "";

    public DateTime CreatedAt { get; set; }
}
