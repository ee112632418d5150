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

    /// <summary>The display name at that time of who did it, where that is somebody else than whom it is about.</summary>
    public string? ActorName { get; set; }

    /// <summary>Of <see cref="ChatEventType.ChatChanged"/>: how the chat was called from then on, where it was called otherwise before.</summary>
    public string? NewName { get; set; }

    public DateTime At { get; set; }

    /// <summary>What it is in the timeline; null where it is told there by a message, or not at all.</summary>
    internal TimelineLine? ToLine() =>
        Type switch
        {
            ChatEventType.MemberJoined or ChatEventType.MemberLeft => new(Seq, Seq, Type, ActorName, [UserName ?? ""], 1, At),
            ChatEventType.ChatChanged when NewName is not null => new(Seq, Seq, Type, ActorName, [NewName], 1, At),
            _ => null,
        };
}
