using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace ChatFiles.Core.Data;

/// <summary>Times are kept as UTC milliseconds since 1970: they sort, and come back as UTC.</summary>
internal sealed class UnixMilliseconds() : ValueConverter<DateTime, long>(time => Times.ToMilliseconds(time), milliseconds => Times.FromMilliseconds(milliseconds));

/// <inheritdoc cref="UnixMilliseconds"/>
internal static class Times
{
    public static long ToMilliseconds(DateTime time) => new DateTimeOffset(time, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <summary>As the database keeps it: an answer and a later reading show the same time.</summary>
    public static DateTime ToTheMillisecond(DateTime time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));

    public static DateTime FromMilliseconds(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime;
}
