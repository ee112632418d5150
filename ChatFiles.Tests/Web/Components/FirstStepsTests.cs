using Bunit;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Chats;

namespace ChatFiles.Tests.Web.Components;

/// <summary>What the page says to somebody who is new, or alone.</summary>
public sealed class FirstStepsTests
{
    [Fact]
    public async Task Who_has_never_sent_anything_is_welcomed_in_General_until_they_do()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var ann = await world.PersonAsync("ann");
        await using var screen = new Screen(world, ann);
        var page = screen.Open(Chat.GeneralId);

        var welcome = page.WaitForElement(".welcome", Screen.Patience);
        welcome.HasAttribute("hidden").ShouldBeTrue("the script shows it, unless this browser has dismissed it");
        welcome.QuerySelectorAll("li").Length.ShouldBe(3);
        await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "hello");

        page.WaitForAssertion(() => page.FindAll(".welcome").ShouldBeEmpty(), Screen.Patience);
    }

    [Fact]
    public async Task Who_has_sent_something_before_is_not_welcomed_again()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await world.Chats.SendTextAsync(ann.Id, await world.ChatAsync(ann), "hello");
        (await world.ChatDirectory.IsNewAsync(ann.Id)).ShouldBeFalse();
        await using var screen = new Screen(world, ann);

        var page = screen.Open(Chat.GeneralId);

        page.WaitForElement("[role='log']", Screen.Patience);
        page.FindAll(".welcome").ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_is_alone_in_a_chat_can_add_people_right_there()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann);
        await using var screen = new Screen(world, ann);
        var dialogs = screen.Dialogs;
        var page = screen.Open(chat);

        page.On(".only-me button", e => e.Click());
        dialogs.WaitForElement("[role='dialog'] .mud-dialog-title", Screen.Patience).TextContent.ShouldBe("Add people");
        page.FindAll(".welcome").ShouldBeEmpty("only General welcomes");
        await world.Members.AddMemberAsync(ann.Id, chat, ben.Email);

        page.WaitForAssertion(() => page.FindAll(".only-me").ShouldBeEmpty(), Screen.Patience);
    }

    [Fact]
    public async Task A_direct_chat_that_the_other_has_left_says_so_and_offers_nobody_else()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = (await world.ChatDirectory.OpenDirectChatAsync(ann.Id, ben.Email)).Value.Chat.Id;
        (await world.Members.RemoveMemberAsync(ben.Id, chat, ben.Id)).Refusal.ShouldBeNull();
        await using var screen = new Screen(world, ann);

        var page = screen.Open(chat);

        var line = page.WaitForElement(".only-me", Screen.Patience);
        line.TextContent.ShouldContain("ben has left this chat");
        line.QuerySelectorAll("button").ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_has_no_chats_besides_General_is_told_where_they_will_be()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await using var screen = new Screen(world, ann);
        var dialogs = screen.Dialogs;
        var nav = screen.Render<NavChats>();

        nav.WaitForElement("nav .hint", Screen.Patience).TextContent.ShouldContain("appear here");
        nav.Press("New chat");
        dialogs.On("[role='dialog'] input", e => e.Input("Plans"));
        dialogs.On("[role='dialog'] form", e => e.Submit());

        nav.WaitForAssertion(() => nav.FindAll("nav .hint").ShouldBeEmpty(), Screen.Patience);
    }
}
