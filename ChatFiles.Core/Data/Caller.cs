namespace ChatFiles.Core.Data;

/// <summary>Where the request or the page comes from that something is done for.</summary>
public static class Caller
{
    private static readonly AsyncLocal<string?> Current = new();

    /// <summary>A network address; null where it came from none. It goes along with whatever is begun after it was set.</summary>
    public static string? Address
    {
        get => Current.Value;
        set => Current.Value = value;
    }
}
