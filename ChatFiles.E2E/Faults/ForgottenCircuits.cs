using ChatFiles.E2E.Faults;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

[assembly: HostingStartup(typeof(ForgottenCircuits))]

namespace ChatFiles.E2E.Faults;

/// <summary>Runs inside the server: it lets go of a circuit as soon as its browser is away, as otherwise after minutes.</summary>
public sealed class ForgottenCircuits : IHostingStartup
{
    public const string Setting = "CHATFILES_FORGETS_CIRCUITS";

    public void Configure(IWebHostBuilder builder)
    {
        if (Environment.GetEnvironmentVariable(Setting) is not null)
        {
            builder.ConfigureServices(services =>
                services.PostConfigure<CircuitOptions>(circuits => circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMilliseconds(1))
            );
        }
    }
}
