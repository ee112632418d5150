using System.Collections.Concurrent;
using ChatFiles.Core.Model;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>
/// Counters of all processes together: a row for each who was counted in the last minute, in a table that PostgreSQL keeps
/// no log of; a crash of it begins all minutes anew.
/// </summary>
internal sealed class SharedCounters(NpgsqlDataSource source, TimeProvider time) : IMinuteCounters
{
    /// <summary>The ten seconds that it is now.</summary>
    private const string PartSql = $"{Node.NowSql} / 10000";

    /// <summary>
    /// Part p of the minutes stands at p % 6. What stands at i is of the newest part up to "At" that belongs there, and counts
    /// as long as that is one of the last six.
    /// </summary>
    private const string CountSql = $"""
        INSERT INTO "RateCounts" AS c ("Who", "At", "Counts")
        SELECT @who, p, ARRAY(SELECT (i = p % 6)::int FROM generate_series(0, 5) AS i ORDER BY i) FROM (SELECT {PartSql} AS p) AS now
        ON CONFLICT ("Who") DO UPDATE SET
            "At" = GREATEST(c."At", EXCLUDED."At"),
            "Counts" = ARRAY(
                SELECT EXCLUDED."Counts"[i + 1] + CASE WHEN c."At" - (c."At" - i) % 6 > GREATEST(c."At", EXCLUDED."At") - 6 THEN c."Counts"[i + 1] ELSE 0 END
                FROM generate_series(0, 5) AS i ORDER BY i
            )
        WHERE @most > (
            SELECT COALESCE(SUM(c."Counts"[i + 1]), 0) FROM generate_series(0, 5) AS i
            WHERE c."At" - (c."At" - i) % 6 > GREATEST(c."At", EXCLUDED."At") - 6
        )
        """;

    /// <summary>Until the oldest part in which something was counted is over for a minute.</summary>
    private const string PauseSql = $"""
        SELECT (MIN(c."At" - (c."At" - i) % 6) + 6) * 10000 - {Node.NowSql} FROM "RateCounts" AS c, generate_series(0, 5) AS i
        WHERE c."Who" = @who AND c."Counts"[i + 1] > 0 AND c."At" - (c."At" - i) % 6 > {PartSql} - 6
        """;

    /// <summary>So many refusals are remembered, so that who goes on asking costs the database nothing.</summary>
    private const int MostRefused = 10_000;

    /// <inheritdoc/>
    public IMinuteCounter Of(string what, int limit) => new Counter(source, time, what, limit);

    private sealed class Counter(NpgsqlDataSource source, TimeProvider time, string what, int limit) : IMinuteCounter
    {
        private readonly ConcurrentDictionary<string, (long At, TimeSpan Pause)> _refused = new(StringComparer.Ordinal);

        public int Limit => limit;

        public async ValueTask<TimeSpan?> CountAsync(string who)
        {
            if (limit == 0)
                return null;
            if (_refused.TryGetValue(who, out var refused))
            {
                if (refused.Pause - time.GetElapsedTime(refused.At) is var rest && rest > TimeSpan.Zero)
                    return rest;
                _refused.TryRemove(who, out _);
            }

            await using var count = source.CreateCommand(CountSql);
            count.Parameters.AddWithValue("who", $"{what} {who}");
            count.Parameters.AddWithValue("most", (long)limit);
            if (await count.ExecuteNonQueryAsync() > 0)
                return null;
            await using var look = source.CreateCommand(PauseSql);
            look.Parameters.AddWithValue("who", $"{what} {who}");
            var pause = TimeSpan.FromMilliseconds(Math.Max(await look.ExecuteScalarAsync() as long? ?? 0, 1));
            if (_refused.Count >= MostRefused)
                _refused.Clear();
            _refused[who] = (time.GetTimestamp(), pause);
            return pause;
        }
    }
}
