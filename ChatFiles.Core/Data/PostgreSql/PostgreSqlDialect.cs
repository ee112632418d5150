using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

/// <inheritdoc/>
internal sealed class PostgreSqlDialect : Dialect
{
    public static readonly PostgreSqlDialect Instance = new();

    private readonly ConcurrentDictionary<string, string> _translated = new(StringComparer.Ordinal);

    internal override FullText FullText { get; } = new PostgreSqlFullText();

    /// <summary>Npgsql keeps a pool, and finds out which of its connections have died.</summary>
    internal override int MostIdleReaders => 0;

    /// <summary>Npgsql remembers what it has sent often (Max Auto Prepare), and takes no other parameters for a command that it has.</summary>
    internal override bool KeepsCommands => false;

    internal override bool FindsEndsFirst => false;

    internal override string Of(string sql) => _translated.GetOrAdd(sql, Translate);

    private static string Translate(string sql) =>
        sql.Replace("json_group_array(", "json_agg(", StringComparison.Ordinal)
            .Replace("json_object(", "json_build_object(", StringComparison.Ordinal)
            .Replace("json((", "((", StringComparison.Ordinal)
            .Replace("instr(", "strpos(", StringComparison.Ordinal)
            .Replace("group_concat(", "string_agg(", StringComparison.Ordinal)
            .Replace("char(10)", "chr(10)", StringComparison.Ordinal)
            .Replace("json_each(@p0)", "json_array_elements_text(@p0::json)", StringComparison.Ordinal)
            .Replace("json_each(@ids)", "json_array_elements_text(@ids::json)", StringComparison.Ordinal);

    internal override async Task<DbTransaction> HoldMomentAsync(ChatDbContext db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        var transaction = await db.Database.GetDbConnection().BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await db.Database.UseTransactionAsync(transaction, cancellationToken);
        return transaction;
    }

    /// <remarks>The server ends the statement; that nobody waits for it any more, Npgsql tells it by the read's own token.</remarks>
    internal override IDisposable Limit(ChatDbContext db, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        // Ends with the transaction, which is that of the moment.
        db.Database.ExecuteSql($"SELECT set_config('statement_timeout', {FormattableString.Invariant($"{limit.TotalMilliseconds:0}")}, TRUE)");
        return new Nothing();
    }

    internal override bool WasEnded(Exception failure) => PostgreSqlTrouble.Find(failure) is { SqlState: PostgresErrorCodes.QueryCanceled };

    internal override Task LockChatAsync(ChatDbContext db, long chatId) =>
        db.Database.ExecuteSqlAsync($"""SELECT 1 FROM "Chats" WHERE "Id" = {chatId} FOR NO KEY UPDATE""");

    internal override string LockPersonSql => """SELECT 1 FROM "PersonStates" WHERE "UserId" = @user FOR NO KEY UPDATE""";

    internal override string TakeUploadsSql => UploadRows.Taking("""WHERE "Id" = ANY(@ids)""");

    internal override string TakeIntentsSql => """DELETE FROM "BlobIntents" WHERE "Key" = ANY(@keys)""";

    internal override async Task<bool> TakeIntentAsync(ChatDbContext db, string key) =>
        await db.Database.ExecuteSqlAsync($"""DELETE FROM "BlobIntents" WHERE "Key" = {key}""") == 1;

    private sealed class Nothing : IDisposable
    {
        public void Dispose() { }
    }
}
