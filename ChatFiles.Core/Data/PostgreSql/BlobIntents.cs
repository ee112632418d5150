using System.Collections.Concurrent;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>
/// A row for each blob that is being written, committed before its first byte. Whoever deletes the row decides: the
/// transaction that commits what the blob belongs to; or, when its node has died, whoever finds that out, who has the blob
/// removed. So a node that was thought dead can't commit any more, and after a COMMIT without an answer nothing is removed
/// on suspicion.
/// </summary>
/// <remarks>Outside of the writer: a row is its node's alone until the node is dead, and nobody is told of it.</remarks>
internal sealed class BlobIntents(NpgsqlDataSource source, Node node, TimeProvider time, ILogger<BlobIntents> logger) : BackgroundService, IBlobIntents
{
    private const string BeginSql = """
        INSERT INTO "BlobIntents"("Key", "Node") VALUES (@key, @node)
        """;

    private const string RemovedSql = """
        DELETE FROM "BlobIntents" WHERE "Key" = ANY(@keys)
        """;

    private const string AddJobsSql = $"""
        INSERT INTO "Jobs"("Kind", "Subject", "CreatedAt", "DueAt", "Attempts") SELECT 0, "Key", {Node.NowSql}, 0, 0
        """;

    /// <summary>Also where the row is gone: it was taken for left over, and the blob may have been written after that was removed.</summary>
    private const string LeftOverSql = $"""
        WITH ended AS (DELETE FROM "BlobIntents" WHERE "Key" = ANY(@keys))
        {AddJobsSql} FROM unnest(@keys) AS "Key"
        """;

    /// <summary>Waits for the transaction that has not answered, if it is still under way: its rows are locked.</summary>
    private const string UnknownSql = $"""
        WITH lost AS (DELETE FROM "BlobIntents" WHERE "Key" = ANY(@keys) RETURNING "Key")
        {AddJobsSql} FROM lost
        """;

    private const string SweepSql = $"""
        WITH lost AS (
            DELETE FROM "BlobIntents" WHERE "Key" IN (
                SELECT i."Key" FROM "BlobIntents" AS i
                WHERE NOT EXISTS (SELECT 1 FROM "Nodes" AS n WHERE n."Id" = i."Node" AND n."SeenAt" > {Node.NowSql} - {Node.DeadAfterMs})
                LIMIT 1000 FOR UPDATE SKIP LOCKED
            ) RETURNING "Key"
        ), counted AS (
            INSERT INTO "Markers"("Name", "Value") SELECT '{Marker.OrphansRemoved}', COUNT(*)::text FROM lost HAVING COUNT(*) > 0
            ON CONFLICT ("Name") DO UPDATE SET "Value" = ("Markers"."Value"::bigint + EXCLUDED."Value"::bigint)::text
        )
        {AddJobsSql} FROM lost
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>The sender, who is waiting for the answer, waits no longer than this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Those that ended and whose rows still say otherwise.</summary>
    private readonly ConcurrentDictionary<string, BlobEnd> _ended = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async ValueTask BeginAsync(string key, CancellationToken cancellationToken)
    {
        await node.BeAliveAsync(cancellationToken);
        await using var begin = source.CreateCommand(BeginSql);
        begin.Parameters.AddWithValue("key", key);
        begin.Parameters.AddWithValue("node", node.Id);
        await begin.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask EndAsync(string key, BlobEnd end)
    {
        // The transaction has taken the row.
        if (end == BlobEnd.Kept)
            return;
        _ended[key] = end;
        // The database does not answer now.
        if (end == BlobEnd.Unknown)
            return;
        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            await WorkOffAsync(patience.Token);
        }
        catch (Exception failure)
        {
            logger.LogInformation("That blobs are no longer on their way could not be noted yet: {Message}", failure.Message);
        }
    }

    /// <summary>Has the blobs removed that dead nodes were writing; says how many there were.</summary>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        await WorkOffAsync(cancellationToken);
        await using var sweep = source.CreateCommand(SweepSql);
        var lost = await sweep.ExecuteNonQueryAsync(cancellationToken);
        if (lost > 0)
            logger.LogWarning("{Count} blobs that a process was writing when it died are removed", lost);
        return lost;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(failure, "Looking for blobs that were left over failed; it is tried again");
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    private async Task WorkOffAsync(CancellationToken cancellationToken)
    {
        foreach (var ended in _ended.ToArray().GroupBy(e => e.Value))
        {
            var sql = ended.Key switch
            {
                BlobEnd.Removed => RemovedSql,
                BlobEnd.LeftOver => LeftOverSql,
                _ => UnknownSql,
            };
            var keys = ended.Select(e => e.Key).ToArray();
#pragma warning disable CA2100 // Constants of this class.
            await using var end = source.CreateCommand(sql);
#pragma warning restore CA2100
            end.Parameters.AddWithValue("keys", keys);
            await end.ExecuteNonQueryAsync(cancellationToken);
            foreach (var key in keys)
                _ended.TryRemove(key, out _);
        }
    }
}
