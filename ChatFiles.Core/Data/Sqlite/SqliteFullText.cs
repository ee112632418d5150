using ChatFiles.Core.Model;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ChatFiles.Core.Data.Sqlite;

/// <summary>By FTS5, one table for messages and one for the contents of files.</summary>
internal sealed class SqliteFullText : FullText
{
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

    private const string AddMessageSql = """
        INSERT INTO "Search"(rowid, "Text", "FileNames") VALUES (@id, @text, @names)
        """;

    private const string DropContentTriggers = """
        DROP TRIGGER IF EXISTS "Content_file_changed";
        DROP TRIGGER IF EXISTS "Content_file_removed";
        """;

    private const string DropContents =
        DropContentTriggers
        + """
            DROP TABLE IF EXISTS "ContentSearch";
            DROP TABLE IF EXISTS "FileContents";
            DROP TABLE IF EXISTS "ContentProgress";
            DROP TABLE IF EXISTS "ContentBehind";
            DROP TABLE IF EXISTS "ContentLater";
            """;

    private const string CreateContents = """
        CREATE TABLE "FileContents" ("Key" INTEGER PRIMARY KEY, "Sha256" TEXT NOT NULL, "FileName" TEXT NOT NULL, "Text" TEXT);
        CREATE INDEX "FileContents_Sha256" ON "FileContents" ("Sha256");
        CREATE VIRTUAL TABLE "ContentSearch" USING fts5("FileName", "Text", content='', tokenize='ascii', prefix='2 3', columnsize=0);
        INSERT INTO "ContentSearch"("ContentSearch", rank) VALUES('secure-delete', 1);
        CREATE TABLE "ContentBehind" ("Key" INTEGER PRIMARY KEY);
        CREATE TABLE "ContentLater" ("Key" INTEGER PRIMARY KEY, "Tries" INTEGER NOT NULL, "At" INTEGER NOT NULL);
        CREATE TABLE "ContentProgress" ("Newest" INTEGER NOT NULL, "Oldest" INTEGER NOT NULL);
        INSERT INTO "ContentProgress" SELECT COALESCE(MAX("Id"), 0) * 16 + 15, COALESCE(MAX("Id"), 0) * 16 + 16 FROM "Messages";
        """;

    private const string CreateContentTriggers = """
        CREATE TRIGGER IF NOT EXISTS "Content_file_changed" AFTER UPDATE OF "State" ON "Attachments" WHEN new."State" <> old."State" BEGIN
            INSERT OR IGNORE INTO "ContentBehind" VALUES (new."MessageId" * 16 + new."Position");
        END;
        CREATE TRIGGER IF NOT EXISTS "Content_file_removed" AFTER DELETE ON "Attachments" BEGIN
            INSERT OR IGNORE INTO "ContentBehind" VALUES (old."MessageId" * 16 + old."Position");
        END;
        """;

    private const string AddContentSql = """
        INSERT INTO "ContentSearch"(rowid, "FileName", "Text") VALUES (@key, @name, @text)
        """;

    private const string NewestSql = """
        UPDATE "ContentProgress" SET "Newest" = @key
        """;

    private const string TakeContentOutSql = """
        INSERT INTO "ContentSearch"("ContentSearch", rowid, "FileName", "Text") VALUES ('delete', @key, @name, @text)
        """;

    /// <summary>Adds what a migration needs that SQL can't do.</summary>
    internal static void HelpMigrations(SqliteConnection connection)
    {
        connection.CreateFunction("folded", (string name) => SearchWords.Fold(name));
        connection.CreateFunction("name_key", (string name) => DisplayNames.KeyOf(name));
        var taken = new HashSet<string>(StringComparer.Ordinal);
        connection.CreateFunction("free_name", (string name) => DisplayNames.TakeFree(name, taken));
    }

    /// <summary>The index goes before the first migration and comes back after the last one.</summary>
    /// <inheritdoc/>
    public override async Task MigrateAsync(ChatDbContext db, bool hasContents)
    {
        await db.Database.OpenConnectionAsync();
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        HelpMigrations(connection);
        if ((await db.Database.GetPendingMigrationsAsync()).Any())
            await db.Database.ExecuteSqlRawAsync(Drop + DropContentTriggers);
        await db.Database.MigrateAsync();
        await PrepareContentsAsync(db, hasContents);
        if (await db.Database.SqlQuery<int>($"SELECT 1 FROM sqlite_schema WHERE name = 'SearchBehind'").AnyAsync())
            return;
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Database.ExecuteSqlRawAsync(Drop);
        await db.Database.ExecuteSqlRawAsync(Create);
        Fill(connection, (SqliteTransaction)transaction.GetDbTransaction());
        await transaction.CommitAsync();
    }

