using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Data.PostgreSql;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Files;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Core.Files.Scanning;
using ChatFiles.Core.Live;
using ChatFiles.Core.Mail;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Core.Push;
using ChatFiles.Core.Upkeep;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core;

/// <summary>Wires what ChatFiles is, without saying how it is reached.</summary>
public static class CoreServices
{
    public static IServiceCollection AddChatFiles(this IServiceCollection services, IConfiguration configuration, string contentRoot)
    {
        services.AddSettings<UploadOptions>(configuration, "Uploads");
        services.PostConfigure<UploadOptions>(options =>
        {
            // A list can also be written as one value: Uploads__AllowedExtensions="png pdf".
            if (options.AllowedExtensions.Count == 0 && configuration["Uploads:AllowedExtensions"] is { Length: > 0 } list)
                options.AllowedExtensions = [list];
        });
        services.AddSettings<QuotaOptions>(configuration, "Quotas");
        services.AddSettings<LimitOptions>(configuration, "Limits");
        services.AddSettings<RateLimitOptions>(configuration, "RateLimits");
        services.AddSettings<SearchOptions>(configuration, "Search");
        services.AddSettings<RetentionOptions>(configuration, "Retention");
        services.AddSettings<DataOptions>(configuration, "Data");
        var directory = configuration["Data:Directory"] is { Length: > 0 } set ? set : "data";
        services.PostConfigure<DataOptions>(options => options.Directory = Path.GetFullPath(directory, contentRoot));
        services.AddSingleton<IValidateOptions<DataOptions>>(new DataAreNotLeftBehind(directory, contentRoot));

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DataDirectory>();
        services.AddDatabase(configuration);
        services.AddSingleton<LongReads>();
        services.AddSingleton<PreparedReads>();
        services.AddSingleton<SearchIndexer>();
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<ChatDbContext>>().CreateDbContext());

        services.AddSettings<StorageOptions>(configuration, "Storage");
        services.TryAddSingleton<IFileStore>(CreateStore);
        services.AddSingleton<FileStates>();
        services.AddSingleton<TrustedBlobs>();
        services.AddSettings<UpkeepOptions>(configuration, "Upkeep");
        services.TryAddSingleton<Leases>();
        services.AddSingleton<Markers>();
        services.AddSingleton<ChatRemover>();
        services.AddSingleton<OverviewReader>();
        services.AddSingleton<RefusalsOfToday>();
        services.AddSingleton<Gauges>();
        services.AddSingleton(CreateBackup);
        services.AddSingleton(provider => new MoveToPostgreSql(
            provider.GetRequiredService<DataDirectory>(),
            provider.GetRequiredService<IOptions<SearchOptions>>(),
            provider.GetRequiredService<PostgreSqlConnection>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<UploadPolicy>();
        services.AddSettings<ScanningOptions>(configuration, "Scanning");
        services.AddSingleton<ClamAv>();
        services.AddSingleton<FileUploads>();
        services.AddSingleton<UploadsInFlight>();
        services.TryAddSingleton<IBlobIntents>(provider => provider.GetRequiredService<UploadsInFlight>());
        services.AddSingleton<UploadsUnderWay>();
        services.AddSingleton<QuotaReservations>();
        services.AddSingleton(CreateStagedUploads);
        services.AddSingleton(provider => new FileReader(
            provider.GetRequiredService<DataDirectory>().Reading,
            provider.GetRequiredService<ProgramItself>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<FileReader>>()
        ));
        services.AddSingleton<Pictures>();
        services.AddSingleton<SlowAuthors>();
        services.AddSingleton<MadePictures>();
        services.AddSingleton<Profiles>();
        services.AddSingleton<OwnPictures>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<Operators>();
        services.AddSingleton<PeopleService>();
        services.AddSingleton<PasswordLinks>();
        services.AddSingleton<SignOns>();
        services.AddSingleton<AccessTokens>();
        services.AddSettings<SmtpOptions>(configuration, "Mail:Smtp");
        services.AddSingleton<MailQueue>();
        services.AddSettings<PushOptions>(configuration, "Push");
        services.AddSingleton<PushKeys>();
        services.AddSingleton<PushSubscriptions>();
        services.TryAddSingleton(provider => new PushService(
            provider.GetRequiredService<TimeProvider>(),
            SenderOf(configuration["Site:PublicUrl"], provider.GetRequiredService<IOptions<SmtpOptions>>().Value)
        ));
        services.AddSettings<AuditOptions>(configuration, "Audit");
        services.AddSingleton<AuditLog>();
        services.AddSingleton<RoomBroadcaster>();
        services.AddSingleton<EventDispatcher>();
        services.AddSingleton<RoomLog>();
        services.AddSingleton<EventLag>();
        services.AddSingleton<Pulse>();
        services.AddSingleton<Presence>();
        services.TryAddSingleton<IMinuteCounters, MinuteCounters>();
        services.TryAddSingleton<IOpenCounters, OpenCounters>();
        services.AddSingleton<PersonLimits>();
        services.AddSingleton<ReadPositions>();
        services.AddSettings<ReceiptOptions>(configuration, "Receipts");
        services.AddSingleton<FileOpenings>();
        services.AddSingleton<Receipts>();
        services.AddSingleton<Reactions>();
        services.AddSingleton<MissedMessages>();
        services.AddSingleton<QuotaAccounts>();
        services.AddSingleton<UploadIntake>();
        services.AddScoped<ChatService>();
        services.AddScoped<ChatDirectory>();
        services.AddScoped<MemberService>();
        services.AddScoped<ChatAdministration>();
        services.AddSingleton<AllChats>();
        services.AddSingleton<Reports>();
        services.AddSettings<ExportOptions>(configuration, "Exports");
        services.AddSingleton<Exports>();
        services.AddScoped<OpenChats>();
        services.AddScoped<UploadService>();
        services.AddScoped<FindingService>();
        services.AddScoped<LiveChats>();

        services.AddHostedService(provider => provider.GetRequiredService<Sessions>());
        services.AddHostedService(provider => provider.GetRequiredService<EventDispatcher>());
        services.AddHostedService(provider => provider.GetRequiredService<ReadPositions>());
        services.AddHostedService(provider => provider.GetRequiredService<FileOpenings>());
        services.AddHostedService(provider => provider.GetRequiredService<SearchIndexer>());
        services.AddHostedService<ContentReader>();
        services.TryAddSingleton<JobQueue>();
        services.AddHostedService<JobRunner>();
        services.AddHostedService<PictureMaker>();
        services.AddHostedService<OrphanSweeper>();
        services.AddHostedService<UploadSweeper>();
        services.AddHostedService<DriftCheck>();
        services.AddHostedService<Retention>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditLog>());
        services.AddHostedService(provider => provider.GetRequiredService<MailQueue>());
        services.AddHostedService<PushSender>();
        return services;
    }

