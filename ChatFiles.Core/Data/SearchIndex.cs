using System.Text.Json;
using ChatFiles.Core.Model;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ChatFiles.Core.Data;

/// <summary>
/// SQLite's full-text index (FTS5) over texts and names of ready files, as terms (<see cref="SearchTerms"/>); a row is a
/// message. New messages are put in by <see cref="SearchIndexer"/>, after their commit and many at once: within it, row by
/// row, they were half of what an upload costs. Up to where that has come, <c>SearchProgress</c> says. When a message that
/// is in it changes, triggers take it out within the transaction of the change and note it in <c>SearchBehind</c>, so that
/// it is put in again in the same way; what is taken out is gone from the index's pages too.
/// </summary>
internal static class SearchIndex
{
    /// <summary>Characters. Once there are so many, they are a transaction, which others wait for.</summary>
    private const int MaxTextAtOnce = 64 * 1024;

    private const string IndexedUntil = """(SELECT "Until" FROM "SearchProgress")""";

    private const string Drop = """
        DROP TABLE IF EXISTS "Search";
        DROP TABLE IF EXISTS "SearchProgress";
        DROP TABLE IF EXISTS "SearchBehind";
        DROP VIEW IF EXISTS "SearchContent";
        DROP TRIGGER IF EXISTS "Search_message_added";
        DROP TRIGGER IF EXISTS "Search_message_changing";
        DROP TRIGGER IF EXISTS "Search_message_changed";
        DROP TRIGGER IF EXISTS "Search_message_removing";
        DROP TRIGGER IF EXISTS "Search_message_removed";
        DROP TRIGGER IF EXISTS "Search_file_adding";
        DROP TRIGGER IF EXISTS "Search_file_added";
        DROP TRIGGER IF EXISTS "Search_file_changing";
        DROP TRIGGER IF EXISTS "Search_file_changed";
        DROP TRIGGER IF EXISTS "Search_file_removing";
        DROP TRIGGER IF EXISTS "Search_file_removed";
        """;

    private static readonly string Create = $"""
        CREATE VIRTUAL TABLE "Search" USING fts5("Text", "FileNames", tokenize='ascii', prefix='1 2 3 4', columnsize=0);
        INSERT INTO "Search"("Search", rank) VALUES('secure-delete', 1);

        CREATE TABLE "SearchProgress" ("Until" INTEGER NOT NULL);
        INSERT INTO "SearchProgress" VALUES (0);

        CREATE TABLE "SearchBehind" ("MessageId" INTEGER PRIMARY KEY);

        CREATE TRIGGER "Search_message_changed" AFTER UPDATE OF "Text", "Deleted" ON "Messages" {TakeOut("new.\"Id\"")}
        CREATE TRIGGER "Search_message_removed" AFTER DELETE ON "Messages" {TakeOut("old.\"Id\"")}
        CREATE TRIGGER "Search_file_added" AFTER INSERT ON "Attachments" {TakeOut("new.\"MessageId\"")}
        CREATE TRIGGER "Search_file_changed" AFTER UPDATE OF "State", "FileName" ON "Attachments" {TakeOut("new.\"MessageId\"")}
        CREATE TRIGGER "Search_file_removed" AFTER DELETE ON "Attachments" {TakeOut("old.\"MessageId\"")}
        """;

    private const string Content = """
        SELECT m."Id", m."Text", COALESCE(
            (SELECT group_concat(a."FileName", char(10)) FROM "Attachments" AS a WHERE a."MessageId" = m."Id" AND a."State" = 0),
            ''
        ), m."Deleted", CASE WHEN instr(m."Text", '<@') > 0 THEN (
            SELECT json_group_array(json_object('UserId', x."UserId", 'Name', p."DisplayName"))
            FROM "Mentions" AS x JOIN "AspNetUsers" AS p ON p."Id" = x."UserId" WHERE x."MessageId" = m."Id"
        ) END
        FROM "Messages" AS m
        """;

    private const string NextSql = $"""
        {Content} WHERE m."Id" > {IndexedUntil} ORDER BY m."Id" LIMIT @limit
        """;

