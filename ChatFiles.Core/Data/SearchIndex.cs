using ChatFiles.Core.Model;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

/// <summary>
/// SQLite's full-text index (FTS5) over texts and names of ready files; a row is a message. New messages are put in by
/// <see cref="SearchIndexer"/>, after their commit and many at once: within it, row by row, they were half of what an
/// upload costs. Up to where that has come, <c>SearchProgress</c> says. Those that are in it are kept
/// in step by triggers, within the transaction of each change: before it they take the message's words out, after it they
/// put in those that it has then. It holds no copy of the texts but reads them from the view <c>SearchContent</c>, and
/// what is taken out is gone from its pages too.
/// </summary>
internal static class SearchIndex
{
    private const string IndexedUntil = """(SELECT "Until" FROM "SearchProgress")""";

    private const string Drop = """
        DROP TABLE IF EXISTS "Search";
        DROP TABLE IF EXISTS "SearchProgress";
        DROP VIEW IF EXISTS "SearchContent";
        DROP TRIGGER IF EXISTS "Search_message_added";
        DROP TRIGGER IF EXISTS "Search_message_changing";
        DROP TRIGGER IF EXISTS "Search_message_changed";
        DROP TRIGGER IF EXISTS "Search_message_removing";
        DROP TRIGGER IF EXISTS "Search_file_adding";
        DROP TRIGGER IF EXISTS "Search_file_added";
        DROP TRIGGER IF EXISTS "Search_file_changing";
        DROP TRIGGER IF EXISTS "Search_file_changed";
        DROP TRIGGER IF EXISTS "Search_file_removing";
        DROP TRIGGER IF EXISTS "Search_file_removed";
        """;

    private static readonly string Create = $"""
        CREATE VIEW "SearchContent" AS
        SELECT m."Id" AS "MessageId", m."Text" AS "Text", COALESCE(
            (SELECT group_concat(a."FileName", char(10)) FROM "Attachments" AS a WHERE a."MessageId" = m."Id" AND a."State" = 0),
            ''
        ) AS "FileNames"
        FROM "Messages" AS m WHERE NOT m."Deleted";

        CREATE VIRTUAL TABLE "Search" USING fts5(
            "Text", "FileNames",
            content='SearchContent', content_rowid='MessageId',
            tokenize='unicode61 remove_diacritics 2', prefix='1 2 3 4', columnsize=0
        );
        INSERT INTO "Search"("Search", rank) VALUES('secure-delete', 1);
        INSERT INTO "Search"("Search") VALUES('rebuild');

        CREATE TABLE "SearchProgress" ("Until" INTEGER NOT NULL);
        INSERT INTO "SearchProgress" SELECT COALESCE(MAX("Id"), 0) FROM "Messages";

        CREATE TRIGGER "Search_message_changing" BEFORE UPDATE OF "Text", "Deleted" ON "Messages" {IfIndexed("old.\"Id\"")} BEGIN {TakeOut("old.\"Id\"")} END;
        CREATE TRIGGER "Search_message_changed" AFTER UPDATE OF "Text", "Deleted" ON "Messages" {IfIndexed("new.\"Id\"")} BEGIN {PutIn("new.\"Id\"")} END;
        CREATE TRIGGER "Search_message_removing" BEFORE DELETE ON "Messages" {IfIndexed("old.\"Id\"")} BEGIN {TakeOut("old.\"Id\"")} END;

        CREATE TRIGGER "Search_file_adding" BEFORE INSERT ON "Attachments" {IfIndexed("new.\"MessageId\"")} BEGIN {TakeOut("new.\"MessageId\"")} END;
        CREATE TRIGGER "Search_file_added" AFTER INSERT ON "Attachments" {IfIndexed("new.\"MessageId\"")} BEGIN {PutIn("new.\"MessageId\"")} END;
        CREATE TRIGGER "Search_file_changing" BEFORE UPDATE OF "State", "FileName" ON "Attachments" {IfIndexed("old.\"MessageId\"")} BEGIN {TakeOut("old.\"MessageId\"")} END;
        CREATE TRIGGER "Search_file_changed" AFTER UPDATE OF "State", "FileName" ON "Attachments" {IfIndexed("new.\"MessageId\"")} BEGIN {PutIn("new.\"MessageId\"")} END;
        CREATE TRIGGER "Search_file_removing" BEFORE DELETE ON "Attachments" {IfIndexed("old.\"MessageId\"")} BEGIN {TakeOut("old.\"MessageId\"")} END;
        CREATE TRIGGER "Search_file_removed" AFTER DELETE ON "Attachments" {IfIndexed("old.\"MessageId\"")} BEGIN {PutIn("old.\"MessageId\"")} END;
        """;

