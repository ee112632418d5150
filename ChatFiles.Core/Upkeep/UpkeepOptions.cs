using System.ComponentModel.DataAnnotations;

namespace ChatFiles.Core.Upkeep;

/// <summary>Section <c>Upkeep</c>.</summary>
public sealed class UpkeepOptions
{
    /// <summary>How fast the full check reads the blobs' bytes; slow, so that people never feel it.</summary>
    [Range(1, long.MaxValue)]
    public long CheckBytesPerSecond { get; set; } = 32L << 20;

    /// <summary>How many blobs a check looks at in a second.</summary>
    [Range(1, 100_000)]
    public int CheckFilesPerSecond { get; set; } = 200;

    /// <summary>How long after the end of a check that all blobs are there the next one begins.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan PresenceCheckEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long after the end of a check of all bytes the next one begins.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan ContentCheckEvery { get; set; } = TimeSpan.FromDays(1);
}
