namespace ChatFiles.Core.Model;

public enum MemberRole
{
    Member,
    Owner,
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
}
