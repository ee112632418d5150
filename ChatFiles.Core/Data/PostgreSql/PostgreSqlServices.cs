using System.Data.Common;
using ChatFiles.Core.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

internal static class PostgreSqlServices
{
    /// <summary>A database of PostgreSQL in place of the file: several processes can write to it at the same time. Settings do not offer it yet.</summary>
    public static void AddPostgreSql(this IServiceCollection services, string connectionString)
    {
        services.RemoveAll<DatabaseFile>();
        services.AddSingleton(_ => NpgsqlDataSource.Create(Bounded(connectionString)));
        services.AddSingleton<DbDataSource>(provider => provider.GetRequiredService<NpgsqlDataSource>());
        services.AddSingleton<Dialect>(PostgreSqlDialect.Instance);
        services.AddSingleton<DatabaseWriter, PostgreSqlWriter>();
        services.AddPooledDbContextFactory<PostgreSqlContext>(
            (provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())
        );
        services.AddSingleton<IDbContextFactory<ChatDbContext>, ContextFactory<PostgreSqlContext>>();
    }

    /// <summary>
    /// Nobody waits for ever: not for a connection, a lock or an answer, and not for a process that has frozen with a lock in
    /// its hands. PostgreSQL's own limits are none.
    /// </summary>
    private static string Bounded(string connectionString)
    {
        var bounded = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "ChatFiles",
            Timeout = 3,
            CommandTimeout = 6,
            // To ask a server that does not answer to end the statement is no use.
            CancellationTimeout = -1,
            MaxAutoPrepare = 200,
        };
        bounded.Options =
            $"{bounded.Options} -c lock_timeout=3s -c statement_timeout=5s -c idle_in_transaction_session_timeout=5s -c tcp_user_timeout=10s".Trim();
        return bounded.ConnectionString;
    }
}
