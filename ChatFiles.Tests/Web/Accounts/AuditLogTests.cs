using System.Net.Http.Json;
using System.Text.Json;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>Who did what, when and from where.</summary>
public sealed class AuditLogTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private ApiUser _operator = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _operator = await _server.UserAsync("olga");
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task What_happens_to_files_chats_and_accounts_is_noted_with_who_what_and_from_where()
    {
        var (ann, ben) = (await _server.UserAsync("ann"), await _server.UserAsync("ben"));
        var (annId, benId) = (await ann.IdAsync(), await ben.IdAsync());
        var chat = await ann.ChatAsync(ben);
        var sent = await ann.SendFileAsync(chat, "plan.txt");
        var path = sent.Text("path")[1..];
        await ben.Http.GetAsync(path).ShouldBeAsync(HttpStatusCode.OK);
        await ben.Http.GetAsync(path).ShouldBeAsync(HttpStatusCode.OK);
        await ann.SendAsync(HttpMethod.Get, path + "?preview", body: null, ("Range", "bytes=0-3")).ShouldBeAsync(HttpStatusCode.PartialContent);
        await ann.Http.DeleteAsync(path).ShouldBeAsync(HttpStatusCode.NoContent);
        var text = await ann.SendTextAsync(chat, "a secret text");
        await ann.Http.DeleteAsync($"chat/{chat}/messages/{text.GetProperty("id").GetInt64()}").ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.Http.DeleteAsync($"chat/{chat}/members/{benId}").ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.Http.DeleteAsync($"chat/{chat}").ShouldBeAsync(HttpStatusCode.NoContent);
        await _operator.Http.PutAsJsonAsync($"operator/people/{benId}", new { active = false }).ShouldBeAsync(HttpStatusCode.NoContent);
        await _server.Stranger.PostAsJsonAsync("account/login", new { email = "nobody@example.org", password = "hunter22" }).ShouldBeProblemAsync(401, "invalid-credentials");

        await Eventually.HoldsAsync(async () => (await EntriesAsync("action=file-downloaded")).Length == 1, "one download, however often");
        await Eventually.HoldsAsync(async () => (await EntriesAsync("action=sign-in-failed")).Length == 1, "the failed sign-in");
        var all = await EntriesAsync("limit=200");
        foreach (
            var action in new[]
            {
                "registered", "sign-in", "chat-created", "member-added", "file-sent", "file-downloaded", "file-deleted", "message-deleted",
                "member-removed", "chat-deleted", "person-changed", "sign-in-failed",
            }
        )
            all.ShouldContain(entry => entry.Text("action") == action, action);
        all.Select(entry => entry.GetProperty("id").GetInt64()).ShouldBeInOrder(SortDirection.Descending);
        all.ShouldAllBe(entry => entry.Text("address") == "127.0.0.1");

        var fileSent = all.Single(entry => entry.Text("action") == "file-sent");
        fileSent.Text("subject").ShouldBe("plan.txt");
        (fileSent.GetProperty("actor").Text("userId"), fileSent.GetProperty("actor").Text("email")).ShouldBe((annId, ann.Email));
        all.Single(entry => entry.Text("action") == "file-downloaded").GetProperty("actor").Text("userId").ShouldBe(benId);
        all.Single(entry => entry.Text("action") == "sign-in-failed").GetProperty("actor").ValueKind.ShouldBe(JsonValueKind.Null);
        var changed = all.Single(entry => entry.Text("action") == "person-changed" && entry.Text("subject") == ben.Email);
        (changed.Text("subject"), changed.Text("detail")).ShouldBe((ben.Email, "deactivated"));
        (await EntriesAsync($"userId={benId}")).Select(entry => entry.Text("action")).ShouldBeSubsetOf(
            ["registered", "sign-in", "member-added", "file-downloaded", "member-removed", "person-changed"]
        );
        var whole = string.Join('\n', all.Select(entry => entry.GetRawText()));
        whole.ShouldNotContain("hunter22");
        whole.ShouldNotContain("a secret text");
    }

    [Fact]
    public async Task What_changes_nothing_of_a_person_is_not_noted()
    {
        var ann = await _server.UserAsync("ann");
        var id = await ann.IdAsync();
        foreach (var change in new object[] { new { }, new { active = true }, new { @operator = false }, new { quotaBytes = (long?)null }, new { quotaBytes = 5 }, new { quotaBytes = 5, active = true } })
            await _operator.Http.PutAsJsonAsync($"operator/people/{id}", change).ShouldBeAsync(HttpStatusCode.NoContent);

        (await EntriesAsync($"action=person-changed&userId={id}")).Select(entry => entry.Text("detail")).ShouldBe(["quota 5"]);
    }

    [Fact]
    public async Task It_is_read_by_pages_and_as_a_table_by_operators_alone()
    {
        var ann = await _server.UserAsync("ann");
        await ann.Http.GetAsync("operator/audit").ShouldBeProblemAsync(403, "not-allowed");
        await _operator.Http.GetAsync("operator/audit?action=nonsense").ShouldBeProblemAsync(400, "invalid-query");
        foreach (var list in new[] { "audit", "reports", "chats", "people" })
        {
            await _operator.Http.GetAsync($"operator/{list}?before=x").ShouldBeProblemAsync(400, "invalid-query");
            await _operator.Http.GetAsync($"operator/{list}?before=99999999").ShouldBeProblemAsync(400, "invalid-query");
        }

        var chat = await ann.ChatAsync();
        await ann.SendFileAsync(chat, "=cmd,\\\"x\\\".txt");

        var first = await _operator.GetAsync("operator/audit?limit=2");
        first.GetProperty("entries").GetArrayLength().ShouldBe(2);
        var rest = await _operator.GetAsync($"operator/audit?limit=200&before={first.GetProperty("nextBefore").GetInt64()}");
        rest.GetProperty("nextBefore").ValueKind.ShouldBe(JsonValueKind.Null);

        var table = await _operator.Http.GetStringAsync("operator/audit.csv");
        table.Trim().Split("\r\n").Length.ShouldBeGreaterThanOrEqualTo(2 + rest.GetProperty("entries").GetArrayLength() + 1);
        table.ShouldContain("\"'=cmd,");
    }

    [Theory]
    [InlineData("long.txt", "bytes=0-8191", false)]
    [InlineData("long.txt", "bytes=0-8192", true)]
    [InlineData("long.txt", "bytes=8192-16383", true)] // one piece after the other is the whole
    [InlineData("long.txt", "bytes=-4", true)]
    [InlineData("long.txt", "bytes=0-", true)]
    [InlineData("long.txt", "bytes=0-3,5-6", true)]
    [InlineData("long.txt", "nonsense", true)]
    [InlineData("long.txt", null, true)]
    [InlineData("long.zip", "bytes=-65577", false)] // its directory
    [InlineData("long.zip", "bytes=-65578", true)]
    [InlineData("long.zip", "bytes=0-8191", true)]
    public async Task The_glance_of_a_page_is_no_download_and_what_only_calls_itself_one_is(string name, string? range, bool isDownload)
    {
        var ann = await _server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var path = (await ann.SendFileAsync(chat, name, (name.EndsWith(".zip", StringComparison.Ordinal) ? "PK\u0003\u0004" : "") + new string('a', 100_000))).Text("path")[1..];
        using (await ann.SendAsync(HttpMethod.Get, path + "?preview", body: null, range is null ? [] : [("Range", range)])) { }
        var other = (await ann.SendFileAsync(chat, "other.txt")).Text("path")[1..];
        await ann.Http.GetAsync(other).ShouldBeAsync(HttpStatusCode.OK);

        await Eventually.HoldsAsync(async () => (await NamesAsync()).Contains("other.txt"), "what came later is noted");
        (await NamesAsync()).Contains(name).ShouldBe(isDownload);

        async Task<List<string>> NamesAsync() => [.. (await EntriesAsync("action=file-downloaded")).Select(entry => entry.Text("subject"))];
    }

    [Fact]
    public async Task A_password_that_is_changed_or_reset_and_a_sign_out_are_noted()
    {
        var fay = await _server.UserAsync("fay");
        var id = await fay.IdAsync();
        using var browser = await WebBrowser.SignInAsync(_server, fay);
        await browser.SubmitAsync("profile", "password", ("Current", fay.Password), ("Replacement", "An0ther-one")).ShouldBeAsync(HttpStatusCode.OK);
        await browser.SubmitAsync("sign-out", "sign-out").ShouldBeAsync(HttpStatusCode.Redirect);
        await _operator.Http.PostAsync($"operator/people/{id}/reset", content: null).ShouldBeAsync(HttpStatusCode.Created);

        var actions = (await EntriesAsync($"userId={id}")).Select(entry => entry.Text("action"));
        actions.ShouldBe(["password-reset", "sign-out", "password-changed", "sign-in", "sign-in", "registered"]);
    }

    [Fact]
    public async Task What_was_noted_last_is_there_after_a_restart()
    {
        var gail = await _server.UserAsync("gail");
        await _server.Stranger.PostAsJsonAsync("account/login", new { email = gail.Email, password = "wrong" }).ShouldBeProblemAsync(401, "invalid-credentials");

        await _server.RestartAsync();

        _operator = await _server.SignInAsync(_operator.Email);
        (await EntriesAsync("action=sign-in-failed")).Single().Text("subject").ShouldBe(gail.Email);
    }

    [Fact]
    public async Task That_entries_are_lost_is_said_once()
    {
        await using var world = await ChatWorld.BeginAsync();
        var warnings = new List<string>();
        var logger = new Collecting(warnings);
        using var audit = new AuditLog(null!, world.Writer, Microsoft.Extensions.Options.Options.Create(new AuditOptions()), TimeProvider.System, NullLoggerFactory.Instance, logger);

        for (var i = 0; i < 10_010; i++)
            audit.Note(AuditAction.SignInFailed, actorId: null);

        warnings.ShouldHaveSingleItem().ShouldContain("10000 entries wait");
    }

    private sealed class Collecting(List<string> lines) : ILogger<AuditLog>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add(formatter(state, exception));
    }

    [Fact]
    public async Task Old_entries_go_after_the_days_that_the_settings_say()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var own = await TestServer.StartAsync(time);
        var olga = await own.UserAsync("olga");
        (await olga.GetAsync("operator/audit")).GetProperty("entries").GetArrayLength().ShouldBe(3);

        time.Advance(TimeSpan.FromDays(366));

        olga = await own.SignInAsync(olga.Email);
        await Eventually.HoldsAsync(
            async () => (await olga.GetAsync("operator/audit")).GetProperty("entries").EnumerateArray().All(entry => entry.Text("action") == "sign-in"),
            "only today's sign-in is left"
        );
    }

    private async Task<JsonElement[]> EntriesAsync(string query) =>
        [.. (await _operator.GetAsync($"operator/audit?{query}")).GetProperty("entries").EnumerateArray()];
}
