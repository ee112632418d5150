using ChatFiles.Core.Data;
using ChatFiles.Tests.Stage;
using ChatFiles.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web;

/// <summary>Health, the API's description, and settings that cannot work.</summary>
public sealed class OperatingTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("health/live")]
    [InlineData("health/ready")]
    public async Task Health_needs_no_sign_in(string path) => await server.Stranger.GetAsync(path).ShouldBeAsync(HttpStatusCode.OK);

    /// <summary>Built twice, it would cost a third of a second of each start, and each query would be compiled twice.</summary>
    [Fact]
    public async Task Who_reads_and_who_writes_share_one_model_of_the_database()
    {
        await using var reading = await server.Services.GetRequiredService<IDbContextFactory<ChatDbContext>>().CreateDbContextAsync();

        var writers = await server.Services.GetRequiredService<DatabaseWriter>().WriteAsync(db => Task.FromResult(db.Model));

        writers.ShouldBeSameAs(reading.Model);
    }

    [Fact]
    public async Task Health_says_when_the_database_takes_no_writes_and_when_it_does_again()
    {
        await using var stuck = await TestServer.StartAsync();
        var mayEnd = new TaskCompletionSource();
        var write = stuck.Services.GetRequiredService<DatabaseWriter>().WriteAsync(_ => mayEnd.Task);

        using (var ready = await stuck.Stranger.GetAsync("health/ready"))
        {
            ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            var checks = (await ready.JsonAsync()).GetProperty("checks");
            (checks.Text("database"), checks.Text("writer"), checks.Text("fileStore")).ShouldBe(("ok", "does not answer", "ok"));
        }

        mayEnd.SetResult();
        await write;
        await Eventually.HoldsAsync(
            async () =>
            {
                using var ready = await stuck.Stranger.GetAsync("health/ready");
                return ready.IsSuccessStatusCode;
            },
            "it is well again"
        );
    }

    [Fact]
    public async Task However_often_a_stranger_asks_for_health_one_write_a_second_is_the_most()
    {
        await using var asked = await TestServer.StartAsync(new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60)));
        var commits = 0;
        asked.Services.GetRequiredService<DatabaseWriter>().Committed += _ => Interlocked.Increment(ref commits);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => asked.Stranger.GetAsync("health/ready").ShouldBeAsync(HttpStatusCode.OK)));

        commits.ShouldBe(1);
    }

    [Fact]
    public async Task Readiness_names_the_version_that_the_command_line_names()
    {
        var version = (await (await server.Stranger.GetAsync("health/ready")).JsonAsync()).Text("version");
        var run = await ProgramRun.ToEndAsync(["--version"]);
        (run.ExitCode, run.Output, run.Errors).ShouldBe((0, version + "\n", ""));
        version.ShouldMatch(@"^\d+\.\d+\.\d+$");
    }

    [Fact]
    public async Task What_a_failed_start_has_begun_is_ended_before_it_is_thrown_away()
    {
        var begun = new Begun();
        await Should.ThrowAsync<NotSupportedException>(
            TestServer.StartAsync(services => services.AddHostedService(_ => begun).AddHostedService<FailsToStart>())
        );
        begun.Steps.ShouldBe(["started", "stopped", "disposed"]);
    }

    [Fact]
    public async Task Told_to_end_while_it_starts_it_ends_without_a_failure()
    {
        var begun = new Begun();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHostedService(_ => begun).AddHostedService<ToldToEnd>();

        await builder.Build().RunToEndAsync();

        begun.Steps.ShouldBe(["started", "stopped", "disposed"]);
    }

    [Theory]
    [InlineData("Uploads__MaxFileBytes", "abc", "Uploads:MaxFileBytes")]
    [InlineData("Uploads__MaxFileBytes", "0", "Uploads:MaxFileBytes")]
    [InlineData("Uploads__AllowedExtensions", "txt xyz", "Uploads:AllowedExtensions")]
    [InlineData("Quotas__BytesPerUser", "-1", "Quotas:BytesPerUser")]
    [InlineData("RateLimits__UploadsPerMinute", "-1", "RateLimits:UploadsPerMinute")]
    [InlineData("Storage__Provider", "Tape", "Storage:Provider: “Tape” can't be used; it is one of Local, Azure")]
    [InlineData("Metrics__Address", "nowhere", "Metrics:Address")]
    [InlineData("Scanning__ClamAv", "localhost", "Scanning:ClamAv")]
    [InlineData("Uploads__UnknownTypes", "Sometimes", "Uploads:UnknownTypes")]
    [InlineData("Uploads__AllowedExtensions", "png svg", "Uploads:AllowedExtensions")]
    [InlineData("Accounts__AllowRegistration", "maybe", "Accounts:AllowRegistration: “maybe” can't be used; it is true or false")]
    [InlineData("Accounts__Operators", "notanaddress", "Accounts:Operators: is a list of e-mail addresses")]
    [InlineData("Accounts__AllowedEmailDomains", "@@", "Accounts:AllowedEmailDomains: is a list of domains")]
    [InlineData("Accounts__Oidc__Authority", "https://id.example.com", "Accounts:Oidc:ClientSecret")]
    [InlineData("Accounts__Oidc__TrustEmail", "maybe", "Accounts:Oidc:TrustEmail")]
    [InlineData("Data__Directory", "/proc/nowhere", "Data:Directory")]
    [InlineData("Data__Directory", "/etc/hostname", "Data:Directory")]
    [InlineData("ASPNETCORE_URLS", "nonsense", "nonsense")]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:99999", "urls")]
    [InlineData("ASPNETCORE_URLS", "http://192.0.2.1:0", "urls")]
    [InlineData("ASPNETCORE_URLS", "https://127.0.0.1:0", "certificate")]
    [InlineData("ASPNETCORE_URLS", "http://unix:/proc/nowhere/socket", "urls")]
    [InlineData("ASPNETCORE_CONTENTROOT", "/proc/nowhere", "/proc/nowhere")]
    [InlineData("Kestrel__Endpoints__Site__Url", "nonsense", "nonsense")]
    [InlineData("Kestrel__Certificates__Default__Path", "/nowhere.pfx", "/nowhere.pfx")]
    [InlineData("Logging__LogLevel__Default", "Loud", "Logging:LogLevel: “Loud” can't be used; it is one of Trace, Debug")]
    [InlineData("Mail__Smtp__Host", "mail.example.com", "Mail:Smtp:From")]
    [InlineData("Mail__Smtp__Security", "Perhaps", "Mail:Smtp:Security")]
    [InlineData("Upkeep__PresenceCheckEvery", "soon", "Upkeep:PresenceCheckEvery")]
    public async Task A_setting_that_cannot_work_stops_the_start_with_one_line_that_names_it(string setting, string value, string named)
    {
        var data = Directory.CreateTempSubdirectory("chatfiles-test-");
        try
        {
            // That the machine is out of breath, the web server warns of by lines of its own.
            var run = await ProgramRun.ToEndAsync(
                [],
                new(StringComparer.Ordinal) { ["Data__Directory"] = data.FullName, ["Logging__LogLevel__Default"] = "Error", ["Logging__LogLevel__Microsoft.AspNetCore"] = "Error", [setting] = value }
            );

            run.ExitCode.ShouldNotBe(0);
            (run.Errors + run.Output).Trim().Split('\n').ShouldHaveSingleItem().ShouldContain(named);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private sealed class ToldToEnd(IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.StopApplication();
            return Task.Delay(Timeout.Infinite, cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Begun : IHostedService, IDisposable
    {
        public List<string> Steps { get; } = [];

        public Task StartAsync(CancellationToken cancellationToken) => NoteAsync("started");

        public Task StopAsync(CancellationToken cancellationToken) => NoteAsync("stopped");

        public void Dispose() => Steps.Add("disposed");

        private Task NoteAsync(string step)
        {
            Steps.Add(step);
            return Task.CompletedTask;
        }
    }

    private sealed class FailsToStart : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
