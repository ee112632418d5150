namespace ChatFiles.Tests.Web.Api;

public sealed class Messages(SharedApp shared) : IClassFixture<SharedApp>
{
    private ChatFilesApp App => shared.App;

    [Fact]
    public async Task A_message_looks_as_promised()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var message = (await ada.PostJsonAsync($"/chat/{chat}/messages", new { text = " Hällo 🎉\0\r\n<b>", clientId = "c-1" })).ShouldBeStatus(201).Json;
        message.Fields().ShouldBe("id chatId seq author text sentAt clientId deleted attachments");
        message.Num("chatId").ShouldBe(chat);
        message.Num("seq").ShouldBe(await ada.LastSeqAsync(chat));
        message.GetProperty("author").Fields().ShouldBe("userId name");
        message.GetProperty("author").Str("name").ShouldBe(ada.Name);
        message.Str("text").ShouldBe(" Hällo 🎉\0\r\n<b>");
        message.Str("clientId").ShouldBe("c-1");
        message.Str("sentAt")!.ShouldEndWith("Z");
        message.GetProperty("deleted").GetBoolean().ShouldBeFalse();
        message.Items("attachments").ShouldBeEmpty();
        (await ada.MessagesAsync(chat)).ShouldHaveSingleItem().GetRawText().ShouldBe(message.GetRawText());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n\u00A0")]
    [InlineData(null)]
    public async Task A_message_needs_text(string? text)
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        (await ada.PostJsonAsync($"/chat/{chat}/messages", new { text })).ShouldBeProblem(400, "invalid-text");
        (await ada.MessagesAsync(chat)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_text_has_up_to_8000_UTF16_units()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        await ada.SayAsync(chat, new string('ö', 8000));
        await ada.SayAsync(chat, string.Concat(Enumerable.Repeat("🎉", 4000)));
        (await ada.PostJsonAsync($"/chat/{chat}/messages", new { text = new string('x', 8001) })).ShouldBeProblem(400, "invalid-text");
        (await ada.PostJsonAsync($"/chat/{chat}/messages", new { text = string.Concat(Enumerable.Repeat("🎉", 4001)) })).ShouldBeProblem(400, "invalid-text");
    }

