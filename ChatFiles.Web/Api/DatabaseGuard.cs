using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Web.Accounts;

namespace ChatFiles.Web.Api;

/// <summary>
/// As long as a server's database has not been there once since the start, nobody is asked who they are: without its keys
/// everybody would be told to sign in.
/// </summary>
internal static class DatabaseGuard
{
    public static void UseDatabaseGuard(this WebApplication app)
    {
        var readiness = app.Services.GetRequiredService<DatabaseReadiness>();
        app.Use(
            (context, next) =>
                readiness.IsReady || !SessionGuard.IsForSomebody(context) ? next(context) : Problems.Of(Outage.Unavailable).ExecuteAsync(context)
        );
    }
}
