using System.Text;
using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

public sealed class MessageTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_sent_text_is_answered_with_its_message_and_is_in_the_list()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();

        var message = await ann.SendTextAsync(chat, " hello\n👋 ");

        message.Text("text").ShouldBe(" hello\n👋 ");
        message.GetProperty("seq").GetInt64().ShouldBe(1);
        message.GetProperty("attachments").GetArrayLength().ShouldBe(0);
        (await ann.MessagesAsync(chat)).Single().GetRawText().ShouldBe(message.GetRawText());
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\" \\n\\t \"")]
    [InlineData("null")]
    public async Task A_text_of_nothing_is_refused(string text)
    {
        var ann = await server.UserAsync("ann");
        await PostAsync(ann, await ann.ChatAsync(), $"{{\"text\": {text}}}").ShouldBeProblemAsync(400, "invalid-text");
    }

    [Fact]
    public async Task A_text_has_at_most_8000_characters()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        await ann.SendTextAsync(chat, new string('ü', 8000));
        (await PostAsync(ann, chat, $"{{\"text\": \"{new string('x', 8001)}\"}}").ShouldBeProblemAsync(400, "invalid-text")).ShouldContain("8,000");
        (await ann.MessagesAsync(chat)).Length.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"text\": 1}")]
    [InlineData("{\"text\": \"a\", \"clientId\": 1}")]
    [InlineData("{\"text\": \"a\"} x")]
    public async Task What_is_no_json_is_refused(string body)
    {
        var ann = await server.UserAsync("ann");
        await PostAsync(ann, await ann.ChatAsync(), body).ShouldBeProblemAsync(400, "invalid-json");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Json_of_another_content_type_is_refused(string contentType)
    {
        var ann = await server.UserAsync("ann");
        using var body = new StringContent("{\"text\": \"a\"}", Encoding.UTF8, contentType);
        await ann.Http.PostAsync($"chat/{await ann.ChatAsync()}/messages", body).ShouldBeProblemAsync(400, "invalid-json");
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=-1")]
    [InlineData("limit=x")]
    [InlineData("limit=1.5")]
    [InlineData("limit=99999999999999999999")]
    [InlineData("before=0")]
    [InlineData("before=-1")]
    [InlineData("before=x")]
    [InlineData("before=99999999999999999999")]
    public async Task A_query_that_cannot_be_meant_is_refused(string query)
    {
        var ann = await server.UserAsync("ann");
        await ann.Http.GetAsync($"chat/{await ann.ChatAsync()}/messages?{query}").ShouldBeProblemAsync(400, "invalid-query");
    }

    [Fact]
    public async Task Pages_come_newest_first_and_are_oldest_first_within()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        for (var i = 1; i <= 5; i++)
            await ann.SendTextAsync(chat, $"{i}");

        var pages = new List<string>();
        var next = "";
        do
        {
            var page = await ann.GetAsync($"chat/{chat}/messages?limit=2{next}");
            pages.Add(string.Join(' ', page.GetProperty("messages").EnumerateArray().Select(m => m.Text("text"))));
            var before = page.GetProperty("nextBefore");
            next = before.ValueKind == JsonValueKind.Null ? "" : $"&before={before.GetInt64()}";
            await ann.SendTextAsync(chat, "sent meanwhile");
        } while (next.Length > 0);

        pages.ShouldBe(["4 5", "2 3", "1"]);
    }

    [Fact]
    public async Task A_last_page_that_is_full_has_no_next()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        (await ann.GetAsync($"chat/{chat}/messages")).GetProperty("nextBefore").ValueKind.ShouldBe(JsonValueKind.Null);
        await ann.SendTextAsync(chat, "1");
        await ann.SendTextAsync(chat, "2");
        (await ann.GetAsync($"chat/{chat}/messages?limit=2")).GetProperty("nextBefore").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task A_deleted_message_stays_in_the_list_without_text_and_files()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        using var sent = await ann.PostFileAsync(chat, new Form().File("note.txt").Text("secret").Content);
        var (id, path) = ((await sent.JsonAsync()).GetProperty("message").GetProperty("id").GetInt64(), (await sent.JsonAsync()).Text("path"));

        await ann.Http.DeleteAsync($"chat/{chat}/messages/{id}").ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.Http.DeleteAsync($"chat/{chat}/messages/{id}").ShouldBeAsync(HttpStatusCode.NoContent);

        var message = (await ann.MessagesAsync(chat)).Single();
        message.GetProperty("deleted").GetBoolean().ShouldBeTrue();
        message.Text("text").ShouldBe("");
        var file = message.GetProperty("attachments").EnumerateArray().Single();
        (file.Text("path"), file.Text("state")).ShouldBe((path, "deleted"));
        foreach (var none in new[] { "fileName", "contentType", "size", "sha256", "width", "height", "thumbnail" })
            file.GetProperty(none).ValueKind.ShouldBe(JsonValueKind.Null, none);
        await ann.Http.GetAsync(path).ShouldBeProblemAsync(410, "file-deleted");
        (await ann.GetAsync($"chat/{chat}")).GetProperty("lastSeq").GetInt64().ShouldBe(2);
    }

    [Fact]
    public async Task Only_its_author_and_the_owner_delete_a_message()
    {
        var (ann, bob, cleo) = (await server.UserAsync("ann"), await server.UserAsync("bob"), await server.UserAsync("cleo"));
        var chat = await ann.ChatAsync(bob, cleo);
        var message = $"chat/{chat}/messages/{(await bob.SendTextAsync(chat, "hello")).GetProperty("id").GetInt64()}";

        await cleo.Http.DeleteAsync(message).ShouldBeProblemAsync(403, "not-allowed");
        await ann.Http.DeleteAsync($"chat/{await ann.ChatAsync()}/{message[message.IndexOf("messages", StringComparison.Ordinal)..]}")
            .ShouldBeProblemAsync(404, "message-not-found");
        await ann.Http.DeleteAsync(message).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    private static Task<HttpResponseMessage> PostAsync(ApiUser user, long chat, string json) =>
        user.Http.PostAsync($"chat/{chat}/messages", new StringContent(json, Encoding.UTF8, "application/json"));
}
