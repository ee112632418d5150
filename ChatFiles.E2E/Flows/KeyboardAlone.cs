using System.Text.RegularExpressions;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>From signing in to signing out without a pointer: only Tab, arrows, Enter, Space, Escape and letters.</summary>
public sealed class KeyboardAlone(SharedSite site) : IClassFixture<SharedSite>
{
    [Fact]
    public Task The_whole_way_of_a_file_is_walked_without_a_mouse() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewGuestAsync("ann");
            var ben = await scene.NewGuestAsync("ben");
            await Task.WhenAll(ann.RegisterByProgramAsync(), ben.RegisterByProgramAsync());
            var keys = ann.Page.Keyboard;
            var room = Names.Unique("room");

            // Sign in
            await ann.GoAsync("sign-in");
            await Expect(ann.Textbox("Email")).ToBeFocusedAsync();
            await keys.TypeAsync(ann.Email);
            await keys.PressAsync("Tab");
            await keys.TypeAsync(Names.Password);
            await keys.PressAsync("Enter");
            await ann.CanWriteAsync();
            await Expect(ann.MessageBox).ToBeFocusedAsync();

            // The welcome: its button opens the browser's own dialog, and it can be sent away
            await TabToAsync(ann, ann.Button("Choose a file"), backwards: true);
            var closedAgain = await ann.Page.RunAndWaitForFileChooserAsync(() => keys.PressAsync("Enter"));
            await closedAgain.SetFilesAsync(Array.Empty<string>());
            await TabToAsync(ann, ann.Button("Got it"), backwards: true);
            await keys.PressAsync("Enter");
            await Expect(ann.Heading("Welcome to ChatFiles")).ToBeHiddenAsync();
            await Expect(ann.MessageBox).ToBeFocusedAsync();

            // New chat
            await TabToAsync(ann, ann.Button("New chat"), backwards: true);
            await keys.PressAsync("Enter");
            await Expect(ann.Textbox("Name")).ToBeFocusedAsync();
            await keys.TypeAsync(room);
            await keys.PressAsync("Enter");
            await Expect(ann.Heading(room)).ToBeVisibleAsync();
            await ann.CanWriteAsync();

            // Add a person, found by a part of the name
            await TabToAsync(ann, ann.Button("Add people"));
            await keys.PressAsync("Enter");
            await Expect(ann.Combobox("Name or e-mail")).ToBeFocusedAsync();
            await keys.TypeAsync(ben.Name);
            await Expect(ann.Page.GetByRole(AriaRole.Option)).ToHaveCountAsync(1);
            await keys.PressAsync("ArrowDown");
            await keys.PressAsync("Enter");
            await Expect(ann.Dialog.GetByText($"{ben.Name} is a member now.")).ToBeVisibleAsync();
            await keys.PressAsync("Escape");
            await Expect(ann.Dialog).ToHaveCountAsync(0);
            await Expect(ann.Button("Add people")).ToBeFocusedAsync();

            // Pick a picture, write a caption, send
            await TabToAsync(ann, ann.Button("Attach files"));
            var chooser = await ann.Page.RunAndWaitForFileChooserAsync(() => keys.PressAsync("Enter"));
            await chooser.SetFilesAsync(await ann.WriteAsync(SampleFile.Png("harbour.png")));
            await Expect(ann.Waiting).ToContainTextAsync("harbour.png");
            await Expect(ann.MessageBox).ToBeFocusedAsync();
            await keys.TypeAsync("At dawn");
            await keys.PressAsync("Enter");
            await Expect(ann.MessageWith("harbour.png")).ToContainTextAsync("At dawn");
            await Expect(ann.MessageBox).ToBeFocusedAsync();

            // Open it, close it
            await TabToAsync(ann, ann.Button("Open harbour.png"), backwards: true);
            await keys.PressAsync("Enter");
            await Expect(ann.Dialog).ToBeVisibleAsync();
            await keys.PressAsync("Escape");
            await Expect(ann.Dialog).ToHaveCountAsync(0);
            await Expect(ann.Button("Open harbour.png")).ToBeFocusedAsync();

