using System.Globalization;
using System.Text;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>
/// By tsvector. The terms are those of <see cref="SearchTerms"/>: PostgreSQL's own parser would cut and fold in another way.
/// Ids are not given in the order of the commits here: a trigger notes each new message, as it does those that change.
/// </summary>
internal sealed class PostgreSqlFullText : FullText
{
    /// <summary>https://www.postgresql.org/docs/current/textsearch-limitations.html: what comes behind it is at no place of its own.</summary>
    private const int MaxPosition = 16_383;

    private const int MaxPositionsOfTerm = 255;

    /// <summary>Of the 1 MiB that a tsvector may have.</summary>
    private const int MaxBytes = 900_000;

    private const string Create = """
        CREATE TABLE IF NOT EXISTS "Search" ("Id" bigint PRIMARY KEY, "Words" tsvector NOT NULL);
        CREATE INDEX IF NOT EXISTS "Search_Words" ON "Search" USING gin ("Words");
        CREATE TABLE IF NOT EXISTS "SearchProgress" ("Until" bigint NOT NULL);
        INSERT INTO "SearchProgress" SELECT 9223372036854775807 WHERE NOT EXISTS (SELECT 1 FROM "SearchProgress");
        CREATE TABLE IF NOT EXISTS "SearchBehind" ("MessageId" bigint PRIMARY KEY);

        CREATE OR REPLACE FUNCTION "Search_message"() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE message bigint := COALESCE(new."Id", old."Id"); BEGIN
            IF TG_OP <> 'INSERT' THEN DELETE FROM "Search" WHERE "Id" = message; END IF;
            INSERT INTO "SearchBehind" VALUES (message) ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE FUNCTION "Search_file"() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE message bigint := COALESCE(new."MessageId", old."MessageId"); BEGIN
            DELETE FROM "Search" WHERE "Id" = message;
            INSERT INTO "SearchBehind" VALUES (message) ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER "Search_message_changed" AFTER INSERT OR DELETE OR UPDATE OF "Text", "Deleted" ON "Messages" FOR EACH ROW EXECUTE FUNCTION "Search_message"();
        CREATE OR REPLACE TRIGGER "Search_file_changed" AFTER INSERT OR DELETE OR UPDATE OF "State", "FileName" ON "Attachments" FOR EACH ROW EXECUTE FUNCTION "Search_file"();
        """;

    private const string DropContents = """
        DROP TRIGGER IF EXISTS "Content_file_changed" ON "Attachments";
        DROP TABLE IF EXISTS "FileContents", "ContentSearch", "ContentProgress", "ContentBehind", "ContentNew", "ContentLater";
        """;

    private const string CreateContents = """
        CREATE TABLE IF NOT EXISTS "FileContents" ("Key" bigint PRIMARY KEY, "Sha256" text NOT NULL, "FileName" text NOT NULL, "Text" text);
        CREATE INDEX IF NOT EXISTS "FileContents_Sha256" ON "FileContents" ("Sha256");
        CREATE TABLE IF NOT EXISTS "ContentSearch" ("Key" bigint PRIMARY KEY, "Words" tsvector NOT NULL);
        CREATE INDEX IF NOT EXISTS "ContentSearch_Words" ON "ContentSearch" USING gin ("Words");
        CREATE TABLE IF NOT EXISTS "ContentBehind" ("Key" bigint PRIMARY KEY);
        CREATE TABLE IF NOT EXISTS "ContentNew" ("Key" bigint PRIMARY KEY);
        CREATE TABLE IF NOT EXISTS "ContentLater" ("Key" bigint PRIMARY KEY, "Tries" integer NOT NULL, "At" bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS "ContentProgress" ("Newest" bigint NOT NULL, "Oldest" bigint NOT NULL);
        INSERT INTO "ContentProgress" SELECT COALESCE(MAX("Id"), 0) * 16 + 15, COALESCE(MAX("Id"), 0) * 16 + 16 FROM "Messages"
            HAVING NOT EXISTS (SELECT 1 FROM "ContentProgress");
        CREATE OR REPLACE FUNCTION "Content_file"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO "ContentNew" VALUES (new."MessageId" * 16 + new."Position") ON CONFLICT DO NOTHING;
            ELSIF TG_OP = 'DELETE' THEN
                DELETE FROM "ContentNew" WHERE "Key" = old."MessageId" * 16 + old."Position";
                INSERT INTO "ContentBehind" VALUES (old."MessageId" * 16 + old."Position") ON CONFLICT DO NOTHING;
            ELSIF new."State" <> old."State" THEN
                INSERT INTO "ContentBehind" VALUES (new."MessageId" * 16 + new."Position") ON CONFLICT DO NOTHING;
            END IF;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER "Content_file_changed" AFTER INSERT OR DELETE OR UPDATE OF "State" ON "Attachments" FOR EACH ROW EXECUTE FUNCTION "Content_file"();
        """;

    private const string AddMessageSql = """
        INSERT INTO "Search"("Id", "Words") VALUES (@id, @words::tsvector) ON CONFLICT ("Id") DO UPDATE SET "Words" = excluded."Words"
        """;

    private const string AddContentSql = """
        INSERT INTO "ContentSearch"("Key", "Words") VALUES (@key, @words::tsvector) ON CONFLICT ("Key") DO UPDATE SET "Words" = excluded."Words"
        """;

