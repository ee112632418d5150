namespace ChatFiles.Core.Model;

/// <summary>What one member sent at once: a text, files, or files with a caption. Belongs to one chat.</summary>
public class Message
{
    public const int MaxTextLength = 8_000;
    public const int MaxClientIdLength = 64;

    public long Id { get; set; }

    public long ChatId { get; set; }

    /// <summary>The seq of its message-created event.</summary>
    public long Seq { get; set; }

    public string AuthorId { get; set; } = "";

    public Person Author { get; set; } = null!;

    public string Text { get; set; } = "";

    public DateTime SentAt { get; set; }

    /// <summary>When its author last changed the text; null: it is as it was sent.</summary>
    public DateTime? EditedAt { get; set; }

    /// <summary>The message of the same chat that it answers. No foreign key: both only ever go with their chat.</summary>
    public long? ReplyToId { get; set; }

    /// <summary>The sender's key: unique in the database per chat and author, so that a repeat is never a second message.</summary>
    public string? ClientId { get; set; }

    public bool Deleted { get; set; }

    public List<Attachment> Attachments { get; } = [];
}
