using System.Reflection;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Files.Scanning;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ChatFiles.Web.Api;

/// <summary>Whether the process runs, and whether it could do its work.</summary>
internal static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static void AddChatHealth(this IServiceCollection services) =>
        services
            .AddSingleton<DatabaseAnswers>()
            .AddSingleton<WriterAnswers>()
            .AddSingleton<FileStoreAnswers>()
            .AddHealthChecks()
            .AddCheck<DatabaseAnswers>("database")
            .AddCheck<WriterAnswers>("writer")
            .AddCheck<FileStoreAnswers>("fileStore")
            .Services.AddSingleton<ScannerAnswers>()
            .AddOptions<HealthCheckServiceOptions>()
            .Configure<ClamAv>(
                static (health, scanner) =>
                {
                    // While it is away, only files have to wait.
                    if (scanner.IsSet)
                        health.Registrations.Add(new("scanner", services => services.GetRequiredService<ScannerAnswers>(), HealthStatus.Degraded, tags: null));
                }
            );

    public static void MapHealth(this WebApplication app)
    {
        // A check takes any method by itself.
        var reads = new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]);
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync })
            .WithMetadata(reads, Described, AnswersView(200))
            .WithTags("Operating")
            .Named("isLive", "Whether the process runs")
            .Refuses();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync })
            .WithMetadata(reads, Described, AnswersView(200), AnswersView(503))
            .WithTags("Operating")
            .Named("isReady", "Whether it could do its work, or what does not answer")
            .Refuses();
    }

    /// <summary>A check is no handler, and only what has one is in the API document: this one stands for it, and takes nothing.</summary>
    private static MethodInfo Described => ((Action)(static () => { })).Method;

    private static ProducesResponseTypeMetadata AnswersView(int status) => new(status, typeof(HealthView), ["application/json"]);

    private static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(
            new HealthView(
                report.Status switch
                {
                    HealthStatus.Healthy => "ok",
                    HealthStatus.Degraded => "degraded",
                    _ => "unavailable",
                },
                ProgramVersion.Text,
                report.Entries.ToDictionary(
                    entry => entry.Key,
                    entry => entry.Value.Status == HealthStatus.Healthy ? "ok" : "does not answer",
                    StringComparer.Ordinal
                )
            )
        );

    internal sealed record HealthView(string Status, string Version, IReadOnlyDictionary<string, string> Checks);

    /// <summary>
    /// Who asks is a stranger and may ask as often as they like: one look at a time serves all who ask meanwhile, and
    /// those of the next second.
    /// </summary>
    internal abstract class SharedLook(TimeProvider time) : IHealthCheck
    {
        private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

        private readonly Lock _lock = new();
        private Task? _look;
        private long _begun;

        protected TimeProvider Time => time;

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await CurrentLook().WaitAsync(Patience, cancellationToken);
            return HealthCheckResult.Healthy();
        }

        protected abstract Task LookAsync(CancellationToken cancellationToken);

        private Task CurrentLook()
        {
            lock (_lock)
            {
                if (_look is null || (_look.IsCompleted && time.GetElapsedTime(_begun) >= Freshness))
                    (_look, _begun) = (Task.Run(LookInTimeAsync), time.GetTimestamp());
                return _look;
            }
        }

        private async Task LookInTimeAsync()
        {
            using var patience = new CancellationTokenSource(Patience);
            await LookAsync(patience.Token);
        }
    }

    private sealed class DatabaseAnswers(IDbContextFactory<ChatDbContext> databases, TimeProvider time) : SharedLook(time)
    {
        protected override async Task LookAsync(CancellationToken cancellationToken)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            _ = await db.Chats.AnyAsync(cancellationToken);
        }
    }

    private sealed class WriterAnswers(Markers markers, TimeProvider time) : SharedLook(time)
    {
        protected override Task LookAsync(CancellationToken cancellationToken) =>
            markers.SetAsync(Marker.LastLook, $"{Time.GetUtcNow():O}", cancellationToken);
    }

    private sealed class FileStoreAnswers(IFileStore store, TimeProvider time) : SharedLook(time)
    {
        protected override Task LookAsync(CancellationToken cancellationToken) => store.CheckAsync(cancellationToken);
    }

    private sealed class ScannerAnswers(ClamAv scanner, TimeProvider time) : SharedLook(time)
    {
        protected override Task LookAsync(CancellationToken cancellationToken) => scanner.CheckAsync(cancellationToken);
    }
}
