using ChatFiles.Core.Model;

namespace ChatFiles.Core.Data;

/// <summary>Files and the room for them, read by prepared statements.</summary>
internal static class FileStatements
{
    private const string OfMember = """
        SELECT a."Id", a."MessageId", a."Position", a."AuthorId", a."State", a."BlobKey", a."BlobStamp", a."FileName", a."FoldedName",
            a."Kind", a."ContentType", a."Charset", a."Size", a."Sha256", a."Width", a."Height",
            a."ThumbnailKey", a."ThumbnailType", a."ThumbnailSize", a."ThumbnailSha256"
        FROM "Members" AS me
        LEFT JOIN "Attachments" AS a ON a."Id" = @file AND a."ChatId" = @chat
        WHERE me."ChatId" = @chat AND me."UserId" = @user
        """;

    private const string Stored = """
        SELECT s."StorageBytes", c."StorageBytes", s."QuotaBytes" FROM "PersonStates" AS s JOIN "Chats" AS c ON c."Id" = @chat WHERE s."UserId" = @user
        """;

    private const string Missing = """
        SELECT COUNT(*) FROM "Attachments" WHERE "State" = 2
        """;

    private const string Jobs = """
        SELECT COUNT(*) FROM "Jobs"
        """;

    /// <summary>Files whose blob is gone or changed.</summary>
    public static ValueTask<long> CountMissingFilesAsync(this PreparedReads reads) => reads.CountAsync(Missing);

    /// <summary>Side jobs, such as the deletion of a blob, that are still to be done.</summary>
    public static ValueTask<long> CountJobsAsync(this PreparedReads reads) => reads.CountAsync(Jobs);

    /// <summary>A file of a chat, and whether the person is a member of it at all. Nothing in it is tracked.</summary>
    public static ValueTask<(bool IsMember, Attachment? File)> ReadFileAsync(this PreparedReads reads, string userId, long chatId, Guid fileId) =>
        reads.ReadAsync(async statements =>
        {
            await using var row = await statements.Of(OfMember, null, ("@user", userId), ("@chat", chatId), ("@file", fileId)).ExecuteReaderAsync();
            if (!await row.ReadAsync())
                return (false, null);
            if (row.IsDBNull(0))
                return (true, null);
            string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
            int? Number(int column) => row.IsDBNull(column) ? null : row.GetInt32(column);
            return (
                true,
                (Attachment?)
                    new Attachment
                    {
                        Id = row.GetGuid(0),
                        ChatId = chatId,
                        MessageId = row.GetInt64(1),
                        Position = row.GetInt32(2),
                        AuthorId = row.GetString(3),
                        State = (AttachmentState)row.GetInt32(4),
                        BlobKey = Text(5),
                        BlobStamp = Text(6),
                        FileName = row.GetString(7),
                        FoldedName = row.GetString(8),
                        Kind = (FileKind)row.GetInt32(9),
                        ContentType = row.GetString(10),
                        Charset = Text(11),
                        Size = row.GetInt64(12),
                        Sha256 = row.GetString(13),
                        Width = Number(14),
                        Height = Number(15),
                        ThumbnailKey = Text(16),
                        ThumbnailType = Text(17),
                        ThumbnailSize = row.GetInt64(18),
                        ThumbnailSha256 = Text(19),
                    }
            );
        });

    /// <summary>The bytes of the files that a person and a chat have, and the person's own quota.</summary>
    public static ValueTask<(long Person, long Chat, long? OwnQuota)> ReadStoredAsync(this PreparedReads reads, string userId, long chatId) =>
        reads.ReadAsync(async statements =>
        {
            await using var row = await statements.Of(Stored, null, ("@user", userId), ("@chat", chatId)).ExecuteReaderAsync();
            return await row.ReadAsync() ? (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? (long?)null : row.GetInt64(2)) : (0, 0, null);
        });

    private static ValueTask<long> CountAsync(this PreparedReads reads, string sql) =>
        reads.ReadAsync(async statements => (long)(await statements.Of(sql, null).ExecuteScalarAsync())!);
}
