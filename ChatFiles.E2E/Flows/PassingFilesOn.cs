using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>A file reaches others than those it was sent to: forwarded, or by the address of where it is.</summary>
public sealed class PassingFilesOn(SharedSite site) : IClassFixture<SharedSite>
{
    [Fact]
    public Task A_file_is_forwarded_from_one_chat_to_another_by_keys_alone() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            var cleo = await scene.NewGuestAsync("cleo");
            await cleo.RegisterByProgramAsync();
            var other = await Scene.NewChatAsync(ann, cleo);
            await cleo.ComeToAsync(other);
            var plan = SampleFile.Pdf("plan.pdf");
            await ben.ShareAsync(plan);
            var (keys, more) = (ann.Page.Keyboard, ann.Button("More for plan.pdf"));

            await more.FocusAsync();
            await keys.PressAsync("Enter");
            await Expect(ann.MenuEntry("Copy link")).ToBeFocusedAsync();
            await keys.PressAsync("f");
            await Expect(ann.MenuEntry("Forward")).ToBeFocusedAsync();
            await keys.PressAsync("Enter");
            await Expect(ann.Combobox("Chat")).ToBeFocusedAsync();
            await keys.TypeAsync(other.Name.ToUpperInvariant());
            await Expect(ann.Page.GetByRole(AriaRole.Option)).ToHaveCountAsync(1);
            await keys.PressAsync("Enter");