    private static void AddDatabase(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddSettings<DatabaseOptions>(configuration, "Database")
            .Validate(
                database => database.Provider != DatabaseProvider.PostgreSql || PostgreSqlConnection.IsOne(database.ConnectionString),
                PostgreSqlConnection.Refused
            )
            // What is no provider is refused once, as that of the files.
            .Configure(database => database.IsForOne = !Enum.TryParse<StorageProvider>(configuration["Storage:Provider"], ignoreCase: true, out var files) || files == StorageProvider.Local);
        services.AddSingleton<DatabaseReadiness>();
        services.AddSingleton<PostgreSqlConnection>();
        // What is no provider at all is refused at the start.
        if (Enum.TryParse<DatabaseProvider>(configuration["Database:Provider"], ignoreCase: true, out var provider) && provider == DatabaseProvider.PostgreSql)
        {
            services.AddPostgreSql();
            services.AddHostedService<EventsElsewhere>();
        }
        else
        {
            services.AddSqlite();
            services.AddSingleton<OtherNodes>();
        }
    }

    /// <summary>By whom push services are told who sends to them (RFC 8292): this site, else whoever its mails come from.</summary>
    private static string? SenderOf(string? publicUrl, SmtpOptions mail) =>
        publicUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true ? publicUrl
        : mail.Sender is { } sender ? "mailto:" + sender.Address
        : null;

    private static MeasuredStore CreateStore(IServiceProvider services)
    {
        var storage = services.GetRequiredService<IOptions<StorageOptions>>().Value;
        if (storage.Provider == StorageProvider.Local)
            return new MeasuredStore(new LocalFileStore(services.GetRequiredService<DataDirectory>().Files));
        try
        {
            return new MeasuredStore(new AzureFileStore(storage.Azure));
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new OptionsValidationException(
                "Storage",
                typeof(StorageOptions),
                [$"Storage:Azure:ConnectionString or Storage:Azure:Container can't be used: {failure.Message}"]
            );
        }
    }

