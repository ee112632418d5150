using Bunit;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Chats;
using ChatFiles.Web.Components.Messages;

namespace ChatFiles.Tests.Web.Components;

public sealed class ChatPageTests
{
    [Fact]
    public async Task A_member_sees_the_chat_with_its_messages_and_files()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.Chats.SendTextAsync(ann.Id, chat, "hello");
        await world.SendFileAsync(ann, chat, "note.txt");
        await using var screen = new Screen(world, ann);

        var page = screen.Open(chat);

        page.WaitForAssertion(() => page.Find("h1").TextContent.ShouldBe("Room"));
        page.FindAll("[role='log'] article").Count.ShouldBe(2);
        page.FindAll("figure[aria-label='note.txt']").Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_message_appears_and_a_deleted_file_goes_while_the_chat_is_open()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var ann = await world.PersonAsync("ann");
        var bob = await world.PersonAsync("bob");
        var chat = await world.ChatAsync(ann, bob);
        await using var screen = new Screen(world, bob);
        var page = screen.Open(chat);
        page.WaitForElement("[role='log']", Screen.Patience);

        var sent = await world.SendFileAsync(ann, chat, "note.txt");
        page.WaitForElement("figure[aria-label='note.txt']", Screen.Patience);

        (await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[0].Id)).Refusal.ShouldBeNull();
        page.WaitForAssertion(() => page.Find("article").TextContent.ShouldContain("File deleted"), Screen.Patience);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    [InlineData("4711")]
    [InlineData(null)]
    public async Task Who_is_no_member_sees_the_same_as_for_a_chat_that_is_none(string? address)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var bob = await world.PersonAsync("bob");
        var chat = await world.ChatAsync(ann);
        await using var screen = new Screen(world, bob);

        var page = screen.Render<ChatPage>(p => p.Add(c => c.ChatId, address ?? $"{chat}"));

        page.WaitForAssertion(() => page.Find("h1").TextContent.ShouldBe("Chat not found"), Screen.Patience);
        page.Find("p").TextContent.ShouldBe("There is no such chat, or you are not a member of it.");
        page.FindAll("article, form").ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_is_removed_while_the_chat_is_open_loses_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var ann = await world.PersonAsync("ann");
        var bob = await world.PersonAsync("bob");
        var chat = await world.ChatAsync(ann, bob);
        await world.Chats.SendTextAsync(ann.Id, chat, "secret");
        await using var screen = new Screen(world, bob);
        var page = screen.Open(chat);
        page.WaitForElement("article", Screen.Patience);

        (await world.Members.RemoveMemberAsync(ann.Id, chat, bob.Id)).Refusal.ShouldBeNull();

        page.WaitForAssertion(() => page.Find("h1").TextContent.ShouldBe("Chat not found"), Screen.Patience);
        page.Markup.ShouldNotContain("secret");
    }

    [Fact]
    public async Task The_owner_deletes_a_file_only_after_a_question()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var message = await world.SendFileAsync(ann, chat, "note.txt");
        await using var screen = new Screen(world, ann);
        var dialogs = screen.Dialogs;
        var page = screen.Open(chat);
        page.WaitForElement("[role='log'] article", Screen.Patience);

        await page.InvokeAsync(() => page.FindComponent<MessageList>().Instance.AskToDeleteFileAsync(message.Id, message.Attachments[0].Id));
        dialogs.WaitForElement("[role='dialog'] .mud-dialog-title", Screen.Patience).TextContent.ShouldBe("Delete note.txt?");
        page.FindAll("figure").Count.ShouldBe(1);
        dialogs.Press("Delete");

        page.WaitForAssertion(() => page.Find("article").TextContent.ShouldContain("File deleted"), Screen.Patience);
        page.WaitForAssertion(() => dialogs.FindAll("[role='dialog']").ShouldBeEmpty(), Screen.Patience);
    }
}
