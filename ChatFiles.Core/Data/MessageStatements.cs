using System.Data.Common;
using System.Text.Json;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

/// <summary>Messages, read by prepared statements that ask for the reader's membership in the same breath.</summary>
internal static class MessageStatements
{
    /// <summary>The reactions to the message <c>m</c> as JSON. Where 5,000 have reacted it costs 1.5 ms of processor time, by EF 18.</summary>
    private const string ReactionsOf = """
        (
            SELECT json_group_array(json_object('emoji', e."Emoji", 'count', e."Count", 'users', json((
                SELECT json_group_array(json_object('userId', x."UserId", 'name', p."DisplayName") ORDER BY x."Id") FROM (
                    SELECT "Id", "UserId" FROM "Reactions" WHERE "MessageId" = m."Id" AND "Emoji" = e."Emoji" ORDER BY "Id" LIMIT 20
                ) AS x JOIN "AspNetUsers" AS p ON p."Id" = x."UserId"
            ))) ORDER BY e."First") FROM (
                SELECT "Emoji", COUNT(*) AS "Count", MIN("Id") AS "First" FROM "Reactions" WHERE "MessageId" = m."Id" GROUP BY "Emoji"
            ) AS e
        )
        """;

    private const string ReactionsOfMany = $"""
        SELECT m."Id" AS "MessageId", {ReactionsOf} AS "Reactions" FROM "Messages" AS m WHERE m."Id" IN (SELECT CAST("value" AS bigint) FROM json_each(@p0))
        """;

    /// <summary>A message has a row for each of its files; what is looked up for it, the first row brings, which alone is read for it.</summary>
    private const string IsFirst = """COALESCE(a."Position", 0) = 0""";

    private const string Columns = $"""
        m."Id", m."Seq", m."AuthorId", u."DisplayName", m."Text", m."SentAt", m."ClientId", m."Deleted",
        a."Id", a."FileName", a."ContentType", a."Size", a."Sha256", a."State", a."Width", a."Height", a."ThumbnailKey",
        m."EditedAt", r."Id", r."AuthorId", ru."DisplayName", substr(r."Text", 1, 201), r."Deleted", CASE WHEN {IsFirst} THEN (
            SELECT f."FileName" FROM "Attachments" AS f WHERE f."MessageId" = r."Id" AND f."State" = 0 ORDER BY f."Position" LIMIT 1
        ) END, CASE WHEN {IsFirst} AND instr(m."Text", '<@') > 0 THEN (
            SELECT json_group_array(json_object('userId', x."UserId", 'name', p."DisplayName"))
            FROM "Mentions" AS x JOIN "AspNetUsers" AS p ON p."Id" = x."UserId" WHERE x."MessageId" = m."Id"
        ) END, CASE WHEN {IsFirst} AND instr(r."Text", '<@') > 0 THEN (
            SELECT json_group_array(json_object('userId', x."UserId", 'name', p."DisplayName"))
            FROM "Mentions" AS x JOIN "AspNetUsers" AS p ON p."Id" = x."UserId" WHERE x."MessageId" = r."Id"
        ) END, CASE WHEN {IsFirst} AND EXISTS (SELECT 1 FROM "Reactions" WHERE "MessageId" = m."Id") THEN {ReactionsOf} END, u."PictureStamp"
        """;

    /// <summary>Of the people and reactions that a row brings along.</summary>
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private const string OfMember = """
        LEFT JOIN "AspNetUsers" AS u ON u."Id" = m."AuthorId"
        LEFT JOIN "Messages" AS r ON r."Id" = m."ReplyToId"
        LEFT JOIN "AspNetUsers" AS ru ON ru."Id" = r."AuthorId"
        LEFT JOIN "Attachments" AS a ON a."MessageId" = m."Id"
        WHERE me."ChatId" = @chat AND me."UserId" = @user
        ORDER BY m."Id", a."Position"
        """;

