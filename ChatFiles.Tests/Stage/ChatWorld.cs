using ChatFiles.Core;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Data.PostgreSql;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Core.Upkeep;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Tests.Stage;

/// <summary>
/// All of Core as production wires it, on a real database (a file of SQLite, or one of PostgreSQL) and a real folder of its own. The background services
/// only run where a test starts them. It can be ended and begun again on the same data.
/// </summary>
internal sealed class ChatWorld : IAsyncDisposable
{
    private readonly Dictionary<string, string?> _settings;
    private readonly Action<IServiceCollection>? _change;
    private readonly List<IHostedService> _running = [];

    /// <summary>Of PostgreSQL; null: the database is a file in the folder.</summary>
    private string? _connectionString;

    /// <summary>The database is not the world's own.</summary>
    private bool _isShared;

    private ServiceProvider _services = null!;

    private ChatWorld(Dictionary<string, string?> settings, Action<IServiceCollection>? change)
    {
        _settings = settings;
        _change = change;
    }

    public string Folder { get; private init; } = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;

    public IServiceProvider Services => _services;

    /// <summary>A new one at each call, as each request and circuit has its own; use from one thread at a time.</summary>
    public ChatService Chats => Of<ChatService>();

    public ChatDirectory ChatDirectory => Of<ChatDirectory>();

    public MemberService Members => Of<MemberService>();

    public ChatAdministration Administration => Of<ChatAdministration>();

    public FindingService Finding => Of<FindingService>();

    public UploadService Uploads => Of<UploadService>();

    public LiveChats Live => Of<LiveChats>();

    public DatabaseWriter Writer => _services.GetRequiredService<DatabaseWriter>();

    /// <summary>Puts what was sent into the search index; else its own service does that soon after each commit.</summary>
    public Task IndexAsync() => _services.GetRequiredService<SearchIndexer>().CatchUpAsync(CancellationToken.None);

    /// <summary>Reads what is in all files; else a service does that soon after each commit, and slowly with those from before it began.</summary>
    public async Task ReadContentsAsync()
    {
        while (await Hosted<ContentReader>().StepAsync(CancellationToken.None)) { }
    }

    public IFileStore Store => _services.GetRequiredService<IFileStore>();

    /// <summary>How many blobs lie in the local file store, half-written ones included.</summary>
    public int BlobCount => Directory.EnumerateFiles(Path.Combine(Folder, "files"), "*", SearchOption.AllDirectories).Count();

    /// <param name="settings">As in appsettings.json, with colons.</param>
    /// <param name="change">Registered before Core's own services; a store, a TimeProvider or interceptors of the test win.</param>
    public static async Task<ChatWorld> BeginAsync(Dictionary<string, string?>? settings = null, Action<IServiceCollection>? change = null)
    {
        var world = new ChatWorld(settings ?? [], change);
        if (PostgreSql.IsMeant)
            world._connectionString = await PostgreSql.CreateAsync();
        await world.BeginAsync();
        return world;
    }

    /// <summary>
    /// A process on a database of PostgreSQL, where there may be others; who comes later has the files of the first.
    /// </summary>
    public static async Task<ChatWorld> OnPostgreSqlAsync(
        string connectionString,
        ChatWorld? first = null,
        Dictionary<string, string?>? settings = null,
        Action<IServiceCollection>? change = null
    )
    {
        var world = new ChatWorld(
            settings ?? [],
            services =>
            {
                if (first is not null)
                    services.AddSingleton(first.Store);
                // Files of one machine stand for those that all have.
                services.PostConfigure<DatabaseOptions>(options => options.IsForOne = false);
                change?.Invoke(services);
            }
        )
        {
            _connectionString = connectionString,
            _isShared = true,
        };
        await world.BeginAsync();
        return world;
    }

    /// <summary>On data that are there already, such as a restored backup; they are the world's from then on.</summary>
    public static async Task<ChatWorld> BeginOnAsync(string folder)
    {
        var world = new ChatWorld([], change: null) { Folder = folder };
        await world.BeginAsync();
        return world;
    }

    /// <summary>Ends everything and begins again on the same data, as a restart of the process does.</summary>
    /// <param name="settings">What is set otherwise from then on.</param>
    public async Task RestartAsync(Dictionary<string, string?>? settings = null)
    {
        await EndAsync();
        foreach (var (name, value) in settings ?? [])
            _settings[name] = value;
        await BeginAsync();
    }

    private T Of<T>()
        where T : notnull => _services.CreateScope().ServiceProvider.GetRequiredService<T>();

    /// <summary>Starts one of Core's background services: EventDispatcher, JobRunner, OrphanSweeper or DriftCheck.</summary>
    public async Task StartAsync<T>()
        where T : IHostedService
    {
        var service = _services.GetServices<IHostedService>().OfType<T>().Single();
        await service.StartAsync(CancellationToken.None);
        _running.Add(service);
    }

    public T Hosted<T>()
        where T : IHostedService => _services.GetServices<IHostedService>().OfType<T>().Single();

