using System.Collections.Concurrent;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>A row for each work says whose it is, as long as that node is alive.</summary>
internal sealed class NodeLeases(NpgsqlDataSource source, Node node, TimeProvider time) : Leases
{
    private const string HoldSql = $"""
        WITH mine AS (
            SELECT "Term" FROM "Leases" WHERE "Work" = @work AND "Node" = @node
        ), taken AS (
            INSERT INTO "Leases" AS l ("Work", "Node", "Term") SELECT @work, @node, 1 WHERE NOT EXISTS (SELECT 1 FROM mine)
            ON CONFLICT ("Work") DO UPDATE SET "Node" = EXCLUDED."Node", "Term" = l."Term" + 1
            WHERE NOT EXISTS (SELECT 1 FROM "Nodes" AS n WHERE n."Id" = l."Node" AND n."SeenAt" > {Node.NowSql} - {Node.DeadAfterMs})
            RETURNING "Term"
        )
        SELECT "Term" FROM mine UNION ALL SELECT "Term" FROM taken
        """;

    /// <summary>Far less than a node may be silent.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, (long? Term, long AskedAt)> _known = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override bool HasOthers => true;

    /// <inheritdoc/>
    public override async ValueTask<long?> HoldAsync(string work, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(work, out var known) && time.GetElapsedTime(known.AskedAt) < Remembered)
            return known.Term;
        var askedAt = time.GetTimestamp();
        await node.BeAliveAsync(cancellationToken);
        await using var hold = source.CreateCommand(HoldSql);
        hold.Parameters.AddWithValue("work", work);
        hold.Parameters.AddWithValue("node", node.Id);
        var term = (long?)await hold.ExecuteScalarAsync(cancellationToken);
        _known[work] = (term, askedAt);
        return term;
    }
}