    public override void AddMessage(Statement statement, long messageId, string text, string fileNames) =>
        statement(AddMessageSql, ("@id", messageId), ("@text", text), ("@names", fileNames)).ExecuteNonQuery();

    /// <remarks>
    /// CROSS JOIN keeps SQLite from beginning with the chats: the index gives the messages in their order, and the reading
    /// ends with the page.
    /// </remarks>
    public override IQueryable<long> FindMessages(ChatDbContext db, string userId, SearchWords words, long? chatId, long before, int limit) =>
        db.Database.SqlQuery<long>(
            $"""
            SELECT s.rowid AS "Value"
            FROM "Search" AS s
            CROSS JOIN "Messages" AS m ON m."Id" = s.rowid
            CROSS JOIN "Members" AS me ON me."ChatId" = m."ChatId" AND me."UserId" = {userId}
            WHERE s."Search" MATCH {words.Expression} AND s.rowid < {before} AND ({chatId} IS NULL OR m."ChatId" = {chatId})
            ORDER BY s.rowid DESC
            LIMIT {limit}
            """
        );

    /// <remarks>Ids are given in the order of the commits.</remarks>
    /// <inheritdoc/>
    public override async Task<IQueryable<Attachment>> FindNewAsync(ChatDbContext db, CancellationToken cancellationToken)
    {
        var newest = new ContentKey((await ContentIndex.ReadProgressAsync(db, cancellationToken)).Newest);
        var (messageId, position) = (newest.MessageId, newest.Position);
        return db.Attachments.Where(a => a.MessageId >= messageId && (a.MessageId > messageId || a.Position > position));
    }

    public override void EndNew(Statement statement, IReadOnlyList<ContentKey> keys) =>
        statement(NewestSql, ("@key", keys[^1].Value)).ExecuteNonQuery();

    public override void AddContent(Statement statement, ContentKey key, string fileName, string text) =>
        statement(AddContentSql, ("@key", key.Value), ("@name", fileName), ("@text", text)).ExecuteNonQuery();

    public override void TakeContentOut(Statement statement, ContentKey key, string fileName, string text) =>
        statement(TakeContentOutSql, ("@key", key.Value), ("@name", fileName), ("@text", text)).ExecuteNonQuery();

    /// <remarks>CROSS JOIN as in <see cref="FindMessages"/>.</remarks>
    public override IQueryable<long> FindContents(ChatDbContext db, string userId, SearchWords words, long? chatId, long before, int limit) =>
        db.Database.SqlQuery<long>(
            $"""
            SELECT s.rowid AS "Value"
            FROM "ContentSearch" AS s
            CROSS JOIN "Attachments" AS a ON a."MessageId" = s.rowid / 16 AND a."Position" = s.rowid % 16 AND a."State" = 0
            CROSS JOIN "Members" AS me ON me."ChatId" = a."ChatId" AND me."UserId" = {userId}
            WHERE s."ContentSearch" MATCH {words.ExpressionForContents} AND s.rowid < {before} AND ({chatId} IS NULL OR a."ChatId" = {chatId})
            ORDER BY s.rowid DESC
            LIMIT {limit}
            """
        );

    public override IQueryable<long> FindContents(ChatDbContext db, SearchWords words, ContentKey from, ContentKey until) =>
        db.Database.SqlQuery<long>(
            $"""
            SELECT rowid AS "Value" FROM "ContentSearch"
            WHERE "ContentSearch" MATCH {words.ExpressionForContents} AND rowid BETWEEN {from.Value} AND {until.Value}
            """
        );

    /// <summary>After the last migration. Where contents are not wanted, nothing of them is kept.</summary>
    private static async Task PrepareContentsAsync(ChatDbContext db, bool hasContents)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        // One that was made before this table was is made again.
        var exists = await db.Database.SqlQuery<int>($"SELECT 1 FROM sqlite_schema WHERE name = 'ContentLater'").AnyAsync();
        if (!exists || !hasContents)
            await db.Database.ExecuteSqlRawAsync(DropContents);
        if (!exists && hasContents)
            await db.Database.ExecuteSqlRawAsync(CreateContents);
        if (hasContents)
            await db.Database.ExecuteSqlRawAsync(CreateContentTriggers);
        await transaction.CommitAsync();
    }

    /// <summary>All that is there, before anybody asks.</summary>
    private void Fill(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var statements = new PreparedStatements(connection, SqliteDialect.Instance);
        while (SearchIndex.PutInNext(this, (sql, parameters) => statements.Of(sql, transaction, parameters), 1000, [])) { }
    }

    private static string TakeOut(string messageId) =>
        $"""
            WHEN {messageId} <= {SearchIndex.IndexedUntil} BEGIN
                DELETE FROM "Search" WHERE rowid = {messageId};
                INSERT OR IGNORE INTO "SearchBehind" VALUES ({messageId});
            END;
            """;
}
