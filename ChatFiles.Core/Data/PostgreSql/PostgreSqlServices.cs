using System.Data.Common;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

internal static class PostgreSqlServices
{
    /// <summary>A database of PostgreSQL in place of the file: several processes can write to it at the same time.</summary>
    public static void AddPostgreSql(this IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<PostgreSqlConnection>().CreateSource());
        services.AddSingleton<DbDataSource>(provider => provider.GetRequiredService<NpgsqlDataSource>());
        services.AddSingleton<Dialect>(PostgreSqlDialect.Instance);
        services.AddSingleton<DatabaseWriter, PostgreSqlWriter>();
        services.AddSingleton<Node>();
        services.AddHostedService(provider => provider.GetRequiredService<Node>());
        services.AddSingleton<BlobIntents>();
        services.AddSingleton<IBlobIntents>(provider => provider.GetRequiredService<BlobIntents>());
        services.AddHostedService(provider => provider.GetRequiredService<BlobIntents>());
        services.AddSingleton<JobQueue, LeasedJobs>();
        services.AddSingleton<UploadRows>();
        services.AddSingleton<Leases, NodeLeases>();
        services.AddSingleton<IMinuteCounters, SharedCounters>();
        services.AddSingleton<SharedPlaces>();
        services.AddSingleton<IOpenCounters>(provider => provider.GetRequiredService<SharedPlaces>());
        services.AddHostedService(provider => provider.GetRequiredService<SharedPlaces>());
        services.AddPooledDbContextFactory<PostgreSqlContext>(
            (provider, options) => options.UseShared(provider).UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())
        );
        services.AddSingleton<IDbContextFactory<ChatDbContext>, ContextFactory<PostgreSqlContext>>();
        services.AddDbContext<KeysContext>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<NotifiedNodes>();
        services.AddSingleton<OtherNodes>(provider => provider.GetRequiredService<NotifiedNodes>());
        services.AddHostedService(provider => provider.GetRequiredService<NotifiedNodes>());
        services.AddSingleton<SoleProcess>();
        services.AddSingleton<PostgreSqlStart>();
        services.AddHostedService(provider => provider.GetRequiredService<PostgreSqlStart>());
        services.AddHostedService(provider => provider.GetRequiredService<SoleProcess>());
    }
}
