using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

internal static class ReadMoment
{
    /// <summary>
    /// Until it is disposed, all reads of the context see one moment of the database. Deferred, because SQLite's usual
    /// BEGIN IMMEDIATE would stand in the writer's way.
    /// </summary>
    public static async Task<DbTransaction> HoldMomentAsync(this ChatDbContext db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        var transaction = ((SqliteConnection)db.Database.GetDbConnection()).BeginTransaction(deferred: true);
        await db.Database.UseTransactionAsync(transaction, cancellationToken);
        return transaction;
    }
}