    private const string BehindSql = """
        SELECT "MessageId" FROM "SearchBehind" ORDER BY "MessageId" DESC LIMIT @limit
        """;

    private const string OneSql = $"""
        {Content} WHERE m."Id" = @id
        """;

    private const string AddSql = """
        INSERT INTO "Search"(rowid, "Text", "FileNames") VALUES (@id, @text, @names)
        """;

    private const string ProgressSql = """
        UPDATE "SearchProgress" SET "Until" = @until
        """;

    private const string NotBehindSql = """
        DELETE FROM "SearchBehind" WHERE "MessageId" = @id
        """;

    /// <summary>A prepared statement on the connection that the index is written by.</summary>
    internal delegate SqliteCommand Statement(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters);

    /// <summary>Adds what a migration needs that SQL can't do.</summary>
    internal static void HelpMigrations(SqliteConnection connection)
    {
        connection.CreateFunction("folded", (string name) => SearchWords.Fold(name));
        connection.CreateFunction("name_key", (string name) => DisplayNames.KeyOf(name));
        var taken = new HashSet<string>(StringComparer.Ordinal);
        connection.CreateFunction("free_name", (string name) => DisplayNames.TakeFree(name, taken));
    }

    /// <summary>
    /// Brings the database up to date. The index can be made again from what it is made of, so it stands in no
    /// migration's way: it goes before the first and comes back after the last one.
    /// </summary>
    /// <param name="hasContents">Whether there is to be an index of what is in files; see <see cref="ContentIndex"/>.</param>
    public static async Task MigrateAsync(ChatDbContext db, bool hasContents)
    {
        await db.Database.OpenConnectionAsync();
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        HelpMigrations(connection);
        if ((await db.Database.GetPendingMigrationsAsync()).Any())
            await db.Database.ExecuteSqlRawAsync(Drop + ContentIndex.DropTriggers);
        await db.Database.MigrateAsync();
        await ContentIndex.PrepareAsync(db, hasContents);
        if (await db.Database.SqlQuery<int>($"SELECT 1 FROM sqlite_schema WHERE name = 'SearchBehind'").AnyAsync())
            return;
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Database.ExecuteSqlRawAsync(Drop);
        await db.Database.ExecuteSqlRawAsync(Create);
        Fill(connection, (SqliteTransaction)transaction.GetDbTransaction());
        await transaction.CommitAsync();
    }

    /// <summary>
    /// Ids of the messages that fit, newest first, out of the caller's own chats. CROSS JOIN keeps SQLite from beginning
    /// with the chats: the index gives the messages in their order, and the reading ends with the page.
    /// </summary>
    public static IQueryable<long> Find(ChatDbContext db, string userId, string expression, long? chatId, long before, int limit) =>
        db.Database.SqlQuery<long>(
            $"""
            SELECT s.rowid AS "Value"
            FROM "Search" AS s
            CROSS JOIN "Messages" AS m ON m."Id" = s.rowid
            CROSS JOIN "Members" AS me ON me."ChatId" = m."ChatId" AND me."UserId" = {userId}
            WHERE s."Search" MATCH {expression} AND s.rowid < {before} AND ({chatId} IS NULL OR m."ChatId" = {chatId})
            ORDER BY s.rowid DESC
            LIMIT {limit}
            """
        );

