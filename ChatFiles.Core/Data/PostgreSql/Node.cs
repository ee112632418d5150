using ChatFiles.Core.Model;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>
/// This process among those that share the database. It gives a sign of life every few seconds; which are alive, only the
/// database's clock says.
/// </summary>
internal sealed class Node(NpgsqlDataSource source, TimeProvider time, ILogger<Node> logger) : BackgroundService
{
    /// <summary>The database's clock, in the unit of all times in it.</summary>
    public const string NowSql = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

    /// <summary>Whether the node <c>@node</c> of a row <c>o</c> is alive.</summary>
    public const string IsAliveSql = $"""EXISTS (SELECT 1 FROM "Nodes" AS n WHERE n."Id" = o."Node" AND n."SeenAt" > {NowSql} - {DeadAfterMs})""";

    /// <summary>After so many milliseconds without a sign of life a node is dead: what it was doing is for others.</summary>
    public const string DeadAfterMs = "20000";

    private const string BeatSql = $"""
        INSERT INTO "Nodes"("Id", "SeenAt") VALUES (@id, {NowSql}) ON CONFLICT ("Id") DO UPDATE SET "SeenAt" = EXCLUDED."SeenAt"
        """;

    private const string LeaveSql = """
        DELETE FROM "Nodes" WHERE "Id" = @id
        """;

    /// <summary>Nodes that nothing is left of, what they had open, and counts of minutes that are over.</summary>
    private const string ClearSql = $"""
        DELETE FROM "Nodes" AS n WHERE n."SeenAt" < {NowSql} - 86400000 AND NOT EXISTS (SELECT 1 FROM "BlobIntents" AS i WHERE i."Node" = n."Id");
        DELETE FROM "OpenPlaces" AS o WHERE NOT EXISTS (SELECT 1 FROM "Nodes" AS n WHERE n."Id" = o."Node");
        DELETE FROM "RateCounts" WHERE "At" < {NowSql} / 10000 - 6
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ClearEvery = TimeSpan.FromMinutes(1);

    private long? _beatAt;
    private long? _clearedAt;

    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Who begins something that ends with its node must be alive, also right after it was frozen.</summary>
    public Task BeAliveAsync(CancellationToken cancellationToken) =>
        _beatAt is { } beat && time.GetElapsedTime(beat) < Late ? Task.CompletedTask : BeatAsync(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await BeatAsync(stoppingToken);
                if (_clearedAt is not { } cleared || time.GetElapsedTime(cleared) >= ClearEvery)
                {
                    await using var clear = source.CreateCommand(ClearSql);
                    await clear.ExecuteNonQueryAsync(stoppingToken);
                    _clearedAt = time.GetTimestamp();
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("The other processes could not be told that this one is alive; it is tried again: {Message}", failure.Message);
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    /// <summary>What only one does need not wait until this one is thought dead. Nothing arrives here any more.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await using var leave = source.CreateCommand(LeaveSql);
            leave.Parameters.AddWithValue("id", Id);
            await leave.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception failure)
        {
            logger.LogInformation("The other processes could not be told of the end: {Message}", failure.Message);
        }
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        // As it was before the database was asked: its answer may be late.
        var now = time.GetTimestamp();
        await using var beat = source.CreateCommand(BeatSql);
        beat.Parameters.AddWithValue("id", Id);
        await beat.ExecuteNonQueryAsync(cancellationToken);
        _beatAt = now;
    }
}
