using System.ComponentModel.DataAnnotations;

namespace ChatFiles.Core.Model;

/// <summary>Section <c>RateLimits</c>; 0 is none.</summary>
public sealed class RateLimitOptions
{
    /// <summary>By a person.</summary>
    [Range(0, int.MaxValue)]
    public int UploadsPerMinute { get; set; } = 600;

    /// <summary>Texts, edits, deletions, chats and members by a person, with all their pages and programs together.</summary>
    [Range(0, int.MaxValue)]
    public int MessagesPerMinute { get; set; } = 300;

    /// <summary>Searches in texts, files and among people by a person, with all their pages and programs together.</summary>
    [Range(0, int.MaxValue)]
    public int SearchesPerMinute { get; set; } = 120;

    /// <summary>From a client address; registrations, sign-outs and changes of a profile too.</summary>
    [Range(0, int.MaxValue)]
    public int SignInsPerMinute { get; set; } = 60;
}
