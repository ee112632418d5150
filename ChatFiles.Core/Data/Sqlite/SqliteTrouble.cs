using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data.Sqlite;

/// <summary>Tells what SQLite's failures mean.</summary>
internal static class SqliteTrouble
{
    private const int Full = 13; // https://sqlite.org/rescode.html#full

    /// <summary>Null when the exception is something else.</summary>
    public static DatabaseTrouble? Of(Exception failure) =>
        failure switch
        {
            SqliteException { SqliteErrorCode: Full } => DatabaseTrouble.Full,
            SqliteException => DatabaseTrouble.Away,
            DbUpdateException { InnerException: SqliteException inner } => Of(inner),
            _ => null,
        };
}