    /// <summary>
    /// Brings the database up to date. The index can be made again from what it is made of, so it stands in no
    /// migration's way: it goes before the first and comes back after the last one.
    /// </summary>
    public static async Task MigrateAsync(ChatDbContext db)
    {
        await db.Database.OpenConnectionAsync();
        // What a migration needs that SQL can't do.
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        connection.CreateFunction("folded", (string name) => SearchWords.Fold(name));
        connection.CreateFunction("name_key", (string name) => DisplayNames.KeyOf(name));
        var taken = new HashSet<string>(StringComparer.Ordinal);
        connection.CreateFunction("free_name", (string name) => DisplayNames.TakeFree(name, taken));
        if ((await db.Database.GetPendingMigrationsAsync()).Any())
            await db.Database.ExecuteSqlRawAsync(Drop);
        await db.Database.MigrateAsync();
        if (await db.Database.SqlQuery<int>($"SELECT 1 FROM sqlite_schema WHERE name = 'Search'").AnyAsync() && !await IsOldAsync(db))
            return;
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Database.ExecuteSqlRawAsync(Drop);
        await db.Database.ExecuteSqlRawAsync(Create);
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

    /// <summary>Puts the next messages in, in one statement; returns whether there may be more.</summary>
    /// <param name="limit">So many messages at once.</param>
    internal static bool PutInNext(WriteScope scope, int limit)
    {
        long until;
        long count;
        using (
            var next = scope
                .Statement(
                    $"""
                    SELECT COALESCE(MAX("Id"), 0), COUNT(*)
                    FROM (SELECT "Id" FROM "Messages" WHERE "Id" > {IndexedUntil} ORDER BY "Id" LIMIT @limit)
                    """,
                    ("@limit", limit)
                )
                .ExecuteReader()
        )
        {
            next.Read();
            (until, count) = (next.GetInt64(0), next.GetInt64(1));
        }

        if (until == 0)
            return false;
        scope
            .Statement(
                $"""
                INSERT INTO "Search"(rowid, "Text", "FileNames")
                SELECT "MessageId", "Text", "FileNames" FROM "SearchContent" WHERE "MessageId" > {IndexedUntil} AND "MessageId" <= @until
                """,
                ("@until", until)
            )
            .ExecuteNonQuery();
        scope
            .Statement(
                $"""
                UPDATE "SearchProgress" SET "Until" = @until
                """,
                ("@until", until)
            )
            .ExecuteNonQuery();
        return count == limit;
    }

    /// <summary>As it was when triggers put every message in.</summary>
    private static Task<bool> IsOldAsync(ChatDbContext db) =>
        db.Database.SqlQuery<int>($"SELECT 1 FROM sqlite_schema WHERE name = 'Search_message_added'").AnyAsync();

    private static string IfIndexed(string messageId) => $"WHEN {messageId} <= {IndexedUntil}";

    private static string TakeOut(string messageId) =>
        $"""
            INSERT INTO "Search"("Search", rowid, "Text", "FileNames")
            SELECT 'delete', "MessageId", "Text", "FileNames" FROM "SearchContent" WHERE "MessageId" = {messageId};
            """;

    private static string PutIn(string messageId) =>
        $"""
            INSERT INTO "Search"(rowid, "Text", "FileNames")
            SELECT "MessageId", "Text", "FileNames" FROM "SearchContent" WHERE "MessageId" = {messageId};
            """;
}
