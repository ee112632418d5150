using Bunit;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Chats;
using ChatFiles.Web.Components.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace ChatFiles.Tests.Web.Components;

public sealed class NavChatsTests
{
    [Fact]
    public async Task My_chats_are_listed_and_news_counts_as_unread_at_once()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var ann = await world.PersonAsync("ann");
        var bob = await world.PersonAsync("bob");
        var chat = await world.ChatAsync(ann, bob);
        await using var screen = new Screen(world, bob);
        var nav = screen.Render<NavChats>();
        nav.WaitForElement($"nav[aria-label='Chats'] a[href='/chats/{chat}']", Screen.Patience).TextContent.ShouldContain("Room");
        nav.FindAll(".badge").ShouldBeEmpty();
        nav.FindAll($"a[data-drop-chat='{chat}'][href='/chats/{chat}']").Count.ShouldBe(1, "files are dropped on it");

        await world.Chats.SendTextAsync(ann.Id, chat, "hello");

        nav.WaitForAssertion(
            () => nav.Find($"a[href='/chats/{chat}'] .visually-hidden").TextContent.ShouldBe(", 1 unread"),
            Screen.Patience
        );
    }

    [Fact]
    public async Task Where_somebody_is_mentioned_is_said_until_they_have_read_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        await using var screen = new Screen(world, bob);
        var nav = screen.Render<NavChats>();
        void Says(string unread) => nav.WaitForAssertion(() => nav.Find($"a[href='/chats/{chat}'] .visually-hidden").TextContent.ShouldBe(unread), Screen.Patience);
        nav.WaitForElement($"a[href='/chats/{chat}']", Screen.Patience);

        var sent = (await world.Chats.SendTextAsync(ann.Id, chat, $"{Mentions.Mark(bob.Id)}?")).Value;
        Says(", you are mentioned, 1 unread");
        await world.Chats.SendTextAsync(ann.Id, chat, "and more");
        Says(", you are mentioned, 2 unread");
        await world.Chats.EditMessageAsync(ann.Id, chat, sent.Id, "nobody");
        Says(", 2 unread");
        await world.Chats.EditMessageAsync(ann.Id, chat, sent.Id, Mentions.Mark(bob.Id));
        Says(", you are mentioned, 2 unread");

        await world.ChatDirectory.MarkReadAsync(bob.Id, chat, long.MaxValue);
        nav.WaitForAssertion(() => nav.FindAll(".badge").ShouldBeEmpty(), Screen.Patience);
        await world.Chats.SendTextAsync(ann.Id, chat, "later");
        Says(", 1 unread");
    }

    [Fact]
    public async Task Who_wrote_last_and_what_is_a_line_of_the_list_live_as_it_is_when_it_is_read_afresh()
    {
        var statements = new Statements();
        await using var world = await ChatWorld.BeginAsync(change: statements.Count);
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        await using var screen = new Screen(world, bob);
        var nav = screen.Render<NavChats>();
        nav.WaitForElement($"a[href='/chats/{chat}']", Screen.Patience);
        nav.FindAll(".words").ShouldBeEmpty();

        var text = (await world.Chats.SendTextAsync(ann.Id, chat, $"**See** [this](https://example.org),\n{Mentions.Mark(bob.Id)} 🎉")).Value;
        await SaysAsync("ann: See this, @bob 🎉");
        await world.Chats.EditMessageAsync(ann.Id, chat, text.Id, "on `Monday`");
        await SaysAsync("ann: on Monday");
        await world.Chats.SendTextAsync(bob.Id, chat, $"thanks {new string('x', 300)}");
        await SaysAsync($"You: thanks {new string('x', 93)}…");
        await world.Chats.DeleteMessageAsync(ann.Id, chat, text.Id);
        var files = (await world.SendAsync(ann, chat, null, Parts.File("a.txt", "a"), Parts.File("b.txt", "b"), Parts.File("c.txt", "c"))).Value;
        await SaysAsync("ann: 3 files");
        await world.Chats.DeleteFileAsync(ann.Id, chat, files.Attachments[0].Id);
        await SaysAsync("ann: 2 files");
        await world.Chats.DeleteFileAsync(ann.Id, chat, files.Attachments[2].Id);
        await SaysAsync("ann: b.txt");
        await world.Chats.DeleteFileAsync(ann.Id, chat, files.Attachments[1].Id);
        await SaysAsync("ann: File deleted");
        var caption = (await world.SendAsync(ann, chat, null, Parts.File("d.txt", "d"), Parts.Caption("look"))).Value;
        await SaysAsync("ann: look");
        statements.Reset();
        await world.Chats.DeleteMessageAsync(ann.Id, chat, caption.Id);
        nav.WaitForAssertion(() => Words(nav).ShouldBe("ann: Message deleted"), Screen.Patience);
        statements.CountOf("\"MemberCount\"").ShouldBe(0, "readings of the list");

        string Words(IRenderedComponent<NavChats> list) => list.Find($"#last-{chat}").TextContent;
        async Task SaysAsync(string words)
        {
            nav.WaitForAssertion(() => Words(nav).ShouldBe(words), Screen.Patience);
            nav.Find($"a[href='/chats/{chat}']").GetAttribute("aria-describedby").ShouldBe($"last-{chat}");
            var afresh = (await world.ChatDirectory.ListChatsAsync(bob.Id, withLast: true)).Single(c => c.Id == chat).Last!;
            var said = ChatPreview.Of(afresh);
            Words(nav).ShouldEndWith($": {said.Words}");
            (said.MessageId, said.HasFiles).ShouldBe((afresh.Id, nav.FindAll($"#last-{chat} .icon").Count > 0));
        }
    }

    [Fact]
    public async Task The_browser_is_told_of_what_its_reader_wants_to_know_and_of_what_was_read()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        await using var screen = new Screen(world, bob);
        var script = screen.JSInterop.SetupModule("scripts.connect", call => call.Arguments.Contains("./js/device/page-notices.js"));
        script.Mode = JSRuntimeMode.Loose;
        async Task<List<string>> ToldAsync() => (await screen.CallsOfAsync(script)).ConvertAll(call => string.Join(' ', [call.Identifier, .. call.Arguments]));
        var nav = screen.Render<NavChats>();
        nav.WaitForElement($"a[href='/chats/{chat}']", Screen.Patience);

        await world.Chats.SendTextAsync(ann.Id, chat, "for everybody");
        var named = new List<long>();
        // What comes before the script is there is told by nobody.
        await Eventually.HoldsAsync(
            async () =>
            {
                named.Add((await world.Chats.SendTextAsync(ann.Id, chat, $"**for** {Mentions.Mark(bob.Id)}")).Value.Id);
                return (await ToldAsync()).Count > 0;
            },
            "the browser is told"
        );
        (await ToldAsync()).ShouldAllBe(call => named.Any(id => call == $"tell {chat} ann in Room for @bob /chats/{chat}?message={id}"));

        await world.ChatDirectory.MarkReadAsync(bob.Id, chat, named[^1]);
        await Eventually.HoldsAsync(async () => (await ToldAsync()).Contains($"read {chat}"), "the browser is told what was read");
    }

    [Fact]
    public async Task Whoever_is_added_to_a_chat_is_told_by_whom_with_the_way_there_and_who_comes_by_themself_is_not()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        await using var screen = new Screen(world, bob);
        var snacks = screen.Render<SnackHost>();
        var script = screen.JSInterop.SetupModule("scripts.connect", call => call.Arguments.Contains("./js/device/page-notices.js"));
        script.Mode = JSRuntimeMode.Loose;
        var nav = screen.Render<NavChats>(list => list.Add(n => n.OnAdded, words => snacks.Instance.Say(words)));
        nav.WaitForElement("nav a[href='/chats/1']", Screen.Patience);
        var open = (await world.ChatDirectory.CreateChatAsync(ann.Id, "Open", open: true)).Value.Id;
        await world.Services.CreateScope().ServiceProvider.GetRequiredService<ChatFiles.Core.Chats.OpenChats>().JoinAsync(bob.Id, open);
        nav.WaitForElement($"nav a[href='/chats/{open}']", Screen.Patience);
        async Task<List<JSRuntimeInvocation>> ToldAsync(string title) =>
            (await screen.CallsOfAsync(script)).FindAll(call => call.Identifier == "tell" && call.Arguments.Contains(title));
        await Eventually.HoldsAsync(
            async () =>
            {
                await world.Chats.SendTextAsync(ann.Id, open, Mentions.Mark(bob.Id));
                return (await ToldAsync("ann in Open")).Count > 0;
            },
            "the script is there"
        );

        var plans = (await world.ChatDirectory.CreateChatAsync(ann.Id, "Plans")).Value.Id;
        await world.Members.AddMemberAsync(ann.Id, plans, bob.Email);

        snacks.WaitForElement($".snacks[role=status] .snack a[href='/chats/{plans}']", Screen.Patience);
        (await ToldAsync("Open")).ShouldBeEmpty();
        snacks.FindAll(".snack").ShouldHaveSingleItem().TextContent.ShouldBe("ann added you to Plans. Open chat");
        await Eventually.HoldsAsync(async () => (await ToldAsync("Plans")).Count > 0, "the browser is told");
        (await ToldAsync("Plans")).ShouldHaveSingleItem().Arguments.ShouldBe([plans, "Plans", "ann added you", $"/chats/{plans}"]);
    }

    [Fact]
    public async Task A_new_chat_is_made_in_a_dialog_and_opened()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await using var screen = new Screen(world, ann);
        var dialogs = screen.Dialogs;
        var nav = screen.Render<NavChats>();

        nav.Press("New chat");
        dialogs.WaitForElement("[role='dialog'] label", Screen.Patience).TextContent.ShouldBe("Name");
        dialogs.On("[role='dialog'] input", e => e.Input("Plans"));
        dialogs.On("[role='dialog'] form", e => e.Submit());

        nav.WaitForAssertion(() => nav.FindAll("nav .name").ShouldContain(n => n.TextContent == "Plans"), Screen.Patience);
        nav.WaitForAssertion(() => dialogs.FindAll("[role='dialog']").ShouldBeEmpty(), Screen.Patience);
        screen.Services.GetRequiredService<NavigationManager>().Uri.ShouldContain("/chats/");
    }

    [Fact]
    public async Task A_chat_without_a_name_is_refused_in_words()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await using var screen = new Screen(world, ann);
        var dialogs = screen.Dialogs;
        var nav = screen.Render<NavChats>();

        nav.Press("New chat");
        dialogs.On("[role='dialog'] form", e => e.Submit());

        dialogs.WaitForElement("[role='dialog'] [role='alert']", Screen.Patience).TextContent.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public async Task The_owner_finds_and_adds_people_and_hears_of_nobody_found()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var bob = await world.PersonAsync("bob");
        var chat = await world.ChatAsync(ann);
        await using var screen = new Screen(world, ann);
        var dialog = await screen.ShowAsync(
            new DialogParameters<AddPeopleDialog>
            {
                { d => d.ChatId, chat },
                { d => d.UserId, ann.Id },
            }
        );

        dialog.On("input", e => e.Input("nobody@example.org"));
        dialog.On("form", e => e.Submit());
        dialog.WaitForElement("[role='alert']", Screen.Patience).TextContent.ShouldNotBeNullOrWhiteSpace();

        dialog.On("input", e => e.Input("bo"));
        dialog.On("[role='listbox'][aria-label='People found'] [role='option']", e => e.Click());

        dialog.WaitForAssertion(() => dialog.Find("[role='status'].mud-alert").TextContent.ShouldBe("bob is a member now."), Screen.Patience);
        dialog.Find("input").GetAttribute("value").ShouldBe("");
        (await world.ChatDirectory.CheckMemberAsync(bob.Id, chat)).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task Who_is_in_the_chat_already_is_marked_and_can_not_be_added_again()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var bob = await world.PersonAsync("bob");
        var chat = await world.ChatAsync(ann, bob);
        await using var screen = new Screen(world, ann);
        var dialog = await screen.ShowAsync(
            new DialogParameters<AddPeopleDialog>
            {
                { d => d.ChatId, chat },
                { d => d.UserId, ann.Id },
            }
        );

        dialog.On("input", e => e.Input("bo"));
        var option = dialog.WaitForElement("[role='option'][aria-disabled='true']", Screen.Patience);
        option.TextContent.ShouldContain("already here");
        dialog.On("[role='option'][aria-disabled='true']", e => e.Click());
        dialog.FindAll("[role='status'].mud-alert").ShouldBeEmpty();

        dialog.On("form", e => e.Submit());
        dialog.WaitForElement("[role='alert']", Screen.Patience);
        dialog.On("input", e => e.Input("bob@example.org"));
        dialog.On("form", e => e.Submit());
        dialog.WaitForAssertion(() => dialog.Find("[role='status'].mud-alert").TextContent.ShouldBe("bob is a member already."), Screen.Patience);
    }

    [Fact]
    public async Task A_direct_message_begins_with_a_few_letters_of_a_name()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await world.PersonAsync("bob");
        await using var screen = new Screen(world, ann);
        var dialogs = screen.Dialogs;
        var nav = screen.Render<NavChats>();

        nav.Press("Direct message");
        dialogs.On("[role='dialog'] input", e => e.Input("bo"));
        dialogs.On("[role='dialog'] [role='option']", e => e.Click());

        nav.WaitForAssertion(() => nav.FindAll("nav .name").ShouldContain(n => n.TextContent == "bob"), Screen.Patience);
        dialogs.FindAll("[role='dialog']").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_new_chat_appears_in_its_creators_other_tabs_and_a_direct_one_with_both_people()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        await using var screen = new Screen(world, bob);
        var nav = screen.Render<NavChats>();
        nav.WaitForElement("nav a", Screen.Patience);

        var own = (await world.ChatDirectory.CreateChatAsync(bob.Id, "Plans")).Value.Id;
        nav.WaitForElement($"nav a[href='/chats/{own}']", Screen.Patience);

        var direct = (await world.ChatDirectory.OpenDirectChatAsync(ann.Id, bob.Email)).Value.Chat.Id;
        nav.WaitForElement($"nav a[href='/chats/{direct}']", Screen.Patience);
    }

    [Fact]
    public async Task What_is_read_in_one_tab_is_no_longer_unread_in_another()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        await using var screen = new Screen(world, bob);
        var nav = screen.Render<NavChats>();
        var sent = (await world.Chats.SendTextAsync(ann.Id, chat, "hello")).Value;
        nav.WaitForElement($"a[href='/chats/{chat}'] .badge", Screen.Patience);

        await world.ChatDirectory.MarkReadAsync(bob.Id, chat, sent.Id);

        nav.WaitForAssertion(() => nav.FindAll(".badge").ShouldBeEmpty(), Screen.Patience);
    }

    [Fact]
    public async Task What_is_marked_as_unread_in_one_tab_is_unread_in_another_also_when_it_was_just_read()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        var first = (await world.Chats.SendTextAsync(ann.Id, chat, "one")).Value.Id;
        var second = (await world.Chats.SendTextAsync(ann.Id, chat, "two")).Value.Id;
        var mine = (await world.Chats.SendTextAsync(bob.Id, chat, "three")).Value.Id;
        world.ChatDirectory.MarkSeen(bob.Id, chat, mine);
        await using var screen = new Screen(world, bob);
        var nav = screen.Render<NavChats>();
        nav.WaitForElement($"a[href='/chats/{chat}']", Screen.Patience);
        nav.FindAll(".badge").ShouldBeEmpty();

        world.ChatDirectory.MarkSeen(bob.Id, chat, mine);
        (await world.ChatDirectory.MarkUnreadAsync(bob.Id, chat, second)).Value.ShouldBe(new Unread(1, second));

        nav.WaitForAssertion(() => nav.Find(".badge").TextContent.ShouldBe("1, 1 unread"), Screen.Patience);
        (await world.ChatDirectory.MarkUnreadAsync(bob.Id, chat, first)).Value.Count.ShouldBe(2);
        nav.WaitForAssertion(() => nav.Find(".badge").TextContent.ShouldBe("2, 2 unread"), Screen.Patience);
        (await world.ChatDirectory.MarkUnreadAsync(bob.Id, chat, mine)).Refusal!.Reason.ShouldBe(RefusalReason.MessageNotFound);
        var eve = await world.PersonAsync("eve");
        (await world.ChatDirectory.MarkUnreadAsync(eve.Id, chat, first)).Refusal!.Reason.ShouldBe(RefusalReason.ChatNotFound);
    }

    [Fact]
    public async Task A_message_in_a_chat_that_is_listed_is_counted_without_asking_the_database()
    {
        var statements = new Statements();
        await using var world = await ChatWorld.BeginAsync(change: statements.Count);
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        await using var screen = new Screen(world, bob);
        var nav = screen.Render<NavChats>();
        nav.WaitForElement($"a[href='/chats/{chat}']", Screen.Patience);
        var first = (await world.Chats.SendTextAsync(ann.Id, chat, "one")).Value;
        nav.WaitForElement($"a[href='/chats/{chat}'] .badge", Screen.Patience);
        statements.Reset();

        await world.Chats.SendTextAsync(ann.Id, chat, "two");
        await world.Chats.SendTextAsync(bob.Id, chat, "mine");
        nav.WaitForAssertion(() => nav.Find($"a[href='/chats/{chat}'] .visually-hidden").TextContent.ShouldBe(", 2 unread"), Screen.Patience);
        statements.CountOf("\"MemberCount\"").ShouldBe(0, "readings of the list");

        await world.Chats.DeleteMessageAsync(ann.Id, chat, first.Id);
        nav.WaitForAssertion(() => nav.Find($"a[href='/chats/{chat}'] .visually-hidden").TextContent.ShouldBe(", 1 unread"), Screen.Patience);
    }

    [Fact]
    public async Task What_the_person_reads_and_what_is_deleted_afterwards_is_counted_without_asking_the_database()
    {
        var statements = new Statements();
        await using var world = await ChatWorld.BeginAsync(change: statements.Count);
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        var before = (await world.Chats.SendTextAsync(ann.Id, chat, "before the list is read")).Value;
        // From here on: late news of what the list has already would have it read anew.
        await world.StartAsync<EventDispatcher>();
        await using var screen = new Screen(world, bob);
        var nav = screen.Render<NavChats>();
        nav.WaitForElement($"a[href='/chats/{chat}'] .badge", Screen.Patience);
        statements.Reset();

        world.ChatDirectory.MarkSeen(bob.Id, chat, before.Id);
        nav.WaitForAssertion(() => nav.FindAll(".badge").ShouldBeEmpty(), Screen.Patience);
        var sent = new List<long>();
        for (var i = 0; i < 4; i++)
            sent.Add((await world.Chats.SendTextAsync(ann.Id, chat, $"{i}")).Value.Id);
        Sees(4);
        world.ChatDirectory.MarkSeen(bob.Id, chat, sent[1]);
        Sees(2);
        await world.Chats.DeleteMessageAsync(ann.Id, chat, before.Id);
        await world.Chats.DeleteMessageAsync(ann.Id, chat, sent[2]);
        Sees(1);

        statements.CountOf("\"MemberCount\"").ShouldBe(0, "readings of the list");
        (await world.ChatDirectory.ListChatsAsync(bob.Id)).Single(c => c.Id == chat).Unread.ShouldBe(1, "as the list has it");

        void Sees(int unread) =>
            nav.WaitForAssertion(() => nav.Find($"a[href='/chats/{chat}'] .visually-hidden").TextContent.ShouldBe($", {unread} unread"), Screen.Patience);
    }

    [Fact]
    public async Task Of_very_many_messages_that_came_while_the_page_was_open_the_last_ones_are_told_apart()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        await using var screen = new Screen(world, bob);
        var nav = screen.Render<NavChats>();
        nav.WaitForElement($"a[href='/chats/{chat}']", Screen.Patience);
        var sent = new List<long>();
        for (var i = 0; i < 130; i++)
            sent.Add((await world.Chats.SendTextAsync(ann.Id, chat, $"{i}")).Value.Id);
        Sees(130);

        world.ChatDirectory.MarkSeen(bob.Id, chat, sent[9]);
        Sees(120);
        world.ChatDirectory.MarkSeen(bob.Id, chat, sent[119]);
        Sees(10);

        void Sees(int unread) =>
            nav.WaitForAssertion(() => nav.Find($"a[href='/chats/{chat}'] .visually-hidden").TextContent.ShouldBe($", {unread} unread"), Screen.Patience);
    }
}
