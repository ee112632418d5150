using Bunit;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components;
using ChatFiles.Web.Components.Chats;
using ChatFiles.Web.Components.Layout;
using ChatFiles.Web.Components.Composer;
using ChatFiles.Web.Components.Messages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web.Components;

/// <summary>Who is here and who is typing, as the page shows it.</summary>
public sealed class CompanyTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Others_who_open_the_chat_are_shown_in_its_header_by_name()
    {
        await using var room = await RoomAsync();
        room.Page.FindAll(".company").ShouldBeEmpty("alone");

        using var ben = await room.EnterAsync("ben");
        room.Page.WaitForElement(".company", Screen.Patience).GetAttribute("title").ShouldBe("Here now: ben");
        using var carl = await room.EnterAsync("carl");
        room.Sees(".company", "Here now: ben, carl");
        room.Page.Find(".company .count").TextContent.ShouldBe("3 here");

        ben.Dispose();
        carl.Dispose();
        room.Page.WaitForAssertion(() => room.Page.FindAll(".company").ShouldBeEmpty(), Screen.Patience);
    }

    [Fact]
    public async Task The_line_above_the_composer_says_who_is_typing()
    {
        await using var room = await RoomAsync();
        room.Page.Find(".typing[aria-live='polite']").TextContent.ShouldBeEmpty("the line keeps its place");
        using var ben = await room.EnterAsync("ben");
        using var carl = await room.EnterAsync("carl");

        ben.Type();
        room.Sees(".typing", "ben is typing…");
        carl.Type();
        room.Sees(".typing", "ben and carl are typing…");

        await room.World.Chats.SendTextAsync(room.IdOf("ben"), room.Chat, "said");
        room.Sees(".typing", "carl is typing…");
        _time.Advance(Presence.TypingLasts);
        room.Page.WaitForAssertion(() => room.Page.Find(".typing").TextContent.ShouldBeEmpty(), Screen.Patience);
    }

    [Fact]
    public async Task Coming_going_and_typing_render_no_message_and_not_the_list()
    {
        await using var room = await RoomAsync();
        for (var n = 0; n < 5; n++)
            await room.World.Chats.SendTextAsync(room.IdOf("ann"), room.Chat, $"number {n}");
        room.Page.WaitForAssertion(() => room.Page.FindAll("article").Count.ShouldBe(5), Screen.Patience);
        var list = room.Page.FindComponent<MessageList>();
        var before = (list.RenderCount, room.Page.FindComponents<MessageItem>().Sum(item => item.RenderCount));

        using var ben = await room.EnterAsync("ben");
        ben.Type();
        room.Sees(".typing", "ben is typing…");
        ben.StopTyping();
        ben.Dispose();
        room.Page.WaitForAssertion(() => room.Page.FindAll(".company").ShouldBeEmpty(), Screen.Patience);

        (list.RenderCount, room.Page.FindComponents<MessageItem>().Sum(item => item.RenderCount)).ShouldBe(before);
    }

    [Fact]
    public async Task In_a_crowd_who_comes_is_drawn_only_where_something_else_is_said_then()
    {
        await using var room = await RoomAsync();
        var presence = room.World.Services.GetRequiredService<Presence>();
        for (var n = 0; n < 63; n++)
            presence.Enter($"{n}", $"Person {n}", room.Chat, since: 0);
        _time.Advance(Presence.CrowdedPause);
        room.Sees(".company .count", "61+ here");
        var drawings = room.Page.FindComponent<WhoIsHere>().RenderCount;

        presence.Enter("one more", "one more", room.Chat, since: 0);
        _time.Advance(Presence.CrowdedPause);
        using var ben = await room.EnterAsync("ben");
        ben.Type();
        room.Sees(".typing", "ben is typing…");

        room.Page.FindComponent<WhoIsHere>().RenderCount.ShouldBe(drawings);
    }

    [Fact]
    public async Task What_the_composer_reports_is_seen_by_others()
    {
        await using var room = await RoomAsync();
        using var ben = await room.EnterAsync("ben");
        var composer = room.Page.FindComponent<Composer>().Instance;

        composer.Typing(true);
        ben.Company.Typing.ShouldBe([room.IdOf("ann")]);

        composer.Typing(false);
        ben.Company.Typing.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_page_that_is_closed_or_cannot_be_reached_is_not_here()
    {
        await using var room = await RoomAsync();
        using var ben = await room.EnterAsync("ben");
        var connection = room.Screen.Services.GetRequiredService<CircuitConnection>();
        ben.Company.Here.ShouldBe([room.IdOf("ann"), room.IdOf("ben")]);

        await connection.OnConnectionDownAsync(null!, CancellationToken.None);
        ben.Company.Here.ShouldBe([room.IdOf("ben")]);
        await connection.OnConnectionUpAsync(null!, CancellationToken.None);
        ben.Company.Here.ShouldBe([room.IdOf("ann"), room.IdOf("ben")]);

        await room.Screen.DisposeComponentsAsync();
        ben.Company.Here.ShouldBe([room.IdOf("ben")]);
    }

    [Fact]
    public async Task The_list_of_members_tells_who_is_here_while_it_is_open()
    {
        await using var room = await RoomAsync();
        using var ben = await room.EnterAsync("ben");

        room.Page.On("button[aria-label^='Members']", e => e.Click());
        HereIn(room).ShouldBe(["ann (you)", "ben"]);
        AddressesIn(room).ShouldBe(["ann@example.org", "ben@example.org", "carl@example.org"], "the owner looks");
        using var carl = await room.EnterAsync("carl");

        room.Screen.Dialogs.WaitForAssertion(() => HereIn(room).ShouldBe(["ann (you)", "ben", "carl"]), Screen.Patience);
    }

    [Fact]
    public async Task The_list_of_members_is_read_by_name_in_pages_searched_and_changes_with_who_joins_and_leaves()
    {
        await using var room = await RoomAsync();
        await room.World.FillAsync(room.Chat, 400);
        var zoe = await room.World.PersonAsync("zoe");
        room.Page.On("button[aria-label^='Members']", e => e.Click());
        room.Screen.Dialogs.WaitForAssertion(() => NamesIn(room).Count.ShouldBe(50), Screen.Patience);
        for (var pages = 0; pages < 8; pages++)
            room.Screen.Dialogs.Press("Load more");
        room.Screen.Dialogs.WaitForAssertion(() => NamesIn(room)[^1].ShouldBe("Person 00399"), Screen.Patience);
        NamesIn(room).Count.ShouldBe(300);

        await room.World.Members.AddMemberAsync(room.IdOf("ann"), room.Chat, zoe.Email);
        room.Screen.Dialogs.WaitForAssertion(() => NamesIn(room)[^1].ShouldBe("zoe"), Screen.Patience);
        await room.World.Members.RemoveMemberAsync(room.IdOf("ann"), room.Chat, zoe.Id);
        room.Screen.Dialogs.WaitForAssertion(() => NamesIn(room)[^1].ShouldBe("Person 00399"), Screen.Patience);

        room.Screen.Dialogs.Press("Back to the beginning");
        room.Screen.Dialogs.WaitForAssertion(() => NamesIn(room)[0].ShouldBe("ann (you)"), Screen.Patience);
        room.Screen.Dialogs.On("input[aria-label='Search members']", e => e.Input("BE"));
        room.Screen.Dialogs.WaitForAssertion(() => NamesIn(room).ShouldBe(["ben"]), Screen.Patience);
    }

    [Fact]
    public async Task Who_is_removed_goes_from_the_list_and_the_page_says_so_for_a_moment()
    {
        await using var room = await RoomAsync();
        var snacks = room.Screen.Render<SnackHost>();
        room.Page.On("button[aria-label^='Members']", e => e.Click());

        room.Screen.Dialogs.On("button[aria-label='Remove ben']", e => e.Click());
        room.Screen.Dialogs.On("[role='dialog'] button:not([aria-label])", b => b.TextContent == "Remove", b => b.Click());

        room.Screen.Dialogs.WaitForAssertion(() => NamesIn(room).ShouldBe(["ann (you)", "carl"]), Screen.Patience);
        snacks.WaitForAssertion(() => snacks.Find("[role='status']").TextContent.Trim().ShouldBe("ben was removed"), Screen.Patience);
        _time.Advance(TimeSpan.FromSeconds(5));
        snacks.WaitForAssertion(() => snacks.Find("[role='status']").TextContent.Trim().ShouldBeEmpty(), Screen.Patience);
    }

    private static IEnumerable<string> AddressesIn(Room room) => room.Screen.Dialogs.FindAll("[role='dialog'] li .address").Select(address => address.TextContent);

    private static List<string> NamesIn(Room room) => [.. room.Screen.Dialogs.FindAll("[role='dialog'] li .name").Select(name => name.TextContent)];

    private static IEnumerable<string> HereIn(Room room) =>
        room.Screen.Dialogs.FindAll("[role='dialog'] li").Where(li => li.QuerySelector(".here") is not null).Select(li => li.QuerySelector(".name")!.TextContent);

    private async Task<Room> RoomAsync()
    {
        var world = await ChatWorld.BeginAsync(change: services => services.AddSingleton<TimeProvider>(_time));
        await world.StartAsync<EventDispatcher>();
        var (ann, ben, carl) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"), await world.PersonAsync("carl"));
        var chat = await world.ChatAsync(ann, ben, carl);
        var screen = new Screen(world, ann);
        _ = screen.Dialogs;
        var page = screen.Open(chat);
        page.WaitForElement("[role='log']", Screen.Patience);
        return new Room(world, screen, page, chat, new() { ["ann"] = ann.Id, ["ben"] = ben.Id, ["carl"] = carl.Id });
    }

    private sealed record Room(ChatWorld World, Screen Screen, IRenderedComponent<ChatPage> Page, long Chat, Dictionary<string, string> Ids)
        : IAsyncDisposable
    {
        public string IdOf(string name) => Ids[name];

        public async Task<Seat> EnterAsync(string name) => (await World.Live.OpenChatAsync(IdOf(name), Chat)).Value.Seat;

        public void Sees(string selector, string text) =>
            Page.WaitForAssertion(() => Page.Find(selector).TextContent.ShouldContain(text), Screen.Patience);

        public async ValueTask DisposeAsync()
        {
            await Screen.DisposeAsync();
            await World.DisposeAsync();
        }
    }
}
