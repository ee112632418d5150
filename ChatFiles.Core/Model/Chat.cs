namespace ChatFiles.Core.Model;

/// <summary>A room with members.</summary>
public class Chat
{
    /// <summary>The chat that every account is a member of and nobody leaves; it has no owner.</summary>
    public const long GeneralId = 1;

    public const int MaxNameLength = 80;

    public long Id { get; set; }

    public string Name
    {
        get;
        set => (field, FoldedName) = (value, SearchWords.Fold(value));
    } = "";

    /// <summary>The name without case and accents: open chats are found by it.</summary>
    public string FoldedName { get; private set; } = "";

    /// <summary>For a direct chat both user ids in order, joined by a space: unique, so that two people have one direct chat.</summary>
    public string? DirectKey { get; set; }

    /// <summary>The seq of the newest event; 0 before the first.</summary>
    public long LastSeq { get; set; }

    /// <summary>Bytes of the chat's files, thumbnails included; counts against the quota.</summary>
    public long StorageBytes { get; set; }

    /// <summary>How many members there are: kept with every change, because everybody's list of chats shows it.</summary>
    public int MemberCount { get; set; }

    public DateTime CreatedAt { get; set; }

    /// <summary>Everybody finds it and may join. Direct chats and General never are.</summary>
    public bool Open { get; set; }

    /// <summary>Files older than so many days are deleted; null: none for their age.</summary>
    public int? KeepDays { get; set; }

    public List<Member> Members { get; } = [];

    public bool IsDirect => DirectKey is not null;

    public static string DirectKeyOf(string oneUserId, string otherUserId) =>
        string.CompareOrdinal(oneUserId, otherUserId) < 0 ? $"{oneUserId} {otherUserId}" : $"{otherUserId} {oneUserId}";
}
