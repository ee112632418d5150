using ChatFiles.Core.Model;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>A resumable upload that is not sent yet, as it was begun.</summary>
internal sealed record UploadRow(Guid Id, string UserId, long ChatId, string FileName, long Length, string? Metadata, DateTime ExpiresAt);

/// <summary>
/// Resumable uploads that go on at any process: a row for each, whose bytes are a blob. Whoever deletes the row has the
/// upload, and has the blob removed with it.
/// </summary>
internal sealed class UploadRows(NpgsqlDataSource source)
{
    private const string AddSql = """
        INSERT INTO "Uploads"("Id", "UserId", "ChatId", "FileName", "Length", "Metadata", "ExpiresAt")
        SELECT @id, @user, @chat, @name, @length, @metadata, @expires WHERE (SELECT COUNT(*) FROM "Uploads" WHERE "UserId" = @user) < @most
        """;

    private const string FindSql = """
        SELECT "FileName", "Length", "Metadata", "ExpiresAt" FROM "Uploads" WHERE "Id" = @id AND "UserId" = @user AND "ChatId" = @chat AND "ExpiresAt" > @now
        """;

    private const string ReservedSql = """
        SELECT COALESCE(SUM("Length") FILTER (WHERE "UserId" = @user), 0)::bigint, COALESCE(SUM("Length") FILTER (WHERE "ChatId" = @chat), 0)::bigint
        FROM "Uploads" WHERE "UserId" = @user OR "ChatId" = @chat
        """;

    private static readonly string TakeSql = Taking("""WHERE "Id" = @id""");
    private static readonly string TakeExpiredSql = Taking("""WHERE "ExpiresAt" <= @now""");

    /// <summary>Where the bytes are.</summary>
    public static string KeyOf(Guid id) => $"uploads/{id:D}";

    /// <summary>Deletes rows, has their bytes removed, and counts them.</summary>
    public static string Taking(string where) =>
        $"""
        WITH taken AS (
            DELETE FROM "Uploads" {where} RETURNING "Id"
        ), removing AS (
            INSERT INTO "Jobs"("Kind", "Subject", "CreatedAt", "DueAt", "Attempts") SELECT 0, 'uploads/' || "Id", {Node.NowSql}, 0, 0 FROM taken
        )
        SELECT COUNT(*) FROM taken
        """;

    /// <summary>False where the person has as many as they may.</summary>
    public async Task<bool> AddAsync(UploadRow row, int most, CancellationToken cancellationToken)
    {
        // One transaction. The person's other uploads wait for its end, and are counted by a statement that sees it.
        await using var batch = source.CreateBatch();
        var turn = new NpgsqlBatchCommand(PostgreSqlDialect.Instance.LockPersonSql);
        turn.Parameters.AddWithValue("user", row.UserId);
        batch.BatchCommands.Add(turn);
        var add = new NpgsqlBatchCommand(AddSql);
        batch.BatchCommands.Add(add);
        add.Parameters.AddWithValue("id", $"{row.Id:D}");
        add.Parameters.AddWithValue("user", row.UserId);
        add.Parameters.AddWithValue("chat", row.ChatId);
        add.Parameters.AddWithValue("name", row.FileName);
        add.Parameters.AddWithValue("length", row.Length);
        add.Parameters.Add(new NpgsqlParameter<string?>("metadata", NpgsqlTypes.NpgsqlDbType.Text) { TypedValue = row.Metadata });
        add.Parameters.AddWithValue("expires", Times.ToMilliseconds(row.ExpiresAt));
        add.Parameters.AddWithValue("most", (long)most);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return add.RecordsAffected == 1;
    }

    public async Task<UploadRow?> FindAsync(string userId, long chatId, Guid id, DateTime now, CancellationToken cancellationToken)
    {
        await using var find = source.CreateCommand(FindSql);
        find.Parameters.AddWithValue("id", $"{id:D}");
        find.Parameters.AddWithValue("user", userId);
        find.Parameters.AddWithValue("chat", chatId);
        find.Parameters.AddWithValue("now", Times.ToMilliseconds(now));
        await using var row = await find.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new UploadRow(id, userId, chatId, row.GetString(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetString(2), Times.FromMilliseconds(row.GetInt64(3)))
            : null;
    }

    /// <summary>The bytes that a person's and a chat's uploads will have.</summary>
    public async ValueTask<(long OfPerson, long OfChat)> ReservedAsync(string userId, long chatId)
    {
        await using var ask = source.CreateCommand(ReservedSql);
        ask.Parameters.AddWithValue("user", userId);
        ask.Parameters.AddWithValue("chat", chatId);
        await using var row = await ask.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    /// <summary>It is over.</summary>
    public async Task RemoveAsync(Guid id)
    {
        await using var take = source.CreateCommand(TakeSql);
        take.Parameters.AddWithValue("id", $"{id:D}");
        await take.ExecuteScalarAsync();
    }

    /// <summary>Removes those whose time is over, and says how many there were.</summary>
    public async Task<int> RemoveExpiredAsync(DateTime now, CancellationToken cancellationToken)
    {
        await using var take = source.CreateCommand(TakeExpiredSql);
        take.Parameters.AddWithValue("now", Times.ToMilliseconds(now));
        return (int)(long)(await take.ExecuteScalarAsync(cancellationToken))!;
    }
}
