using ChatFiles.Core;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Web;
using ChatFiles.Web.Accounts;
using ChatFiles.Web.Api;
using ChatFiles.Web.Components;
using ChatFiles.Web.Mails;
using ChatFiles.Web.Metrics;
using ChatFiles.Web.Security;

if (ReadingChild.Runs(args, out var exitCode) || CommandLine.Read(args, out exitCode) is not { } line)
    return exitCode;
OwnerOnly.FromNowOn();
try
{
    var builder = WebApplication.CreateBuilder(line.ToOptions());
    builder.UseDefaultAddress();
    builder.UseServiceManager();
    builder.UseStaticAssets();
    builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
    LargeBlocks.AddTo(builder.Services);

    builder.Services.KeepLogsClean();
    builder.Services.TellTimes();
    builder.Services.AddSingleton(StartUp.FindProgram());
    builder.Services.AddChatFiles(builder.Configuration, builder.Environment.ContentRootPath);
    builder.Services.AddAccounts(builder.Configuration);
    builder.Services.AddSingleton<RateLimits>();
    builder.Services.AddPages();
    builder.Services.AddApi();
    builder.Services.AddMissedMails();

    if (line.Command is null)
        builder.AddMetrics();
    else
        builder.Logging.ClearProviders();
    var app = builder.Build();
    if (line.Command is { } command)
    {
        await using var ending = app;
        return await command.RunToEndAsync(app.Services, line.Arguments);
    }

    // The database is brought up to date on one core while what answers is put together on another, and asks for neither
    // the database nor the files.
    var preparing = Task.Run(app.Services.PrepareChatFilesAsync);
    try
    {
        app.UseWarmStart();
        app.UseCallerAddress();
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseProblemPages();
        app.UseTus();
        app.UseRouting();
        app.UseDatabaseGuard();
        app.UsePageForms();
        app.UseCompanySignOn();
        app.UseAuthentication();
        app.UseSessions();
        app.UseRateLimits();
        app.UseAuthorization();
        app.UseCircuitGuard();
        app.UseSparingWebSockets();
        app.UseAntiforgery();

        app.MapStaticAssets();
        app.MapMadeAssets();
        app.MapApi();
        app.MapShareTarget();
        app.MapEndOfMail();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(Pages.Connect);
        app.WarmEndpoints();
    }
    finally
    {
        // What it refuses is said before what could not be put together for the same reason.
        await preparing;
    }

    app.AnnounceWhenReady();
    await app.RunToEndAsync();
    return 0;
}
catch (Exception failure) when (StartUp.IsUnusableSetting(failure, out var reason))
{
    await Console.Error.WriteLineAsync(OneLine.Of($"ChatFiles can't start: {reason}"));
    return 1;
}

/// <summary>Visible to the tests, which run the program as it is.</summary>
public partial class Program;
