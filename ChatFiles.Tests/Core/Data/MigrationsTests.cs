using ChatFiles.Core.Data.PostgreSql;
using ChatFiles.Core.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Core.Data;

public sealed class MigrationsTests
{
    /// <summary>No database is asked for that: CONTRIBUTING says how the missing one is made.</summary>
    [Fact]
    public void Each_kind_of_database_has_migrations_that_lead_to_what_the_model_is()
    {
        using var sqlite = SqliteContext.On("Data Source=:memory:");
        using var postgreSql = new PostgreSqlContext(new DbContextOptionsBuilder<PostgreSqlContext>().UseNpgsql("Host=nowhere").Options);

        sqlite.Database.HasPendingModelChanges().ShouldBeFalse("SQLite");
        postgreSql.Database.HasPendingModelChanges().ShouldBeFalse("PostgreSQL");
    }
}
