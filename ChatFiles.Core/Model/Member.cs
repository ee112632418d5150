namespace ChatFiles.Core.Model;

public enum MemberRole
{
    Member,
    Owner,
}

/// <summary>What of a chat somebody wants to be told of while they do not look.</summary>
public enum NotifyLevel
{
    All,
    Mentions,
    None,
}

/// <summary>What somebody wants to be told of a chat, and until when they want to hear nothing of it at all.</summary>
public readonly record struct NotifySetting(NotifyLevel Level, DateTime? MutedUntil)
{
    public bool IsMutedAt(DateTime now) => MutedUntil > now;

    /// <summary>What is due to them at that moment.</summary>
    public NotifyLevel LevelAt(DateTime now) => IsMutedAt(now) ? NotifyLevel.None : Level;
}

/// <summary>A person's place in a chat. Without this row the chat does not exist for that person.</summary>
public class Member
{
    public long ChatId { get; set; }

    public Chat Chat { get; set; } = null!;

    public string UserId { get; set; } = "";

    public Person User { get; set; } = null!;

    public MemberRole Role { get; set; }

    public DateTime JoinedAt { get; set; }

    /// <summary>The seq the chat had when this person joined: who is longest-standing, without ties of the clock.</summary>
    public long JoinedSeq { get; set; }

    /// <summary>The newest message this person has read; others' messages after it are unread.</summary>
    public long ReadMessageId { get; set; }

    /// <summary>
    /// How far they had read before they marked something as unread; null: never did. Who has seen a message has seen it, so
    /// its author is not told otherwise.
    /// </summary>
    public long? SeenMessageId { get; set; }

    /// <summary>What they have chosen to be told of; null: nothing yet, see <see cref="NotifySettingIn"/>.</summary>
    public NotifyLevel? Notify { get; set; }

    /// <summary>Until then they are told nothing, whatever they have chosen; null, or over: they are not muted.</summary>
    public DateTime? MutedUntil { get; set; }

    /// <summary>What somebody is told of a chat: in direct chats everything, in others what names them, unless they chose.</summary>
    public static NotifySetting NotifySettingIn(bool direct, NotifyLevel? chosen, DateTime? mutedUntil) =>
        new(chosen ?? (direct ? NotifyLevel.All : NotifyLevel.Mentions), mutedUntil);
}
