namespace ChatFiles.Core.Upkeep;

/// <summary>A position that upkeep remembers across restarts.</summary>
public class Marker
{
    /// <summary>Every blob written before this moment is known to have its row.</summary>
    public const string SweptUntil = "swept-until";

    public string Name { get; set; } = "";

    public string Value { get; set; } = "";
}
