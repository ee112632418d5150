using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Tests.Web;

/// <summary>
/// ChatFiles as it is, behind real Kestrel on a port of its own, with a real database and folder of its own. It can be
/// stopped and started again on the same data.
/// </summary>
public class ChatFilesApp : IAsyncLifetime
{
    public const string Password = "Sw0rdfish!";
    public const long General = 1;

    private static int _people;

    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    private readonly Action<IServiceCollection> _replace;
    private WebApplicationFactory<Program>? _factory;

    public ChatFilesApp()
        : this([]) { }

    public ChatFilesApp(Action<IServiceCollection>? replace = null, params (string Name, string Value)[] settings)
        : this(settings, replace) { }

    protected ChatFilesApp((string Name, string Value)[] settings, Action<IServiceCollection>? replace = null)
    {
        _replace = replace ?? (_ => { });
        DataDirectory = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;
        (_settings["Data:Directory"], _settings["urls"]) = (DataDirectory, "http://127.0.0.1:0");
        _settings["RateLimits:SignInsPerMinute"] = "0"; // all tests come from one address
        foreach (var (name, value) in settings)
            _settings[name] = value;
    }

    public string DataDirectory { get; }

    public Uri Address { get; private set; } = null!;

    public IServiceProvider Services => _factory!.Services;

    /// <summary>Every file in the store, also half-written ones.</summary>
    public IReadOnlyList<string> Blobs =>
        [.. Directory.EnumerateFiles(Path.Combine(DataDirectory, "files"), "*", SearchOption.AllDirectories)];

    public static async Task<ChatFilesApp> StartAsync(params (string Name, string Value)[] settings)
    {
        var app = new ChatFilesApp(null, settings);
        await app.InitializeAsync();
        return app;
    }

    public static async Task<ChatFilesApp> StartAsync(Action<IServiceCollection> replace)
    {
        var app = new ChatFilesApp(replace);
        await app.InitializeAsync();
        return app;
    }

    public Task InitializeAsync() => Task.Run(Start);

    public async Task StopAsync()
    {
        if (_factory is not null)
            await _factory.DisposeAsync();
        _factory = null;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(DataDirectory, recursive: true);
    }

    /// <summary>Nobody in particular.</summary>
    public Caller CreateGuest() => new(this, CreateHttp(), "", "");

    /// <summary>Somebody with an account, signed in by a bearer token.</summary>
    public async Task<Caller> CreateClientAsync(string user)
    {
        var name = $"{user}-{Interlocked.Increment(ref _people)}";
        var email = $"{name}@example.com";
        using var guest = CreateGuest();
        (await guest.PostJsonAsync("/account/register", new { email, password = Password })).ShouldBeStatus(200);
        return await SignInAsync(email);
    }

    public async Task<Caller> SignInAsync(string email)
    {
        using var guest = CreateGuest();
        var answer = (await guest.PostJsonAsync("/account/login", new { email, password = Password })).ShouldBeStatus(200);
        var caller = new Caller(this, CreateHttp(), email, email.Split('@')[0]);
        caller.Token = answer.Json.GetProperty("accessToken").GetString()!;
        return caller;
    }

    /// <summary>Redirects are answers here, and nothing is remembered between requests.</summary>
    internal HttpClient CreateHttp(System.Net.CookieContainer? cookies = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = cookies is not null };
        if (cookies is not null)
            handler.CookieContainer = cookies;
        return new HttpClient(handler) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(1) };
    }

    private void Start()
    {
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            foreach (var (name, value) in _settings)
                host.UseSetting(name, value);
            host.UseEnvironment("Production");
            host.ConfigureLogging(logging => logging.ClearProviders());
            host.ConfigureTestServices(services =>
            {
                // What a password's hash costs is not what is tested here.
                services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1);
                _replace(services);
            });
        });
        _factory.UseKestrel();
        _factory.StartServer();
        using var client = _factory.CreateClient();
        Address = client.BaseAddress!;
    }
}

/// <summary>One application for all tests that only look at chats of their own.</summary>
public sealed class SharedApp : IAsyncLifetime
{
    private static readonly Lazy<Task<ChatFilesApp>> Started = new(async () =>
    {
        var app = await ChatFilesApp.StartAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(app.DataDirectory, recursive: true);
        return app;
    });

    public ChatFilesApp App { get; private set; } = null!;

    public async Task InitializeAsync() => App = await Started.Value;

    public Task DisposeAsync() => Task.CompletedTask;
}
