namespace ChatFiles.Core.Model;

/// <summary>That somebody has opened or fetched somebody else's file, the first time they did.</summary>
public class FileOpening
{
    public Guid FileId { get; set; }

    public string UserId { get; set; } = "";

    public DateTime At { get; set; }
}
