using System.Globalization;

namespace ChatFiles.Web.Components.Messages;

/// <summary>Times for browsers. Only they know the reader's time zone (wwwroot/js/page/local-time.js).</summary>
internal static class Times
{
    public static string Iso(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>
    /// Whether these are two days somewhere on earth. All time zones of today are whole quarters of an hour away from
    /// UTC, so that midnight is at one of those everywhere.
    /// </summary>
    public static bool MayDifferInDay(DateTime one, DateTime other) => Quarter(one) != Quarter(other);

    private static long Quarter(DateTime time) => time.Ticks / (15 * TimeSpan.TicksPerMinute);
}
