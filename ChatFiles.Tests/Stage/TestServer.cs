using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Tests.Stage;

/// <summary>
/// The program as it is, on a real port with a data folder of its own. As a class fixture it is shared by the tests of a
/// class; a test that needs other settings or a restart starts one for itself.
/// </summary>
public sealed class TestServer : IAsyncLifetime, IAsyncDisposable
{
    private const string Password = "Passw0rd!";

    private readonly ConcurrentDictionary<string, Lazy<Task<ApiUser>>> _people = new(StringComparer.Ordinal);

    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Default"] = "None",
        ["Logging:Failures:LogLevel:Default"] = "Error",
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "None",
        ["Logging:LogLevel:Microsoft.AspNetCore.Authentication"] = "None",
        ["Metrics:Address"] = "",
        ["RateLimits:UploadsPerMinute"] = "0",
        ["RateLimits:SignInsPerMinute"] = "0",
        ["RateLimits:MessagesPerMinute"] = "0",
        ["RateLimits:SearchesPerMinute"] = "0",
    };

    private readonly FailureLog _failures = new();

    private Factory? _factory;
    private Action<IServiceCollection>? _change;

    public string Data { get; } = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;

    public Uri Address { get; private set; } = null!;

    /// <summary>Nobody: no token, no cookie; redirects are shown, not followed.</summary>
    public HttpClient Stranger { get; private set; } = null!;

    /// <summary>How many blobs lie in the file store, half-written ones included.</summary>
    public int BlobCount => Directory.EnumerateFiles(Path.Combine(Data, "files"), "*", SearchOption.AllDirectories).Count();

    /// <summary>What the server has logged as errors, each with its exception.</summary>
    public IReadOnlyCollection<string> Failures => _failures.Lines;

    public IServiceProvider Services => _factory!.Services;

    /// <param name="settings">As in appsettings.json, with colons.</param>
    public static async Task<TestServer> StartAsync(params (string Name, string Value)[] settings)
    {
        var server = new TestServer();
        foreach (var (name, value) in settings)
            server._settings[name] = value;
        await server.InitializeAsync();
        return server;
    }

    /// <summary>With other services as well.</summary>
    public static async Task<TestServer> StartAsync(Action<IServiceCollection>? change, params (string Name, string Value)[] settings)
    {
        var server = new TestServer { _change = change };
        foreach (var (name, value) in settings)
            server._settings[name] = value;
        await server.InitializeAsync();
        return server;
    }

    /// <summary>In a time that the test moves; tokens grow old in it, too.</summary>
    public static Task<TestServer> StartAsync(TimeProvider time) => StartAsync(services => services.AddSingleton(time));

    /// <param name="change">Registered after the program's own services, so that the test's win.</param>
    public static async Task<TestServer> StartAsync(Action<IServiceCollection> change)
    {
        var server = new TestServer { _change = change };
        try
        {
            await server.InitializeAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public Task InitializeAsync()
    {
        _factory = new Factory(new Dictionary<string, string>(_settings, StringComparer.Ordinal) { ["Data:Directory"] = Data }, _change, _failures);
        _factory.UseKestrel(0);
        _factory.StartServer();
        Address = _factory.ClientOptions.BaseAddress;
        Stranger = Client();
        return Task.CompletedTask;
    }

    /// <summary>Ends the program and starts it again on the same data; it gets another port, so that people sign in anew.</summary>
    /// <param name="settings">That are others from now on.</param>
    public async Task RestartAsync(params (string Name, string Value)[] settings)
    {
        foreach (var (name, value) in settings)
            _settings[name] = value;
        await _factory!.DisposeAsync();
        _people.Clear();
        await InitializeAsync();
    }

    /// <summary>
    /// Somebody who is registered and signed in with a bearer token. The same name is the same person: passwords take
    /// long to hash. What is a test's own is the chat.
    /// </summary>
    public Task<ApiUser> UserAsync(string name) => _people.GetOrAdd(name, _ => new Lazy<Task<ApiUser>>(() => RegisterAsync(name))).Value;

    /// <summary>Signs in again who has an account.</summary>
    public async Task<ApiUser> SignInAsync(string email, string password = Password)
    {
        using var answer = await Stranger.PostAsJsonAsync("account/login", new { email, password });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var token = (await answer.JsonAsync()).Text("accessToken");
        var http = Client();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new ApiUser(http, email, password, token);
    }

    /// <summary>A client with cookies of its own, as a browser has.</summary>
    public HttpClient Client() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _factory!.DisposeAsync();
        Directory.Delete(Data, recursive: true);
    }

    private async Task<ApiUser> RegisterAsync(string name)
    {
        var account = new { email = $"{name}@example.org", password = Password };
        using var registered = await Stranger.PostAsJsonAsync("account/register", account);
        registered.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await SignInAsync(account.email);
    }

    private sealed class Factory(Dictionary<string, string> settings, Action<IServiceCollection>? change, FailureLog failures) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Production");
            builder.UseContentRoot(Repository.Root);
            foreach (var (name, value) in settings)
                builder.UseSetting(name, value);
            builder.ConfigureServices(services => services.AddSingleton<ILoggerProvider>(failures));
            if (change is not null)
                builder.ConfigureServices(change);
        }
    }
}
