using System.Net.Http.Json;
using System.Text.Json;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Api;

/// <summary>What members report to the operators.</summary>
public sealed class ReportTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private ApiUser _olga = null!;
    private ApiUser _ann = null!;
    private ApiUser _ben = null!;
    private long _chat;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _olga = await _server.UserAsync("olga");
        (_ann, _ben) = (await _server.UserAsync("ann"), await _server.UserAsync("ben"));
        _chat = await _ann.ChatAsync(_ben);
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task Operators_see_what_was_reported_as_it_was_also_when_it_is_deleted_afterwards()
    {
        var message = (await _ann.SendFileAsync(_chat, "rude.txt")).GetProperty("message");
        var text = await _ann.SendTextAsync(_chat, $"something rude, <@{await _ben.IdAsync()}>");
        var fileId = message.GetProperty("attachments")[0].Text("id");
        await ReportAsync(_ben, text, new { reason = " It is rude. " }).ShouldBeAsync(HttpStatusCode.NoContent);
        await ReportAsync(_ben, message, new { fileId }).ShouldBeAsync(HttpStatusCode.NoContent);
        (await ListAsync()).Select(r => r.Text("state")).ShouldBe(["unchanged", "unchanged"]);

        await _ann.Http.DeleteAsync($"chat/{_chat}/file/{fileId}").ShouldBeAsync(HttpStatusCode.NoContent);
        await _ann.Http.DeleteAsync($"chat/{_chat}/messages/{text.GetProperty("id")}").ShouldBeAsync(HttpStatusCode.NoContent);

        var reports = await ListAsync();
        reports.Select(r => r.Text("state")).ShouldBe(["deleted", "deleted"]);
        var (ofFile, ofText) = (reports[0], reports[1]);
        (ofText.Text("text"), ofText.Text("reason"), ofText.Text("chatName")).ShouldBe(($"something rude, @{_ben.Name}", "It is rude.", "Room"));
        (ofText.GetProperty("author").Text("name"), ofText.GetProperty("reporter").Text("email")).ShouldBe(("ann", _ben.Email));
        (ofFile.Text("fileId"), ofFile.GetProperty("fileNames")[0].GetString()).ShouldBe((fileId, "rude.txt"));
        await _ann.Http.DeleteAsync($"chat/{_chat}").ShouldBeAsync(HttpStatusCode.NoContent);
        (await ListAsync()).Length.ShouldBe(2, "the chat being gone takes no report along");
    }

    [Fact]
    public async Task Only_members_report_and_only_what_is_there()
    {
        var text = await _ann.SendTextAsync(_chat, "hello");
        await ReportAsync(_olga, text, new { }).ShouldBeProblemAsync(404, "chat-not-found");
        await ReportAsync(_ben, text, new { fileId = Guid.Empty }).ShouldBeProblemAsync(404, "file-not-found");
        await ReportAsync(_ben, text, new { fileId = "nonsense" }).ShouldBeProblemAsync(404, "file-not-found");
        await ReportAsync(_ben, text, new { reason = new string('x', 1001) }).ShouldBeProblemAsync(400, "invalid-text");
        await ReportAsync(_ben, text, new { reason = "\0" }).ShouldBeProblemAsync(400, "invalid-text");
        await _ben.Http.PostAsJsonAsync($"chat/{_chat}/messages/999999/report", new { }).ShouldBeProblemAsync(404, "message-not-found");
        await _ann.Http.DeleteAsync($"chat/{_chat}/messages/{text.GetProperty("id")}").ShouldBeAsync(HttpStatusCode.NoContent);
        await ReportAsync(_ben, text, new { }).ShouldBeProblemAsync(404, "message-not-found");
        (await ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_report_a_person_and_message_waits_until_an_operator_is_done_with_it()
    {
        var text = await _ann.SendTextAsync(_chat, "hello");
        for (var i = 0; i < 3; i++)
            await ReportAsync(_ben, text, new { }).ShouldBeAsync(HttpStatusCode.NoContent);
        await ReportAsync(_ann, text, new { }).ShouldBeAsync(HttpStatusCode.NoContent);
        var id = (await ListAsync())[1].GetProperty("id").GetInt64();
        (await ListAsync()).Length.ShouldBe(2);
        await _ben.Http.PutAsJsonAsync($"operator/reports/{id}", new { done = true }).ShouldBeProblemAsync(403, "not-allowed");
        await _ben.Http.GetAsync("operator/reports").ShouldBeProblemAsync(403, "not-allowed");
        await _olga.Http.PutAsJsonAsync("operator/reports/999999", new { done = true }).ShouldBeProblemAsync(404, "not-found");
        await _olga.Http.PutAsJsonAsync($"operator/reports/{id}", new { done = false }).ShouldBeProblemAsync(400, "invalid-json");
        await _olga.Http.GetAsync("operator/reports?done=perhaps").ShouldBeProblemAsync(400, "invalid-query");

        for (var i = 0; i < 2; i++)
            await _olga.Http.PutAsJsonAsync($"operator/reports/{id}", new { done = true }).ShouldBeAsync(HttpStatusCode.NoContent);

        (await ListAsync()).Single().GetProperty("reporter").Text("name").ShouldBe("ann");
        (await ListAsync("?done=true")).Single().GetProperty("id").GetInt64().ShouldBe(id);
        await ReportAsync(_ben, text, new { }).ShouldBeAsync(HttpStatusCode.NoContent);
        (await ListAsync()).Length.ShouldBe(2, "it may be reported anew");
    }

    [Fact]
    public async Task An_operator_neither_sees_nor_ends_what_is_reported_of_them_while_somebody_else_can()
    {
        var text = await _ann.SendTextAsync(_chat, "something rude");
        await ReportAsync(_ben, text, new { }).ShouldBeAsync(HttpStatusCode.NoContent);
        await _olga.Http.PutAsJsonAsync($"operator/people/{await _ann.IdAsync()}", new { @operator = true }).ShouldBeAsync(HttpStatusCode.NoContent);
        var id = (await ListAsync())[0].GetProperty("id").GetInt64();

        (await _ann.GetAsync("operator/reports")).GetProperty("reports").GetArrayLength().ShouldBe(0);
        (await _ann.GetAsync("operator/audit?action=message-reported")).GetProperty("entries").GetArrayLength().ShouldBe(0);
        (await _ann.Http.GetStringAsync("operator/audit.csv")).ShouldNotContain("message-reported");
        await _ann.Http.PutAsJsonAsync($"operator/reports/{id}", new { done = true }).ShouldBeProblemAsync(404, "not-found");

        (await ListAsync()).Single().GetProperty("doneAt").ValueKind.ShouldBe(JsonValueKind.Null);
        (await _olga.GetAsync("operator/audit?action=message-reported")).GetProperty("entries").GetArrayLength().ShouldBe(1);
        await _ann.Http.PutAsJsonAsync($"operator/people/{await _olga.IdAsync()}", new { @operator = false }).ShouldBeAsync(HttpStatusCode.NoContent);
        (await _ann.GetAsync("operator/reports")).GetProperty("reports").GetArrayLength().ShouldBe(1, "there is nobody else to see it");
        await _ann.Http.PutAsJsonAsync($"operator/reports/{id}", new { done = true }).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_message_that_was_reported_as_a_whole_has_changed_when_a_file_of_it_is_deleted()
    {
        using var sent = await _ann.PostFileAsync(_chat, new Form().File("one.txt", "1"u8.ToArray()).File("two.txt", "2"u8.ToArray()).Content);
        var message = (await sent.JsonAsync()).GetProperty("message");
        await ReportAsync(_ben, message, new { }).ShouldBeAsync(HttpStatusCode.NoContent);
        var states = new List<string> { (await ListAsync())[0].Text("state") };

        foreach (var file in message.GetProperty("attachments").EnumerateArray())
        {
            await _ann.Http.DeleteAsync($"chat/{_chat}/file/{file.Text("id")}").ShouldBeAsync(HttpStatusCode.NoContent);
            states.Add((await ListAsync())[0].Text("state"));
        }

        states.ShouldBe(["unchanged", "edited", "deleted"]);
    }

    [Fact]
    public async Task A_report_and_its_end_are_noted_without_what_was_reported()
    {
        var text = await _ann.SendTextAsync(_chat, "a secret text");
        await ReportAsync(_ben, text, new { reason = "a secret reason" }).ShouldBeAsync(HttpStatusCode.NoContent);
        await _olga.Http.PutAsJsonAsync($"operator/reports/{(await ListAsync())[0].GetProperty("id")}", new { done = true }).ShouldBeAsync(HttpStatusCode.NoContent);

        var noted = await _olga.GetAsync("operator/audit?limit=2");

        noted.GetProperty("entries").EnumerateArray().Select(e => e.Text("action")).ShouldBe(["report-done", "message-reported"]);
        noted.GetRawText().ShouldNotContain("secret");
    }

    [Fact]
    public async Task So_many_reports_of_one_person_wait_and_no_more()
    {
        var (last, tooMany, benId) = (await _ann.SendTextAsync(_chat, "one"), await _ann.SendTextAsync(_chat, "two"), await _ben.IdAsync());
        var now = _server.Services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime;
        await _server.Services.GetRequiredService<DatabaseWriter>().WriteAsync(db =>
        {
            db.Reports.AddRange(Enumerable.Range(1, Reports.MaxOpenPerPerson - 1).Select(i => new Report { At = now, ReporterId = benId, MessageId = -i }));
            return db.SaveChangesAsync();
        });
        await ReportAsync(_ben, last, new { }).ShouldBeAsync(HttpStatusCode.NoContent);

        using (var refused = await ReportAsync(_ben, tooMany, new { }))
            refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromHours(1));
        await ReportAsync(_ben, tooMany, new { }).ShouldBeProblemAsync(429, "too-many-requests");

        var first = await _olga.GetAsync("operator/reports?limit=49");
        var rest = await _olga.GetAsync($"operator/reports?before={first.GetProperty("nextBefore").GetInt64()}");
        (rest.GetProperty("reports").GetArrayLength(), rest.GetProperty("nextBefore").ValueKind).ShouldBe((1, JsonValueKind.Null));
    }

    private Task<HttpResponseMessage> ReportAsync(ApiUser who, JsonElement message, object report) =>
        who.Http.PostAsJsonAsync($"chat/{_chat}/messages/{message.GetProperty("id")}/report", report);

    private async Task<JsonElement[]> ListAsync(string query = "") => [.. (await _olga.GetAsync("operator/reports" + query)).GetProperty("reports").EnumerateArray()];
}
