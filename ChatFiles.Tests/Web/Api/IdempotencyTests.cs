using System.Net.Http.Json;
using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>The same key within one chat and author is the same message, for ever.</summary>
public sealed class IdempotencyTests
{
    [Fact]
    public async Task A_repeat_is_answered_like_the_first_without_its_body_being_read()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var first = await SendAsync(ann, chat, new Form().File("note.txt").Content, "k");

        var again = await SendAsync(ann, chat, new Form().File("other.exe", "").WithoutEnd, "k");
        var nonsense = await SendAsync(ann, chat, new StringContent("no form"), "k");

        again.ShouldBe(first);
        nonsense.ShouldBe(first);
        server.BlobCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_repeat_shows_the_message_as_it_is_now()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var path = JsonDocument.Parse(await SendAsync(ann, chat, new Form().File("note.txt").Content, "k")).RootElement.Text("path");
        await ann.Http.DeleteAsync(path).ShouldBeAsync(HttpStatusCode.NoContent);

        using var again = JsonDocument.Parse(await SendAsync(ann, chat, new Form().File("note.txt").Content, "k"));

        again.RootElement.Text("path").ShouldBe(path);
        var file = again.RootElement.GetProperty("message").GetProperty("attachments").EnumerateArray().Single();
        file.Text("state").ShouldBe("deleted");
        file.GetProperty("fileName").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Ten_at_the_same_time_are_one_message_and_one_blob()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => SendAsync(ann, chat, new Form().File("note.txt", new string('x', 100_000)).Content, "k"))
        );

        answers.Distinct(StringComparer.Ordinal).Count().ShouldBe(1);
        (await ann.MessagesAsync(chat)).Length.ShouldBe(1);
        (await ann.GetAsync($"chat/{chat}")).GetProperty("lastSeq").GetInt64().ShouldBe(1);
        server.BlobCount.ShouldBe(1);
    }

    [Fact]
    public async Task The_key_is_remembered_over_a_restart_and_so_are_tokens()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var first = await SendAsync(ann, chat, new Form().File("note.txt").Content, "k");

        await server.RestartAsync();
        using var http = server.Client();
        http.DefaultRequestHeaders.Authorization = new("Bearer", ann.Token);
        var again = await SendAsync(ann with { Http = http }, chat, new Form().File("note.txt").Content, "k");

        again.ShouldBe(first);
        server.BlobCount.ShouldBe(1);
    }

    [Fact]
    public async Task Another_author_chat_or_key_is_another_message()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.UserAsync("ann");
        var bob = await server.UserAsync("bob");
        var chat = await ann.ChatAsync(bob);
        var other = await ann.ChatAsync();

        var answers = new[]
        {
            await SendAsync(ann, chat, new Form().File("note.txt").Content, "k"),
            await SendAsync(bob, chat, new Form().File("note.txt").Content, "k"),
            await SendAsync(ann, other, new Form().File("note.txt").Content, "k"),
            await SendAsync(ann, chat, new Form().File("note.txt").Content, "K"),
            await SendAsync(ann, chat, new Form().File("note.txt").Content, new string('~', 64)),
        };

        answers.Distinct(StringComparer.Ordinal).Count().ShouldBe(5);
    }

    [Fact]
    public async Task A_refused_upload_does_not_use_the_key_up()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        await ann.PostFileAsync(chat, new Form().File("note.exe").Content, "k").ShouldBeProblemAsync(415, "file-type-not-allowed");

        await SendAsync(ann, chat, new Form().File("note.txt").Content, "k");
    }

    [Fact]
    public async Task A_text_and_its_client_id_work_the_same_way()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();

        var sent = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            using var answer = await ann.Http.PostAsJsonAsync($"chat/{chat}/messages", new { text = $"hello {i}", clientId = "k" });
            answer.StatusCode.ShouldBe(HttpStatusCode.Created);
            return await answer.Content.ReadAsStringAsync();
        }));

        sent.Distinct(StringComparer.Ordinal).Count().ShouldBe(1);
        using var message = JsonDocument.Parse(sent[0]);
        message.RootElement.Text("clientId").ShouldBe("k");
        (await ann.MessagesAsync(chat)).Length.ShouldBe(1);
    }

    /// <summary>The Location header and the body.</summary>
    private static async Task<string> SendAsync(ApiUser user, long chat, HttpContent form, string key)
    {
        using var answer = await user.PostFileAsync(chat, form, key);
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, body);
        answer.Headers.Location!.ToString().ShouldBe((await answer.JsonAsync()).Text("path"));
        return body;
    }
}
