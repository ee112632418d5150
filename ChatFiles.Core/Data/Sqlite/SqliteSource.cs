using System.Data.Common;

namespace ChatFiles.Core.Data.Sqlite;

/// <summary>Connections that belong to whoever opens them, and not to the pool.</summary>
internal sealed class SqliteSource(DatabaseFile file) : DbDataSource
{
    public override string ConnectionString => file.ConnectionString;

    protected override DbConnection CreateDbConnection() => file.CreateConnection();

    protected override DbConnection OpenDbConnection()
    {
        var connection = file.CreateConnection();
        DatabaseFile.Open(connection);
        return connection;
    }

    /// <summary>Nothing is waited for; what the base does here would leave the connection without its settings.</summary>
    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(OpenDbConnection());
}
