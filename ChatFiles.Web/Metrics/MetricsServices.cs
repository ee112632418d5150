using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace ChatFiles.Web.Metrics;

/// <summary>What is measured, here and by the framework, and who gets it: Prometheus, which asks, and a collector by OTLP.</summary>
internal static class MetricsServices
{
    private static readonly string[] Meters =
    [
        Measures.Name,
        "System.Runtime",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.Http.Connections",
        "Microsoft.AspNetCore.Diagnostics",
    ];

    /// <summary>The usual settings of OpenTelemetry that name one.</summary>
    private static readonly string[] Collectors = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    public static void AddMetrics(this WebApplicationBuilder builder)
    {
        var settings = builder.Configuration;
        var address = MetricsAddress.Of(settings);
        var goesOut = Collectors.Any(name => !string.IsNullOrEmpty(settings[name]));
        if (address.EndPoint is null && !goesOut)
            return;
        builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("chatfiles", serviceVersion: ProgramVersion.Text).AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters).AddInstrumentation(provider => provider.GetRequiredService<Gauges>());
                if (address.EndPoint is not null)
                    metrics.AddPrometheusExporter(prometheus => prometheus.ScrapeResponseCacheDurationMilliseconds = 0);
                if (goesOut)
                    metrics.AddOtlpExporter();
            });
        if (address.EndPoint is not null)
            builder.Services.AddSingleton(address).AddHostedService<MetricsListener>();
    }
}
