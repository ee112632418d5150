namespace ChatFiles.Core.Model;

/// <summary>Somebody whom others took out of a chat: they can't come back by themselves, also while it is open to all.</summary>
public class RemovedMember
{
    public long ChatId { get; set; }

    public string UserId { get; set; } = "";
}
