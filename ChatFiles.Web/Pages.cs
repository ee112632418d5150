using ChatFiles.Web.Accounts;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Radzen;

namespace ChatFiles.Web;

internal static class Pages
{
    /// <summary>
    /// A built but unpublished program also looks for changed files at run time, by a route that takes every address: an
    /// unknown one would then be 405 instead of 404. Only who works on the files needs that.
    /// </summary>
    public static void UseStaticAssets(this WebApplicationBuilder builder)
    {
        builder.WebHost.UseStaticWebAssets();
        if (!builder.Environment.IsDevelopment())
            builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
    }

    /// <summary>Razor components with circuits. Bytes of files never travel through a circuit, so its messages stay small.</summary>
    public static void AddPages(this IServiceCollection services)
    {
        services
            .AddRazorComponents()
            .AddInteractiveServerComponents(circuits => circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(5))
            .AddHubOptions(hub =>
            {
                hub.MaximumReceiveMessageSize = 128 * 1024;
                hub.KeepAliveInterval = TimeSpan.FromSeconds(4);
                hub.ClientTimeoutInterval = TimeSpan.FromSeconds(20);
            });
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, CircuitIdentity>();
        services.AddRadzenComponents();
    }
}
