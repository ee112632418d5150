using System.Net.Http.Json;
using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>Chats that everybody finds and joins by themself.</summary>
public sealed class OpenChatsTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task An_open_chat_is_found_and_joined_with_an_event_and_again_without_one()
    {
        var (ann, ben) = (await server.UserAsync("ann"), await server.UserAsync("ben"));
        var chat = await OpenAsync(ann, "Gardening");
        (await ListAsync(ben, "q=garden")).Single().GetProperty("joined").GetBoolean().ShouldBeFalse();
        (await ListAsync(ann, "q=GARDEN")).Single().GetProperty("joined").GetBoolean().ShouldBeTrue();
        await ben.Http.GetAsync($"chat/{chat}").ShouldBeProblemAsync(404, "chat-not-found");
        await using var stream = await EventReader.OpenAsync(ann, chat);

        await JoinAsync(ben, chat).ShouldBeAsync(HttpStatusCode.NoContent);
        await JoinAsync(ben, chat).ShouldBeAsync(HttpStatusCode.NoContent);

        var joined = await stream.NextAsync();
        joined.ShouldNotBeNull().Type.ShouldBe("member-joined");
        var now = await ben.GetAsync($"chat/{chat}");
        (now.GetProperty("open").GetBoolean(), now.GetProperty("memberCount").GetInt32(), now.GetProperty("lastSeq").GetInt64()).ShouldBe((true, 2, joined.Value.Id));
        var listed = (await ListAsync(ben, "q=garden")).Single();
        (listed.GetProperty("id").GetInt64(), listed.Text("name"), listed.GetProperty("members").GetInt32(), listed.GetProperty("joined").GetBoolean())
            .ShouldBe((chat, "Gardening", 2, true));
    }

    [Fact]
    public async Task What_is_closed_unknown_or_was_left_by_force_is_found_and_joined_by_nobody()
    {
        var (ann, eve) = (await server.UserAsync("ann"), await server.UserAsync("eve"));
        var closed = await ann.ChatAsync();
        await JoinAsync(eve, closed).ShouldBeProblemAsync(404, "chat-not-found");
        await JoinAsync(eve, 987654).ShouldBeProblemAsync(404, "chat-not-found");
        await JoinAsync(ann, closed).ShouldBeAsync(HttpStatusCode.NoContent);

        var chat = await OpenAsync(ann, "Quiet");
        await JoinAsync(eve, chat).ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.Http.DeleteAsync($"chat/{chat}/members/{await eve.IdAsync()}").ShouldBeAsync(HttpStatusCode.NoContent);
        await JoinAsync(eve, chat).ShouldBeProblemAsync(404, "chat-not-found");
        (await ListAsync(eve, "q=quiet")).ShouldBeEmpty();
        await ann.Http.PostAsJsonAsync($"chat/{chat}/members", new { email = eve.Email }).ShouldBeAsync(HttpStatusCode.NoContent);
        await eve.Http.DeleteAsync($"chat/{chat}/members/{await eve.IdAsync()}").ShouldBeAsync(HttpStatusCode.NoContent);
        await JoinAsync(eve, chat).ShouldBeAsync(HttpStatusCode.NoContent);

        await ann.Http.PutAsJsonAsync($"chat/{chat}", new { open = false }).ShouldBeAsync(HttpStatusCode.NoContent);
        (await ListAsync(ann, "q=quiet")).ShouldBeEmpty();
        await JoinAsync(eve, chat).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("burger", true)]
    [InlineData("STRASSE", true)]
    [InlineData("straße", true)]
    [InlineData("100%", true)]
    [InlineData("10_%", false)]
    [InlineData("%", true)]
    public async Task An_open_chat_is_found_by_a_part_of_its_name_without_case_and_accents_taken_literally(string text, bool isFound)
    {
        var gil = await server.UserAsync("gil");
        var chat = await OpenAsync(gil, "Bürgerstraße 100%");
        var found = (await ListAsync(gil, $"q={Uri.EscapeDataString(text)}&limit=200")).Select(c => c.GetProperty("id").GetInt64());
        found.Contains(chat).ShouldBe(isFound);
    }

    [Fact]
    public async Task Open_chats_come_newest_first_by_pages()
    {
        var fay = await server.UserAsync("fay");
        var chats = new List<long>();
        for (var i = 0; i < 3; i++)
            chats.Add(await OpenAsync(fay, $"Series {i}"));
        var first = await fay.GetAsync("chat/open?q=series&limit=2");
        first.GetProperty("chats").EnumerateArray().Select(chat => chat.GetProperty("id").GetInt64()).ShouldBe([chats[2], chats[1]]);
        var rest = await fay.GetAsync($"chat/open?q=series&limit=2&before={first.GetProperty("nextBefore").GetInt64()}");
        rest.GetProperty("chats").EnumerateArray().Select(chat => chat.GetProperty("id").GetInt64()).ShouldBe([chats[0]]);
        await fay.Http.GetAsync("chat/open?limit=0").ShouldBeProblemAsync(400, "invalid-query");
    }

    private static async Task<long> OpenAsync(ApiUser owner, string name)
    {
        using var created = await owner.Http.PostAsJsonAsync("chat", new { name, open = true });
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        return (await created.JsonAsync()).GetProperty("id").GetInt64();
    }

    private static Task<HttpResponseMessage> JoinAsync(ApiUser person, long chat) => person.Http.PostAsync($"chat/{chat}/join", content: null);

    private static async Task<List<JsonElement>> ListAsync(ApiUser person, string query) =>
        [.. (await person.GetAsync($"chat/open?{query}")).GetProperty("chats").EnumerateArray()];
}
