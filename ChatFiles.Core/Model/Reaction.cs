namespace ChatFiles.Core.Model;

/// <summary>An emoji that somebody has put under a message.</summary>
public class Reaction
{
    /// <summary>Different ones under one message.</summary>
    public const int MaxPerMessage = 20;

    /// <summary>Grows: whose came first.</summary>
    public long Id { get; set; }

    public long MessageId { get; set; }

    /// <summary>As Unicode's list spells it: the same emoji is always the same text.</summary>
    public string Emoji { get; set; } = "";

    public string UserId { get; set; } = "";

    public Person User { get; set; } = null!;
}
