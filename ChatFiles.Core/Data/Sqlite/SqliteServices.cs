using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Core.Data.Sqlite;

internal static class SqliteServices
{
    /// <summary>The database in a file of the data folder.</summary>
    public static void AddSqlite(this IServiceCollection services)
    {
        services.AddSingleton(provider => new DatabaseFile(provider.GetRequiredService<DataDirectory>().Database));
        services.AddSingleton<DbDataSource, SqliteSource>();
        services.AddSingleton<Dialect>(SqliteDialect.Instance);
        services.AddSingleton<DatabaseWriter, SqliteWriter>();
        services.AddPooledDbContextFactory<SqliteContext>(
            (provider, options) =>
                options
                    .UseShared(provider)
                    .UseSqlite(provider.GetRequiredService<DatabaseFile>().ConnectionString)
                    .AddInterceptors(new SetUpConnections())
        );
        services.AddSingleton<IDbContextFactory<ChatDbContext>, ContextFactory<SqliteContext>>();
    }
}
