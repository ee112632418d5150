using Microsoft.EntityFrameworkCore.Design;

namespace ChatFiles.Core.Data.Sqlite;

/// <summary>Lets <c>dotnet ef migrations add</c> see the model without starting the program.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<SqliteContext>
{
    public SqliteContext CreateDbContext(string[] args) => SqliteContext.On("Data Source=:memory:");
}
