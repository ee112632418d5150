namespace ChatFiles.Tests.Web.Api;

public sealed class Chats(SharedApp shared) : IClassFixture<SharedApp>
{
    private ChatFilesApp App => shared.App;

    [Fact]
    public async Task A_new_chat_belongs_to_who_made_it()
    {
        using var ada = await App.CreateClientAsync("ada");
        var answer = (await ada.PostJsonAsync("/chat", new { name = "  Plans  " })).ShouldBeStatus(201);
        var chat = answer.Json;
        chat.Fields().ShouldBe("id name direct lastSeq members");
        answer.Header("Location").ShouldBe($"/chat/{chat.Num("id")}");
        chat.Str("name").ShouldBe("Plans");
        chat.GetProperty("direct").GetBoolean().ShouldBeFalse();
        var member = chat.Items("members").ShouldHaveSingleItem();
        member.Fields().ShouldBe("userId name role");
        member.Str("role").ShouldBe("owner");
        (await ada.GetAsync($"/chat/{chat.Num("id")}")).ShouldBeStatus(200).Text.ShouldBe(answer.Text);
        var listed = (await ada.GetAsync("/chat")).Json.EnumerateArray().Single(c => c.Num("id") == chat.Num("id"));
        listed.Num("members").ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(null)]
    public async Task A_chat_needs_a_name(string? name)
    {
        using var ada = await App.CreateClientAsync("ada");
        (await ada.PostJsonAsync("/chat", new { name })).ShouldBeProblem(400, "invalid-name");
    }

    [Fact]
    public async Task A_name_has_up_to_80_characters()
    {
        using var ada = await App.CreateClientAsync("ada");
        (await ada.PostJsonAsync("/chat", new { name = $" {new string('x', 80)} " })).ShouldBeStatus(201);
        (await ada.PostJsonAsync("/chat", new { name = new string('x', 81) })).ShouldBeProblem(400, "invalid-name");
    }

    [Fact]
    public async Task Two_people_have_one_direct_chat_whoever_opens_it()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        var opened = (await ada.PostJsonAsync("/chat", new { with = bob.Email.ToUpperInvariant() })).ShouldBeStatus(201);
        opened.Header("Location").ShouldBe($"/chat/{opened.Json.Num("id")}");
        opened.Json.GetProperty("direct").GetBoolean().ShouldBeTrue();
        opened.Json.Items("members").Length.ShouldBe(2);
        (await ada.PostJsonAsync("/chat", new { with = bob.Email })).ShouldBeStatus(200).Json.Num("id").ShouldBe(opened.Json.Num("id"));
        (await bob.PostJsonAsync("/chat", new { with = ada.Email })).ShouldBeStatus(200).Json.Num("id").ShouldBe(opened.Json.Num("id"));
        (await bob.GetAsync("/chat")).Json.EnumerateArray().Single(c => c.GetProperty("direct").GetBoolean()).Str("name").ShouldBe(ada.Name);
    }

    [Fact]
    public async Task Both_opening_it_at_once_still_makes_one_direct_chat()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? ada : bob).PostJsonAsync("/chat", new { with = (i % 2 == 0 ? bob : ada).Email }))
        );
        answers.Select(a => a.Json.Num("id")).Distinct().ShouldHaveSingleItem();
        answers.Count(a => a.Status == 201).ShouldBe(1);
    }

    [Fact]
    public async Task A_direct_chat_needs_somebody_with_an_account()
    {
        using var ada = await App.CreateClientAsync("ada");
        foreach (var with in (string[])["nobody@example.com", "", "%"])
            (await ada.PostJsonAsync("/chat", new { with })).ShouldBeProblem(404, "user-not-found");
    }

    [Fact]
    public async Task Unread_counts_what_others_said_after_my_read_position_which_never_goes_back()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        var chat = await ada.CreateChatAsync(bob);
        var first = (await ada.SayAsync(chat, "1")).Num("id");
        var second = (await ada.SayAsync(chat, "2")).Num("id");
        await bob.SayAsync(chat, "mine");

        (await UnreadAsync(bob)).ShouldBe(2);
        (await UnreadAsync(ada)).ShouldBe(1);
        (await ReadAsync(second)).ShouldBeStatus(204);
        (await UnreadAsync(bob)).ShouldBe(0);
        (await ReadAsync(first)).ShouldBeStatus(204);
        (await UnreadAsync(bob)).ShouldBe(0);
        (await ReadAsync(0)).ShouldBeStatus(204);
        (await ReadAsync(-5)).ShouldBeStatus(204);
        (await ReadAsync(long.MaxValue)).ShouldBeStatus(204);
        await ada.SayAsync(chat, "3");
        (await UnreadAsync(bob)).ShouldBe(1);

        async Task<long> UnreadAsync(Caller caller) => (await caller.GetAsync("/chat")).Json.EnumerateArray().Single(c => c.Num("id") == chat).Num("unread");
        Task<Answer> ReadAsync(long messageId) => bob.PutJsonAsync($"/chat/{chat}/read", new { messageId });
    }

    [Fact]
    public async Task A_read_position_is_a_number()
    {
        using var ada = await App.CreateClientAsync("ada");
        (await ada.PutJsonAsync("/chat/1/read", new { })).ShouldBeProblem(400, "invalid-json");
        (await ada.PutJsonAsync("/chat/1/read", new { messageId = "abc" })).ShouldBeProblem(400, "invalid-json");
        (await ada.PutJsonAsync("/chat/1/read", new { messageId = 1.5 })).ShouldBeProblem(400, "invalid-json");
    }
}

