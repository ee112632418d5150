using AngleSharp.Dom;
using Bunit;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Chats;
using ChatFiles.Web.Components.Layout;
using ChatFiles.Web.Components.Messages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Components;

/// <summary>Reactions under a message on somebody's page.</summary>
public sealed class ReactionTests : IAsyncLifetime
{
    private readonly Statements _statements = new();
    private ChatWorld _world = null!;
    private Person _ann = null!;
    private Person _ben = null!;
    private long _chat;

    public async Task InitializeAsync()
    {
        _world = await ChatWorld.BeginAsync(change: _statements.Count);
        await _world.StartAsync<EventDispatcher>();
        (_ann, _ben) = (await _world.PersonAsync("ann"), await _world.PersonAsync("ben"));
        _chat = await _world.ChatAsync(_ann, _ben);
    }

    public Task DisposeAsync() => _world.DisposeAsync().AsTask();

    [Fact]
    public async Task A_reaction_comes_live_and_is_joined_and_left_by_its_button()
    {
        var ids = await SendAsync(3);
        await using var screen = new Screen(_world, _ann);
        var page = Open(screen, 3);
        page.FindAll(".reactions").ShouldBeEmpty();
        var drawn = page.FindComponents<MessageItem>().Select(item => item.RenderCount).ToList();

        await ReactAsync(_ben, ids[1], "👍");
        page.WaitForAssertion(() => Told(page).ShouldBe(("👍, 1", "false", "ben")), Screen.Patience);
        page.FindComponents<MessageItem>().Zip(drawn).Count(item => item.First.RenderCount != item.Second).ShouldBe(1, "one item is drawn anew");

        page.On("[data-reaction]", button => button.Click());
        page.WaitForAssertion(() => Told(page).ShouldBe(("👍, 2", "true", "You and ben")), Screen.Patience);
        page.On("[data-reaction]", button => button.Click());
        page.WaitForAssertion(() => Told(page).ShouldBe(("👍, 1", "false", "ben")), Screen.Patience);
        await _world.Chats.DeleteMessageAsync(_ben.Id, _chat, ids[1]);
        page.WaitForAssertion(() => page.FindAll(".reactions").ShouldBeEmpty(), Screen.Patience);
    }

    [Fact]
    public async Task What_was_chosen_from_the_list_is_there_and_why_it_can_not_be_is_said()
    {
        var id = (await SendAsync(1))[0];
        await using var screen = new Screen(_world, _ann);
        var snacks = screen.Render<SnackHost>();
        var page = Open(screen, 1);
        var list = page.FindComponent<MessageList>().Instance;

        await page.InvokeAsync(() => list.ReactAsync(id, "🎉"));
        page.WaitForAssertion(() => Told(page).ShouldBe(("🎉, 1", "true", "You")), Screen.Patience);
        await page.InvokeAsync(() => list.ReactAsync(id, "none"));

        snacks.WaitForAssertion(() => snacks.Find("[role=alert]").TextContent.ShouldBe("A reaction is one emoji of Unicode's list."), Screen.Patience);
    }

    [Fact]
    public async Task Who_is_too_late_to_be_named_sees_their_own_reaction_and_how_many_more_there_are()
    {
        var id = (await SendAsync(1))[0];
        await ReactManyAsync(id);
        await ReactAsync(_ann, id, "🎉");

        await using var screen = new Screen(_world, _ann);
        await using var bens = new Screen(_world, _ben);
        var page = Open(screen, 1);
        page.WaitForAssertion(() => (Told(page).Label, Told(page).Pressed).ShouldBe(("🎉, 25", "true")), Screen.Patience);
        var who = Told(page).Who;
        who.ShouldStartWith("You, Person 0000");
        who.ShouldEndWith(" and 15 more");
        Told(Open(bens, 1)).Pressed.ShouldBe("false");
    }

