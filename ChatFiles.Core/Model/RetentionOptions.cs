using System.ComponentModel.DataAnnotations;

namespace ChatFiles.Core.Model;

/// <summary>Section <c>Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>No chat keeps files for longer; null: a chat may keep them for ever.</summary>
    [Range(1, 3650)]
    public int? MaxDays { get; set; }

    /// <summary>For how many days a chat keeps its files in truth; null: for ever.</summary>
    /// <param name="keepDays">What it says itself; see <see cref="Chat.KeepDays"/>.</param>
    public int? DaysOf(int? keepDays) => keepDays is null || MaxDays < keepDays ? MaxDays : keepDays;
}
