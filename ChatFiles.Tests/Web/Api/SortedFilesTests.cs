using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

public sealed class SortedFilesTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly (string Name, int Bytes)[] Some = [("b.txt", 3), ("Ä.txt", 1), ("c.txt", 3), ("a.txt", 2), ("B.txt", 9)];

    [Theory]
    [InlineData("newest", "B.txt a.txt c.txt Ä.txt b.txt")]
    [InlineData("", "B.txt a.txt c.txt Ä.txt b.txt")]
    [InlineData("name", "a.txt Ä.txt B.txt b.txt c.txt")]
    [InlineData("size", "B.txt c.txt b.txt a.txt Ä.txt")]
    public async Task The_files_of_a_chat_and_my_own_come_in_the_order_asked_for_whatever_the_length_of_a_page(string sort, string expected)
    {
        var ann = await server.UserAsync($"ann-{sort}");
        var chat = await ann.ChatAsync();
        foreach (var (name, bytes) in Some)
            await ann.SendFileAsync(chat, name, new string('x', bytes));

        foreach (var list in new[] { $"chat/{chat}/files", "files" })
        {
            foreach (var limit in new[] { 1, 2, 5, 50 })
                string.Join(' ', await NamesAsync(ann, $"{list}?sort={sort}&limit={limit}")).ShouldBe(expected, $"{list}, {limit} a page");
        }
    }

    [Fact]
    public async Task My_own_files_are_those_that_I_sent_to_chats_that_I_am_in_each_with_its_chat()
    {
        var (ann, bob) = (await server.UserAsync("own-ann"), await server.UserAsync("own-bob"));
        var (chat, left) = (await ann.ChatAsync(bob), await bob.ChatAsync(ann));
        await ann.SendFileAsync(chat, "mine.txt");
        await bob.SendFileAsync(chat, "bobs.txt");
        await ann.SendFileAsync(left, "left.txt");
        await ann.Http.DeleteAsync($"chat/{left}/members/{await ann.IdAsync()}").ShouldBeAsync(HttpStatusCode.NoContent);
        using var opened = await ann.Http.PostAsync("chat", JsonContent(new { with = bob.Email }));
        var direct = (await opened.JsonAsync()).GetProperty("id").GetInt64();
        await ann.SendFileAsync(direct, "direct.txt");

        var files = (await ann.GetAsync("files")).GetProperty("files").EnumerateArray().ToList();

        files.Select(f => (f.Text("fileName"), f.GetProperty("chat").GetProperty("id").GetInt64(), f.GetProperty("chat").Text("name")))
            .ShouldBe([("direct.txt", direct, "own-bob"), ("mine.txt", chat, "Room")]);
        (await NamesAsync(ann, "files?q=DIR")).ShouldBe(["direct.txt"]);
        (await NamesAsync(ann, "files?kind=image")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_order_that_there_is_not_and_a_place_that_is_lost_are_refused()
    {
        var ann = await server.UserAsync("lost-ann");
        var chat = await ann.ChatAsync();
        var sent = await ann.SendFileAsync(chat, "a.txt");
        var id = sent.GetProperty("message").GetProperty("attachments")[0].Text("id");
        await ann.Http.DeleteAsync(sent.Text("path")).ShouldBeAsync(HttpStatusCode.NoContent);

        foreach (var list in new[] { $"chat/{chat}/files", "files" })
        {
            await ann.Http.GetAsync($"{list}?sort=oldest").ShouldBeProblemAsync(400, "invalid-query");
            await ann.Http.GetAsync($"{list}?sort=Name").ShouldBeProblemAsync(400, "invalid-query");
            await ann.Http.GetAsync($"{list}?before={Guid.NewGuid()}").ShouldBeProblemAsync(400, "invalid-query");
            await ann.Http.GetAsync($"{list}?sort=size&before={id}").ShouldBeProblemAsync(400, "invalid-query");
            (await NamesAsync(ann, $"{list}?before={id}")).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Who_asks_for_HTML_gets_the_page_of_my_files_and_who_is_not_signed_in_is_led_to_sign_in()
    {
        var ann = await server.UserAsync("page-ann");
        using var request = new HttpRequestMessage(HttpMethod.Get, "files");
        request.Headers.Accept.ParseAdd("text/html,*/*;q=0.8");
        using var page = await server.Stranger.SendAsync(request);
        page.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        page.Headers.Location!.ToString().ShouldContain("/sign-in");

        (await ann.GetAsync("files")).GetProperty("files").GetArrayLength().ShouldBe(0);
        await server.Stranger.GetAsync("files").ShouldBeProblemAsync(401, "not-signed-in");
    }

    private static System.Net.Http.Json.JsonContent JsonContent<T>(T body) => System.Net.Http.Json.JsonContent.Create(body);

    private static async Task<List<string>> NamesAsync(ApiUser user, string list)
    {
        var names = new List<string>();
        string? before = null;
        do
        {
            var page = await user.GetAsync(before is null ? list : $"{list}{(list.Contains('?', StringComparison.Ordinal) ? '&' : '?')}before={before}");
            names.AddRange(page.GetProperty("files").EnumerateArray().Select(f => f.Text("fileName")));
            before = page.GetProperty("nextBefore").ValueKind == JsonValueKind.Null ? null : page.Text("nextBefore");
        } while (before is not null);
        return names;
    }
}
