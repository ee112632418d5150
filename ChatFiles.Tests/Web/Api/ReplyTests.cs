using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>A message that answers another one of its chat.</summary>
public sealed class ReplyTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task An_answer_shows_what_it_answers_as_a_text_and_with_files_in_every_reading()
    {
        var (ann, ben, chat) = await TwoAsync();
        var question = Id(await ann.SendTextAsync(chat, "Is it final?"));
        var file = (await ann.SendFileAsync(chat, "plan.txt", "x")).GetProperty("message");

        var text = await AnswerAsync(ben, chat, "Yes", question).ShouldBeJsonAsync(HttpStatusCode.Created);
        var withFile = (
            await ben.PostFileAsync(chat, new Form().ReplyTo($"{Id(file)}").File("new.txt", "y").Content).ShouldBeJsonAsync(HttpStatusCode.Created)
        ).GetProperty("message");

        var shown = text.GetProperty("replyTo");
        shown.GetProperty("messageId").GetInt64().ShouldBe(question);
        shown.GetProperty("author").GetRawText().ShouldBe(file.GetProperty("author").GetRawText());
        shown.Text("text").ShouldBe("Is it final?");
        shown.GetProperty("fileName").ValueKind.ShouldBe(JsonValueKind.Null);
        shown.GetProperty("deleted").GetBoolean().ShouldBeFalse();
        withFile.GetProperty("replyTo").Text("fileName").ShouldBe("plan.txt");
        var page = await ann.MessagesAsync(chat);
        page[^2].GetRawText().ShouldBe(text.GetRawText());
        page[^1].GetRawText().ShouldBe(withFile.GetRawText());
        page[0].GetProperty("replyTo").ValueKind.ShouldBe(JsonValueKind.Null);
        await using var replayed = await EventReader.OpenAsync(ann, chat, $"?after={text.GetProperty("seq").GetInt64() - 1}");
        (await replayed.NextAsync())!.Value.Data.GetProperty("message").GetRawText().ShouldBe(text.GetRawText());
    }

    [Fact]
    public async Task An_answer_lives_on_when_what_it_answers_is_edited_or_deleted()
    {
        var (ann, ben, chat) = await TwoAsync();
        var question = Id(await ann.SendTextAsync(chat, "Is it final?"));
        await AnswerAsync(ben, chat, "Yes", question).ShouldBeJsonAsync(HttpStatusCode.Created);

        await ann.Http.PutAsJsonAsync($"chat/{chat}/messages/{question}", new { text = "Is it ready?" }).ShouldBeAsync(HttpStatusCode.OK);
        (await ben.MessagesAsync(chat))[^1].GetProperty("replyTo").Text("text").ShouldBe("Is it ready?");
        await ann.Http.DeleteAsync($"chat/{chat}/messages/{question}").ShouldBeAsync(HttpStatusCode.NoContent);
        var shown = (await ben.MessagesAsync(chat))[^1].GetProperty("replyTo");
        (shown.GetProperty("deleted").GetBoolean(), shown.Text("text")).ShouldBe((true, ""));
        (await AnswerAsync(ben, chat, "What was it?", question).ShouldBeJsonAsync(HttpStatusCode.Created)).GetProperty("replyTo").GetProperty("deleted").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_shown_of_it_is_cut_at_200_characters_and_never_within_one()
    {
        var (ann, ben, chat) = await TwoAsync();
        // Of two units, and of eleven.
        foreach (var (text, kept) in new[] { (new string('a', 199) + "😀b", 199), (new string('a', 198) + "😀b", 200), (new string('a', 190) + "👨‍👩‍👧‍👦b", 190), (new string('a', 200), 200) })
        {
            var id = Id(await ann.SendTextAsync(chat, text));
            (await AnswerAsync(ben, chat, "Yes", id).ShouldBeJsonAsync(HttpStatusCode.Created)).GetProperty("replyTo").Text("text").ShouldBe(text[..kept]);
        }
    }

    [Fact]
    public async Task Only_a_message_of_the_same_chat_can_be_answered_and_nothing_is_kept_of_what_answers_none()
    {
        var (ann, ben, chat) = await TwoAsync();
        var elsewhere = Id(await ann.SendTextAsync(await ann.ChatAsync(), "not for Ben"));

        foreach (var id in new[] { elsewhere, 987654, 0, -1 })
            await AnswerAsync(ben, chat, "?", id).ShouldBeProblemAsync(404, "message-not-found");
        foreach (var id in new[] { $"{elsewhere}", "0", "-1", "x", "" })
            await ben.PostFileAsync(chat, new Form().ReplyTo(id).File("a.txt", "x").Content).ShouldBeProblemAsync(404, "message-not-found");

        (await ben.MessagesAsync(chat)).ShouldBeEmpty();
        (await ben.GetAsync($"chat/{chat}/files")).GetProperty("files").GetArrayLength().ShouldBe(0);
    }

    private async Task<(ApiUser Ann, ApiUser Ben, long Chat)> TwoAsync()
    {
        var (ann, ben) = (await server.UserAsync("ann"), await server.UserAsync("ben"));
        return (ann, ben, await ann.ChatAsync(ben));
    }

    private static long Id(JsonElement message) => message.GetProperty("id").GetInt64();

    private static Task<HttpResponseMessage> AnswerAsync(ApiUser user, long chat, string text, long replyTo) =>
        user.Http.PostAsJsonAsync($"chat/{chat}/messages", new { text, replyTo });
}
