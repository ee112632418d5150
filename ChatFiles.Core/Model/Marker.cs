namespace ChatFiles.Core.Model;

/// <summary>A position or moment that upkeep remembers across restarts.</summary>
public class Marker
{
    /// <summary>Every blob written before this moment is known to have its row.</summary>
    public const string SweptUntil = "swept-until";

    /// <summary>How many blobs without a row the sweeper has removed so far.</summary>
    public const string OrphansRemoved = "orphans-removed";

    /// <summary>When somebody last asked whether the database takes writes.</summary>
    public const string LastLook = "last-look";

    /// <summary>The pair of keys by which push services know this server.</summary>
    public const string PushKeys = "push-keys";

    /// <summary>Up to this message it is noted who has missed it; there is none where no mail is sent about it.</summary>
    public const string MissedUntil = "missed-until";

    public string Name { get; set; } = "";

    public string Value { get; set; } = "";
}
