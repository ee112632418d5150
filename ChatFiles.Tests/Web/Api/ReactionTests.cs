using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>An emoji in place of an answer.</summary>
public sealed class ReactionTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_reaction_is_there_for_everybody_and_goes_again_each_with_one_event()
    {
        var (ann, ben, chat, id) = await SentAsync();
        await using var stream = await EventReader.OpenAsync(ann, chat);

        await PutAsync(ben, chat, id, "👍").ShouldBeAsync(HttpStatusCode.NoContent);
        await PutAsync(ben, chat, id, "👍").ShouldBeAsync(HttpStatusCode.NoContent);
        var message = (await ann.MessagesAsync(chat)).Single();
        var heard = (await stream.NextAsync())!.Value;
        await DeleteAsync(ben, chat, id, "👍").ShouldBeAsync(HttpStatusCode.NoContent);
        await DeleteAsync(ben, chat, id, "👍").ShouldBeAsync(HttpStatusCode.NoContent);
        var heardThen = (await stream.NextAsync())!.Value;

        Told(message).ShouldBe($"👍 1 {ben.Name}");
        message.GetProperty("reactions")[0].GetProperty("users")[0].Text("userId").ShouldBe(await ben.IdAsync());
        heard.Type.ShouldBe("reactions-changed");
        heard.Data.GetProperty("messageId").GetInt64().ShouldBe(id);
        heard.Data.GetProperty("reactions").GetRawText().ShouldBe(message.GetProperty("reactions").GetRawText());
        (heardThen.Type, heardThen.Data.GetProperty("seq").GetInt64()).ShouldBe(("reactions-changed", heard.Data.GetProperty("seq").GetInt64() + 1));
        Told(heardThen.Data).ShouldBe("");
        (await ann.GetAsync($"chat/{chat}")).GetProperty("lastSeq").GetInt64().ShouldBe(heardThen.Data.GetProperty("seq").GetInt64());
    }

    [Fact]
    public async Task They_stand_in_the_order_of_the_first_use_among_those_that_are_there()
    {
        var (ann, ben, chat, id) = await SentAsync();

        await PutAsync(ann, chat, id, "👍");
        await PutAsync(ben, chat, id, "🎉");
        await PutAsync(ben, chat, id, "👍");
        await PutAsync(ann, chat, id, "🎉");
        Told((await ann.MessagesAsync(chat)).Single()).ShouldBe($"👍 2 {ann.Name} {ben.Name}, 🎉 2 {ben.Name} {ann.Name}");
        await DeleteAsync(ann, chat, id, "👍");
        await DeleteAsync(ben, chat, id, "👍");
        await PutAsync(ann, chat, id, "👍");
        Told((await ann.MessagesAsync(chat)).Single()).ShouldBe($"🎉 2 {ben.Name} {ann.Name}, 👍 1 {ann.Name}");
    }

    [Theory]
    [InlineData("❤", "❤️")]
    [InlineData("❤️", "❤️")]
    [InlineData("👍️", "👍")]
    [InlineData("👍🏿", "👍🏿")]
    [InlineData("🏻", "🏻")]
    [InlineData("🏿", "🏿")]
    [InlineData("🦲", "🦲")]
    [InlineData("🧑🏻‍❤️‍💋‍🧑🏿", "🧑🏻‍❤️‍💋‍🧑🏿")]
    [InlineData("🏳‍🌈", "🏳️‍🌈")]
    [InlineData("#⃣", "#️⃣")]
    [InlineData("🇩🇪", "🇩🇪")]
    [InlineData("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿")]
    public async Task It_is_one_emoji_of_Unicodes_list_however_it_is_spelled(string written, string kept)
    {
        var (ann, ben, chat, id) = await SentAsync();

        await PutAsync(ann, chat, id, written).ShouldBeAsync(HttpStatusCode.NoContent);
        await PutAsync(ben, chat, id, kept).ShouldBeAsync(HttpStatusCode.NoContent);

        Told((await ann.MessagesAsync(chat)).Single()).ShouldBe($"{kept} 2 {ann.Name} {ben.Name}");
    }

    [Fact]
    public async Task What_is_none_is_refused()
    {
        var (ann, _, chat, id) = await SentAsync();

        foreach (var none in new[] { "a", "1", "👍👍", "👍 ", ":+1:", "\uFE0F", "🏿🏿", "🇩", "👍\u200D👍", "<b>", new string('x', 500), "%FF", "☺☺" })
        {
            await PutAsync(ann, chat, id, none).ShouldBeProblemAsync(400, "invalid-emoji");
            await DeleteAsync(ann, chat, id, none).ShouldBeProblemAsync(400, "invalid-emoji");
        }

        Told((await ann.MessagesAsync(chat)).Single()).ShouldBe("");
    }

    [Fact]
    public async Task Strangers_get_nothing_to_know_and_what_is_not_there_takes_no_reaction()
    {
        var (ann, ben, chat, id) = await SentAsync();
        var cyd = await server.UserAsync("cyd");
        var elsewhere = (await ann.SendTextAsync(await ann.ChatAsync(), "elsewhere")).GetProperty("id").GetInt64();

        await PutAsync(cyd, chat, id, "👍").ShouldBeProblemAsync(404, "chat-not-found");
        await PutAsync(cyd, chat, id, "none").ShouldBeProblemAsync(404, "chat-not-found");
        await PutAsync(ben, chat, elsewhere, "👍").ShouldBeProblemAsync(404, "message-not-found");
        await PutAsync(ben, chat, 987654, "👍").ShouldBeProblemAsync(404, "message-not-found");
        await PutAsync(ben, chat, id, "👍").ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.Http.DeleteAsync($"chat/{chat}/messages/{id}").ShouldBeAsync(HttpStatusCode.NoContent);
        await PutAsync(ben, chat, id, "👍").ShouldBeProblemAsync(409, "message-deleted");
        await DeleteAsync(ben, chat, id, "👍").ShouldBeProblemAsync(409, "message-deleted");
        Told((await ann.MessagesAsync(chat)).Single()).ShouldBe("");
    }

    [Fact]
    public async Task A_message_has_twenty_different_ones_that_others_can_join()
    {
        var (ann, ben, chat, id) = await SentAsync();
        string[] emoji = [.. Enumerable.Range(0x1F600, Reaction.MaxPerMessage + 1).Select(char.ConvertFromUtf32)];

        foreach (var one in emoji[..^1])
            await PutAsync(ann, chat, id, one).ShouldBeAsync(HttpStatusCode.NoContent);
        await PutAsync(ben, chat, id, emoji[^1]).ShouldBeProblemAsync(409, "too-many-reactions");
        await PutAsync(ben, chat, id, emoji[0]).ShouldBeAsync(HttpStatusCode.NoContent);
        await DeleteAsync(ann, chat, id, emoji[1]).ShouldBeAsync(HttpStatusCode.NoContent);
        await PutAsync(ben, chat, id, emoji[^1]).ShouldBeAsync(HttpStatusCode.NoContent);

        (await ann.MessagesAsync(chat)).Single().GetProperty("reactions").GetArrayLength().ShouldBe(Reaction.MaxPerMessage);
    }

    [Fact]
    public async Task The_same_at_the_same_time_is_one_reaction_and_one_event()
    {
        var (ann, ben, chat, id) = await SentAsync();
        var before = (await ann.GetAsync($"chat/{chat}")).GetProperty("lastSeq").GetInt64();

        var puts = Enumerable.Range(0, 8).Select(i => PutAsync(i % 2 == 0 ? ann : ben, chat, id, "🎉").ShouldBeAsync(HttpStatusCode.NoContent));
        await Task.WhenAll(puts);

        (await ann.MessagesAsync(chat)).Single().GetProperty("reactions")[0].GetProperty("count").GetInt32().ShouldBe(2);
        (await ann.GetAsync($"chat/{chat}")).GetProperty("lastSeq").GetInt64().ShouldBe(before + 2);
    }

    private async Task<(ApiUser Ann, ApiUser Ben, long Chat, long Id)> SentAsync()
    {
        var (ann, ben) = (await server.UserAsync("ann"), await server.UserAsync("ben"));
        var chat = await ann.ChatAsync(ben);
        return (ann, ben, chat, (await ann.SendTextAsync(chat, "Is it final?")).GetProperty("id").GetInt64());
    }

    private static string Told(JsonElement message) =>
        string.Join(", ", message.GetProperty("reactions").EnumerateArray().Select(r => $"{r.Text("emoji")} {r.GetProperty("count")} {string.Join(' ', r.GetProperty("users").EnumerateArray().Select(u => u.Text("name")))}"));

    private static Task<HttpResponseMessage> PutAsync(ApiUser user, long chat, long message, string emoji) =>
        user.Http.PutAsync($"chat/{chat}/messages/{message}/reactions/{Uri.EscapeDataString(emoji)}", content: null);

    private static Task<HttpResponseMessage> DeleteAsync(ApiUser user, long chat, long message, string emoji) =>
        user.Http.DeleteAsync($"chat/{chat}/messages/{message}/reactions/{Uri.EscapeDataString(emoji)}");
}
