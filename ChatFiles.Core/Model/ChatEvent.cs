namespace ChatFiles.Core.Model;

public enum ChatEventType
{
    MessageCreated,
    MessageDeleted,
    FileDeleted,
    FileMissing,
    FileRestored,
    MemberJoined,
    MemberLeft,

    /// <summary>Its thumbnail or its size has become known.</summary>
    FileChanged = 7,

    /// <summary>Name, days that files are kept, or whether it is open.</summary>
    ChatChanged = 8,

    /// <summary>It has another owner.</summary>
    MemberChanged = 9,

    /// <summary>Its text.</summary>
    MessageEdited = 10,

    /// <summary>Of a message.</summary>
    ReactionsChanged = 11,
}

/// <summary>
/// One committed change of a chat, written in the transaction of that change. The table is the queue that delivery
/// runs from: whoever was not told in time reads on from the last seq they know.
/// </summary>
public class ChatEvent
{
    /// <summary>Grows over all chats in the order of the commits; the dispatcher's position.</summary>
    public long Id { get; set; }

    public long ChatId { get; set; }

    /// <summary>1, 2, 3, … without gaps within the chat.</summary>
    public long Seq { get; set; }

    public ChatEventType Type { get; set; }

    public long? MessageId { get; set; }

    public Message? Message { get; set; }

    public Guid? FileId { get; set; }

    /// <summary>Whom it is about; of <see cref="ChatEventType.ReactionsChanged"/>: who reacted, or does so no longer.</summary>
    public string? UserId { get; set; }

    /// <summary>The display name of <see cref="UserId"/> at that time.</summary>
    public string? UserName { get; set; }

    public DateTime At { get; set; }
}