    /// <summary>Creates an account without the web's help; it is a member of General.</summary>
    public async Task<Person> PersonAsync(string name)
    {
        var address = $"{name}@example.org";
        var person = new Person
        {
            UserName = address,
            NormalizedUserName = address.ToUpperInvariant(),
            Email = address,
            NormalizedEmail = address.ToUpperInvariant(),
            DisplayName = name,
        };
        using var scope = _services.CreateScope();
        var store = ActivatorUtilities.CreateInstance<PersonStore>(scope.ServiceProvider, new IdentityErrorDescriber());
        (await store.CreateAsync(person)).Succeeded.ShouldBeTrue();
        return person;
    }

    /// <summary>A chat of these people; the first is its owner.</summary>
    public async Task<long> ChatAsync(params Person[] people)
    {
        var chat = (await ChatDirectory.CreateChatAsync(people[0].Id, "Room")).Value;
        foreach (var person in people.Skip(1))
            (await Members.AddMemberAsync(people[0].Id, chat.Id, person.Email)).Refusal.ShouldBeNull();
        return chat.Id;
    }

    /// <summary>So many more members, whose accounts nobody ever signs in to; put in directly, because one by one takes minutes.</summary>
    public Task FillAsync(long chat, int count) =>
        ReadAsync(async db =>
        {
            db.ChangeTracker.AutoDetectChangesEnabled = false;
            for (var i = 0; i < count; i++)
            {
                var person = new Person { Id = $"{i:D5}-{Guid.NewGuid()}", UserName = $"{Guid.NewGuid()}", DisplayName = $"Person {i:D5}" };
                db.Users.Add(person);
                db.Members.Add(new Member { ChatId = chat, UserId = person.Id });
            }

            await db.SaveChangesAsync();
            return await db.Chats.Where(c => c.Id == chat).ExecuteUpdateAsync(set => set.SetProperty(c => c.MemberCount, c => c.MemberCount + count));
        });

    public Task<Result<MessageView>> SendAsync(Person author, long chat, string? key, params UploadPart[] parts) =>
        Chats.SendFilesAsync(author.Id, chat, key, declaredBytes: null, parts.ToAsyncEnumerable());

    /// <summary>Sends one text file and returns its message.</summary>
    public async Task<MessageView> SendFileAsync(Person author, long chat, string name = "note.txt", string content = "hello") =>
        (await SendAsync(author, chat, key: null, Parts.File(name, content))).Value;

    public async Task<T> ReadAsync<T>(Func<ChatDbContext, Task<T>> read)
    {
        await using var db = await _services.GetRequiredService<IDbContextFactory<ChatDbContext>>().CreateDbContextAsync();
        return await read(db);
    }

    /// <summary>Searches in all that was sent until now.</summary>
    public async Task<Result<FoundPage>> SearchAsync(string userId, string? text, long? chatId = null, long? before = null, int limit = 50)
    {
        await IndexAsync();
        return await Finding.SearchAsync(userId, text, chatId, before, limit);
    }

    public Task<List<ChatEvent>> EventsAsync(long chat) =>
        ReadAsync(db => db.Events.Where(e => e.ChatId == chat).OrderBy(e => e.Seq).AsNoTracking().ToListAsync());

    /// <summary>The path of an attachment's blob in the local store.</summary>
    public async Task<string> BlobPathAsync(Guid fileId)
    {
        var key = await ReadAsync(db => db.Attachments.Where(a => a.Id == fileId).Select(a => a.BlobKey).SingleAsync());
        return Path.Combine(Folder, "files", "blobs", key!);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        Directory.Delete(Folder, recursive: true);
        if (_connectionString is not null && !_isShared)
            await PostgreSql.DropAsync(_connectionString);
    }

    private async Task BeginAsync()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["RateLimits:MessagesPerMinute"] = "0",
            ["RateLimits:SearchesPerMinute"] = "0",
            ["Data:Directory"] = Folder,
        };
        if (_connectionString is not null)
            (settings["Database:Provider"], settings["Database:ConnectionString"]) = ("PostgreSql", _connectionString);
        foreach (var (name, value) in _settings)
            settings[name] = value;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        _change?.Invoke(services);
        services.AddSingleton(ChatFiles.Web.StartUp.FindProgram());
        services.AddChatFiles(configuration, Folder);
        _services = services.BuildServiceProvider();
        await _services.PrepareChatFilesAsync();
    }

    private async Task EndAsync()
    {
        foreach (var service in _running)
            await service.StopAsync(CancellationToken.None);
        _running.Clear();
        // As a program that is stopped does: what it held is free at once.
        if (_connectionString is not null)
            await Hosted<Node>().StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        if (_connectionString is not null)
            return;
        // Each world has a pool of its own file; others go on using theirs.
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection(new DatabaseFile(Path.Combine(Folder, "chatfiles.db")).ConnectionString);
        Microsoft.Data.Sqlite.SqliteConnection.ClearPool(connection);
    }
}
