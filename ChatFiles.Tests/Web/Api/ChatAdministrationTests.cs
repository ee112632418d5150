using System.Net.Http.Json;
using System.Text.Json;
using ChatFiles.Core.Data;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web.Api;

/// <summary>What owners, and operators who are in it, do with a chat.</summary>
public sealed class ChatAdministrationTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_chat_is_renamed_and_told_how_long_it_keeps_files_with_one_event_for_everybody()
    {
        var (ann, ben) = (await UserAsync("ann"), await UserAsync("ben"));
        var chat = await ann.ChatAsync(ben);
        await using var stream = await EventReader.OpenAsync(ben, chat);
        var before = (await ben.GetAsync($"chat/{chat}")).GetProperty("lastSeq").GetInt64();

        await ChangeAsync(ann, chat, new { name = " Plans ", keepDays = 30 }).ShouldBeAsync(HttpStatusCode.NoContent);

        var told = await stream.ShouldGetAsync("chat-changed", before + 1);
        (told.Text("name"), told.GetProperty("keepDays").GetInt32(), told.GetProperty("open").GetBoolean()).ShouldBe(("Plans", 30, false));
        var now = await ben.GetAsync($"chat/{chat}");
        (now.Text("name"), now.GetProperty("keepDays").GetInt32(), now.GetProperty("open").GetBoolean()).ShouldBe(("Plans", 30, false));

        await ChangeAsync(ann, chat, new { name = "Plans" }).ShouldBeAsync(HttpStatusCode.NoContent);
        await ChangeAsync(ann, chat, new { keepDays = (int?)null }).ShouldBeAsync(HttpStatusCode.NoContent);
        (await stream.ShouldGetAsync("chat-changed", before + 2)).GetProperty("keepDays").ValueKind.ShouldBe(JsonValueKind.Null, "the same name again is no event");
        await using var replay = await EventReader.OpenAsync(ben, chat, $"?after={before}");
        (await replay.ShouldGetAsync("chat-changed", before + 1)).GetProperty("keepDays").ValueKind.ShouldBe(JsonValueKind.Null, "as it is now");
    }

    [Fact]
    public async Task Only_those_who_rule_a_chat_change_it_and_what_cannot_be_is_refused()
    {
        var (ann, ben, eve) = (await UserAsync("ann"), await UserAsync("ben"), await UserAsync("eve"));
        var chat = await ann.ChatAsync(ben);
        await ChangeAsync(ben, chat, new { name = "Mine" }).ShouldBeProblemAsync(403, "not-allowed");
        await ChangeAsync(eve, chat, new { name = "Mine" }).ShouldBeProblemAsync(404, "chat-not-found");
        await ben.Http.DeleteAsync($"chat/{chat}").ShouldBeProblemAsync(403, "not-allowed");
        await ChangeAsync(ann, chat, new { name = " " }).ShouldBeProblemAsync(400, "invalid-name");
        foreach (var days in new object[] { 0, -1, 3651, 99_999_999_999, 1.5, 1e40, "x", new { }, true })
        {
            await ChangeAsync(ann, chat, new { keepDays = days }).ShouldBeProblemAsync(400, "invalid-keep-days");
            await ChangeAsync(ben, chat, new { keepDays = days }).ShouldBeProblemAsync(403, "not-allowed");
        }

        await ChangeAsync(ann, chat, new { name = "x", keepDays = 0 }).ShouldBeProblemAsync(400, "invalid-keep-days");
        (await ann.GetAsync($"chat/{chat}")).Text("name").ShouldBe("Room", "all of it or nothing");
        await HandOverAsync(ann, chat, await ben.IdAsync(), "king").ShouldBeProblemAsync(400, "invalid-role");
        await ann.Http.PutAsJsonAsync($"chat/{chat}/members/{await ben.IdAsync()}", new { role = 5 }).ShouldBeProblemAsync(400, "invalid-role");
        await HandOverAsync(ben, chat, await ben.IdAsync(), "king").ShouldBeProblemAsync(403, "not-allowed");
        await HandOverAsync(eve, chat, await ben.IdAsync(), "king").ShouldBeProblemAsync(404, "chat-not-found");
        await HandOverAsync(ann, chat, "nobody", "owner").ShouldBeProblemAsync(404, "user-not-found");
        await HandOverAsync(ben, chat, await ben.IdAsync(), "owner").ShouldBeProblemAsync(403, "not-allowed");
        await ChangeAsync(ben, 1, new { name = "Mine" }).ShouldBeProblemAsync(403, "not-allowed");

        using var made = await ann.Http.PostAsJsonAsync("chat", new { with = ben.Email });
        var direct = (await made.JsonAsync()).GetProperty("id").GetInt64();
        await ChangeAsync(ben, direct, new { name = "x" }).ShouldBeProblemAsync(400, "invalid-name");
        await ChangeAsync(ben, direct, new { open = true }).ShouldBeProblemAsync(400, "invalid-open");
        await ChangeAsync(ben, direct, new { keepDays = 7 }).ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.Http.DeleteAsync($"chat/{direct}").ShouldBeProblemAsync(403, "not-allowed");
    }

    [Fact]
    public async Task Who_owns_a_chat_after_its_owner_has_left_is_told_to_it()
    {
        var (ann, ben, cyd) = (await UserAsync("ann"), await UserAsync("ben"), await UserAsync("cyd"));
        var chat = await ann.ChatAsync(ben, cyd);
        await using var stream = await EventReader.OpenAsync(cyd, chat);
        var before = (await ann.GetAsync($"chat/{chat}")).GetProperty("lastSeq").GetInt64();

        await ann.Http.DeleteAsync($"chat/{chat}/members/{await ann.IdAsync()}").ShouldBeAsync(HttpStatusCode.NoContent);

        (await stream.ShouldGetAsync("member-left", before + 1)).Text("userId").ShouldBe(await ann.IdAsync());
        var told = await stream.ShouldGetAsync("member-changed", before + 2);
        (told.Text("userId"), told.Text("role")).ShouldBe((await ben.IdAsync(), "owner"));
    }

    [Fact]
    public async Task An_owner_hands_a_chat_over_and_is_a_member_like_others_from_then_on()
    {
        var (ann, ben) = (await UserAsync("ann"), await UserAsync("ben"));
        var chat = await ann.ChatAsync(ben);
        var benId = await ben.IdAsync();
        await using var stream = await EventReader.OpenAsync(ann, chat);
        var before = (await ann.GetAsync($"chat/{chat}")).GetProperty("lastSeq").GetInt64();

        await HandOverAsync(ann, chat, benId, "owner").ShouldBeAsync(HttpStatusCode.NoContent);
        await HandOverAsync(ben, chat, benId, "owner").ShouldBeAsync(HttpStatusCode.NoContent);

        var told = await stream.ShouldGetAsync("member-changed", before + 1);
        (told.Text("userId"), told.Text("role")).ShouldBe((benId, "owner"));
        var now = await ann.GetAsync($"chat/{chat}");
        now.GetProperty("lastSeq").GetInt64().ShouldBe(before + 1, "handed over once");
        now.GetProperty("members").EnumerateArray().Where(m => m.Text("role") == "owner").Select(m => m.Text("userId")).ShouldBe([benId]);
        await ChangeAsync(ann, chat, new { name = "Mine" }).ShouldBeProblemAsync(403, "not-allowed");
    }

    [Fact]
    public async Task A_deleted_chat_is_gone_for_everybody_at_once_and_its_bytes_are_gone_soon()
    {
        await using var own = await TestServer.StartAsync();
        var (ann, ben) = (await own.UserAsync("ann"), await own.UserAsync("ben"));
        var chat = await ann.ChatAsync(ben);
        var sent = await ben.SendFileAsync(chat, "note.txt", "a word that is found: heliotrope");
        for (var i = 0; i < 120; i++)
            await ann.SendTextAsync(chat, $"text {i}");
        await using var stream = await EventReader.OpenAsync(ben, chat);

        await ann.Http.DeleteAsync($"chat/{chat}").ShouldBeAsync(HttpStatusCode.NoContent);

        (await stream.NextAsync().WaitAsync(TimeSpan.FromSeconds(5))).ShouldBeNull("it ends without an event");
        await ben.Http.GetAsync($"chat/{chat}").ShouldBeProblemAsync(404, "chat-not-found");
        await ben.Http.GetAsync(sent.Text("path")[1..]).ShouldBeProblemAsync(404, "chat-not-found");
        await ann.Http.DeleteAsync($"chat/{chat}").ShouldBeProblemAsync(404, "chat-not-found");
        (await ben.GetAsync("chat")).GetArrayLength().ShouldBe(1);
        (await ben.GetAsync("search?q=heliotrope")).GetProperty("messages").GetArrayLength().ShouldBe(0);
        await Eventually.HoldsAsync(
            async () =>
            {
                await using var db = await own.Services.GetRequiredService<IDbContextFactory<ChatDbContext>>().CreateDbContextAsync();
                return own.BlobCount == 0
                    && !await db.Chats.AnyAsync(c => c.Id == chat)
                    && !await db.Messages.AnyAsync(m => m.ChatId == chat)
                    && !await db.Events.AnyAsync(e => e.ChatId == chat)
                    && await db.PersonStates.SumAsync(s => s.StorageBytes) == 0;
            },
            "nothing of it is left",
            seconds: 30
        );
        await using var general = await EventReader.OpenAsync(ben, chat: 1);
        await ann.SendTextAsync(1, "still there");
        (await general.NextAsync()).ShouldNotBeNull().Type.ShouldBe("message-created");
    }

    [Fact]
    public async Task An_operator_has_an_owners_rights_in_the_chats_that_they_are_in_General_included()
    {
        await using var own = await TestServer.StartAsync();
        var (olga, ann) = (await own.UserAsync("olga"), await own.UserAsync("ann"));
        var wrong = await ann.SendFileAsync(1, "wrong.txt");
        await ChangeAsync(olga, 1, new { keepDays = 365 }).ShouldBeAsync(HttpStatusCode.NoContent);
        await olga.Http.DeleteAsync(wrong.Text("path")[1..]).ShouldBeAsync(HttpStatusCode.NoContent);
        await olga.Http.DeleteAsync("chat/1").ShouldBeProblemAsync(403, "not-allowed");

        var chat = await ann.ChatAsync(olga);
        var ben = await own.UserAsync("ben");
        await olga.Http.PostAsJsonAsync($"chat/{chat}/members", new { email = ben.Email }).ShouldBeAsync(HttpStatusCode.NoContent);
        await HandOverAsync(olga, chat, await ben.IdAsync(), "owner").ShouldBeAsync(HttpStatusCode.NoContent);
        var closed = await ann.ChatAsync();
        await ChangeAsync(olga, closed, new { name = "x" }).ShouldBeProblemAsync(404, "chat-not-found");
        await olga.Http.DeleteAsync($"chat/{chat}").ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Files_older_than_their_chat_keeps_them_are_deleted_with_an_event_each_and_no_chat_keeps_them_longer_than_the_site_says()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var own = await TestServer.StartAsync(services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.Configure<ChatFiles.Core.Model.RetentionOptions>(options => options.MaxDays = 20);
        });
        var ann = await own.UserAsync("ann");
        var (kept, bounded) = (await ann.ChatAsync(), await ann.ChatAsync());
        await ChangeAsync(ann, kept, new { keepDays = 21 }).ShouldBeProblemAsync(400, "invalid-keep-days");
        await ChangeAsync(ann, kept, new { keepDays = 2 }).ShouldBeAsync(HttpStatusCode.NoContent);
        var (old, other) = (await ann.SendFileAsync(kept), await ann.SendFileAsync(bounded));
        time.Advance(TimeSpan.FromHours(47));
        ann = await own.SignInAsync(ann.Email);
        var young = await ann.SendFileAsync(kept);

        time.Advance(TimeSpan.FromHours(2));
        ann = await own.SignInAsync(ann.Email);
        await Eventually.HoldsAsync(async () => (await StatusAsync(old)) == HttpStatusCode.Gone, "the old one is deleted");
        (await StatusAsync(young)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(other)).ShouldBe(HttpStatusCode.OK);

        time.Advance(TimeSpan.FromDays(20));
        ann = await own.SignInAsync(ann.Email);
        await Eventually.HoldsAsync(async () => (await StatusAsync(other)) == HttpStatusCode.Gone, "no chat keeps them longer");

        async Task<HttpStatusCode> StatusAsync(JsonElement sent)
        {
            using var answer = await ann.Http.GetAsync(sent.Text("path")[1..]);
            return answer.StatusCode;
        }
    }

    /// <summary>Nobody who rules because they came first.</summary>
    private async Task<ApiUser> UserAsync(string name)
    {
        await server.UserAsync("first");
        return await server.UserAsync(name);
    }

    private static Task<HttpResponseMessage> ChangeAsync(ApiUser by, long chat, object change) => by.Http.PutAsJsonAsync($"chat/{chat}", change);

    private static Task<HttpResponseMessage> HandOverAsync(ApiUser by, long chat, string userId, string role) =>
        by.Http.PutAsJsonAsync($"chat/{chat}/members/{userId}", new { role });
}