    private const string NotNewSql = """
        DELETE FROM "ContentNew" WHERE "Key" = @key
        """;

    private const string TakeContentOutSql = """
        DELETE FROM "ContentSearch" WHERE "Key" = @key
        """;

    /// <remarks>By one process at a time, and on a connection that keeps to no limits: an upgrade takes as long as it takes.</remarks>
    /// <inheritdoc/>
    public override async Task MigrateAsync(ChatDbContext db, bool hasContents)
    {
        await db.Database.MigrateAsync();
        await db.Database.ExecuteSqlRawAsync(Create);
        await db.Database.ExecuteSqlRawAsync(hasContents ? CreateContents : DropContents);
    }

    public override void AddMessage(Statement statement, long messageId, string text, string fileNames) =>
        statement(AddMessageSql, ("@id", messageId), ("@words", VectorOf(text, fileNames))).ExecuteNonQuery();

    public override IQueryable<long> FindMessages(ChatDbContext db, string userId, SearchWords words, long? chatId, long before, int limit) =>
        db.Database.SqlQuery<long>(
            $"""
            SELECT s."Id" AS "Value"
            FROM "Search" AS s
            JOIN "Messages" AS m ON m."Id" = s."Id"
            JOIN "Members" AS me ON me."ChatId" = m."ChatId" AND me."UserId" = {userId}
            WHERE s."Words" @@ {QueryOf(words.Phrases)}::tsquery AND s."Id" < {before} AND ({chatId}::bigint IS NULL OR m."ChatId" = {chatId})
            ORDER BY s."Id" DESC
            LIMIT {limit}
            """
        );

    /// <remarks>One with a lower id may be committed later: each is noted by the transaction that it comes with.</remarks>
    /// <inheritdoc/>
    public override Task<IQueryable<Attachment>> FindNewAsync(ChatDbContext db, CancellationToken cancellationToken) =>
        Task.FromResult<IQueryable<Attachment>>(
            db.Attachments.FromSql(
                $"""
                SELECT a.* FROM "ContentNew" AS n JOIN "Attachments" AS a ON a."MessageId" = n."Key" / 16 AND a."Position" = n."Key" % 16
                """
            )
        );

    public override void EndNew(Statement statement, IReadOnlyList<ContentKey> keys)
    {
        foreach (var key in keys)
            statement(NotNewSql, ("@key", key.Value)).ExecuteNonQuery();
    }

    public override void AddContent(Statement statement, ContentKey key, string fileName, string text) =>
        statement(AddContentSql, ("@key", key.Value), ("@words", VectorOf(fileName, text))).ExecuteNonQuery();

    public override void TakeContentOut(Statement statement, ContentKey key, string fileName, string text) =>
        statement(TakeContentOutSql, ("@key", key.Value)).ExecuteNonQuery();

    public override IQueryable<long> FindContents(ChatDbContext db, string userId, SearchWords words, long? chatId, long before, int limit) =>
        db.Database.SqlQuery<long>(
            $"""
            SELECT s."Key" AS "Value"
            FROM "ContentSearch" AS s
            JOIN "Attachments" AS a ON a."MessageId" = s."Key" / 16 AND a."Position" = s."Key" % 16 AND a."State" = 0
            JOIN "Members" AS me ON me."ChatId" = a."ChatId" AND me."UserId" = {userId}
            WHERE s."Words" @@ {QueryOf(words.PhrasesForContents)}::tsquery AND s."Key" < {before} AND ({chatId}::bigint IS NULL OR a."ChatId" = {chatId})
            ORDER BY s."Key" DESC
            LIMIT {limit}
            """
        );

    public override IQueryable<long> FindContents(ChatDbContext db, SearchWords words, ContentKey from, ContentKey until) =>
        db.Database.SqlQuery<long>(
            $"""
            SELECT "Key" AS "Value" FROM "ContentSearch"
            WHERE "Words" @@ {QueryOf(words.PhrasesForContents)}::tsquery AND "Key" BETWEEN {from.Value} AND {until.Value}
            """
        );

    /// <summary>Terms with their places; between the two texts one is left out, so that no phrase goes over from one to the other.</summary>
    private static string VectorOf(string first, string second)
    {
        var places = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var (place, bytes) = (0, 0);
        foreach (var text in new[] { first, second })
        {
            foreach (var term in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                place = Math.Min(place + 1, MaxPosition);
                if (!places.TryGetValue(term, out var known))
                {
                    bytes += Encoding.UTF8.GetByteCount(term) + 8;
                    places[term] = known = [];
                }

                if (known.Count < MaxPositionsOfTerm && (known.Count == 0 || known[^1] != place))
                {
                    known.Add(place);
                    bytes += 2;
                }

                if (bytes > MaxBytes)
                    break;
            }

            place = Math.Min(place + 1, MaxPosition);
        }

        var vector = new StringBuilder();
        foreach (var (term, at) in places)
            vector.Append(Quoted(term)).Append(':').AppendJoin(',', at).Append(' ');
        return vector.ToString();
    }

    private static string QueryOf(IEnumerable<(IReadOnlyList<string> Terms, bool IsOpen)> phrases) =>
        string.Join(" & ", phrases.Select(phrase => $"({string.Join(" <-> ", phrase.Terms.Select(Quoted))}{(phrase.IsOpen ? ":*" : "")})"));

    private static string Quoted(string term) =>
        $"'{term.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
}
