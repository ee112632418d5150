using System.Diagnostics;
using ChatFiles.Core.Data;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web;

/// <summary>Health, the API's description, and settings that cannot work.</summary>
public sealed class OperatingTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("health/live")]
    [InlineData("health/ready")]
    public async Task Health_needs_no_sign_in(string path) => await server.Stranger.GetAsync(path).ShouldBeAsync(HttpStatusCode.OK);

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
        asked.Services.GetRequiredService<DatabaseWriter>().Committed += () => Interlocked.Increment(ref commits);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => asked.Stranger.GetAsync("health/ready").ShouldBeAsync(HttpStatusCode.OK)));

        commits.ShouldBe(1);
    }

    [Fact]
    public async Task Every_route_is_described()
    {
        using var answer = await server.Stranger.GetAsync("openapi/v1.json");
        var paths = (await answer.JsonAsync()).GetProperty("paths").EnumerateObject().Select(p => p.Name.TrimEnd('/')).ToList();
        foreach (
            var route in new[]
            {
                "/account/register", "/account/login", "/account/refresh", "/chat", "/chat/{chatId}", "/chat/{chatId}/read",
                "/chat/{chatId}/members", "/chat/{chatId}/members/{userId}", "/chat/{chatId}/messages",
                "/chat/{chatId}/messages/{messageId}", "/chat/{chatId}/file", "/chat/{chatId}/file/{fileId}",
                "/chat/{chatId}/file/{fileId}/thumbnail", "/chat/{chatId}/events",
            }
        )
            paths.ShouldContain(route);
    }

    [Theory]
    [InlineData("Uploads__MaxFileBytes", "abc", "Uploads:MaxFileBytes")]
    [InlineData("Uploads__MaxFileBytes", "0", "Uploads:MaxFileBytes")]
    [InlineData("Uploads__AllowedExtensions", "txt xyz", "Uploads:AllowedExtensions")]
    [InlineData("Quotas__BytesPerUser", "-1", "Quotas:BytesPerUser")]
    [InlineData("RateLimits__UploadsPerMinute", "-1", "RateLimits:UploadsPerMinute")]
    [InlineData("Storage__Provider", "Tape", "Storage:Provider")]
    [InlineData("Accounts__AllowRegistration", "maybe", "Accounts:AllowRegistration")]
    [InlineData("Data__Directory", "/proc/nowhere", "Data:Directory")]
    public async Task A_setting_that_cannot_work_stops_the_start_with_one_line_that_names_it(string setting, string value, string named)
    {
        var data = Directory.CreateTempSubdirectory("chatfiles-test-");
        var start = new ProcessStartInfo("dotnet", [Repository.WebAssembly])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Data__Directory"] = data.FullName;
        start.Environment[setting] = value;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = await process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);

            process.ExitCode.ShouldNotBe(0);
            (errors + await output).Trim().Split('\n').Single().ShouldContain(named);
        }
        finally
        {
            process.Kill();
            data.Delete(recursive: true);
        }
    }
}
