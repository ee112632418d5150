using System.Data;
using System.Diagnostics;
using System.Reflection;
using ChatFiles.Core.Data;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Files;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.E2E.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SQLitePCL;

[assembly: HostingStartup(typeof(CrashPoints))]

/// <summary>The runtime calls this in the server's process, before its Main, when DOTNET_STARTUP_HOOKS names this assembly.</summary>
#pragma warning disable MA0047 // the runtime wants it without a namespace
internal static class StartupHook
#pragma warning restore MA0047
{
    /// <summary>That the assembly is loaded by now is all it takes: the host finds it by its name.</summary>
    public static void Initialize() { }
}

namespace ChatFiles.E2E.Faults
{
    /// <summary>
    /// Runs inside the server, a process of its own, and kills it (SIGKILL) at the point of an upload that the header
    /// <see cref="Trigger"/> of its request names, whatever database and store it has. The program itself knows nothing of this; it
    /// only takes what is registered before.
    /// </summary>
    public sealed class CrashPoints : IHostingStartup
    {
        public const string Trigger = "X-Crash";

        public static readonly string[] All =
        [
            "before-blob",
            "during-blob",
            "after-blob",
            "in-transaction",
            "after-commit",
            "before-answer",
            "after-answer",
            "dispatch",
        ];

        /// <summary>Of a server that has these points.</summary>
        public static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
        {
            ["DOTNET_STARTUP_HOOKS"] = Assembly.GetExecutingAssembly().Location,
            ["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = "ChatFiles.E2E",
        };

        /// <summary>Only a request with the trigger's header arms it, so that setting the stage does not crash.</summary>
        private static volatile string? armed;

        public void Configure(IWebHostBuilder builder) =>
            builder.ConfigureServices(services =>
            {
                services.AddSingleton<IFileStore>(provider => new CrashingStore(StoreOf(provider)));
                services.AddSingleton<IStartupFilter, CrashingRequest>();
                services.AddHostedService<CrashingQueue>();
            });

        private static IFileStore StoreOf(IServiceProvider services) =>
            services.GetRequiredService<IOptions<StorageOptions>>().Value is { Provider: StorageProvider.Azure } storage
                ? new AzureFileStore(storage.Azure)
                : new LocalFileStore(services.GetRequiredService<DataDirectory>().Files);

        private static void CrashAt(string point)
        {
            if (point != armed)
                return;
            Process.GetCurrentProcess().Kill();
            new ManualResetEventSlim().Wait(); // nothing more may happen here
        }

        private sealed class CrashingStore(IFileStore store) : IFileStore
        {
            public async Task<Result<string>> WriteAsync(string key, Stream content, CancellationToken cancellationToken)
            {
                CrashAt("before-blob");
                var written = await store.WriteAsync(key, new CrashingContent(content), cancellationToken);
                CrashAt("after-blob");
                return written;
            }

            public Task<StoredBlob?> OpenAsync(string key, CancellationToken cancellationToken) => store.OpenAsync(key, cancellationToken);

            public Task DeleteAsync(string key, CancellationToken cancellationToken) => store.DeleteAsync(key, cancellationToken);

            public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => store.ListAsync(prefix, cancellationToken);

            public Task DiscardUnfinishedAsync(CancellationToken cancellationToken) => store.DiscardUnfinishedAsync(cancellationToken);

            public Task CheckAsync(CancellationToken cancellationToken) => store.CheckAsync(cancellationToken);
        }

        private sealed class CrashingContent(Stream content) : Stream
        {
            private int reads;

            public override bool CanRead => true;

            public override bool CanSeek => false;

            public override bool CanWrite => false;

            public override long Length => throw new NotSupportedException();

            public override long Position
            {
                get => throw new NotSupportedException();
                set => throw new NotSupportedException();
            }

            public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                if (++reads > 1)
                    CrashAt("during-blob");
                return await content.ReadAsync(buffer, cancellationToken);
            }

            public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
                ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

            public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            public override void Flush() { }

            public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

            public override void SetLength(long value) => throw new NotSupportedException();

            public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        }

        private sealed class CrashingRequest : IStartupFilter
        {
            public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
                app =>
                {
                    app.Use(
                        (context, proceed) =>
                        {
                            if (context.Request.Headers[Trigger].SingleOrDefault() is not { } point)
                                return proceed(context);
                            armed = point;
                            context.Response.OnStarting(() => Task.Run(() => CrashAt("before-answer")));
                            context.Response.OnCompleted(() => Task.Run(() => CrashAt("after-answer")));
                            return proceed(context);
                        }
                    );
                    next(app);
                };
        }

        private sealed class CrashingQueue(DatabaseWriter writer, RoomBroadcaster broadcaster) : IHostedService
        {
            public Task StartAsync(CancellationToken cancellationToken)
            {
                // Before anybody else: nobody has been told of it. What has no event is no message; the search index is written meanwhile, too.
                writer.Committed += commit =>
                {
                    if (commit.Events.Count > 0)
                        CrashAt("after-commit");
                };
                if (writer is SqliteWriter sqlite)
                    Watch(sqlite.Connection);
                else
                    WatchPostgreSql();
                broadcaster.Watch(_ => CrashAt("dispatch"));
                return Task.CompletedTask;
            }

            public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

            private static void Watch(SqliteConnection connection)
            {
                connection.StateChange += (_, change) => Watch(connection, change.CurrentState);
                Watch(connection, connection.State);
            }

            private static void Watch(SqliteConnection connection, ConnectionState state)
            {
                if (state == ConnectionState.Open)
                    raw.sqlite3_update_hook(connection.Handle, (_, _, _, table, _) => CrashIn(table.utf8_to_string()), null);
            }

            /// <summary>Npgsql tells of each statement that has been answered.</summary>
            private static void WatchPostgreSql() =>
                ActivitySource.AddActivityListener(
                    new ActivityListener
                    {
                        ShouldListenTo = source => source.Name == "Npgsql",
                        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                        ActivityStopped = statement =>
                        {
                            if (statement.GetTagItem("db.query.text") is string sql && sql.Contains("INTO \"Events\"", StringComparison.Ordinal))
                                CrashIn("Events");
                        },
                    }
                );

            /// <summary>Message and attachments are written, the commit is not.</summary>
            private static void CrashIn(string table)
            {
                if (table == "Events")
                    CrashAt("in-transaction");
            }
        }
    }
}