            // Delete it: the question begins at Cancel
            await TabToAsync(ann, ann.Button("More for harbour.png"));
            foreach (var key in new[] { "Enter", "End", "Enter" })
                await keys.PressAsync(key);
            await Expect(ann.Button("Cancel")).ToBeFocusedAsync();
            await TabToAsync(ann, ann.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }));
            await keys.PressAsync("Enter");
            await Expect(ann.Messages).ToContainTextAsync("File deleted");
            await Expect(ann.Dialog).ToHaveCountAsync(0);
            await Expect(ann.Message("File deleted")).ToBeFocusedAsync();

            // Back to writing by the first thing on the page, and out
            await TabToAsync(ann, ann.Button("Skip to writing"), backwards: true);
            await Expect(ann.Button("Skip to writing")).ToBeInViewportAsync();
            await keys.PressAsync("Enter");
            await Expect(ann.MessageBox).ToBeFocusedAsync();
            await TabToAsync(ann, ann.Button("Account"), backwards: true);
            await keys.PressAsync("Enter");
            await Expect(ann.MenuEntry("Profile")).ToBeFocusedAsync();
            await keys.PressAsync("End");
            await Expect(ann.MenuEntry("Sign out")).ToBeFocusedAsync();
            await keys.PressAsync("Enter");
            await Expect(ann.Button("Sign in")).ToBeVisibleAsync();
        });

    [Fact]
    public Task The_messages_are_one_stop_and_arrows_lead_from_one_to_the_next_and_into_it() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            var keys = ann.Page.Keyboard;
            await ben.Program.SayAsync(chat.Id, "first, see https://example.com");
            await ben.Program.ShareAsync(chat.Id, "second", SampleFile.Text("notes.md", "some words\n"));
            await ann.ReloadAsync();
            await ben.Program.SayAsync(chat.Id, "third");
            await Expect(ann.Message("third")).ToBeVisibleAsync();
            await Expect(ann.MessageBox).ToBeFocusedAsync();

            // From outside Tab comes to the newest, and to nothing in the others
            await TabToAsync(ann, ann.Message("third"), backwards: true);
            await keys.PressAsync("Shift+Tab");
            (await ann.Messages.EvaluateAsync<bool>("log => log.contains(document.activeElement)")).ShouldBeFalse("the log has one stop");
            await keys.PressAsync("Tab");
            await Expect(ann.Message("third")).ToBeFocusedAsync();

            // From one to the next, each with a name of its own
            await keys.PressAsync("ArrowUp");
            await Expect(ann.Message("second")).ToBeFocusedAsync();
            await Expect(ann.Message("second")).ToHaveAccessibleNameAsync(new Regex($"^Message from {Regex.Escape(ben.Name)}, .+ second. notes.md$", RegexOptions.None, TimeSpan.FromSeconds(1)));
            await keys.PressAsync("Home");
            await Expect(ann.Message("first")).ToBeFocusedAsync();
            await keys.PressAsync("ArrowDown");
            await Expect(ann.Message("second")).ToBeFocusedAsync();

            // Into it, to its menu, and back to where that was asked for
            await keys.PressAsync("Enter");
            await Expect(ann.Page.GetByRole(AriaRole.Button, new() { Name = "Open notes.md" })).ToBeFocusedAsync();
            await keys.PressAsync("ArrowRight");
            await Expect(ann.DownloadLink("notes.md")).ToBeFocusedAsync();
            await keys.PressAsync("Escape");
            await Expect(ann.Message("second")).ToBeFocusedAsync();
            await keys.PressAsync("Shift+F10");
            await Expect(ann.MenuEntry("Reply")).ToBeFocusedAsync();
            await keys.PressAsync("Escape");
            await Expect(ann.Message("second")).ToBeFocusedAsync();

            // What happens to it, and around it, leaves the reader where they are
            await ben.Program.SayAsync(chat.Id, "fourth");
            await Expect(ann.Message("fourth")).ToBeVisibleAsync();
            await ben.Program.DeleteAsync((await ben.Program.HistoryAsync(chat.Id))[1].Attachments[0].Path);
            await Expect(ann.Message("second")).ToContainTextAsync("File deleted");
            await Expect(ann.Message("second")).ToBeFocusedAsync();
            await keys.PressAsync("End");
            await Expect(ann.Message("fourth")).ToBeFocusedAsync();
            await keys.PressAsync("Escape");
            await Expect(ann.MessageBox).ToBeFocusedAsync();

            // From a message to the keys that there are, and to any other chat
            await keys.PressAsync("Shift+Tab");
            await TabToAsync(ann, ann.Message("fourth"), backwards: true);
            await keys.PressAsync("?");
            await Expect(ann.Dialog.GetByText("Jump to a chat or person")).ToBeVisibleAsync();
            await keys.PressAsync("Escape");
            await Expect(ann.Dialog).ToHaveCountAsync(0);
            await Expect(ann.Message("fourth")).ToBeFocusedAsync();
            await keys.PressAsync("Control+k");
            await Expect(ann.Combobox("Chat or person")).ToBeFocusedAsync();
            await keys.TypeAsync("gener");
            await keys.PressAsync("Enter");
            await Expect(ann.Heading("General")).ToBeVisibleAsync();
            await Expect(ann.MessageBox).ToBeFocusedAsync();
        });

    [Fact]
    public Task The_focus_finds_the_message_also_where_the_file_goes_a_moment_after_the_question_that_was_opened_at_it() =>
        site.PlayAsync(async scene =>
        {
            var (ann, _, chat) = await scene.TwoInAChatAsync();
            await ann.Program.ShareAsync(chat.Id, "At dawn", SampleFile.Text("harbour.txt", "some words\n"));
            await ann.Button("More for harbour.txt").FocusAsync();
            foreach (var key in new[] { "Enter", "End", "Enter" })
                await ann.Page.Keyboard.PressAsync(key);
            await Expect(ann.Button("Cancel")).ToBeFocusedAsync();

            // Two answers that a busy machine draws one right after the other: no timer comes between them.
            await ann.Page.EvaluateAsync(
                """
                async () => {
                  document.querySelector('[role=dialog]').remove();
                  await Promise.resolve();
                  document.querySelector('article .attachment').remove();
                }
                """
            );
            await Expect(ann.Message("At dawn")).ToBeFocusedAsync();
        });

    [Fact]
    public Task A_dialog_takes_the_focus_once_and_not_again_from_where_keys_have_brought_it() =>
        site.PlayAsync(async scene =>
        {
            var (ann, _, _) = await scene.TwoInAChatAsync();
            await ann.Page.EvaluateAsync(
                """
                () => {
                  const { focus } = HTMLElement.prototype;
                  window.taken = 0;
                  HTMLElement.prototype.focus = function (...options) {
                    if (this.closest('[role=dialog]')) window.taken++;
                    focus.apply(this, options);
                  };
                }
                """
            );

            await ann.Button("Add people").ClickAsync();
            await Expect(ann.Combobox("Name or e-mail")).ToBeFocusedAsync();
            // After two answers the server has done all that it does once a dialog is drawn. No name here has a vowel in its second half.
            await ann.Page.Keyboard.TypeAsync("iii");
            await Expect(ann.Dialog.GetByText("Nobody here is called that")).ToBeVisibleAsync();
            await ann.Page.Keyboard.TypeAsync($"{Names.Unique("nobody")}@");
            await ann.Page.Keyboard.PressAsync("Enter");
            await Expect(ann.Alert).ToBeVisibleAsync();

            (await ann.Page.EvaluateAsync<int>("() => window.taken")).ShouldBe(1);
        });

    /// <summary>Where the focus is on the way, one can see it.</summary>
    private static async Task TabToAsync(Person person, ILocator target, bool backwards = false)
    {
        const string FocusShows = """
            () => {
              const at = document.activeElement;
              const looks = [at, at.closest('.box')].filter(Boolean).map((e) => getComputedStyle(e));
              return at === document.body || looks.some((l) => (l.outlineStyle !== 'none' && l.outlineWidth !== '0px') || l.boxShadow !== 'none');
            }
            """;
        await Expect(target).ToBeVisibleAsync();
        for (var presses = 0; presses < 40; presses++)
        {
            await person.Page.Keyboard.PressAsync(backwards ? "Shift+Tab" : "Tab");
            (await person.Page.EvaluateAsync<bool>(FocusShows)).ShouldBeTrue(
                $"the focus shows on {await person.Page.EvaluateAsync<string>("document.activeElement.outerHTML")}"
            );
            if (await target.EvaluateAsync<bool>("e => e === document.activeElement"))
                return;
        }

        throw new TimeoutException($"Tab does not come to {target}.");
    }
}
