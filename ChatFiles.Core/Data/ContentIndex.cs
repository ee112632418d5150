using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

/// <summary>A file by its place: in this order the index has them, so that a search reads the newest first.</summary>
internal readonly record struct ContentKey(long Value)
{
    /// <summary>More than a message has files.</summary>
    private const int FilesPerMessage = 16;

    public ContentKey(long messageId, int position)
        : this((messageId * FilesPerMessage) + position) { }

    public long MessageId => Value / FilesPerMessage;

    public int Position => (int)(Value % FilesPerMessage);

    /// <summary>The first of a message; of one that nobody has yet, a key beyond all.</summary>
    public static long FirstOf(long messageId) => messageId > long.MaxValue / FilesPerMessage ? long.MaxValue : messageId * FilesPerMessage;
}

/// <summary>
/// The words in files: <c>FileContents</c> has each file's text, or that it has none, once somebody has looked;
/// <c>ContentSearch</c> is the full-text index of it. Nothing of this is written when a file is sent or deleted: it is
/// read later (<c>ContentProgress</c> says how far that has come), and whatever is found counts only while the file is
/// ready and the person a member of its chat. A trigger notes in <c>ContentBehind</c> whose state has changed: words of
/// what is deleted are then taken out, of pages too. <c>ContentLater</c> has those that had to be put off. All of it can be made again from the files.
/// </summary>
internal static class ContentIndex
{
    private const string StateSql = """
        SELECT "State" FROM "Attachments" WHERE "MessageId" = @message AND "Position" = @position
        """;

    private const string KeepSql = """
        INSERT INTO "FileContents"("Key", "Sha256", "FileName", "Text") VALUES (@key, @sha256, @name, @text) ON CONFLICT DO NOTHING
        """;

    private const string ForgetSql = """
        DELETE FROM "FileContents" WHERE "Key" = @key
        """;

    private const string NotBehindSql = """
        DELETE FROM "ContentBehind" WHERE "Key" = @key
        """;

    private const string LaterSql = """
        INSERT INTO "ContentLater"("Key", "Tries", "At") VALUES (@key, @tries, @at)
        ON CONFLICT ("Key") DO UPDATE SET "Tries" = excluded."Tries", "At" = excluded."At"
        """;

    private const string NotLaterSql = """
        DELETE FROM "ContentLater" WHERE "Key" = @key
        """;

    private const string OldestSql = """
        UPDATE "ContentProgress" SET "Oldest" = @key
        """;

    /// <summary>Files that have the words, newest first, out of the caller's own chats: all those of so many messages.</summary>
    /// <param name="limit">Of messages.</param>
    public static async Task<List<ContentKey>> FindAsync(
        ChatDbContext db,
        string userId,
        SearchWords words,
        long? chatId,
        long? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var end = before is { } id ? ContentKey.FirstOf(id) : long.MaxValue;
        var keys = await db.Dialect.FullText
            .FindContents(db, userId, words, chatId, end, limit * Attachment.MaxPerMessage)
            .ToListAsync(cancellationToken);
        return keys.ConvertAll(key => new ContentKey(key));
    }

    /// <summary>Keys of the files that have the words, whoever's they are; to be narrowed by a query.</summary>
    public static IQueryable<long> Find(ChatDbContext db, SearchWords words, ContentKey from, ContentKey until) =>
        db.Dialect.FullText.FindContents(db, words, from, until);

