using ChatFiles.Web.Accounts;
using ChatFiles.Web.Api;
using ChatFiles.Web.Components;
using ChatFiles.Web.Mails;
using ChatFiles.Web.Security;

namespace ChatFiles.Web;

/// <summary>What a request meets, in this order.</summary>
internal static class Pipeline
{
    /// <summary>Asks neither the database nor the files: they are brought up to date meanwhile.</summary>
    public static void UsePipeline(this WebApplication app)
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
}
