using System.Net.Http.Json;
using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

public sealed class ChatTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_new_chat_has_its_creator_as_owner()
    {
        var ann = await server.UserAsync("ann");
        using var answer = await ann.Http.PostAsJsonAsync("chat", new { name = "  Plans  " });
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var chat = await answer.JsonAsync();
        answer.Headers.Location!.ToString().ShouldBe($"/chat/{chat.GetProperty("id").GetInt64()}");
        chat.Text("name").ShouldBe("Plans");
        Roles(chat).ShouldBe("ann:owner");
        (await ann.GetAsync(answer.Headers.Location!.ToString())).GetRawText().ShouldBe(chat.GetRawText());
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("\u200b\u202e")]
    [InlineData(null)]
    [InlineData("123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 x")]
    public async Task A_name_has_1_to_80_characters(string? name)
    {
        var ann = await server.UserAsync("ann");
        await ann.Http.PostAsJsonAsync("chat", new { name }).ShouldBeProblemAsync(400, "invalid-name");
    }

    [Fact]
    public async Task Two_people_have_one_direct_chat_that_takes_nobody()
    {
        var (bob, cleo) = (await server.UserAsync("bob"), await server.UserAsync("cleo"));
        using var first = await bob.Http.PostAsJsonAsync("chat", new { with = cleo.Email });
        using var second = await cleo.Http.PostAsJsonAsync("chat", new { with = bob.Email });

        (first.StatusCode, second.StatusCode).ShouldBe((HttpStatusCode.Created, HttpStatusCode.OK));
        var chat = await first.JsonAsync();
        var id = chat.GetProperty("id").GetInt64();
        (await second.JsonAsync()).GetProperty("id").GetInt64().ShouldBe(id);
        chat.GetProperty("direct").GetBoolean().ShouldBeTrue();
        var ann = await server.UserAsync("ann");
        await bob.Http.PostAsJsonAsync($"chat/{id}/members", new { email = ann.Email }).ShouldBeProblemAsync(403, "not-allowed");
        await bob.Http.PostAsJsonAsync("chat", new { with = "nobody@example.org" }).ShouldBeProblemAsync(404, "user-not-found");
    }

    [Fact]
    public async Task The_owner_adds_and_removes_and_a_member_only_leaves()
    {
        var (ann, bob, cleo) = (await server.UserAsync("ann"), await server.UserAsync("bob"), await server.UserAsync("cleo"));
        var chat = await ann.ChatAsync(bob, cleo);
        var (annId, bobId, cleoId) = (await ann.IdAsync(), await bob.IdAsync(), await cleo.IdAsync());
        var members = $"chat/{chat}/members";

        await ann.Http.PostAsJsonAsync(members, new { email = bob.Email }).ShouldBeAsync(HttpStatusCode.NoContent);
        await bob.Http.PostAsJsonAsync(members, new { email = bob.Email }).ShouldBeProblemAsync(403, "not-allowed");
        await ann.Http.PostAsJsonAsync(members, new { email = "nobody@example.org" }).ShouldBeProblemAsync(404, "user-not-found");
        await bob.Http.DeleteAsync($"{members}/{cleoId}").ShouldBeProblemAsync(403, "not-allowed");
        await ann.Http.DeleteAsync($"{members}/nobody").ShouldBeProblemAsync(404, "user-not-found");
        await ann.Http.DeleteAsync($"chat/1/members/{annId}").ShouldBeProblemAsync(403, "not-allowed");

        await ann.Http.DeleteAsync($"{members}/{annId}").ShouldBeAsync(HttpStatusCode.NoContent);
        Roles(await bob.GetAsync($"chat/{chat}")).ShouldBe("bob:owner cleo:member");
        await bob.Http.DeleteAsync($"{members}/{cleoId}").ShouldBeAsync(HttpStatusCode.NoContent);
        Roles(await bob.GetAsync($"chat/{chat}")).ShouldBe("bob:owner");
        await bob.Http.DeleteAsync($"{members}/{bobId}").ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Members_are_counted_and_listed_by_name_in_pages()
    {
        var (ann, bob, cleo) = (await server.UserAsync("ann"), await server.UserAsync("bob"), await server.UserAsync("cleo"));
        var chat = await bob.ChatAsync(cleo, ann);
        var annId = await ann.IdAsync();

        var view = await ann.GetAsync($"chat/{chat}");
        view.GetProperty("memberCount").GetInt32().ShouldBe(3);
        Roles(view).ShouldBe("ann:member bob:owner cleo:member");
        var first = await ann.GetAsync($"chat/{chat}/members?limit=1");
        Roles(first).ShouldBe("ann:member");
        first.Text("nextAfter").ShouldBe(annId);
        var rest = await ann.GetAsync($"chat/{chat}/members?after={annId}");
        Roles(rest).ShouldBe("bob:owner cleo:member");
        rest.GetProperty("nextAfter").GetString().ShouldBeNull();
        Roles(await ann.GetAsync($"chat/{chat}/members?q=LE")).ShouldBe("cleo:member");
        await ann.Http.GetAsync($"chat/{chat}/members?after=nobody").ShouldBeProblemAsync(400, "invalid-query");
        var never = await server.UserAsync("never");
        await ann.Http.GetAsync($"chat/{chat}/members?after={await never.IdAsync()}").ShouldBeProblemAsync(400, "invalid-query");
        await ann.Http.DeleteAsync($"chat/{chat}/members/{annId}").ShouldBeAsync(HttpStatusCode.NoContent);
        Roles(await (await server.UserAsync("bob")).GetAsync($"chat/{chat}/members?after={annId}")).ShouldBe("bob:owner cleo:member");
        await (await server.UserAsync("bob")).Http.GetAsync($"chat/{chat}/members?limit=201").ShouldBeProblemAsync(400, "invalid-query");
        var stranger = await server.UserAsync("stranger");
        await stranger.Http.GetAsync($"chat/{chat}/members?limit=201").ShouldBeProblemAsync(404, "chat-not-found");
    }

    [Fact]
    public async Task The_read_position_moves_forward_only()
    {
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        var chat = await ann.ChatAsync(bob);
        await bob.SendTextAsync(chat, "mine");
        var first = (await ann.SendTextAsync(chat, "1")).GetProperty("id").GetInt64();
        var second = (await ann.SendTextAsync(chat, "2")).GetProperty("id").GetInt64();

        (await UnreadAsync()).ShouldBe(2);
        await ReadAsync(first);
        (await UnreadAsync()).ShouldBe(1);
        await ReadAsync(second);
        await ReadAsync(first);
        (await UnreadAsync()).ShouldBe(0);
        await bob.Http.PutAsJsonAsync($"chat/{chat}/read", new { }).ShouldBeProblemAsync(400, "invalid-json");

        Task ReadAsync(long messageId) => bob.Http.PutAsJsonAsync($"chat/{chat}/read", new { messageId }).ShouldBeAsync(HttpStatusCode.NoContent);
        async Task<int> UnreadAsync() =>
            (await bob.GetAsync("chat")).EnumerateArray().Single(c => c.GetProperty("id").GetInt64() == chat).GetProperty("unread").GetInt32();
    }

    private static string Roles(JsonElement chat) =>
        string.Join(' ', chat.GetProperty("members").EnumerateArray().Select(m => $"{m.Text("name")}:{m.Text("role")}"));
}
