using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>
/// The side jobs, where several processes do them: who takes some has them for half a minute, by the database's clock. What
/// another process has added shows by looking.
/// </summary>
internal sealed class LeasedJobs(IDbContextFactory<ChatDbContext> databases, DatabaseWriter writer, NpgsqlDataSource source, TimeProvider time)
    : JobQueue(databases, writer, time)
{
    private const string TakeSql = $"""
        WITH due AS MATERIALIZED (
            SELECT "Id" FROM "Jobs" WHERE "DueAt" <= {Node.NowSql} ORDER BY "DueAt" FOR UPDATE SKIP LOCKED LIMIT 50
        )
        UPDATE "Jobs" AS j SET "DueAt" = {Node.NowSql} + 30000 FROM due WHERE j."Id" = due."Id"
        RETURNING j."Id", j."Kind", j."Subject", j."Attempts"
        """;

    private const string PostponeSql = $"""
        UPDATE "Jobs" SET "Attempts" = @attempts, "DueAt" = {Node.NowSql} + @pause, "LastError" = @error WHERE "Id" = @id
        """;

    private const string PutBackSql = $"""
        UPDATE "Jobs" SET "DueAt" = {Node.NowSql} WHERE "Id" = @id
        """;

    private const string UntilNextSql = $"""
        SELECT MIN("DueAt") - {Node.NowSql} FROM "Jobs"
        """;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    /// <summary>Early enough for one that takes as long as it may, and for its row to be deleted.</summary>
    public override TimeSpan BeginWithin { get; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public override async Task<List<Job>> TakeDueAsync(CancellationToken cancellationToken)
    {
        await using var take = source.CreateCommand(TakeSql);
        await using var rows = await take.ExecuteReaderAsync(cancellationToken);
        var taken = new List<Job>();
        while (await rows.ReadAsync(cancellationToken))
            taken.Add(new Job { Id = rows.GetInt64(0), Kind = (JobKind)rows.GetInt32(1), Subject = rows.GetString(2), Attempts = rows.GetInt32(3) });
        return taken;
    }

    /// <inheritdoc/>
    public override async Task PostponeAsync(long id, int attempts, TimeSpan pause, string error)
    {
        await using var postpone = source.CreateCommand(PostponeSql);
        postpone.Parameters.AddWithValue("id", id);
        postpone.Parameters.AddWithValue("attempts", attempts);
        postpone.Parameters.AddWithValue("pause", (long)pause.TotalMilliseconds);
        postpone.Parameters.AddWithValue("error", error);
        await postpone.ExecuteNonQueryAsync();
    }

    /// <inheritdoc/>
    public override async Task PutBackAsync(long id)
    {
        await using var putBack = source.CreateCommand(PutBackSql);
        putBack.Parameters.AddWithValue("id", id);
        await putBack.ExecuteNonQueryAsync();
    }

    /// <inheritdoc/>
    public override async Task<TimeSpan?> UntilNextAsync(CancellationToken cancellationToken)
    {
        await using var look = source.CreateCommand(UntilNextSql);
        return await look.ExecuteScalarAsync(cancellationToken) is long next && TimeSpan.FromMilliseconds(next) < Poll ? TimeSpan.FromMilliseconds(next) : Poll;
    }
}