    private const string Before = $"""
        SELECT {Columns} FROM "Members" AS me
        LEFT JOIN (
            SELECT * FROM "Messages" WHERE "ChatId" = @chat AND "Id" < @before ORDER BY "Id" DESC LIMIT @limit
        ) AS m ON TRUE
        {OfMember}
        """;

    private const string After = $"""
        SELECT {Columns} FROM "Members" AS me
        LEFT JOIN (
            SELECT * FROM "Messages" WHERE "ChatId" = @chat AND "Id" > @after ORDER BY "Id" LIMIT @limit
        ) AS m ON TRUE
        {OfMember}
        """;

    /// <summary>The same as <see cref="Before"/>: nothing is put down, to be sorted.</summary>
    private const string BeforeFromItsEnd = $"""
        SELECT {Columns} FROM "Members" AS me
        LEFT JOIN "Messages" AS m ON m."ChatId" = @chat AND m."Id" < @before AND m."Id" >= (
            SELECT MIN("Id") FROM (SELECT "Id" FROM "Messages" WHERE "ChatId" = @chat AND "Id" < @before ORDER BY "Id" DESC LIMIT @limit)
        )
        {OfMember}
        """;

    /// <summary>The same as <see cref="After"/>.</summary>
    private const string AfterToItsEnd = $"""
        SELECT {Columns} FROM "Members" AS me
        LEFT JOIN "Messages" AS m ON m."ChatId" = @chat AND m."Id" > @after AND m."Id" <= (
            SELECT MAX("Id") FROM (SELECT "Id" FROM "Messages" WHERE "ChatId" = @chat AND "Id" > @after ORDER BY "Id" LIMIT @limit)
        )
        {OfMember}
        """;

    private const string Sent = $"""
        SELECT {Columns} FROM "Members" AS me
        LEFT JOIN "Messages" AS m ON m."ChatId" = @chat AND m."AuthorId" = @user AND m."ClientId" = @key
        {OfMember}
        """;

    private const string One = $"""
        SELECT {Columns} FROM "Members" AS me
        LEFT JOIN "Messages" AS m ON m."ChatId" = @chat AND m."Id" = @id
        {OfMember}
        """;

    /// <summary>The last messages before an id, oldest first; null when the person is no member.</summary>
    public static ValueTask<List<MessageView>?> ReadBeforeAsync(this PreparedReads reads, string userId, long chatId, long before, int limit) =>
        reads.ReadAsync(statements =>
            ReadAllAsync(statements.Of(statements.Dialect.FindsEndsFirst ? BeforeFromItsEnd : Before, null, ("@user", userId), ("@chat", chatId), ("@before", before), ("@limit", limit)), chatId)
        );

    /// <summary>The first messages after an id; null when the person is no member.</summary>
    public static ValueTask<List<MessageView>?> ReadAfterAsync(this PreparedReads reads, string userId, long chatId, long after, int limit) =>
        reads.ReadAsync(statements =>
            ReadAllAsync(statements.Of(statements.Dialect.FindsEndsFirst ? AfterToItsEnd : After, null, ("@user", userId), ("@chat", chatId), ("@after", after), ("@limit", limit)), chatId)
        );

    /// <summary>The message that the person sent with a key, as it is now: none or one. Null when the person is no member.</summary>
    public static ValueTask<List<MessageView>?> ReadSentAsync(this PreparedReads reads, string userId, long chatId, string? key) =>
        reads.ReadAsync(statements => ReadAllAsync(statements.Of(Sent, null, ("@user", userId), ("@chat", chatId), ("@key", key)), chatId));

    /// <inheritdoc cref="ReadSentAsync"/>
    public static List<MessageView>? ReadSent(this WriteScope scope, string userId, long chatId, string? key) =>
        ReadAll(scope.Statement(Sent, ("@user", userId), ("@chat", chatId), ("@key", key)), chatId);

    /// <summary>A message as a member of its chat sees it.</summary>
    public static MessageView ReadOne(this WriteScope scope, string userId, long chatId, long messageId) =>
        ReadAll(scope.Statement(One, ("@user", userId), ("@chat", chatId), ("@id", messageId)), chatId)!.Single();

