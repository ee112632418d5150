using System.Text.RegularExpressions;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>Chats, people, unread messages, older messages, the keyboard.</summary>
public sealed class Chatting(SharedSite site) : IClassFixture<SharedSite>
{
    [Fact]
    public Task Everyone_meets_in_General() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var ben = await scene.NewPersonAsync("ben");
            await Expect(ann.Heading("General")).ToBeVisibleAsync();
            await Expect(ben.Heading("General")).ToBeVisibleAsync();

            await ann.SayAsync($"Hello {ben.Name}");

            await Expect(ben.Message($"Hello {ben.Name}")).ToContainTextAsync(ann.Name);
        });

    [Fact]
    public Task A_new_chat_appears_for_those_who_are_added() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var ben = await scene.NewPersonAsync("ben");
            var name = Names.Unique("Launch");

            await ann.Button("New chat").ClickAsync();
            await ann.Dialog.GetByRole(AriaRole.Textbox, new() { Name = "Name", Exact = true }).FillAsync(name);
            await ann.Dialog.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
            await Expect(ann.Heading(name)).ToBeVisibleAsync();
            await ann.Button("Add people").ClickAsync();
            await ann.Dialog.GetByRole(AriaRole.Combobox, new() { Name = "Name or e-mail", Exact = true }).FillAsync(ben.Email);
            await ann.Dialog.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();

            await Expect(ben.ChatLink(name)).ToBeVisibleAsync();
            await ben.ChatLink(name).ClickAsync();
            await Expect(ben.Heading(name)).ToBeVisibleAsync();
            await ben.SayAsync("Thank you for the invitation");
            if (await ann.Dialog.IsVisibleAsync())
                await ann.Page.Keyboard.PressAsync("Escape");
            await Expect(ann.Message("Thank you for the invitation")).ToBeVisibleAsync();
        });

    [Fact]
    public Task Somebody_who_is_removed_is_out_at_once() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();

            await ann.Program.RemoveMemberAsync(chat.Id, await ann.Program.UserIdAsync(chat.Id, ben.Name));

            await Expect(ben.ChatLink(chat.Name)).ToHaveCountAsync(0);
            await Expect(ben.MessageBox).ToHaveCountAsync(0);
            await ben.GoAsync($"chats/{chat.Id}");
            await Expect(ben.Page.GetByText("Chat not found")).ToBeVisibleAsync();
        });

    [Fact]
    public Task Somebody_who_is_no_member_sees_that_there_is_no_such_chat() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var carl = await scene.NewPersonAsync("carl");
            var chat = await Scene.NewChatAsync(ann);

            foreach (var id in new[] { $"{chat.Id}", "987654321", "abc" })
            {
                await carl.GoAsync($"chats/{id}");
                await Expect(carl.Page.GetByText("Chat not found")).ToBeVisibleAsync();
                await Expect(carl.Page.GetByText(chat.Name)).ToHaveCountAsync(0);
            }
        });

    [Fact]
    public Task Unread_messages_are_counted_until_the_chat_is_opened() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var ben = await scene.NewPersonAsync("ben");
            var chat = await Scene.NewChatAsync(ann, ben);
            await Expect(ben.ChatLink(chat.Name)).ToBeVisibleAsync();

            await ann.Program.SayAsync(chat.Id, "one");
            await HasUnreadAsync(ben, chat, "1");
            await ann.Program.SayAsync(chat.Id, "two");
            await HasUnreadAsync(ben, chat, "2");
            await ben.ReloadAsync();
            await HasUnreadAsync(ben, chat, "2");
            await ben.ChatLink(chat.Name).ClickAsync();
            await ben.SeesAsync("one", "two");
            await HasUnreadAsync(ben, chat, "");
            await ben.ReloadAsync();
            await HasUnreadAsync(ben, chat, "");
        });

    [Theory]
    [InlineData("scrolling")]
    [InlineData("the button")]
    public Task Older_messages_load(string by) =>
        site.PlayAsync(
            async scene =>
            {
                const int count = 130;
                var ann = await scene.NewPersonAsync("ann");
                var chat = await Scene.NewChatAsync(ann);
                for (var n = 1; n <= count; n++)
                    await ann.Program.SayAsync(chat.Id, $"number {n};");

                await ann.OpenAsync(chat);
                await Expect(ann.Message($"number {count};")).ToBeInViewportAsync();
                await Expect(ann.Message("number 1;")).ToHaveCountAsync(0);
                await Eventually.HoldsAsync(
                    async () =>
                    {
                        if (by == "scrolling")
                        {
                            await ann.Messages.HoverAsync();
                            await ann.Page.Mouse.WheelAsync(0, -3_000);
                        }
                        else
                        {
                            await ann.Button("Load older").PressIfThereAsync();
                        }
                        return await ann.Message("number 1;").IsVisibleAsync();
                    },
                    "the first message was there",
                    seconds: 30
                );

                await Expect(ann.Message("number 2;")).ToHaveCountAsync(1);
                await Expect(ann.Button("Load older")).ToBeHiddenAsync();
            },
            $"Older_messages_load_by_{by}"
        );

    [Fact]
    public Task Loading_older_messages_does_not_move_what_one_reads() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var chat = await Scene.NewChatAsync(ann);
            for (var n = 1; n <= 120; n++)
                await ann.Program.SayAsync(chat.Id, $"number {n};");
            await ann.OpenAsync(chat);
            await Expect(ann.Message("number 120;")).ToBeInViewportAsync();
            var oldest = ann.Message("number 71;");
            await Expect(oldest).ToBeAttachedAsync();

            await oldest.ScrollIntoViewIfNeededAsync();
            await Expect(ann.Message("number 70;")).ToBeAttachedAsync();

            await Expect(oldest).ToBeInViewportAsync();
        });

    [Fact]
    public Task The_keyboard_is_enough_to_write_and_to_share() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            var keyboard = ann.Page.Keyboard;

            await ann.MessageBox.FocusAsync();
            await keyboard.TypeAsync("first line");
            await keyboard.PressAsync("Shift+Enter");
            await keyboard.TypeAsync("second line");
            await keyboard.PressAsync("Enter");
            await Expect(ben.Message("first line")).ToContainTextAsync("second line");
            await Expect(ann.MessageBox).ToBeFocusedAsync();

            await ann.AttachAsync(SampleFile.Text("by-key.txt", "no mouse\n"));
            await ann.MessageBox.FocusAsync();
            await keyboard.PressAsync("Enter");
            await Expect(ben.Attachment("by-key.txt")).ToBeVisibleAsync();

            await Expect(ann.Attachment("by-key.txt")).ToBeVisibleAsync();
            await ann.Button("More for by-key.txt").FocusAsync();
            // Typed without waiting: open the menu, to its last entry, choose it.
            foreach (var key in new[] { "Enter", "End", "Enter" })
                await keyboard.PressAsync(key);
            // As soon as the dialog is seen: from Cancel to Delete.
            await Expect(ann.Dialog).ToBeVisibleAsync();
            await keyboard.PressAsync("Tab");
            await keyboard.PressAsync("Enter");
            await Expect(ben.Attachment("by-key.txt")).ToHaveCountAsync(0);
        });

    [Fact]
    public Task A_message_is_answered_and_edited_by_keys_alone_and_the_other_sees_both_at_once() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            var keys = ben.Page.Keyboard;
            await ann.SayAsync("Is it final?");
            await Expect(ben.Message("Is it final?")).ToBeVisibleAsync();

            await ben.Message("Is it final?").GetByRole(AriaRole.Button, new() { Name = "More for message" }).FocusAsync();
            await keys.PressAsync("Enter");
            await Expect(ben.MenuEntry("Reply")).ToBeFocusedAsync();
            await keys.PressAsync("Enter");
            await Expect(ben.Page.GetByText($"Replying to {ann.Name}")).ToBeVisibleAsync();
            await Expect(ben.MessageBox).ToBeFocusedAsync();
            await keys.TypeAsync("Yse");
            await keys.PressAsync("Enter");
            await Expect(ben.Button("Cancel reply")).ToBeHiddenAsync();
            var answer = ann.Articles.Filter(new() { Has = ann.Page.GetByRole(AriaRole.Link, new() { Name = $"Reply to {ann.Name}" }) });
            await Expect(answer).ToContainTextAsync("Yse");

            await Expect(ben.Articles).ToHaveCountAsync(2);
            await keys.PressAsync("ArrowUp");
            await Expect(ben.Textbox("Edit message")).ToBeFocusedAsync();
            await keys.PressAsync("Control+a");
            await keys.TypeAsync("Yes");
            await keys.PressAsync("Enter");
            await Expect(answer).ToContainTextAsync("Yes");
            await Expect(answer).ToContainTextAsync("edited");
            await Expect(ben.Textbox("Edit message")).ToHaveCountAsync(0);
            await Expect(ben.MessageBox).ToBeFocusedAsync();

            await ben.Button("Seen by everyone").ClickAsync();
            await Expect(ben.Dialog.GetByRole(AriaRole.List, new() { Name = "Seen by", Exact = true })).ToContainTextAsync(ann.Name);
            await keys.PressAsync("Escape");
            await answer.GetByRole(AriaRole.Link, new() { Name = $"Reply to {ann.Name}" }).ClickAsync();
            await Expect(ann.Message("Is it final?").First).ToBeFocusedAsync();
        });

    [Fact]
    public Task A_reaction_is_chosen_and_joined_by_keys_alone() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            var keys = ben.Page.Keyboard;
            await ann.SayAsync("The stage is up");
            await Expect(ben.Message("The stage is up")).ToBeVisibleAsync();

            await ben.Message("The stage is up").GetByRole(AriaRole.Button, new() { Name = "More for message" }).FocusAsync();
            foreach (var key in new[] { "Enter", "ArrowDown", "Enter" })
                await keys.PressAsync(key);
            await Expect(ben.Combobox("Search emoji")).ToBeFocusedAsync();
            await Expect(ben.Page.GetByRole(AriaRole.Option, new() { Name = "grinning face", Exact = true })).ToBeAttachedAsync();
            await keys.TypeAsync("tada");
            await Expect(ben.Page.GetByRole(AriaRole.Option, new() { Name = "party popper", Exact = true, Selected = true })).ToBeVisibleAsync();
            await keys.PressAsync("Enter");
            await Expect(ben.Message("The stage is up").GetByRole(AriaRole.Button, new() { Name = "More for message" })).ToBeFocusedAsync();

            await Expect(ann.Button("🎉, 1")).ToHaveAccessibleDescriptionAsync(ben.Name);
            await ann.Button("🎉, 1").PressAsync("Space");
            await Expect(ben.Page.GetByRole(AriaRole.Button, new() { Name = "🎉, 2", Exact = true, Pressed = true })).ToHaveAccessibleDescriptionAsync($"You and {ann.Name}");
            await ben.Button("🎉, 2").PressAsync("Space");
            await Expect(ann.Page.GetByRole(AriaRole.Button, new() { Name = "🎉, 1", Exact = true, Pressed = true })).ToBeFocusedAsync();
            await keys.PressAsync("Tab");
            await keys.PressAsync("Enter");
            await Expect(ben.Combobox("Search emoji")).ToBeFocusedAsync();
            await keys.PressAsync("Escape");
            await Expect(ben.Button("Add reaction")).ToBeFocusedAsync();
            await ann.Button("🎉, 1").PressAsync("Space");
            await Expect(ann.Message("The stage is up").GetByRole(AriaRole.Button, new() { Name = "More for message" })).ToBeFocusedAsync();
        });

    [Fact]
    public Task Somebody_is_mentioned_and_words_are_marked_by_keys_alone() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            var keys = ann.Page.Keyboard;
            await ann.MessageBox.FocusAsync();
            await keys.TypeAsync("See @");
            var offered = ann.Page.GetByRole(AriaRole.Listbox, new() { Name = "People" }).GetByRole(AriaRole.Option, new() { Name = ben.Name });
            await Expect(offered).ToBeVisibleAsync();
            await keys.TypeAsync(ben.Name[..3]);
            await Expect(offered).ToHaveAttributeAsync("aria-selected", "true");
            await keys.PressAsync("Enter");
            await Expect(ann.MessageBox).ToHaveValueAsync($"See @{ben.Name} ");
            await keys.PressAsync("Control+b");
            await keys.TypeAsync("now");
            await keys.PressAsync("End");
            await keys.PressAsync("Enter");

            var seen = ben.Message($"See @{ben.Name} now");
            await Expect(seen).ToBeVisibleAsync();
            await Expect(seen.GetByRole(AriaRole.Strong)).ToHaveTextAsync("now");

            await Expect(ann.Articles).ToHaveCountAsync(1);
            await keys.PressAsync("ArrowUp");
            await Expect(ann.Textbox("Edit message")).ToBeFocusedAsync();
            await Expect(ann.Textbox("Edit message")).ToHaveValueAsync($"See @{ben.Name} **now**");
            await keys.TypeAsync("!");
            await keys.PressAsync("Enter");
            await Expect(ben.Message($"See @{ben.Name} now!")).ToBeVisibleAsync();
        });

    [Fact]
    public Task Only_white_space_is_not_sent() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();

            await ann.MessageBox.FillAsync("   ");
            await ann.MessageBox.PressAsync("Enter");
            await ann.SayAsync("something");

            await ben.SeesAsync("something");
        });

    [Fact]
    public Task Html_in_a_message_is_shown_as_written() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            const string html = "<img src=x onerror=\"document.title='owned'\"> &amp;";

            await ann.SayAsync($"{html} **bold**");

            await Expect(ben.Message($"{html} bold")).ToBeVisibleAsync();
            await Expect(ben.Page).Not.ToHaveTitleAsync("owned");
        });

    /// <summary>So many unread messages, as a screen reader says it of the chat's link.</summary>
    private static Task HasUnreadAsync(Person person, ChatInfo chat, string count) =>
        Expect(person.ChatLink(chat.Name))
            .ToHaveAccessibleNameAsync(
                new Regex(count == "" ? $"^{Regex.Escape(chat.Name)}$" : $"\\b{count} unread$", RegexOptions.None, TimeSpan.FromSeconds(1))
            );
}
