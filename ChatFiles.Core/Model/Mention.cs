namespace ChatFiles.Core.Model;

/// <summary>That a message's text names a member of its chat, to whom it says so.</summary>
public class Mention
{
    public long MessageId { get; set; }

    public Message Message { get; set; } = null!;

    public string UserId { get; set; } = "";

    public Person User { get; set; } = null!;

    /// <summary>The message's, so that a person's unread ones in a chat are found without it.</summary>
    public long ChatId { get; set; }
}