    [Fact]
    public async Task The_same_client_id_is_the_same_message_also_at_the_same_time()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        var chat = await ada.CreateChatAsync(bob);
        var other = await ada.CreateChatAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(ada, chat)));
        answers.ShouldAllBe(a => a.Status == 201);
        answers.Select(a => a.Json.Num("id")).Distinct().ShouldHaveSingleItem();
        (await SendAsync(bob, chat)).ShouldBeStatus(201);
        (await SendAsync(ada, other)).ShouldBeStatus(201);
        (await ada.MessagesAsync(chat)).Length.ShouldBe(2);
        (await ada.MessagesAsync(other)).Length.ShouldBe(1);

        static Task<Answer> SendAsync(Caller caller, long chat) => caller.PostJsonAsync($"/chat/{chat}/messages", new { text = "once", clientId = "the-key" });
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("ümlaut")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task A_client_id_is_checked_like_a_key(string clientId)
    {
        using var ada = await App.CreateClientAsync("ada");
        (await ada.PostJsonAsync("/chat/1/messages", new { text = "x", clientId })).ShouldBeProblem(400, "invalid-idempotency-key");
    }

    [Fact]
    public async Task The_newest_page_comes_first_and_within_a_page_the_oldest_message()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        for (var i = 1; i <= 5; i++)
            await ada.SayAsync(chat, $"{i}");
        var newest = (await ada.GetAsync($"/chat/{chat}/messages?limit=2")).ShouldBeStatus(200).Json;
        newest.Fields().ShouldBe("messages nextBefore");
        Texts(newest).ShouldBe(["4", "5"]);
        var middle = (await ada.GetAsync($"/chat/{chat}/messages?limit=2&before={newest.Num("nextBefore")}")).Json;
        Texts(middle).ShouldBe(["2", "3"]);
        var oldest = (await ada.GetAsync($"/chat/{chat}/messages?limit=2&before={middle.Num("nextBefore")}")).Json;
        Texts(oldest).ShouldBe(["1"]);
        oldest.IsNull("nextBefore").ShouldBeTrue();
        (await ada.GetAsync($"/chat/{chat}/messages?limit=5")).Json.IsNull("nextBefore").ShouldBeTrue();
    }

    [Fact]
    public async Task Paging_skips_and_repeats_nothing_while_others_send_and_delete()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var ids = new List<long>();
        for (var i = 0; i < 9; i++)
            ids.Add((await ada.SayAsync(chat, $"{i}")).Num("id"));
        var seen = new List<long>();
        long? before = null;
        do
        {
            var page = (await ada.GetAsync($"/chat/{chat}/messages?limit=2{(before is null ? "" : $"&before={before}")}")).Json;
            seen.InsertRange(0, page.Items("messages").Select(m => m.Num("id")));
            before = page.IsNull("nextBefore") ? null : page.Num("nextBefore");
            await ada.SayAsync(chat, "meanwhile");
            await ada.DeleteAsync($"/chat/{chat}/messages/{seen[0]}");
        } while (before is not null);
        seen.ShouldBe(ids);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=-1")]
    [InlineData("limit=abc")]
    [InlineData("limit=1.5")]
    [InlineData("limit=99999999999999999999")]
    [InlineData("before=abc")]
    [InlineData("before=-1")]
    [InlineData("before=0")]
    [InlineData("before=99999999999999999999")]
    public async Task A_query_that_makes_no_sense_is_refused(string query)
    {
        using var ada = await App.CreateClientAsync("ada");
        (await ada.GetAsync($"/chat/1/messages?{query}")).ShouldBeProblem(400, "invalid-query");
    }

    [Fact]
    public async Task The_default_page_has_50_messages_and_the_largest_200()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => ada.SayAsync(chat, $"{i}")));
        (await ada.MessagesAsync(chat)).Length.ShouldBe(50);
        var all = (await ada.GetAsync($"/chat/{chat}/messages?limit=200")).Json.Items("messages");
        all.Length.ShouldBe(60);
        all.Select(m => m.Num("seq")).ShouldBeInOrder();
    }

    [Fact]
    public async Task A_deleted_message_stays_as_a_trace_and_is_deleted_once()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var sent = (await ada.UploadAsync(chat, new Form().File("a.txt", Samples.Text).File("b.png", Samples.Png()).Caption("look"))).Json.GetProperty("message");
        var (message, path) = ($"/chat/{chat}/messages/{sent.Num("id")}", sent.Items("attachments")[0].Str("path")!);
        (await ada.DeleteAsync(message)).ShouldBeStatus(204);
        (await ada.DeleteAsync(message)).ShouldBeStatus(204);

        var left = (await ada.MessagesAsync(chat)).ShouldHaveSingleItem();
        left.GetProperty("deleted").GetBoolean().ShouldBeTrue();
        left.Str("text").ShouldBe("");
        left.Items("attachments").Length.ShouldBe(2);
        foreach (var attachment in left.Items("attachments"))
        {
            attachment.Fields().ShouldBe("id path fileName contentType size sha256 state width height thumbnail");
            attachment.Str("state").ShouldBe("deleted");
            foreach (var field in (string[])["fileName", "contentType", "size", "sha256", "width", "height", "thumbnail"])
                attachment.IsNull(field).ShouldBeTrue(field);
        }

        (await ada.GetAsync(path)).ShouldBeProblem(410, "file-deleted");
        var events = await ada.EventsAsync(chat);
        events.Count(e => e.Type == "file-deleted").ShouldBe(0);
        var deleted = events.Where(e => e.Type == "message-deleted").ShouldHaveSingleItem();
        deleted.Data.Fields().ShouldBe("seq messageId");
        deleted.Data.Num("messageId").ShouldBe(sent.Num("id"));
    }

    [Fact]
    public async Task Only_the_author_and_the_owner_delete_a_message()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        using var eve = await App.CreateClientAsync("eve");
        var chat = await ada.CreateChatAsync(bob, eve);
        var (first, second) = ((await bob.SayAsync(chat, "1")).Num("id"), (await bob.SayAsync(chat, "2")).Num("id"));
        (await eve.DeleteAsync($"/chat/{chat}/messages/{first}")).ShouldBeProblem(403, "not-allowed");
        (await bob.DeleteAsync($"/chat/{chat}/messages/{first}")).ShouldBeStatus(204);
        (await ada.DeleteAsync($"/chat/{chat}/messages/{second}")).ShouldBeStatus(204);
        foreach (var id in (string[])["abc", "-1", "0", "999999999", "99999999999999999999"])
            (await ada.DeleteAsync($"/chat/{chat}/messages/{id}")).ShouldBeProblem(404, "message-not-found");
    }

    [Fact]
    public async Task A_message_is_not_reached_through_another_chat()
    {
        using var ada = await App.CreateClientAsync("ada");
        var (chat, other) = (await ada.CreateChatAsync(), await ada.CreateChatAsync());
        var message = (await ada.SayAsync(chat, "here")).Num("id");
        (await ada.DeleteAsync($"/chat/{other}/messages/{message}")).ShouldBeProblem(404, "message-not-found");
        (await ada.MessagesAsync(chat)).ShouldHaveSingleItem().GetProperty("deleted").GetBoolean().ShouldBeFalse();
    }

    private static IEnumerable<string?> Texts(System.Text.Json.JsonElement page) => page.Items("messages").Select(m => m.Str("text"));
}
