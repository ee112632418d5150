using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatFiles.Tests.Web;

/// <summary>What those who watch a server get from it: metrics on an address of their own, by OTLP, and log lines as JSON.</summary>
public sealed partial class MetricsTests(MetricsTests.Watched site) : IClassFixture<MetricsTests.Watched>
{
    [Fact]
    public async Task Everything_the_contract_names_is_measured()
    {
        using var http = new HttpClient { BaseAddress = site.Run.Address };
        var account = new { email = "ann@example.org", password = "Passw0rd!" };
        await http.PostAsJsonAsync("account/register", account).ShouldBeAsync(HttpStatusCode.OK);
        using var signedIn = await http.PostAsJsonAsync("account/login", account);
        var token = (await signedIn.JsonAsync()).Text("accessToken");
        await http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.Unauthorized);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        await http.PostAsync("chat/1/file", new Form().File("a.txt", "hello").File("b.txt", "you").Content).ShouldBeAsync(HttpStatusCode.Created);
        using var stream = await http.GetAsync("chat/1/events", HttpCompletionOption.ResponseHeadersRead);

        var told = await ScrapeAsync();

        ValueOf(told, "chatfiles_uploads_total").ShouldBe(2);
        ValueOf(told, "chatfiles_upload_bytes_total").ShouldBe(8);
        ValueOf(told, "chatfiles_refusals_total", "reason=\"not-signed-in\"").ShouldBe(1);
        ValueOf(told, "chatfiles_streams_open").ShouldBe(1);
        ValueOf(told, "chatfiles_circuits_open").ShouldBe(0);
        ValueOf(told, "chatfiles_files_missing").ShouldBe(0);
        ValueOf(told, "chatfiles_queue_length").ShouldBeGreaterThanOrEqualTo(0);
        ValueOf(told, "chatfiles_event_lag_seconds").ShouldBeGreaterThanOrEqualTo(0);
        ValueOf(told, "chatfiles_store_duration_seconds_count", "operation=\"write\"").ShouldBe(2);
        ValueOf(told, "chatfiles_database_duration_seconds_count", "operation=\"commit\"").ShouldBeGreaterThan(0);
        ValueOf(told, "chatfiles_database_duration_seconds_count", "operation=\"read\"").ShouldBeGreaterThan(0);
        var dashboard = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "grafana-dashboard.json"));
        var drawn = Series().Matches(dashboard).Select(m => m.Value).Distinct(StringComparer.Ordinal).ToList();
        drawn.Count.ShouldBeGreaterThan(10);
        drawn.Where(name => !told.Contains($"\n{name}{{", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GET", "/", HttpStatusCode.NotFound)]
    [InlineData("GET", "/metrics/", HttpStatusCode.NotFound)]
    [InlineData("GET", "/sign-in", HttpStatusCode.NotFound)]
    [InlineData("POST", "/metrics", HttpStatusCode.NotFound)]
    [InlineData("GET", "/metrics?a=b", HttpStatusCode.OK)]
    public async Task Its_address_has_nothing_else(string method, string path, HttpStatusCode status)
    {
        using var http = new HttpClient { BaseAddress = site.Metrics };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        await http.SendAsync(request).ShouldBeAsync(status);
    }

    [Fact]
    public async Task The_site_s_address_has_none_of_it()
    {
        using var http = new HttpClient { BaseAddress = site.Run.Address };
        await http.GetAsync("metrics").ShouldBeProblemAsync(404, "not-found");
    }

    [Fact]
    public async Task What_is_no_request_is_not_found_and_others_are_served_meanwhile()
    {
        using var silent = new TcpClient();
        await silent.ConnectAsync(site.Metrics.Host, site.Metrics.Port);
        using var garbled = new TcpClient();
        await garbled.ConnectAsync(site.Metrics.Host, site.Metrics.Port);
        await garbled.GetStream().WriteAsync(Encoding.ASCII.GetBytes("\r\n\r\n"));

        using var answer = new StreamReader(garbled.GetStream());
        (await answer.ReadLineAsync()).ShouldBe("HTTP/1.1 404 Not Found");
        (await ScrapeAsync()).ShouldContain("chatfiles_streams_open");
    }

    [Fact]
    public async Task A_collector_that_is_named_gets_them_too() => (await site.Collected.WaitAsync(TimeSpan.FromMinutes(1))).ShouldContain("chatfiles.streams.open");

    [Fact]
    public void Every_line_of_the_log_is_JSON_with_its_time_in_UTC()
    {
        var lines = site.Run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();

        lines.Select(line => line.Text("Message")).ShouldContain(message => message.StartsWith("ChatFiles is ready on", StringComparison.Ordinal));
        foreach (var line in lines)
            DateTimeOffset.ParseExact(line.Text("Timestamp"), "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
                .ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task The_default_address_gives_way_to_whoever_has_it_and_one_that_was_set_does_not()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = (IPEndPoint)other.LocalEndpoint;
        await using var services = new ServiceCollection().BuildServiceProvider();
        var warnings = new List<string>();
        var logger = new Warnings(warnings);

        using (var byDefault = new MetricsListener(new MetricsAddress(taken, IsSet: false), services, TimeProvider.System, logger))
        {
            await byDefault.StartAsync(CancellationToken.None);
            await byDefault.StopAsync(CancellationToken.None);
        }

        warnings.ShouldHaveSingleItem().ShouldContain($"{taken}");
        using var asSet = new MetricsListener(new MetricsAddress(taken, IsSet: true), services, TimeProvider.System, logger);
        (await Should.ThrowAsync<OptionsValidationException>(() => asSet.StartAsync(CancellationToken.None))).Message.ShouldStartWith($"Metrics:Address: {taken} ");
    }

    [Theory]
    [InlineData(null, "127.0.0.1:9464")]
    [InlineData("", null)]
    [InlineData("localhost:1234", "127.0.0.1:1234")]
    [InlineData("0.0.0.0:80", "0.0.0.0:80")]
    [InlineData("[::1]:80", "[::1]:80")]
    public void An_address_is_an_IP_address_and_a_port(string? setting, string? endPoint)
    {
        var address = MetricsAddress.Of(Settings(setting));
        (address.EndPoint?.ToString(), address.IsSet).ShouldBe((endPoint, setting is not null));
    }

    [Theory]
    [InlineData("9464")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("http://127.0.0.1:9464")]
    [InlineData("metrics.example.org:9464")]
    public void What_is_no_address_is_said_by_its_name(string setting) =>
        Should.Throw<OptionsValidationException>(() => MetricsAddress.Of(Settings(setting))).Message.ShouldStartWith("Metrics:Address: ");

    private static IConfiguration Settings(string? address) =>
        new ConfigurationBuilder().AddInMemoryCollection([new KeyValuePair<string, string?>(address is null ? "Other" : "Metrics:Address", address)]).Build();

    private async Task<string> ScrapeAsync()
    {
        using var http = new HttpClient { BaseAddress = site.Metrics };
        using var answer = await http.GetAsync("metrics");
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("text/plain");
        return await answer.Content.ReadAsStringAsync();
    }

    private static double ValueOf(string told, string name, string label = "")
    {
        var line = told.Split('\n').Where(l => l.StartsWith(name + "{", StringComparison.Ordinal) && l.Contains(label, StringComparison.Ordinal)).ShouldHaveSingleItem(name);
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\b(chatfiles|http_server|dotnet)_[a-z_]+\b(?=[{])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Series();

    private sealed class Warnings(List<string> lines) : ILogger<MetricsListener>
    {
        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
                lines.Add(formatter(state, exception));
        }
    }

    /// <summary>A program of its own: what is measured is a process's. Beside it a collector that it is told of.</summary>
    public sealed class Watched : IAsyncLifetime
    {
        private readonly string _root = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;
        private readonly TaskCompletionSource<string> _collected = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private WebApplication _collector = null!;

        internal ProgramRun Run { get; private set; } = null!;

        public Uri Metrics { get; private set; } = null!;

        /// <summary>What came first.</summary>
        public Task<string> Collected => _collected.Task;

        public async Task InitializeAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            _collector = builder.Build();
            _collector.MapPost(
                "/v1/metrics",
                async (HttpRequest request) =>
                {
                    using var body = new StreamReader(request.Body, Encoding.Latin1);
                    _collected.TrySetResult(await body.ReadToEndAsync());
                }
            );
            await _collector.StartAsync();
            Run = await ProgramRun.ServingAsync(
                [],
                new(StringComparer.Ordinal)
                {
                    ["Data__Directory"] = Path.Combine(_root, "data"),
                    ["Metrics__Address"] = "127.0.0.1:0",
                    ["Logging__Console__FormatterName"] = "json",
                    ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Urls.Single(),
                    ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                    ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
                }
            );
            var line = Run.Output.Split('\n').Single(l => l.Contains("Metrics are at", StringComparison.Ordinal));
            Metrics = new Uri(Address().Match(line).Value);
        }

        public async Task DisposeAsync()
        {
            await Run.DisposeAsync();
            await _collector.DisposeAsync();
            Directory.Delete(_root, recursive: true);
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