    [Fact]
    public async Task What_is_mine_among_many_is_asked_for_once_for_all_messages_and_again_when_I_react_myself()
    {
        var ids = await SendAsync(3);
        await ReactManyAsync([.. ids]);
        await ReactAsync(_ann, ids[2], "🎉");
        await using var screen = new Screen(_world, _ann);
        _statements.Reset();
        var page = Open(screen, 3);
        page.WaitForAssertion(() => PressedIn(page).ShouldBe(["🎉, 24 false", "🎉, 24 false", "🎉, 25 true"]), Screen.Patience);
        Asked().ShouldBe(1, "by opening the page");

        await ReactAsync(_ben, ids[0], "🎉");
        page.WaitForAssertion(() => PressedIn(page).ShouldBe(["🎉, 25 false", "🎉, 24 false", "🎉, 25 true"]), Screen.Patience);
        await ReactAsync(_ann, ids[1], "🎉");
        page.WaitForAssertion(() => PressedIn(page).ShouldBe(["🎉, 25 false", "🎉, 25 true", "🎉, 25 true"]), Screen.Patience);

        Asked().ShouldBe(2, "by my own reaction, and not by another's");

        int Asked() => _statements.CountOf("""SELECT "r"."MessageId", "r"."Emoji" """.TrimEnd());
    }

    [Fact]
    public async Task A_reaction_that_I_take_back_goes_also_where_another_one_takes_its_place()
    {
        var id = (await SendAsync(1))[0];
        await ReactManyAsync(id);
        await ReactAsync(_ann, id, "🎉");
        await using var screen = new Screen(_world, _ann);
        var page = Open(screen, 1);
        page.WaitForAssertion(() => PressedIn(page).ShouldBe(["🎉, 25 true"]), Screen.Patience);

        await _world.Writer.WriteAsync(_chat, async db =>
        {
            db.Reactions.Remove(await db.Reactions.SingleAsync(r => r.UserId == _ann.Id));
            db.Reactions.Add(new Reaction { MessageId = id, Emoji = "🎉", UserId = _ben.Id });
            var chat = await db.Chats.SingleAsync(c => c.Id == _chat);
            foreach (var person in new[] { _ann, _ben })
            {
                var changed = db.AddEvent(chat, ChatEventType.ReactionsChanged, DateTime.UnixEpoch);
                (changed.MessageId, changed.UserId) = (id, person.Id);
            }

            return await db.SaveChangesAsync();
        });

        page.WaitForAssertion(() => PressedIn(page).ShouldBe(["🎉, 25 false"]), Screen.Patience);
    }

    /// <summary>24 people who are at no page.</summary>
    private async Task ReactManyAsync(params long[] messages)
    {
        await _world.FillAsync(_chat, 24);
        await _world.Writer.WriteAsync(async db =>
        {
            var others = await db.Members.Where(m => m.ChatId == _chat && m.UserId != _ann.Id && m.UserId != _ben.Id).Select(m => m.UserId).ToListAsync();
            db.Reactions.AddRange(messages.SelectMany(id => others.Select(userId => new Reaction { MessageId = id, Emoji = "🎉", UserId = userId })));
            await db.SaveChangesAsync();
        });
    }

    private static IEnumerable<string> PressedIn(IRenderedComponent<ChatPage> page) =>
        page.FindAll("[data-reaction]").Select(button => $"{button.GetAttribute("aria-label")} {button.GetAttribute("aria-pressed")}");

    private async Task<List<long>> SendAsync(int count)
    {
        var ids = new List<long>();
        for (var i = 0; i < count; i++)
            ids.Add((await _world.Chats.SendTextAsync(_ben.Id, _chat, $"text {i}")).Value.Id);
        return ids;
    }

    private async Task ReactAsync(Person person, long message, string emoji) =>
        (await _world.Services.GetRequiredService<Reactions>().SetAsync(person.Id, _chat, message, emoji, isThere: true)).Refusal.ShouldBeNull();

    private IRenderedComponent<ChatPage> Open(Screen screen, int messages)
    {
        var page = screen.Open(_chat);
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(messages), Screen.Patience);
        return page;
    }

    /// <summary>The one reaction on the page: its name, whether it is mine, and whose it is.</summary>
    private static (string Label, string Pressed, string Who) Told(IRenderedComponent<ChatPage> page)
    {
        var button = page.Find("[data-reaction]");
        return (button.GetAttribute("aria-label")!, button.GetAttribute("aria-pressed")!, button.GetAttribute("title")!);
    }
}
