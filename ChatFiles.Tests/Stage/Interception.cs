using ChatFiles.Core.Data.PostgreSql;
using ChatFiles.Core.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Stage;

internal static class Interception
{
    /// <summary>Sees what is asked of the database by EF, of whatever kind it is; for the world's "change".</summary>
    public static IServiceCollection Intercept(this IServiceCollection services, IInterceptor interceptor) =>
        services
            .ConfigureDbContext<SqliteContext>(options => options.AddInterceptors(interceptor))
            .ConfigureDbContext<PostgreSqlContext>(options => options.AddInterceptors(interceptor));
}
