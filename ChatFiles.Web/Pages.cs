using ChatFiles.Web.Accounts;
using ChatFiles.Web.Assets;
using ChatFiles.Web.Components;
using ChatFiles.Web.Components.Files;
using ChatFiles.Web.Security;
using ChatFiles.Web.Theme;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using MudBlazor.Services;

namespace ChatFiles.Web;

internal static class Pages
{
    /// <summary>Bytes of files never travel through a circuit, so its messages stay small.</summary>
    public const long MaxCircuitMessageBytes = 128 * 1024;

    /// <summary>
    /// A built but unpublished program would also look for any unknown path among the files, by a route that takes every
    /// address: 405 for 404 and 404 for 405. Changed files are noticed without it.
    /// </summary>
    public static void UseStaticAssets(this WebApplicationBuilder builder)
    {
        builder.WebHost.UseStaticWebAssets();
        builder.Configuration["DisableStaticAssetNotFoundRuntimeFallback"] = "true";
    }

    /// <summary>Razor components with circuits.</summary>
    public static void AddPages(this IServiceCollection services)
    {
        services
            .AddRazorComponents()
            .AddInteractiveServerComponents(circuits => circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(5))
            .AddHubOptions(hub =>
            {
                hub.MaximumReceiveMessageSize = MaxCircuitMessageBytes;
                hub.KeepAliveInterval = TimeSpan.FromSeconds(4);
                hub.ClientTimeoutInterval = TimeSpan.FromSeconds(20);
            });
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, CircuitIdentity>();
        services.AddScoped<CircuitPlace>();
        services.AddScoped<CircuitHandler>(provider => provider.GetRequiredService<CircuitPlace>());
        services.AddScoped<CircuitConnection>();
        services.AddScoped<CircuitHandler>(provider => provider.GetRequiredService<CircuitConnection>());
        services.AddScoped<CircuitHandler, CircuitOrder>();
        services.AddScoped<PageScripts>();
        services.AddSingleton<DrawingRounds>();
        services.AddScoped<CircuitDrawing>();
        services.AddSingleton<SharedRules>();
        // The kit looks so often, in every circuit, whether popovers have to be taken away; none of ours stays open by itself.
        services.AddMudServices(kit => kit.PopoverOptions.QueueDelay = TimeSpan.FromSeconds(30));
        services.AddSingleton<Scripts>();
        services.AddSingleton(provider => StyleSheet.CreateAsync(provider).GetAwaiter().GetResult());
    }

    /// <summary>How circuits and their pages are reached.</summary>
    public static void Connect(ServerComponentsEndpointOptions mode)
    {
        // Its own Content-Security-Policy would take the place of ours, which says the same of frames and much more.
        mode.ContentSecurityFrameAncestorsPolicy = null;
        mode.ConfigureWebSocketAcceptContext = (_, socket) =>
        {
            // What a page draws at first is a tenth of its size then. Each message by itself: to remember the last ones for
            // the next one would take 0.3 MB of every page, however long it sleeps.
            (socket.DangerousEnableCompression, socket.DisableServerContextTakeover) = (true, true);
            return Task.CompletedTask;
        };
    }

    /// <summary>What is made at the start for browsers: the style sheet of our look, and all scripts in one file.</summary>
    public static void MapMadeAssets(this WebApplication app)
    {
        app.Services.GetRequiredService<StyleSheet>().Map(app);
        app.Services.GetRequiredService<Scripts>().Map(app);
    }
}