            await Expect(cleo.Attachment("plan.pdf")).ToBeVisibleAsync();
            (await cleo.DownloadAsync("plan.pdf")).ShouldBe(plan.Bytes);
            await Expect(ann.Dialog).ToHaveCountAsync(0);
            await Expect(more).ToBeFocusedAsync();
            var status = ann.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Forwarded to" });
            await status.GetByRole(AriaRole.Link, new() { Name = other.Name, Exact = true }).ClickAsync();
            await ann.IsInAsync(other);
            await Expect(ann.Attachment("plan.pdf")).ToBeVisibleAsync();
            // A copy of its own: it stays when the first one goes.
            await ben.DeleteFileAsync("plan.pdf");
            await Expect(ben.Messages).ToContainTextAsync("File deleted");
            (await cleo.DownloadAsync("plan.pdf")).ShouldBe(plan.Bytes);
        });

    [Fact]
    public Task A_chat_that_is_taken_from_the_list_gets_the_file_when_the_button_is_pressed() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            var other = await Scene.NewChatAsync(ann, ben);
            await ann.ShareAsync(SampleFile.Text("notes.txt", "x\n"));

            await ann.OpenMenuAsync(ann.Button("More for notes.txt"), "Forward");
            await ann.Combobox("Chat").FillAsync(other.Name[..^1]);
            await Expect(ann.Page.GetByRole(AriaRole.Option, new() { Name = "General" })).ToHaveCountAsync(0);
            await ann.Page.Keyboard.PressAsync("ArrowDown");
            await Expect(ann.Page.GetByRole(AriaRole.Option, new() { Name = other.Name, Selected = true })).ToBeVisibleAsync();
            await ann.Page.Keyboard.PressAsync("Enter");
            await Expect(ann.Combobox("Chat")).ToHaveValueAsync(other.Name);
            await Expect(ann.Dialog).ToBeVisibleAsync();
            await ann.Dialog.GetByRole(AriaRole.Button, new() { Name = "Forward", Exact = true }).ClickAsync();

            await Expect(ann.Dialog).ToHaveCountAsync(0);
            await ben.OpenAsync(other);
            await Expect(ben.Attachment("notes.txt")).ToBeVisibleAsync();
        });

    [Fact]
    public Task A_whole_message_goes_to_several_chats_with_a_comment_also_to_whoever_joins_an_open_one_and_stays_unread_where_it_is_marked_so() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            var cleo = await scene.NewGuestAsync("cleo");
            await cleo.RegisterByProgramAsync();
            var (both, open) = (await Scene.NewChatAsync(ann, ben), await Scene.NewChatAsync(ann));
            await ben.OpenAsync(both);
            await ann.OpenAsync(open);
            await ann.Button("Chat settings").ClickAsync();
            await ann.Dialog.GetByRole(AriaRole.Checkbox).CheckAsync();
            await ann.Dialog.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
            await Expect(ann.Dialog).ToHaveCountAsync(0);
            await cleo.ComeToAsync(await Scene.NewChatAsync(cleo));
            await cleo.GoAsync("chats");
            await cleo.Button($"Join {open.Name}").ClickAsync();
            await cleo.IsInAsync(open);

            await ann.AttachAsync(SampleFile.Text("minutes.txt", "agreed\n"));
            await ann.MessageBox.FillAsync("What we *agreed* on");
            await ann.SendAsync();
            await Expect(cleo.Attachment("minutes.txt")).ToBeVisibleAsync();
            await cleo.Message("agreed").HoverAsync();
            await cleo.OpenMenuAsync(cleo.Message("agreed").GetByRole(AriaRole.Button, new() { Name = "More for message" }), "Mark as unread");
            await Expect(cleo.ChatLink(open.Name)).ToContainTextAsync("1 unread");

            await ann.Message("agreed").HoverAsync();
            await ann.OpenMenuAsync(ann.Message("agreed").GetByRole(AriaRole.Button, new() { Name = "More for message" }), "Forward");
            await ann.Combobox("Chat").FillAsync(both.Name);
            await Expect(ann.Page.GetByRole(AriaRole.Option)).ToHaveCountAsync(1);
            await ann.Page.Keyboard.PressAsync("ArrowDown");
            await ann.Page.Keyboard.PressAsync("Enter");
            await ann.Dialog.GetByRole(AriaRole.Button, new() { Name = "Add another chat" }).ClickAsync();
            await ann.Combobox("Chat").FillAsync("General");
            await Expect(ann.Page.GetByRole(AriaRole.Option)).ToHaveCountAsync(1);
            await ann.Page.Keyboard.PressAsync("ArrowDown");
            await ann.Page.Keyboard.PressAsync("Enter");
            await ann.Textbox("Comment").FillAsync("For you all");
            await ann.Dialog.GetByRole(AriaRole.Button, new() { Name = "Forward", Exact = true }).ClickAsync();

            await Expect(ann.Dialog).ToHaveCountAsync(0);
            await Expect(ben.Message("For you all")).ToContainTextAsync("What we agreed on");
            await Expect(ben.Attachment("minutes.txt")).ToBeVisibleAsync();
            await ben.GoAsync("chats/1");
            await Expect(ben.Message("For you all").Last).ToContainTextAsync("What we agreed on");
        });

    [Fact]
    public Task Files_that_are_selected_among_all_of_a_chat_are_forwarded_as_one_message() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            var other = await Scene.NewChatAsync(ann, ben);
            await ben.OpenAsync(other);
            await ann.ShareAsync(SampleFile.Text("minutes.txt", "x\n"), SampleFile.Text("plan.txt", "y\n"), SampleFile.Text("budget.txt", "z\n"));
            await ann.GoAsync($"chats/{chat.Id}/files");
            foreach (var name in new[] { "minutes.txt", "budget.txt" })
                await ann.Page.GetByRole(AriaRole.Checkbox, new() { Name = $"Select {name}", Exact = true }).CheckAsync();

            await ann.Button("Forward selected").ClickAsync();
            await ann.Combobox("Chat").FillAsync(other.Name);
            await ann.Page.Keyboard.PressAsync("Enter");

            await Expect(ben.Articles).ToHaveCountAsync(1);
            await Expect(ben.Attachment("minutes.txt")).ToBeVisibleAsync();
            await Expect(ben.Attachment("budget.txt")).ToBeVisibleAsync();
            await ann.Page.GetByRole(AriaRole.Status).GetByRole(AriaRole.Link, new() { Name = other.Name, Exact = true }).ClickAsync();
            await ann.IsInAsync(other);
        });

    [Fact]
    public Task The_address_of_a_message_leads_to_it_by_way_of_the_sign_in_and_tells_strangers_that_it_is_not_theirs() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, stranger) = (await scene.NewPersonAsync("ann"), await scene.NewGuestAsync("ben"), await scene.NewGuestAsync("stranger"));
            await Task.WhenAll(ben.RegisterByProgramAsync(), stranger.RegisterByProgramAsync());
            var chat = await Scene.NewChatAsync(ann, ben);
            await ann.Program.ShareAsync(chat.Id, "The first words", SampleFile.Text("secret.txt", "secret\n"));
            for (var i = 0; i < 60; i++)
                await ann.Program.SayAsync(chat.Id, $"line {i}");
            var message = (await ann.Program.HistoryAsync(chat.Id))[0];
            await ann.GoAsync($"chats/{chat.Id}?message={message.Id}");
            await ann.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
            await ann.Message("The first words").HoverAsync();
            await ann.OpenMenuAsync(ann.Message("The first words").GetByRole(AriaRole.Button, new() { Name = "More for message" }), "Copy link");
            await Expect(ann.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Link copied" })).ToBeVisibleAsync();
            var address = await ann.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
            address.ShouldBe(new Uri(scene.Server.Address, $"/chats/{chat.Id}?message={message.Id}").ToString());

            await ben.Page.GotoAsync(address);
            await ben.SignInAsync();
            await ben.CanWriteAsync();
            await Expect(ben.Message("The first words")).ToBeInViewportAsync();

            await stranger.Page.GotoAsync($"{address}&file={message.Attachments[0].Id}");
            await stranger.SignInAsync();
            await Expect(stranger.Heading("Chat not found")).ToBeVisibleAsync();
            await Expect(stranger.Page.GetByText("you are not a member of it")).ToBeVisibleAsync();
            await Expect(stranger.Dialog).ToHaveCountAsync(0);
        });

    [Fact]
    public Task The_address_of_a_deleted_file_leads_to_its_message_which_says_so() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            var sent = await ann.Program.ShareAsync(chat.Id, "An early draft", SampleFile.Text("draft.txt", "x\n"));
            await ann.Program.DeleteAsync(sent.Attachments[0].Path);

            await ben.GoAsync($"chats/{chat.Id}?message={sent.Id}&file={sent.Attachments[0].Id}");

            await Expect(ben.Message("An early draft")).ToContainTextAsync("File deleted");
            await Expect(ben.Dialog).ToHaveCountAsync(0);
        });
}
