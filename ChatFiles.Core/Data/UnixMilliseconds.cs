using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace ChatFiles.Core.Data;

/// <summary>Times are kept as UTC milliseconds since 1970: they sort, and come back as UTC.</summary>
internal sealed class UnixMilliseconds()
    : ValueConverter<DateTime, long>(
        time => new DateTimeOffset(time, TimeSpan.Zero).ToUnixTimeMilliseconds(),
        milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime
    );
