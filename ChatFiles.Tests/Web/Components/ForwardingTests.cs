using Bunit;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Chats;
using ChatFiles.Web.Components.Files;
using ChatFiles.Web.Components.Messages;
using MudBlazor;

namespace ChatFiles.Tests.Web.Components;

/// <summary>A file goes on from one chat to another.</summary>
public sealed class ForwardingTests
{
    [Fact]
    public async Task A_part_of_a_chats_name_is_enough_and_afterwards_a_link_leads_to_the_copy()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var harbour = await NewChatAsync(world, ann, "Harbour festival");
        var message = await world.SendFileAsync(ben, chat, "plan.txt");
        await using var screen = new Screen(world, ann);
        var dialogs = screen.Dialogs;
        var page = screen.Open(chat);
        page.WaitForElement("[role='log'] article", Screen.Patience);

        await page.InvokeAsync(() => page.FindComponent<MessageList>().Instance.AskToForwardFileAsync(message.Id, message.Attachments[0].Id));
        dialogs.WaitForElement("[role='dialog'] .mud-dialog-title", Screen.Patience).TextContent.ShouldBe("Forward plan.txt");
        dialogs.WaitForAssertion(() => Offered(dialogs).ShouldBe(["General", "Harbour festival", "Room"]), Screen.Patience);
        dialogs.On("[role='combobox']", box => box.Input("HARB"));
        Offered(dialogs).ShouldBe(["Harbour festival"]);
        dialogs.On("form", form => form.Submit());

        page.WaitForAssertion(() => page.Find("[role='status'] a").TextContent.ShouldBe("Harbour festival"), Screen.Patience);
        var copy = (await world.Chats.HistoryAsync(ann.Id, harbour)).Value.Messages.ShouldHaveSingleItem();
        copy.Attachments.ShouldHaveSingleItem().FileName.ShouldBe("plan.txt");
        page.Find("[role='status'] a").GetAttribute("href").ShouldBe($"/chats/{harbour}?message={copy.Id}");
        dialogs.WaitForAssertion(() => dialogs.FindAll("[role='dialog']").ShouldBeEmpty(), Screen.Patience);
    }

    [Fact]
    public async Task Of_two_chats_with_one_name_the_one_is_meant_that_was_taken_from_the_list()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var (first, second) = (await NewChatAsync(world, ann, "Plans"), await NewChatAsync(world, ann, "Plans"));
        var file = (await world.SendFileAsync(ann, Chat.GeneralId)).Attachments[0];
        await using var screen = new Screen(world, ann);
        var dialogs = await AskAsync(screen, ann, file);

        dialogs.On("[role='combobox']", box => box.Input("plans"));
        dialogs.On("form", form => form.Submit());
        dialogs.WaitForElement("[role='alert']", Screen.Patience).TextContent.ShouldContain("Choose one of these chats.");
        dialogs.On($"#to-chat-{second}", option => option.Click());
        dialogs.Find("[role='combobox']").GetAttribute("value").ShouldBe("Plans");
        dialogs.FindAll("[role='option'], [role='alert']").ShouldBeEmpty();
        dialogs.On("form", form => form.Submit());

        dialogs.WaitForAssertion(() => dialogs.FindAll("[role='dialog']").ShouldBeEmpty(), Screen.Patience);
        (await world.Chats.HistoryAsync(ann.Id, first)).Value.Messages.ShouldBeEmpty();
        (await world.Chats.HistoryAsync(ann.Id, second)).Value.Messages.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_chat_whose_name_is_a_part_of_anothers_is_meant_by_its_whole_name()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await NewChatAsync(world, ann, "Plans for May");
        var plans = await NewChatAsync(world, ann, "Plans");
        var file = (await world.SendFileAsync(ann, Chat.GeneralId)).Attachments[0];
        await using var screen = new Screen(world, ann);
        var dialogs = await AskAsync(screen, ann, file);

        dialogs.On("[role='combobox']", box => box.Input("plans"));
        dialogs.On("form", form => form.Submit());

        dialogs.WaitForAssertion(() => dialogs.FindAll("[role='dialog']").ShouldBeEmpty(), Screen.Patience);
        (await world.Chats.HistoryAsync(ann.Id, plans)).Value.Messages.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Why_it_can_not_be_forwarded_is_said_and_the_dialog_stays()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var file = (await world.SendFileAsync(ann, Chat.GeneralId)).Attachments[0];
        await using var screen = new Screen(world, ann);
        var dialogs = await AskAsync(screen, ann, file);

        dialogs.On("[role='combobox']", box => box.Input("nowhere"));
        dialogs.On("form", form => form.Submit());
        dialogs.WaitForElement("[role='alert']", Screen.Patience).TextContent.ShouldContain("None of your chats is called that.");
        await world.Chats.DeleteFileAsync(ann.Id, Chat.GeneralId, file.Id);
        dialogs.On("[role='combobox']", box => box.Input("gen"));
        dialogs.On("form", form => form.Submit());

        dialogs.WaitForAssertion(() => dialogs.Find("[role='alert']").TextContent.ShouldContain(Refusal.FileNotFound.Detail), Screen.Patience);
    }

    [Fact]
    public async Task Forwarding_counts_as_one_of_a_persons_messages()
    {
        await using var world = await ChatWorld.BeginAsync(new() { ["RateLimits:MessagesPerMinute"] = "1" });
        var ann = await world.PersonAsync("ann");
        var file = (await world.SendFileAsync(ann, Chat.GeneralId)).Attachments[0];

        (await world.Chats.ForwardFilesAsync(ann.Id, [file], Chat.GeneralId, key: null)).Refusal.ShouldBeNull();
        (await world.Chats.ForwardFilesAsync(ann.Id, [file], Chat.GeneralId, key: null)).Refusal!.Reason.ShouldBe(RefusalReason.TooManyRequests);
    }

    private static async Task<IRenderedComponent<MudDialogProvider>> AskAsync(Screen screen, Person person, AttachmentView file)
    {
        var dialogs = await screen.ShowAsync(
            new DialogParameters<ForwardDialog>
            {
                { d => d.UserId, person.Id },
                { d => d.Files, [file] },
            }
        );
        dialogs.WaitForElement("[role='option']", Screen.Patience);
        return dialogs;
    }

    private static async Task<long> NewChatAsync(ChatWorld world, Person owner, string name) =>
        (await world.ChatDirectory.CreateChatAsync(owner.Id, name)).Value.Id;

    private static IEnumerable<string> Offered(IRenderedComponent<MudDialogProvider> dialogs) =>
        dialogs.FindAll("[role='option'] .name").Select(name => name.TextContent);
}
