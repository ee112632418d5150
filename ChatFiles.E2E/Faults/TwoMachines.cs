using ChatFiles.Core.Files;
using ChatFiles.E2E.Flows;
using ChatFiles.E2E.Stage;
using Npgsql;

namespace ChatFiles.E2E.Faults;

/// <summary>Two processes on one PostgreSQL and one container, for the tests of a class; the first can be made to crash at <see cref="CrashPoints"/>.</summary>
public sealed class TwoMachines : IAsyncLifetime
{
    private readonly PostgreSqlServer server = new();
    private readonly Azurite azurite = new();
    private AzureFileStore store = null!;

    public ServerProcess First { get; private set; } = null!;

    public ServerProcess Second { get; private set; } = null!;

    /// <summary>What their database is asked behind their backs.</summary>
    public NpgsqlDataSource Database { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Task.WhenAll(server.InitializeAsync(), azurite.InitializeAsync());
        var (database, blobs) = (await server.CreateDatabaseAsync(), azurite.NewContainer());
        (Database, store) = (NpgsqlDataSource.Create(database), new AzureFileStore(blobs));
        var settings = SeveralMachines.SettingsOf(database, blobs);
        // Here one person is all programs, and what a machine was receiving when it died counts for a while.
        settings["Limits__UploadsUnderWayPerPerson"] = "0";
        (First, Second) = (new ServerProcess(settings.Concat(CrashPoints.Settings)), new ServerProcess(settings));
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
        await Database.DisposeAsync();
        await azurite.DisposeAsync();
        await server.DisposeAsync();
    }

    /// <summary>Those that do not run.</summary>
    public Task StartAsync() => Task.WhenAll(new[] { First, Second }.Where(machine => !machine.IsRunning).Select(machine => machine.StartAsync()));

    /// <summary>Whatever belongs to no file is cleared away, also what a machine was writing when it died.</summary>
    public async Task ShouldHaveNoBlobLeftOverAsync()
    {
        await Eventually.HoldsAsync(async () => await CountIntentsAsync() == 0, "no blob was on its way", 60);
        var files = await CountAsync("""SELECT COUNT(*) FROM "Attachments" WHERE "State" = 0""");
        await Eventually.HoldsAsync(async () => await store.ListAsync("", default).CountAsync() == files, $"{files} blobs were left for as many files", 60);
    }

    /// <summary>Of the blobs that are being written, as far as anybody has noted.</summary>
    public Task<long> CountIntentsAsync() => CountAsync("""SELECT COUNT(*) FROM "BlobIntents" """);

    private async Task<long> CountAsync(string sql)
    {
#pragma warning disable CA2100 // What stands here.
        await using var count = Database.CreateCommand(sql);
#pragma warning restore CA2100
        return (long)(await count.ExecuteScalarAsync())!;
    }
}
