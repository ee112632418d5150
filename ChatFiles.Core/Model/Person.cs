using Microsoft.AspNetCore.Identity;

namespace ChatFiles.Core.Model;

/// <summary>An account. E-mail address, password hash and lock-out come from ASP.NET Core Identity.</summary>
public class Person : IdentityUser
{
    /// <summary>The role of whoever runs this installation.</summary>
    public const string OperatorRole = "operator";

    /// <summary>What others see; 1 to 80 characters. Starts as the part of the e-mail address before the <c>@</c>.</summary>
    public string DisplayName
    {
        get;
        set => (field, FoldedName, NameKey) = (value, SearchWords.Fold(value), DisplayNames.KeyOf(value));
    } = "";

    /// <summary>The display name without case and accents: people are listed in its order and found by it.</summary>
    public string FoldedName { get; private set; } = "";

    /// <summary>The same for all names that look like this one; nobody else has it.</summary>
    public string NameKey { get; private set; } = "";

    /// <summary>
    /// Which picture they have: another one for each, null for none. It stands beside the name so that whoever reads names
    /// knows it too, and no page has to ask for each message whether its author has one.
    /// </summary>
    public string? PictureStamp { get; set; }

    /// <summary>Who is not can't sign in and is found by nobody, but stays as author of what they sent.</summary>
    public bool Active { get; set; } = true;
}

/// <summary>
/// What ChatFiles itself keeps of a person. A row of its own, because Identity saves accounts whole and would write
/// old figures back.
/// </summary>
public class PersonState
{
    public string UserId { get; set; } = "";

    /// <summary>Bytes of the files this person has in chats, thumbnails included; counts against the quota.</summary>
    public long StorageBytes { get; set; }

    /// <summary>The chat to come back to on the next visit.</summary>
    public long? LastChatId { get; set; }

    /// <summary>Bytes that an operator lets this person have; 0: as many as they like, null: as many as everybody.</summary>
    public long? QuotaBytes { get; set; }

    public DateTime CreatedAt { get; set; }

    /// <summary>When they last signed in or were there, to the hour; null: never.</summary>
    public DateTime? LastSeenAt { get; set; }

    /// <summary>They want no mail about what they missed.</summary>
    public bool MissedMailOff { get; set; }
}