    /// <summary>They go on at another process where both the database and the store are there for it.</summary>
    private static StagedUploads CreateStagedUploads(IServiceProvider services)
    {
        var storage = services.GetRequiredService<IOptions<StorageOptions>>().Value;
        var time = services.GetRequiredService<TimeProvider>();
        return storage.Provider == StorageProvider.Azure && services.GetService<UploadRows>() is { } rows
            ? new SharedUploads(rows, new AzureFileStore(storage.Azure), time)
            : new LocalUploads(services.GetRequiredService<DataDirectory>().Uploads, services.GetRequiredService<QuotaReservations>(), time);
    }

    /// <summary>Where there is a database that this version can write, and no other process has it. That the settings are refused is said in any case.</summary>
    private static async Task NoteRefusalAsync(IServiceProvider services, IReadOnlyList<string> reasons)
    {
        try
        {
            if (await IsUpToDateAsync(services))
                await services.GetRequiredService<AuditLog>().NoteRefusedSettingsAsync(reasons);
        }
        catch (Exception failure)
        {
            services.GetRequiredService<ILogger<AuditLog>>().LogDebug(failure, "That settings were refused could not be noted");
        }
    }

    private static async Task<bool> IsUpToDateAsync(IServiceProvider services)
    {
        if (services.GetService<PostgreSqlStart>() is { } server)
            return await server.TryOpenAsync(CancellationToken.None);
        if (!File.Exists(services.GetRequiredService<DatabaseFile>().Path))
            return false;
        services.GetRequiredService<DataDirectory>().Lock();
        await using var db = await services.GetRequiredService<IDbContextFactory<ChatDbContext>>().CreateDbContextAsync();
        return !(await db.Database.GetPendingMigrationsAsync()).Any();
    }

    private static Backup CreateBackup(IServiceProvider services)
    {
        var data = services.GetRequiredService<DataDirectory>();
        var isLocal = services.GetRequiredService<IOptions<StorageOptions>>().Value.Provider == StorageProvider.Local;
        return new Backup(
            services.GetService<DatabaseFile>() ?? throw Backup.NotOurs(),
            isLocal ? services.GetRequiredService<IFileStore>() : null,
            data.Keys,
            services.GetRequiredService<TimeProvider>()
        );
    }

    /// <summary>Brings the database up to date and clears away what a crash left half-written; before anything else runs.</summary>
    public static async Task PrepareChatFilesAsync(this IServiceProvider services)
    {
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            _ = services.GetRequiredService<UploadPolicy>();
            _ = services.GetRequiredService<ClamAv>();
        }
        catch (Exception refused) when (Settings.ReasonsOf(refused) is { } reasons)
        {
            await NoteRefusalAsync(services, reasons);
            throw;
        }

        var data = services.GetRequiredService<DataDirectory>();
        data.Lock();
        if (data.CloseToOthers() is { } reason)
            services.GetRequiredService<ILogger<DataDirectory>>().LogWarning("Others on this machine may get into {Folder}: {Reason}", data.Root, reason);
        if (services.GetService<PostgreSqlStart>() is { } server)
            await server.BeginAsync();
        else
            await UpgradeFileAsync(services);
        await services.GetRequiredService<IFileStore>().DiscardUnfinishedAsync(CancellationToken.None);
        services.GetRequiredService<FileReader>().DiscardUnfinished();
        services.GetRequiredService<StagedUploads>().Load();
    }

    /// <summary>For a command, beside a server that runs or where none has ever run: what it is to change or read is there.</summary>
    public static async Task OpenChatFilesAsync(this IServiceProvider services)
    {
        if (services.GetService<PostgreSqlStart>() is { } server)
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            await server.OpenAsync();
            return;
        }

        await using var db = await services.GetRequiredService<IDbContextFactory<ChatDbContext>>().CreateDbContextAsync();
        if ((await db.Database.GetPendingMigrationsAsync()).Any())
            await services.PrepareChatFilesAsync();
    }

    private static async Task UpgradeFileAsync(IServiceProvider services)
    {
        var database = services.GetRequiredService<DatabaseFile>();
        await using var db = await services.GetRequiredService<IDbContextFactory<ChatDbContext>>().CreateDbContextAsync();
        if (File.Exists(database.Path))
        {
            DatabaseIntegrity.Check(database, thoroughly: false);
            await UpgradeCopy.KeepAsync(db, database, services.GetRequiredService<TimeProvider>(), CancellationToken.None);
        }

        await db.Dialect.FullText.MigrateAsync(db, services.GetRequiredService<IOptions<SearchOptions>>().Value.Contents);
    }
}