    /// <summary>What is in a file; null where nobody has looked or there is no text in it.</summary>
    public static Task<string?> ReadTextAsync(ChatDbContext db, ContentKey key, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<string?>($"SELECT \"Text\" AS \"Value\" FROM \"FileContents\" WHERE \"Key\" = {key.Value}").SingleOrDefaultAsync(cancellationToken);

    /// <summary>Whether somebody has looked into the file, and what was found in the same bytes before, such as those of a copy.</summary>
    public static Task<KnownContent> FindKnownAsync(ChatDbContext db, ContentKey key, string sha256, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<KnownContent>(
            $"""
            SELECT EXISTS (SELECT 1 FROM "FileContents" WHERE "Key" = {key.Value}) AS "IsRead", same."Key" IS NOT NULL AS "IsKnown", same."Text"
            FROM (SELECT 1) AS "one" LEFT JOIN (SELECT "Key", "Text" FROM "FileContents" WHERE "Sha256" = {sha256} LIMIT 1) AS same ON TRUE
            """
        )
            .SingleAsync(cancellationToken);

    /// <summary>How far it has come.</summary>
    public static Task<ContentProgress> ReadProgressAsync(ChatDbContext db, CancellationToken cancellationToken) =>
        db.Database.SqlQuery<ContentProgress>($"SELECT \"Newest\", \"Oldest\" FROM \"ContentProgress\"").SingleAsync(cancellationToken);

    /// <summary>Files whose state has changed.</summary>
    public static async Task<List<ContentKey>> ReadBehindAsync(ChatDbContext db, int limit, CancellationToken cancellationToken)
    {
        var keys = await db
            .Database.SqlQuery<long>($"SELECT \"Key\" AS \"Value\" FROM \"ContentBehind\" ORDER BY \"Key\" LIMIT {limit}")
            .ToListAsync(cancellationToken);
        return keys.ConvertAll(key => new ContentKey(key));
    }

    /// <summary>A file that was put off and whose time has come.</summary>
    /// <param name="now">Seconds, as of <see cref="PutOff"/>.</param>
    public static async Task<PutOffContent?> FindDueAsync(ChatDbContext db, long now, CancellationToken cancellationToken) =>
        (
            await db
                .Database.SqlQuery<PutOffContent>($"SELECT \"Key\", \"Tries\" FROM \"ContentLater\" WHERE \"At\" <= {now} ORDER BY \"At\" LIMIT 1")
                .ToListAsync(cancellationToken)
        ).SingleOrDefault();

    /// <summary>What is to be taken out of the index for a file that is gone; null where it has never been looked into.</summary>
    public static async Task<KeptContent?> ReadKeptAsync(ChatDbContext db, ContentKey key, CancellationToken cancellationToken) =>
        (
            await db
                .Database.SqlQuery<KeptContent>($"SELECT \"FileName\", \"Text\" FROM \"FileContents\" WHERE \"Key\" = {key.Value}")
                .ToListAsync(cancellationToken)
        ).SingleOrDefault();

    /// <summary>Keeps what is in a file, unless it was deleted meanwhile.</summary>
    /// <param name="text">Null: it has been looked into, and there is no text in it.</param>
    /// <param name="terms">Those of name and text; made outside the write, which others wait for.</param>
    public static bool Put(WriteScope scope, ContentKey key, string sha256, string fileName, string? text, (string Name, string Text) terms)
    {
        var state = scope.Statement(StateSql, ("@message", key.MessageId), ("@position", key.Position)).ExecuteScalar();
        if (state is null || Convert.ToInt64(state, System.Globalization.CultureInfo.InvariantCulture) == (long)AttachmentState.Deleted)
            return false;
        if (scope.Statement(KeepSql, ("@key", key.Value), ("@sha256", sha256), ("@name", fileName), ("@text", text)).ExecuteNonQuery() == 0)
            return false;
        if (text is not null)
            scope.Dialect.FullText.AddContent(scope.Statement, key, terms.Name, terms.Text);
        return true;
    }

    /// <summary>Takes a file out that is gone.</summary>
    /// <param name="terms">Those that were put in; null where none were.</param>
    public static bool Remove(WriteScope scope, ContentKey key, (string Name, string Text)? terms)
    {
        var wasKept = scope.Statement(ForgetSql, ("@key", key.Value)).ExecuteNonQuery() > 0;
        if (wasKept && terms is { } gone)
            scope.Dialect.FullText.TakeContentOut(scope.Statement, key, gone.Name, gone.Text);
        return Settle(scope, key);
    }

    /// <summary>What had changed about a file has been attended to.</summary>
    public static bool Settle(WriteScope scope, ContentKey key) => scope.Statement(NotBehindSql, ("@key", key.Value)).ExecuteNonQuery() > 0;

    /// <summary>Others come first.</summary>
    /// <param name="tries">So many times it could not be read.</param>
    /// <param name="at">Seconds; not before then.</param>
    public static void PutOff(WriteScope scope, ContentKey key, int tries, long at) =>
        scope.Statement(LaterSql, ("@key", key.Value), ("@tries", tries), ("@at", at)).ExecuteNonQuery();

    /// <summary>It is put off no more.</summary>
    public static bool EndPuttingOff(WriteScope scope, ContentKey key) => scope.Statement(NotLaterSql, ("@key", key.Value)).ExecuteNonQuery() > 0;

    /// <summary>These are not new any more, the oldest of those that were found.</summary>
    public static bool EndNew(WriteScope scope, IReadOnlyList<ContentKey> keys)
    {
        scope.Dialect.FullText.EndNew(scope.Statement, keys);
        return true;
    }

    public static bool MoveOldest(WriteScope scope, ContentKey key) => scope.Statement(OldestSql, ("@key", key.Value)).ExecuteNonQuery() > 0;

    /// <param name="IsRead">Somebody has looked into the file.</param>
    /// <param name="IsKnown">Or into one with the same bytes, in which there was this text.</param>
    internal sealed record KnownContent(bool IsRead, bool IsKnown, string? Text);

    internal sealed record PutOffContent(long Key, int Tries);

    internal sealed record KeptContent(string FileName, string? Text);
}

/// <summary>How far files have been looked into.</summary>
/// <param name="Newest">Beyond this key are the new ones.</param>
/// <param name="Oldest">Before this key are those that were there already when it began.</param>
internal sealed record ContentProgress(long Newest, long Oldest);
