using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ChatFiles.Core.Data.Sqlite;

/// <summary>Sets SQLite up on every connection that EF opens.</summary>
internal sealed class SetUpConnections : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) =>
        DatabaseFile.SetUp((SqliteConnection)connection);

    public override Task ConnectionOpenedAsync(
        DbConnection connection,
        ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        DatabaseFile.SetUp((SqliteConnection)connection);
        return Task.CompletedTask;
    }
}
