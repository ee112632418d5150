using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data.Sqlite;

/// <inheritdoc/>
public sealed class SqliteContext(DbContextOptions<SqliteContext> options) : ChatDbContext(options)
{
    internal override Dialect Dialect => SqliteDialect.Instance;

    /// <summary>One that nobody else has, on a connection that goes with it.</summary>
    internal static SqliteContext On(string connectionString) => new(new DbContextOptionsBuilder<SqliteContext>().UseSqlite(connectionString).Options);
}