    /// <summary>The newest message that the index has, or is known to be none of those that it should have.</summary>
    public static Task<long> UntilAsync(ChatDbContext db, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<long>($"SELECT \"Until\" AS \"Value\" FROM \"SearchProgress\"").SingleAsync(cancellationToken);

    /// <summary>Messages that have changed and are to be put in again, newest first; few, if any.</summary>
    public static Task<List<long>> BehindAsync(ChatDbContext db, int limit, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<long>($"SELECT \"MessageId\" AS \"Value\" FROM \"SearchBehind\" ORDER BY \"MessageId\" DESC LIMIT {limit}")
            .ToListAsync(cancellationToken);

    /// <summary>The terms of what <see cref="PutInNext"/> would put in now, by text: made here, they keep no write waiting.</summary>
    /// <param name="limit">So many messages.</param>
    internal static async Task<Dictionary<string, string>> PrepareNextAsync(ChatDbContext db, int limit, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        using var statements = new PreparedStatements((SqliteConnection)db.Database.GetDbConnection());
        var (behind, next, _) = ReadNext((sql, parameters) => statements.Of(sql, transaction: null, parameters), limit);
        return behind
            .Concat(next)
            .Where(row => !row.IsDeleted)
            .SelectMany(row => new[] { row.Text, row.FileNames })
            .Distinct(StringComparer.Ordinal)
            .ToDictionary(text => text, text => SearchTerms.Of(text), StringComparer.Ordinal);
    }

    /// <summary>Puts the next messages in; returns whether there may be more.</summary>
    /// <param name="limit">So many messages at once, and not many more characters than <see cref="MaxTextAtOnce"/>.</param>
    /// <param name="prepared">Terms by text; of what has changed since, they are made here.</param>
    internal static bool PutInNext(Statement statement, int limit, Dictionary<string, string> prepared)
    {
        var (behind, next, isMore) = ReadNext(statement, limit);
        foreach (var row in behind)
        {
            Add(statement, row, prepared);
            statement(NotBehindSql, ("@id", row.Id)).ExecuteNonQuery();
        }

        next.ForEach(row => Add(statement, row, prepared));
        if (next.Count > 0)
            statement(ProgressSql, ("@until", next[^1].Id)).ExecuteNonQuery();
        return isMore;
    }

    /// <summary>Messages that have changed and, where these leave room, those that follow on what the index has.</summary>
    private static (List<Row> Behind, List<Row> Next, bool IsMore) ReadNext(Statement statement, int limit)
    {
        var ids = new List<long>();
        using (var reader = statement(BehindSql, ("@limit", limit)).ExecuteReader())
        {
            while (reader.Read())
                ids.Add(reader.GetInt64(0));
        }

        var (behind, next, length) = (new List<Row>(), new List<Row>(), 0);
        foreach (var id in ids.TakeWhile(_ => length < MaxTextAtOnce))
        {
            var row = Read(statement(OneSql, ("@id", id))).SingleOrDefault() ?? new Row(id, "", "", IsDeleted: true);
            behind.Add(row);
            length += row.Text.Length + row.FileNames.Length;
        }

        foreach (var row in Read(statement(NextSql, ("@limit", limit))).TakeWhile(_ => length < MaxTextAtOnce))
        {
            next.Add(row);
            length += row.Text.Length + row.FileNames.Length;
        }

        return (behind, next, next.Count == limit || ids.Count == limit || length >= MaxTextAtOnce);
    }

    /// <summary>All that is there, before anybody asks.</summary>
    private static void Fill(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var statements = new PreparedStatements(connection);
        while (PutInNext((sql, parameters) => statements.Of(sql, transaction, parameters), 1000, [])) { }
    }

    private static IEnumerable<Row> Read(SqliteCommand command)
    {
        using var row = command.ExecuteReader();
        while (row.Read())
            yield return new Row(row.GetInt64(0), row.IsDBNull(4) ? row.GetString(1) : Spoken(row.GetString(1), row.GetString(4)), row.GetString(2), row.GetBoolean(3));
    }

    /// <summary>Whom it mentions is found by the name of then: a rename puts nothing in again.</summary>
    private static string Spoken(string text, string mentioned) => Mentions.Spoken(text, JsonSerializer.Deserialize<AuthorView[]>(mentioned)!);

    private static void Add(Statement statement, Row row, Dictionary<string, string> prepared)
    {
        if (!row.IsDeleted)
            statement(AddSql, ("@id", row.Id), ("@text", TermsOf(row.Text)), ("@names", TermsOf(row.FileNames))).ExecuteNonQuery();

        string TermsOf(string text) => prepared.GetValueOrDefault(text) ?? SearchTerms.Of(text);
    }

    private static string TakeOut(string messageId) =>
        $"""
            WHEN {messageId} <= {IndexedUntil} BEGIN
                DELETE FROM "Search" WHERE rowid = {messageId};
                INSERT OR IGNORE INTO "SearchBehind" VALUES ({messageId});
            END;
            """;

    private sealed record Row(long Id, string Text, string FileNames, bool IsDeleted);
}
