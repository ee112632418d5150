using System.Globalization;

namespace ChatFiles.Core.Files;

/// <summary>
/// Keys of blobs: <c>2026-11-23/14/{uuid}</c>. Nothing in them comes from a person. The hour in front lets the
/// sweeper look through the blobs of the last hours without listing the whole store.
/// </summary>
public static class BlobKey
{
    public static string New(DateTimeOffset now) => $"{HourPrefix(now)}{Guid.CreateVersion7(now):N}";

    /// <summary>What all keys of that hour begin with.</summary>
    public static string HourPrefix(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'/'HH'/'", CultureInfo.InvariantCulture);
}
