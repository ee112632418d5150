using System.Data.Common;
using AngleSharp.Dom;
using Bunit;
using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Chats;
using ChatFiles.Web.Components.Messages;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Components;

/// <summary>What is unread, and where in a long chat somebody is.</summary>
public sealed class ChatRoomTests
{
    [Fact]
    public async Task The_first_message_that_was_unread_has_a_line_above_it_until_the_chat_is_left()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, ben, chat, ids) = await RoomAsync(world, 3);
        await world.ChatDirectory.MarkReadAsync(ben.Id, chat, ids[0]);
        await using (var screen = new Screen(world, ben))
        {
            var page = screen.Open(chat);
            page.WaitForAssertion(() => IdBelow(page.Find("[role=separator]")).ShouldBe(ids[1]), Screen.Patience);

            await world.ChatDirectory.MarkReadAsync(ben.Id, chat, ids[2]);
            await world.Chats.SendTextAsync(ann.Id, chat, "later");

            page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(4), Screen.Patience);
            IdBelow(page.Find("[role=separator]")).ShouldBe(ids[1]);
            await world.ChatDirectory.MarkReadAsync(ben.Id, chat, long.MaxValue);
        }

        await using var again = new Screen(world, ben);
        var nextPage = again.Open(chat);
        nextPage.WaitForAssertion(() => nextPage.FindAll("article").Count.ShouldBe(4), Screen.Patience);
        nextPage.FindAll("[role=separator]").ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_marked_as_unread_stays_so_in_view_until_its_reader_answers_and_its_author_is_still_told_that_it_was_seen()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, ben, chat, ids) = await RoomAsync(world, 3);
        await using var screen = new Screen(world, ben);
        var page = screen.Open(chat);
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(3), Screen.Patience);
        var list = page.FindComponent<MessageList>().Instance;
        // What the browser says once the end is in view: it is only kept for a moment when the mark comes.
        await page.InvokeAsync(() => list.ReadToAsync(ids[2]));

        await page.InvokeAsync(() => list.MarkUnreadAsync(ids[1]));
        page.WaitForAssertion(() => IdBelow(page.Find("[role=separator]")).ShouldBe(ids[1]), Screen.Patience);
        await page.InvokeAsync(() => list.ReadToAsync(ids[2]));

        (await UnreadAsync()).ShouldBe(2);
        var receipts = world.Services.GetRequiredService<ChatFiles.Core.Chats.Receipts>();
        (await receipts.ReadAsync(ann.Id, chat, ids[2])).Value.Seen.ShouldHaveSingleItem().UserId.ShouldBe(ben.Id);
        (await UnreadAsync()).ShouldBe(2);

        var answer = (await world.Chats.SendTextAsync(ben.Id, chat, "I see")).Value;
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(4), Screen.Patience);
        await page.InvokeAsync(() => list.ReadToAsync(answer.Id));
        (await UnreadAsync()).ShouldBe(0);

        async Task<int> UnreadAsync() => (await world.ChatDirectory.ListChatsAsync(ben.Id)).Single(c => c.Id == chat).Unread;
    }

    [Fact]
    public async Task Who_comes_and_goes_and_what_the_chat_is_called_are_lines_between_the_messages_live_and_after_a_reload()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, ben, cyd) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"), await world.PersonAsync("cyd"));
        var chat = await world.ChatAsync(ann, ben);
        await world.Chats.SendTextAsync(ann.Id, chat, "one");
        await using var screen = new Screen(world, ben);
        var page = screen.Open(chat);
        Has(page, "ann added ben", "one");
        page.Find("[role=log] > local-day").NextElementSibling!.ClassList.ShouldContain("line", "their day begins above them");

        await world.Members.AddMemberAsync(ann.Id, chat, cyd.Email);
        await world.Members.RemoveMemberAsync(cyd.Id, chat, cyd.Id);
        await world.Administration.ChangeAsync(ann.Id, chat, new ChatFiles.Core.Chats.ChatChange("Plans", SetsKeepDays: true, KeepDays: 7));
        await world.Administration.ChangeAsync(ann.Id, chat, new ChatFiles.Core.Chats.ChatChange("Plans", SetsKeepDays: true, KeepDays: 8));
        await world.Chats.SendTextAsync(ann.Id, chat, "two");
        await world.Members.AddMemberAsync(ann.Id, chat, cyd.Email);

        string[] all = ["ann added ben", "one", "ann added cyd", "cyd left", "ann renamed the chat to Plans", "two", "ann added cyd"];
        Has(page, all);
        page.FindAll("article.continues").ShouldBeEmpty("what stands between two messages parts them");
        await using var again = new Screen(world, ben);
        Has(again.Open(chat), all);
        (await world.Chats.HistoryAsync(ben.Id, chat)).Value.Messages.Count.ShouldBe(2);
        (await world.ChatDirectory.ListChatsAsync(ben.Id)).Single(c => c.Id == chat).Unread.ShouldBe(2);
        (await world.Live.ReadLinesAsync("nobody", chat, (0, long.MaxValue))).ShouldBeEmpty();

        static void Has(IRenderedComponent<ChatPage> page, params string[] all) =>
            page.WaitForAssertion(
                () => page.FindAll("[role=log] > .line, [role=log] > article .text").Select(e => e.ClassList.Contains("line") ? e.FirstChild!.TextContent.Trim() : e.TextContent).ShouldBe(all),
                Screen.Patience
            );
    }

    [Fact]
    public async Task More_unread_messages_than_a_page_has_are_a_button_that_leads_to_their_beginning()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (_, ben, chat, ids) = await RoomAsync(world, 70);
        await world.ChatDirectory.MarkReadAsync(ben.Id, chat, ids[4]);
        await using var screen = new Screen(world, ben);
        var page = screen.Open(chat);
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(50), Screen.Patience);
        page.FindAll("[role=separator]").ShouldBeEmpty();

        page.Press("65 new messages ↑");

        page.WaitForAssertion(() => IdBelow(page.Find("[role=separator]")).ShouldBe(ids[5]), Screen.Patience);
        page.FindAll("button").ShouldNotContain(b => b.TextContent.Contains("new messages"));
        await List(page).InvokeAsync(() => List(page).Instance.ShowLatestAsync());
        Ids(page).ShouldBe(ids[20..]);
        page.FindAll("button").ShouldNotContain(b => b.TextContent.Contains("new messages"));
    }

    [Fact]
    public async Task Under_my_newest_message_stands_live_how_many_have_seen_it_and_behind_that_who()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, ben, cyd) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"), await world.PersonAsync("cyd"));
        var chat = await world.ChatAsync(ann, ben, cyd);
        await world.Chats.SendTextAsync(ann.Id, chat, "before");
        await using var screen = new Screen(world, ann);
        var page = screen.Open(chat);
        page.WaitForAssertion(() => Seen(page).ShouldBe(["Seen by 0 of 2"]), Screen.Patience);

        var newest = (await world.Chats.SendTextAsync(ann.Id, chat, "now")).Value.Id;
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(2), Screen.Patience);
        await world.ChatDirectory.MarkReadAsync(ben.Id, chat, newest);
        page.WaitForAssertion(() => Seen(page).ShouldBe(["Seen by 1 of 2"]), Screen.Patience);
        page.FindAll("article")[1].QuerySelector("button.seen").ShouldNotBeNull();
        screen.Dialogs.FindAll("[role=dialog]").ShouldBeEmpty();
        page.Press("Seen by 1 of 2");
        screen.Dialogs.WaitForAssertion(() => screen.Dialogs.Find("[aria-label='Seen by']").TextContent.ShouldContain("ben"), Screen.Patience);
        // Ben has seen it, and goes; who is left has not.
        (await world.Members.RemoveMemberAsync(ben.Id, chat, ben.Id)).Refusal.ShouldBeNull();
        page.WaitForAssertion(() => Seen(page).ShouldBe(["Seen by 0 of 1"]), Screen.Patience);
        await world.ChatDirectory.MarkReadAsync(cyd.Id, chat, newest);
        page.WaitForAssertion(() => Seen(page).ShouldBe(["Seen by everyone"]), Screen.Patience);

        static IEnumerable<string> Seen(IRenderedComponent<IComponent> page) => page.FindAll("button.seen").Select(b => b.TextContent);
    }

    [Fact]
    public async Task A_text_is_edited_in_its_place_and_what_can_not_be_saved_stays_with_the_reason()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, _, chat, ids) = await RoomAsync(world, 2);
        await using var screen = new Screen(world, ann);
        var page = screen.Open(chat);
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(2), Screen.Patience);
        await List(page).InvokeAsync(() => List(page).Instance.BeginEditing(ids[1]));
        var editor = page.FindComponent<MessageEditor>();
        editor.Find("textarea").GetAttribute("aria-label").ShouldBe("Edit message");
        page.FindAll("article")[1].QuerySelectorAll(".text").ShouldBeEmpty();

        (await editor.InvokeAsync(() => editor.Instance.SaveAsync(" "))).ShouldNotBeNull().ShouldContain("needs some text");
        page.FindComponents<MessageEditor>().Count.ShouldBe(1);
        (await editor.InvokeAsync(() => editor.Instance.SaveAsync("better"))).ShouldBeNull();

        page.WaitForAssertion(() => page.FindAll("article")[1].QuerySelector(".text")?.TextContent.ShouldBe("better"), Screen.Patience);
        page.WaitForAssertion(() => page.FindAll("article")[1].QuerySelector(".edited").ShouldNotBeNull(), Screen.Patience);
        page.FindComponents<MessageEditor>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_edits_what_others_have_written()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (_, ben, chat, ids) = await RoomAsync(world, 2);
        await using var screen = new Screen(world, ben);
        var page = screen.Open(chat);
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(2), Screen.Patience);

        await List(page).InvokeAsync(() => List(page).Instance.BeginEditing(ids[1]));

        page.FindComponents<MessageEditor>().ShouldBeEmpty();
        page.FindAll("[data-may-edit]").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_picture_is_seen_in_small_as_soon_as_that_is_made_and_keeps_its_place()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var sent = (await world.SendAsync(ann, chat, null, Parts.File("a.png", PictureFiles.Of("png")))).Value.Attachments[0];
        await using var screen = new Screen(world, ben);
        var page = screen.Open(chat);
        var place = page.WaitForElement("figure.attachment", Screen.Patience).GetAttribute("style");
        page.Find("figure.attachment img").GetAttribute("src").ShouldBe(sent.Path);

        await world.StartAsync<PictureMaker>();

        page.WaitForAssertion(() => page.Find("figure.attachment img").GetAttribute("src").ShouldBe($"{sent.Path}/thumbnail"), TimeSpan.FromSeconds(60));
        page.Find("figure.attachment").GetAttribute("style").ShouldBe(place);
        place.ShouldNotBeNull();
    }

    [Fact]
    public async Task Others_messages_are_counted_while_the_end_is_not_in_view()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, ben, chat, _) = await RoomAsync(world, 1);
        await using var screen = new Screen(world, ben);
        var page = screen.Open(chat);
        page.WaitForElement("article", Screen.Patience);

        await List(page).InvokeAsync(() => List(page).Instance.FollowAsync(false));
        await world.Chats.SendTextAsync(ann.Id, chat, "one");
        await world.Chats.SendTextAsync(ben.Id, chat, "mine");
        await world.Chats.SendTextAsync(ann.Id, chat, "two");
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(4), Screen.Patience);
        page.Find("[aria-label='Jump to latest']").TextContent.Trim().ShouldBe("2 new");

        await List(page).InvokeAsync(() => List(page).Instance.FollowAsync(true));
        page.Find("[aria-label='Jump to latest']").TextContent.Trim().ShouldBe("");
    }

    [Fact]
    public async Task A_link_opens_the_chat_around_its_message_and_what_is_new_waits_at_the_end()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, ben, chat, ids) = await RoomAsync(world, 120);
        await using var screen = new Screen(world, ben);
        screen.Services.GetRequiredService<NavigationManager>().NavigateTo($"/chats/{chat}?message={ids[40]}");
        var page = screen.Open(chat);
        page.WaitForAssertion(() => Ids(page).ShouldBe(ids[15..65]), Screen.Patience);

        var news = (await world.Chats.SendTextAsync(ann.Id, chat, "news")).Value.Id;
        await world.Chats.DeleteMessageAsync(ann.Id, chat, ids[119]);
        await world.Chats.DeleteMessageAsync(ann.Id, chat, ids[40]);
        page.WaitForAssertion(() => page.FindAll("[data-deleted]").Select(Id).ShouldBe([ids[40]]), Screen.Patience);
        Ids(page).ShouldBe(ids[15..65]);
        page.Find("[aria-label='Jump to latest']").TextContent.Trim().ShouldBe("1 new");

        await List(page).InvokeAsync(() => List(page).Instance.LoadNewerAsync());
        Ids(page).ShouldBe(ids[15..115]);
        await List(page).InvokeAsync(() => List(page).Instance.LoadNewerAsync());
        Ids(page).ShouldBe([.. ids[15..], news]);
        page.FindAll("[data-deleted]").Select(Id).ShouldBe([ids[40], ids[119]]);
        page.FindAll("button").ShouldNotContain(b => b.TextContent == "Load newer");
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("987654321")]
    public async Task A_link_to_a_message_that_the_chat_does_not_have_opens_its_end(string message)
    {
        await using var world = await ChatWorld.BeginAsync();
        var (_, ben, chat, ids) = await RoomAsync(world, 60);
        await using var screen = new Screen(world, ben);
        screen.Services.GetRequiredService<NavigationManager>().NavigateTo($"/chats/{chat}?message={message}");

        var page = screen.Open(chat);

        page.WaitForAssertion(() => Ids(page).ShouldBe(ids[10..]), Screen.Patience);
    }

    [Fact]
    public async Task Following_links_moves_the_open_chat_and_leaving_the_message_leads_back_to_the_end()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (_, ben, chat, ids) = await RoomAsync(world, 120);
        await using var screen = new Screen(world, ben);
        var page = screen.Open(chat);
        page.WaitForAssertion(() => Ids(page).ShouldBe(ids[70..]), Screen.Patience);
        var room = page.FindComponent<ChatRoom>();

        room.Render(p => p.Add(c => c.MessageId, ids[30]));
        page.WaitForAssertion(() => Ids(page).ShouldBe(ids[5..55]), Screen.Patience);
        List(page).Instance.Place!.ShouldNotBeNull();

        room.Render(p => p.Add(c => c.MessageId, null));
        page.WaitForAssertion(() => Ids(page).ShouldBe(ids[70..]), Screen.Patience);
    }

    [Fact]
    public async Task Who_joins_and_leaves_is_counted_without_asking_the_database()
    {
        var statements = new Statements();
        await using var world = await ChatWorld.BeginAsync(change: statements.Count);
        await world.StartAsync<EventDispatcher>();
        var (ann, _, chat, _) = await RoomAsync(world, 1);
        var (carl, dora) = (await world.PersonAsync("carl"), await world.PersonAsync("dora"));
        await using var screen = new Screen(world, ann);
        var page = screen.Open(chat);
        page.WaitForElement("button[aria-label='Members, 2']", Screen.Patience);
        statements.Reset();

        await world.Members.AddMemberAsync(ann.Id, chat, carl.Email);
        await world.Members.AddMemberAsync(ann.Id, chat, dora.Email);
        page.WaitForElement("button[aria-label='Members, 4']", Screen.Patience);
        await world.Members.RemoveMemberAsync(ann.Id, chat, carl.Id);
        page.WaitForElement("button[aria-label='Members, 3']", Screen.Patience);

        statements.CountOf("\"MemberCount\"").ShouldBe(0);
    }

    [Fact]
    public async Task Who_follows_an_owner_that_leaves_may_add_people_at_once()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, ben, chat, _) = await RoomAsync(world, 1);
        await using var screen = new Screen(world, ben);
        var page = screen.Open(chat);
        page.WaitForElement("button[aria-label='Members, 2']", Screen.Patience);
        page.FindAll("button[aria-label='Add people']").ShouldBeEmpty();

        await world.Members.RemoveMemberAsync(ann.Id, chat, ann.Id);

        page.WaitForElement("button[aria-label='Add people']", Screen.Patience);
    }

    [Fact]
    public async Task A_page_that_was_read_before_a_change_does_not_hide_it()
    {
        var pause = new PauseInTheMiddle();
        await using var world = await ChatWorld.BeginAsync(change: s => s.Intercept(pause));
        await world.StartAsync<EventDispatcher>();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var file = await world.SendFileAsync(ann, chat);
        for (var i = 0; i < 50; i++)
            await world.Chats.SendTextAsync(ann.Id, chat, $"{i}");
        await using var screen = new Screen(world, ben);
        var page = screen.Open(chat);
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(50), Screen.Patience);
        using var heard = (await world.Live.SubscribeAsync(ann.Id, chat, after: null)).Value;

        pause.IsWanted = true;
        page.FindComponent<ChatRoom>().Render(p => p.Add(c => c.MessageId, file.Id));
        await pause.Reached.WaitAsync(Screen.Patience);
        await world.Chats.DeleteMessageAsync(ann.Id, chat, file.Id);
        await heard.ReadAsync(CancellationToken.None).FirstAsync();
        pause.End();

        page.WaitForAssertion(() => page.Find("article").HasAttribute("data-deleted").ShouldBeTrue(), Screen.Patience);
        Id(page.Find("article")).ShouldBe(file.Id);
    }

    /// <summary>A reading of messages that takes long: what it gives is the state at its beginning.</summary>
    private sealed class PauseInTheMiddle : DbCommandInterceptor
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsWanted { get; set; }

        public Task Reached => _reached.Task;

        public void End() => _end.SetResult();

        public override async ValueTask<DbDataReader> ReaderExecutedAsync(
            DbCommand command,
            CommandExecutedEventData eventData,
            DbDataReader result,
            CancellationToken cancellationToken = default
        )
        {
            if (IsWanted && command.CommandText.Contains("\"Attachments\"", StringComparison.Ordinal))
            {
                IsWanted = false;
                _reached.SetResult();
                await _end.Task;
            }

            return result;
        }
    }

    /// <summary>A chat of two with messages of the first.</summary>
    private static async Task<(Person Ann, Person Ben, long Chat, long[] Ids)> RoomAsync(ChatWorld world, int messages)
    {
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var ids = new long[messages];
        for (var i = 0; i < messages; i++)
            ids[i] = (await world.Chats.SendTextAsync(ann.Id, chat, $"number {i + 1};")).Value.Id;
        return (ann, ben, chat, ids);
    }

    private static IRenderedComponent<MessageList> List(IRenderedComponent<ChatPage> page) => page.FindComponent<MessageList>();

    private static long[] Ids(IRenderedComponent<ChatPage> page) => [.. page.FindAll("article").Select(Id)];

    private static long IdBelow(IElement line) => Id(line.NextElementSibling!);

    private static long Id(IElement article) => long.Parse(article.GetAttribute("data-message-id")!, System.Globalization.CultureInfo.InvariantCulture);
}
