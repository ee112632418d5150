using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>A text or caption is changed by its author.</summary>
public sealed class EditingTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task An_edited_text_is_there_for_everybody_with_the_time_and_found_by_its_new_words_only()
    {
        var (ann, ben, chat, id) = await SentAsync("a heron");
        await using var stream = await EventReader.OpenAsync(ben, chat);

        var edited = await EditAsync(ann, chat, id, " a bittern\n").ShouldBeJsonAsync(HttpStatusCode.OK);

        edited.Text("text").ShouldBe(" a bittern\n");
        edited.GetProperty("editedAt").GetDateTime().ShouldBeGreaterThanOrEqualTo(edited.GetProperty("sentAt").GetDateTime());
        (await ben.MessagesAsync(chat)).Single().GetRawText().ShouldBe(edited.GetRawText());
        var heard = (await stream.NextAsync())!.Value;
        heard.Type.ShouldBe("message-edited");
        heard.Data.GetProperty("messageId").GetInt64().ShouldBe(id);
        heard.Data.Text("text").ShouldBe(" a bittern\n");
        heard.Data.GetProperty("editedAt").GetRawText().ShouldBe(edited.GetProperty("editedAt").GetRawText());
        await Eventually.HoldsAsync(async () => await FoundAsync(ben, "bittern") == 1, "the new word is found");
        (await FoundAsync(ben, "heron")).ShouldBe(0);
        (await ben.GetAsync("chat")).EnumerateArray().Single(c => c.GetProperty("id").GetInt64() == chat).GetProperty("unread").GetInt32().ShouldBe(1, "an edit makes nothing unread");
    }

    [Fact]
    public async Task The_same_text_again_changes_nothing()
    {
        var (ann, _, chat, id) = await SentAsync("once");
        var seq = await LastSeqAsync(ann, chat);

        var edited = await EditAsync(ann, chat, id, "once").ShouldBeJsonAsync(HttpStatusCode.OK);

        edited.GetProperty("editedAt").ValueKind.ShouldBe(JsonValueKind.Null);
        (await LastSeqAsync(ann, chat)).ShouldBe(seq);
    }

    [Fact]
    public async Task Only_its_author_edits_a_message_and_not_the_owner_or_an_operator()
    {
        var (ann, ben, chat, _) = await SentAsync("of the owner");
        var id = (await ben.SendTextAsync(chat, "of a member")).GetProperty("id").GetInt64();

        await EditAsync(ann, chat, id, "put into a mouth").ShouldBeProblemAsync(403, "not-allowed");
        await EditAsync(await server.UserAsync("cyd"), chat, id, "x").ShouldBeProblemAsync(404, "chat-not-found");
        await EditAsync(ann, chat, 987654, "x").ShouldBeProblemAsync(404, "message-not-found");

        (await ann.MessagesAsync(chat))[^1].Text("text").ShouldBe("of a member");
    }

    [Fact]
    public async Task A_caption_may_become_empty_and_a_text_may_not()
    {
        var (ann, _, chat, id) = await SentAsync("a text");
        var file = (await ann.SendFileAsync(chat)).GetProperty("message").GetProperty("id").GetInt64();

        foreach (var text in new[] { "", " \n", null })
            await EditAsync(ann, chat, id, text).ShouldBeProblemAsync(400, "invalid-text");
        (await EditAsync(ann, chat, file, " with a caption\r\nof two lines ").ShouldBeJsonAsync(HttpStatusCode.OK)).Text("text").ShouldBe("with a caption\nof two lines");
        (await EditAsync(ann, chat, file, "").ShouldBeJsonAsync(HttpStatusCode.OK)).Text("text").ShouldBe("");
    }

    [Fact]
    public async Task A_text_that_could_not_be_sent_can_not_come_by_an_edit_either()
    {
        var (ann, _, chat, id) = await SentAsync("a text");
        await EditAsync(ann, chat, id, new string('x', 8001)).ShouldBeProblemAsync(400, "invalid-text");
        await EditAsync(ann, chat, id, "a\0b").ShouldBeProblemAsync(400, "invalid-text");
        using var none = new StringContent("[]", System.Text.Encoding.UTF8, "application/json");
        await ann.Http.PutAsync($"chat/{chat}/messages/{id}", none).ShouldBeProblemAsync(400, "invalid-json");
    }

    [Fact]
    public async Task A_deleted_message_has_nothing_left_to_edit()
    {
        var (ann, _, chat, id) = await SentAsync("soon gone");
        await ann.Http.DeleteAsync($"chat/{chat}/messages/{id}").ShouldBeAsync(HttpStatusCode.NoContent);

        await EditAsync(ann, chat, id, "back again").ShouldBeProblemAsync(409, "message-deleted");
    }

    [Fact]
    public async Task A_replay_of_an_edit_shows_the_text_as_it_is_now()
    {
        var (ann, ben, chat, id) = await SentAsync("first");
        await EditAsync(ann, chat, id, "second").ShouldBeJsonAsync(HttpStatusCode.OK);
        await ann.Http.DeleteAsync($"chat/{chat}/messages/{id}").ShouldBeAsync(HttpStatusCode.NoContent);

        await using var stream = await EventReader.OpenAsync(ben, chat, "?after=0");
        var events = new List<string>();
        for (var i = await LastSeqAsync(ann, chat); i > 0; i--)
            events.Add((await stream.NextAsync())!.Value.Data.GetRawText());

        string.Concat(events).ShouldNotContain("first");
        string.Concat(events).ShouldNotContain("second");
    }

    private async Task<(ApiUser Ann, ApiUser Ben, long Chat, long Message)> SentAsync(string text)
    {
        var (ann, ben) = (await server.UserAsync("ann"), await server.UserAsync("ben"));
        var chat = await ann.ChatAsync(ben);
        return (ann, ben, chat, (await ann.SendTextAsync(chat, text)).GetProperty("id").GetInt64());
    }

    private static async Task<int> FoundAsync(ApiUser user, string word) => (await user.GetAsync($"search?q={word}")).GetProperty("messages").GetArrayLength();

    private static async Task<long> LastSeqAsync(ApiUser user, long chat) => (await user.GetAsync($"chat/{chat}")).GetProperty("lastSeq").GetInt64();

    private static Task<HttpResponseMessage> EditAsync(ApiUser user, long chat, long message, string? text) =>
        user.Http.PutAsJsonAsync($"chat/{chat}/messages/{message}", new { text });
}
