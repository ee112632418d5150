using System.Data.Common;
using System.Text.Json;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

/// <summary>
/// The index over texts and names of ready files, as terms (<see cref="SearchTerms"/>); a row is a message. New
/// messages are put in by <see cref="SearchIndexer"/>, after their commit and many at once: within it, row by row, they
/// were half of what an upload costs. Up to where that has come, <c>SearchProgress</c> says. When a message that is in it changes, triggers take it out within the transaction of the change and note it in <c>SearchBehind</c>, so that
/// it is put in again in the same way; what is taken out is gone from the index's pages too.
/// </summary>
internal static class SearchIndex
{
    /// <summary>Characters. Once there are so many, they are a transaction, which others wait for.</summary>
    private const int MaxTextAtOnce = 64 * 1024;

    public const string IndexedUntil = """(SELECT "Until" FROM "SearchProgress")""";

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

    private const string ProgressSql = """
        UPDATE "SearchProgress" SET "Until" = @until
        """;

    private const string NotBehindSql = """
        DELETE FROM "SearchBehind" WHERE "MessageId" = @id
        """;

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
        using var statements = new PreparedStatements(db.Database.GetDbConnection(), db.Dialect);
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
    internal static bool PutInNext(WriteScope scope, int limit, Dictionary<string, string> prepared) =>
        PutInNext(scope.Dialect.FullText, scope.Statement, limit, prepared);

    /// <inheritdoc cref="PutInNext(WriteScope, int, Dictionary{string, string})"/>
    internal static bool PutInNext(FullText index, Statement statement, int limit, Dictionary<string, string> prepared)
    {
        var (behind, next, isMore) = ReadNext(statement, limit);
        foreach (var row in behind)
        {
            Add(index, statement, row, prepared);
            statement(NotBehindSql, ("@id", row.Id)).ExecuteNonQuery();
        }

        next.ForEach(row => Add(index, statement, row, prepared));
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

    private static IEnumerable<Row> Read(DbCommand command)
    {
        using var row = command.ExecuteReader();
        while (row.Read())
            yield return new Row(row.GetInt64(0), Spoken(row.GetString(1), row.IsDBNull(4) ? null : row.GetString(4)), row.GetString(2), row.GetBoolean(3));
    }

    /// <summary>Whom it mentions is found by the name of then: a rename puts nothing in again.</summary>
    private static string Spoken(string text, string? mentioned) =>
        text.Contains("<@", StringComparison.Ordinal) ? Mentions.Spoken(text, mentioned is null ? [] : JsonSerializer.Deserialize<AuthorView[]>(mentioned)!) : text;

    private static void Add(FullText index, Statement statement, Row row, Dictionary<string, string> prepared)
    {
        if (!row.IsDeleted)
            index.AddMessage(statement, row.Id, TermsOf(row.Text), TermsOf(row.FileNames));

        string TermsOf(string text) => prepared.GetValueOrDefault(text) ?? SearchTerms.Of(text);
    }

    private sealed record Row(long Id, string Text, string FileNames, bool IsDeleted);
}
