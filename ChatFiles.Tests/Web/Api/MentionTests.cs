using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Api;

/// <summary>A text names members of its chat.</summary>
public sealed class MentionTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_text_and_a_caption_name_members_each_once_in_its_order_in_every_reading()
    {
        var (ann, ben, chat) = await TwoAsync();
        var (annId, benId) = (await ann.IdAsync(), await ben.IdAsync());

        var text = await ann.SendTextAsync(chat, $"<@{benId}>, <@{annId}> and <@{benId}>");
        var file = (await ann.PostFileAsync(chat, new Form().Text($"For <@{benId}>").File("a.txt", "x").Content).ShouldBeJsonAsync(HttpStatusCode.Created)).GetProperty("message");

        Named(text).ShouldBe([(benId, ben.Name), (annId, ann.Name)]);
        Named(file).ShouldBe([(benId, ben.Name)]);
        text.Text("text").ShouldBe($"<@{benId}>, <@{annId}> and <@{benId}>");
        (await ben.MessagesAsync(chat)).Select(m => m.GetRawText()).ShouldBe([text.GetRawText(), file.GetRawText()]);
        await using var replayed = await EventReader.OpenAsync(ben, chat, $"?after={text.GetProperty("seq").GetInt64() - 1}");
        (await replayed.NextAsync())!.Value.Data.GetProperty("message").GetRawText().ShouldBe(text.GetRawText());
    }

    [Fact]
    public async Task Who_is_no_member_or_shut_out_is_not_named_and_other_uses_of_the_characters_are_text()
    {
        var (ann, ben, chat) = await TwoAsync();
        var (cyd, dan) = (await server.UserAsync("cyd"), await server.UserAsync("dan"));
        var (benId, danId) = (await ben.IdAsync(), await dan.IdAsync());
        await ann.Http.PostAsJsonAsync($"chat/{chat}/members", new { email = dan.Email }).ShouldBeAsync(HttpStatusCode.NoContent);
        using var scope = server.Services.CreateScope();
        var people = scope.ServiceProvider.GetRequiredService<PeopleService>();
        (await people.ChangeAsync(Operator.AtTheMachine, danId, new PersonChange(Active: false))).Refusal.ShouldBeNull();

        foreach (var other in new[] { $"<@{await cyd.IdAsync()}>", $"<@{danId}>", $"<@{Guid.NewGuid()}>", "<@>", "<@ben>", $"<@{benId}", $"@{benId}>", $"<@{benId.ToUpperInvariant()}>", $"< @{benId}>", $"<@{benId} >" })
            Named(await ann.SendTextAsync(chat, other)).ShouldBeEmpty(other);
        Named(await ann.SendTextAsync(chat, $"<<@<@{benId}>>")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_new_name_shows_in_old_messages()
    {
        var (ann, eve) = (await server.UserAsync("ann"), await server.UserAsync("eve"));
        var chat = await ann.ChatAsync(eve);
        await ann.SendTextAsync(chat, $"<@{await eve.IdAsync()}>");

        await eve.Http.PutAsJsonAsync("account/profile", new { name = "Evelyn" }).ShouldBeAsync(HttpStatusCode.NoContent);

        Named((await ann.MessagesAsync(chat)).Single()).Single().Name.ShouldBe("Evelyn");
    }

    [Fact]
    public async Task An_edit_names_whom_its_text_names_and_its_event_says_so()
    {
        var (ann, ben, chat) = await TwoAsync();
        var (annId, benId) = (await ann.IdAsync(), await ben.IdAsync());
        var sent = await ann.SendTextAsync(chat, $"<@{benId}>");
        await using var stream = await EventReader.OpenAsync(ben, chat);

        Named(await EditAsync(ann, chat, sent, $"not <@{annId}>").ShouldBeJsonAsync(HttpStatusCode.OK)).ShouldBe([(annId, ann.Name)]);
        var heard = (await stream.NextAsync())!.Value;
        (heard.Type, Named(heard.Data).Single().UserId).ShouldBe(("message-edited", annId));
        Named((await ben.MessagesAsync(chat)).Single()).ShouldBe([(annId, ann.Name)]);
        Named(await EditAsync(ann, chat, sent, "nobody").ShouldBeJsonAsync(HttpStatusCode.OK)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_was_named_stays_named_after_leaving_and_a_deleted_message_names_nobody()
    {
        var (ann, ben, chat) = await TwoAsync();
        var benId = await ben.IdAsync();
        var sent = await ann.SendTextAsync(chat, $"<@{benId}>");
        await ben.Http.DeleteAsync($"chat/{chat}/members/{benId}").ShouldBeAsync(HttpStatusCode.NoContent);

        Named(await EditAsync(ann, chat, sent, $"<@{benId}>!").ShouldBeJsonAsync(HttpStatusCode.OK)).Single().UserId.ShouldBe(benId);
        Named(await ann.SendTextAsync(chat, $"<@{benId}>")).ShouldBeEmpty();
        await ann.Http.DeleteAsync($"chat/{chat}/messages/{sent.GetProperty("id")}").ShouldBeAsync(HttpStatusCode.NoContent);
        Named((await ann.MessagesAsync(chat))[0]).ShouldBeEmpty();
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<ChatDbContext>>().CreateDbContextAsync();
        (await db.Mentions.AnyAsync(m => m.ChatId == chat)).ShouldBeFalse();
    }

    [Fact]
    public async Task The_list_of_chats_counts_what_names_me_after_what_I_have_read()
    {
        var (ann, ben, chat) = await TwoAsync();
        var (annId, benId) = (await ann.IdAsync(), await ben.IdAsync());
        var first = await ann.SendTextAsync(chat, $"<@{benId}> <@{annId}>");
        var second = await ann.SendTextAsync(chat, $"<@{benId}>");
        await ann.SendTextAsync(chat, "nobody");
        await ben.SendTextAsync(chat, $"<@{benId}> myself");

        (await MentionsAsync(ben, chat), await MentionsAsync(ann, chat)).ShouldBe((2, 0));
        await ben.Http.PutAsJsonAsync($"chat/{chat}/read", new { messageId = first.GetProperty("id").GetInt64() }).ShouldBeAsync(HttpStatusCode.NoContent);
        (await MentionsAsync(ben, chat)).ShouldBe(1);
        await EditAsync(ann, chat, first, $"<@{benId}> again").ShouldBeJsonAsync(HttpStatusCode.OK);
        (await MentionsAsync(ben, chat)).ShouldBe(1, "an edit makes nothing unread");
        await ann.Http.DeleteAsync($"chat/{chat}/messages/{second.GetProperty("id")}").ShouldBeAsync(HttpStatusCode.NoContent);
        (await MentionsAsync(ben, chat)).ShouldBe(0);
    }

    [Fact]
    public async Task A_text_full_of_names_is_taken()
    {
        var (ann, ben, chat) = await TwoAsync();
        var text = string.Concat(Enumerable.Range(0, 204).Select(_ => $"<@{Guid.NewGuid()}>")) + $"<@{await ben.IdAsync()}>";
        text.Length.ShouldBeInRange(7_900, Message.MaxTextLength);

        Named(await ann.SendTextAsync(chat, text)).Single().Name.ShouldBe(ben.Name);
    }

    [Fact]
    public async Task Members_say_what_they_want_to_be_told_of_each_chat()
    {
        var (ann, ben, chat) = await TwoAsync();
        var direct = (await ann.Http.PostAsJsonAsync("chat", new { with = ben.Email }).ShouldBeJsonAsync(HttpStatusCode.Created)).GetProperty("id").GetInt64();
        (await LevelAsync(ben, chat), await LevelAsync(ben, direct)).ShouldBe(("mentions", "all"));

        foreach (var level in new[] { "none", "all", "mentions" })
        {
            await ben.Http.PutAsJsonAsync($"chat/{direct}/notify", new { level }).ShouldBeAsync(HttpStatusCode.NoContent);
            (await LevelAsync(ben, direct), await LevelAsync(ann, direct)).ShouldBe((level, "all"));
        }

        foreach (var level in new[] { "some", "All", "", null, "1" })
            await ben.Http.PutAsJsonAsync($"chat/{chat}/notify", new { level }).ShouldBeProblemAsync(400, "invalid-level");
        await ben.Http.PutAsJsonAsync($"chat/{chat}/notify", new { level = 1 }).ShouldBeProblemAsync(400, "invalid-level");
        await (await server.UserAsync("cyd")).Http.PutAsJsonAsync($"chat/{chat}/notify", new { level = "some" }).ShouldBeProblemAsync(404, "chat-not-found");
        (await LevelAsync(ben, chat)).ShouldBe("mentions");
    }

    private async Task<(ApiUser Ann, ApiUser Ben, long Chat)> TwoAsync()
    {
        var (ann, ben) = (await server.UserAsync("ann"), await server.UserAsync("ben"));
        return (ann, ben, await ann.ChatAsync(ben));
    }

    private static (string UserId, string Name)[] Named(JsonElement message) =>
        [.. message.GetProperty("mentions").EnumerateArray().Select(m => (m.Text("userId"), m.Text("name")))];

    private static Task<HttpResponseMessage> EditAsync(ApiUser user, long chat, JsonElement message, string text) =>
        user.Http.PutAsJsonAsync($"chat/{chat}/messages/{message.GetProperty("id")}", new { text });

    private static async Task<int> MentionsAsync(ApiUser user, long chat) => (await ChatAsync(user, chat)).GetProperty("mentions").GetInt32();

    private static async Task<string> LevelAsync(ApiUser user, long chat) => (await ChatAsync(user, chat)).Text("notify");

    private static async Task<JsonElement> ChatAsync(ApiUser user, long chat) =>
        (await user.GetAsync("chat")).EnumerateArray().Single(c => c.GetProperty("id").GetInt64() == chat);
}