public sealed class Members(SharedApp shared) : IClassFixture<SharedApp>
{
    private ChatFilesApp App => shared.App;

    [Fact]
    public async Task The_owner_adds_people_and_adding_again_changes_nothing()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        var chat = await ada.CreateChatAsync(bob);
        var seq = await ada.LastSeqAsync(chat);
        (await ada.PostJsonAsync($"/chat/{chat}/members", new { email = bob.Email.ToUpperInvariant() })).ShouldBeStatus(204);
        (await ada.LastSeqAsync(chat)).ShouldBe(seq);
        var joined = (await ada.EventsAsync(chat)).Single(e => e.Type == "member-joined" && e.Data.Str("userId") == bob.UserIdAsync().Result);
        joined.Data.Fields().ShouldBe("seq userId name");
        joined.Data.Str("name").ShouldBe(bob.Name);
        joined.Data.Num("seq").ShouldBe(joined.Seq);
    }

    [Fact]
    public async Task Only_the_owner_adds_people_and_only_those_with_an_account()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        using var eve = await App.CreateClientAsync("eve");
        var chat = await ada.CreateChatAsync(bob);
        (await bob.PostJsonAsync($"/chat/{chat}/members", new { email = eve.Email })).ShouldBeProblem(403, "not-allowed");
        (await ada.PostJsonAsync($"/chat/{chat}/members", new { email = "nobody@example.com" })).ShouldBeProblem(404, "user-not-found");
        (await ada.PostJsonAsync($"/chat/{chat}/members", new { })).ShouldBeProblem(404, "user-not-found");
        (await eve.GetAsync($"/chat/{chat}")).ShouldBeProblem(404, "chat-not-found");
    }

    [Fact]
    public async Task A_direct_chat_takes_nobody_and_General_lets_nobody_go()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        using var eve = await App.CreateClientAsync("eve");
        var direct = (await ada.PostJsonAsync("/chat", new { with = bob.Email })).Json.Num("id");
        foreach (var caller in (Caller[])[ada, bob])
            (await caller.PostJsonAsync($"/chat/{direct}/members", new { email = eve.Email })).ShouldBeProblem(403, "not-allowed");
        (await ada.DeleteAsync($"/chat/1/members/{await ada.UserIdAsync()}")).ShouldBeProblem(403, "not-allowed");
        (await ada.DeleteAsync($"/chat/1/members/{await bob.UserIdAsync()}")).ShouldBeProblem(403, "not-allowed");
    }

    [Fact]
    public async Task A_member_leaves_and_the_owner_removes_anyone()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        using var eve = await App.CreateClientAsync("eve");
        var chat = await ada.CreateChatAsync(bob, eve);
        (await bob.DeleteAsync($"/chat/{chat}/members/{await eve.UserIdAsync()}")).ShouldBeProblem(403, "not-allowed");
        (await bob.DeleteAsync($"/chat/{chat}/members/{await bob.UserIdAsync()}")).ShouldBeStatus(204);
        (await bob.GetAsync($"/chat/{chat}")).ShouldBeProblem(404, "chat-not-found");
        (await ada.DeleteAsync($"/chat/{chat}/members/{await eve.UserIdAsync()}")).ShouldBeStatus(204);
        (await ada.DeleteAsync($"/chat/{chat}/members/{await eve.UserIdAsync()}")).ShouldBeProblem(404, "user-not-found");
        (await ada.DeleteAsync($"/chat/{chat}/members/nobody")).ShouldBeProblem(404, "user-not-found");
        var left = (await ada.EventsAsync(chat)).Where(e => e.Type == "member-left").ToList();
        left.Select(e => e.Data.Str("name")).ShouldBe([bob.Name, eve.Name]);
        left.ShouldAllBe(e => e.Data.Fields() == "seq userId name");
    }

    [Fact]
    public async Task When_the_owner_leaves_the_longest_standing_member_follows()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        using var eve = await App.CreateClientAsync("eve");
        var chat = await ada.CreateChatAsync(eve, bob);
        (await ada.DeleteAsync($"/chat/{chat}/members/{await ada.UserIdAsync()}")).ShouldBeStatus(204);
        var members = (await bob.GetAsync($"/chat/{chat}")).Json.Items("members");
        members.Single(m => m.Str("role") == "owner").Str("name").ShouldBe(eve.Name);
        (await eve.PostJsonAsync($"/chat/{chat}/members", new { email = ada.Email })).ShouldBeStatus(204);
        (await ada.PostJsonAsync($"/chat/{chat}/members", new { email = ada.Email })).ShouldBeProblem(403, "not-allowed");
    }

    [Fact]
    public async Task Who_comes_back_sees_what_was_said_before()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        var chat = await ada.CreateChatAsync(bob);
        var path = await ada.ShareAsync(chat);
        (await ada.DeleteAsync($"/chat/{chat}/members/{await bob.UserIdAsync()}")).ShouldBeStatus(204);
        (await bob.GetAsync(path)).ShouldBeProblem(404, "chat-not-found");
        (await ada.PostJsonAsync($"/chat/{chat}/members", new { email = bob.Email })).ShouldBeStatus(204);
        (await bob.GetAsync(path)).ShouldBeStatus(200);
    }
}
