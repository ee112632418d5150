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
    public async Task Further_chats_are_put_beside_the_first_and_each_gets_its_own_copy_once()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var (harbour, market) = (await NewChatAsync(world, ann, "Harbour"), await NewChatAsync(world, ann, "Market"));
        var file = (await world.SendFileAsync(ann, Chat.GeneralId)).Attachments[0];
        await using var screen = new Screen(world, ann);
        var dialogs = await AskAsync(screen, ann, file);

        dialogs.On($"#to-chat-{harbour}", option => option.Click());
        dialogs.Press("Add another chat");
        dialogs.FindAll(".chips .name").Select(chip => chip.TextContent).ShouldBe(["Harbour"]);
        Offered(dialogs).ShouldBe(["General", "Market"]);
        dialogs.On($"#to-chat-{market}", option => option.Click());
        dialogs.On("textarea", box => box.Change("Have a look"));
        dialogs.On("form", form => form.Submit());
        dialogs.WaitForAssertion(() => dialogs.FindAll("[role='dialog']").ShouldBeEmpty(), Screen.Patience);

        foreach (var chat in new[] { harbour, market })
        {
            var copy = (await world.Chats.HistoryAsync(ann.Id, chat)).Value.Messages.ShouldHaveSingleItem();
            (copy.Text, copy.Attachments.Count).ShouldBe(("Have a look", 1));
        }
    }

    [Fact]
    public async Task Where_it_did_not_go_is_said_and_trying_again_leaves_out_where_it_is()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var harbour = await NewChatAsync(world, ben, "Harbour");
        await world.Members.AddMemberAsync(ben.Id, harbour, ann.Email!);
        var market = await NewChatAsync(world, ann, "Market");
        var file = (await world.SendFileAsync(ann, Chat.GeneralId)).Attachments[0];
        await using var screen = new Screen(world, ann);
        var dialogs = await AskAsync(screen, ann, file);
        dialogs.On($"#to-chat-{harbour}", option => option.Click());
        dialogs.Press("Add another chat");
        dialogs.On($"#to-chat-{market}", option => option.Click());
        await world.Members.RemoveMemberAsync(ben.Id, harbour, ann.Id);

        dialogs.On("form", form => form.Submit());
        dialogs.WaitForAssertion(() => dialogs.Find("[role='alert']").TextContent.ShouldContain("Not forwarded to Harbour"), Screen.Patience);
        dialogs.Find(".mud-alert[role='status']").TextContent.ShouldContain("Forwarded to Market");
        dialogs.FindAll(".chips .name").Select(chip => chip.TextContent).ShouldBe(["Harbour"]);
        await world.Members.AddMemberAsync(ben.Id, harbour, ann.Email!);
        dialogs.FindAll("button[type='submit']").ShouldHaveSingleItem().TextContent.Trim().ShouldBe("Try again");
        dialogs.On("form", form => form.Submit());

        dialogs.WaitForAssertion(() => dialogs.FindAll("[role='dialog']").ShouldBeEmpty(), Screen.Patience);
        foreach (var chat in new[] { harbour, market })
            (await world.Chats.HistoryAsync(ann.Id, chat)).Value.Messages.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_message_goes_on_as_a_quotation_with_its_authors_name_below_the_comment_and_with_its_files()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var (chat, harbour) = (await world.ChatAsync(ann, ben), await NewChatAsync(world, ann, "Harbour"));
        var sent = (await world.SendAsync(ben, chat, null, Parts.File("a.txt", "a"), Parts.File("b.txt", "b"), Parts.Caption("Two plans\nfor May"))).Value;
        await world.Chats.DeleteFileAsync(ben.Id, chat, sent.Attachments[1].Id);
        await using var screen = new Screen(world, ann);
        var dialogs = screen.Dialogs;
        var page = screen.Open(chat);
        page.WaitForElement("[role='log'] article", Screen.Patience);

        await page.InvokeAsync(() => page.FindComponent<MessageList>().Instance.AskToForwardMessageAsync(sent.Id));
        dialogs.WaitForElement("[role='dialog'] .mud-dialog-title", Screen.Patience).TextContent.ShouldBe("Forward message");
        dialogs.WaitForElement("[role='option']", Screen.Patience);
        dialogs.On("[role='combobox']", box => box.Input("harbour"));
        dialogs.On("textarea", box => box.Change("For you"));
        dialogs.On("form", form => form.Submit());

        page.WaitForAssertion(() => page.Find("[role='status'] a").TextContent.ShouldBe("Harbour"), Screen.Patience);
        var copy = (await world.Chats.HistoryAsync(ann.Id, harbour)).Value.Messages.ShouldHaveSingleItem();
        copy.Text.ShouldBe("For you\n\n> **ben:**\n>\n> Two plans\n> for May");
        copy.Attachments.ShouldHaveSingleItem().FileName.ShouldBe("a.txt");
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