    private static List<MessageView>? ReadAll(DbCommand command, long chatId)
    {
        using var rows = command.ExecuteReader();
        var page = new Rows(chatId);
        while (rows.Read())
            page.Add(rows);
        return page.Messages;
    }

    private static async Task<List<MessageView>?> ReadAllAsync(DbCommand command, long chatId)
    {
        await using var rows = await command.ExecuteReaderAsync();
        var page = new Rows(chatId);
        while (await rows.ReadAsync())
            page.Add(rows);
        return page.Messages;
    }

    private static MessageView ReadMessage(DbDataReader row, long chatId, List<AttachmentView> files)
    {
        var text = row.GetString(4);
        return new(
            row.GetInt64(0),
            chatId,
            row.GetInt64(1),
            new AuthorView(row.GetString(2), row.GetString(3)) { Picture = row.IsDBNull(27) ? null : row.GetString(27) },
            text,
            Times.FromMilliseconds(row.GetInt64(5)),
            row.IsDBNull(6) ? null : row.GetString(6),
            row.GetBoolean(7),
            files
        )
        {
            EditedAt = row.IsDBNull(17) ? null : Times.FromMilliseconds(row.GetInt64(17)),
            ReplyTo = row.IsDBNull(18) ? null : ReadReply(row),
            Mentions = Mentions.Named(text, ReadList<AuthorView>(row, 24)),
            Reactions = ReadList<ReactionView>(row, 26),
        };
    }

    private static ReplyView ReadReply(DbDataReader row) =>
        ReplyView.Of(
            row.GetInt64(18),
            new AuthorView(row.GetString(19), row.GetString(20)),
            row.GetString(21),
            ReadList<AuthorView>(row, 25),
            row.IsDBNull(23) ? null : row.GetString(23),
            row.GetBoolean(22)
        );

    /// <summary>The reactions to messages that have some.</summary>
    public static async Task<Dictionary<long, ReactionView[]>> ReadReactionsAsync(this ChatDbContext db, List<long> messageIds, CancellationToken cancellationToken)
    {
        var rows = await db.Database.SqlQueryRaw<ReactionsRow>(db.Dialect.Of(ReactionsOfMany), JsonSerializer.Serialize(messageIds)).ToListAsync(cancellationToken);
        return rows.ToDictionary(row => row.MessageId, row => JsonSerializer.Deserialize<ReactionView[]>(row.Reactions, Json)!);
    }

    private static T[] ReadList<T>(DbDataReader row, int column) =>
        row.IsDBNull(column) ? [] : JsonSerializer.Deserialize<T[]>(row.GetString(column), Json)!;

    private static AttachmentView ReadFile(DbDataReader row, long chatId) =>
        AttachmentView.Of(
            new Attachment
            {
                Id = row.GetGuid(8),
                ChatId = chatId,
                FileName = row.GetString(9),
                ContentType = row.GetString(10),
                Size = row.GetInt64(11),
                Sha256 = row.GetString(12),
                State = (AttachmentState)row.GetInt32(13),
                Width = row.IsDBNull(14) ? null : row.GetInt32(14),
                Height = row.IsDBNull(15) ? null : row.GetInt32(15),
                ThumbnailKey = row.IsDBNull(16) ? null : row.GetString(16),
            }
        );

    /// <summary>A row for each file of each message, in their order.</summary>
    private sealed class Rows(long chatId)
    {
        private List<AttachmentView> _files = [];

        /// <summary>Null as long as there was no row; a member who finds nothing has a single one without a message.</summary>
        public List<MessageView>? Messages { get; private set; }

        public void Add(DbDataReader row)
        {
            Messages ??= [];
            if (row.IsDBNull(0))
                return;
            if (Messages.Count == 0 || Messages[^1].Id != row.GetInt64(0))
                Messages.Add(ReadMessage(row, chatId, _files = []));
            if (!row.IsDBNull(8))
                _files.Add(ReadFile(row, chatId));
        }
    }

    private sealed record ReactionsRow(long MessageId, string Reactions);
}
