using System.Text.RegularExpressions;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>What holds on all pages alike: a clean console, one scrollbar, and more ways to look at them than a screen and a mouse.</summary>
public sealed partial class EveryPage(Site site) : IClassFixture<Site>
{
    private const string TooTall = "document.documentElement.scrollHeight - document.documentElement.clientHeight";

    [Fact]
    public Task A_walk_over_all_pages_and_states_breaks_no_policy_and_logs_no_error() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewGuestAsync("ann");
            var ben = await scene.NewGuestAsync("ben");
            await ann.Page.AddInitScriptAsync("addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`))");
            await Task.WhenAll(ann.RegisterByProgramAsync(), ben.RegisterByProgramAsync());
            await scene.MakeOperatorAsync(ann);
            var chat = await Scene.NewChatAsync(ann, ben);
            await ben.Program.ShareAsync(chat.Id, "The plan, see https://example.com", SampleFile.Pdf("plan.pdf"));
            await ben.Program.ShareAsync(chat.Id, "", SampleFile.Png("harbour.png"));
            await ben.Program.ShareAsync(chat.Id, "", SampleFile.Text("notes.md", "some words\n"));

            await ann.GoAsync("register");
            await ann.GoAsync("sign-in");
            await ann.SignInAsync();
            await ann.CanWriteAsync();
            await ann.ChatLink(chat.Name).ClickAsync();
            await ann.IsInAsync(chat);
            foreach (var file in new[] { "plan.pdf", "harbour.png", "notes.md" })
            {
                await ann.Attachment(file).GetByRole(AriaRole.Button, new() { Name = $"Open {file}" }).First.ClickAsync();
                await Expect(ann.Dialog.GetByRole(AriaRole.Heading)).ToHaveTextAsync(file);
                await ann.Page.Keyboard.PressAsync("Escape");
                await Expect(ann.Dialog).ToHaveCountAsync(0);
            }

            foreach (var button in new[] { "Members, 2", "Add people", "New chat", "Direct message" })
            {
                await ann.Button(button).ClickAsync();
                await ann.Dialog.GetByRole(AriaRole.Button, new() { NameRegex = TheWayOut() }).ClickAsync();
                await Expect(ann.Dialog).ToHaveCountAsync(0);
            }

            await ann.OpenMenuAsync(ann.Button("More for harbour.png"), "Delete");
            await ann.Button("Cancel").ClickAsync();
            await ann.ShareAsync(SampleFile.Text("mine.txt", "x\n"));
            foreach (var address in new[] { $"chats/{chat.Id}", $"chats/{chat.Id}/files", "files", "chats", "share", "find", "find?q=plan", "operator", "operator/people", "operator/chats", "operator/reports", "operator/audit", "set-password?token=none", "forgot", "mail/end?ended=true", "profile", "sign-out" })
            {
                await ann.GoAsync(address);
                if (address is not ("profile" or "sign-out" or "forgot" or "mail/end?ended=true" or "set-password?token=none"))
                    (await ann.Page.EvaluateAsync<int>(TooTall)).ShouldBe(0, $"{address} has a scrollbar of its own beside the page's");
            }

            ann.HasAConsoleWithoutErrors();
        });

    [Fact]
    public Task From_the_beginning_of_a_full_chat_five_keys_lead_to_writing() =>
        site.PlayAsync(async scene =>
        {
            var (ann, _, chat) = await scene.TwoInAChatAsync();
            for (var i = 0; i < 20; i++)
                await ann.Program.ShareAsync(chat.Id, $"line {i}", SampleFile.Text($"file {i}.txt", "x\n"));
            await Expect(ann.Message("line 19")).ToBeVisibleAsync();
            // Where a page begins for the keyboard: before the first thing on it.
            await ann.Page.EvaluateAsync("() => { const start = document.createElement('i'); start.tabIndex = -1; document.body.prepend(start); start.focus(); }");

            await ann.Page.Keyboard.PressAsync("Tab");
            await Expect(ann.Button("Skip to writing")).ToBeFocusedAsync();
            await Expect(ann.Button("Skip to writing")).ToBeInViewportAsync();
            await ann.Page.Keyboard.PressAsync("Enter");

            await Expect(ann.MessageBox).ToBeFocusedAsync();
        });

    [Fact]
    public Task With_the_systems_own_colours_what_is_chosen_still_shows() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            await ben.Program.SayAsync(chat.Id, $"<@{await ann.Program.UserIdAsync()}> look");
            await ann.Page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });
            const string Ground = "e => getComputedStyle(e).backgroundColor";
            var views = ann.Page.GetByRole(AriaRole.Navigation, new() { Name = "Views of the chat", Exact = true });

            var (current, other) = (ann.ChatLink(chat.Name), ann.ChatLink("General"));
            (await current.EvaluateAsync<string>(Ground)).ShouldNotBe(await other.EvaluateAsync<string>(Ground));
            var (messages, files) = (views.GetByRole(AriaRole.Link, new() { Name = "Messages" }), views.GetByRole(AriaRole.Link, new() { Name = "Files" }));
            (await messages.EvaluateAsync<string>(Ground)).ShouldNotBe(await files.EvaluateAsync<string>(Ground));
            var mention = ann.Message("look").GetByText($"@{ann.Name}");
            (await mention.EvaluateAsync<string>(Ground)).ShouldNotBe(await ann.MessageBox.EvaluateAsync<string>(Ground));
        });

    [Fact]
    public Task Paper_has_the_whole_conversation_and_nothing_to_press() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            for (var i = 0; i < 30; i++)
                await ben.Program.SayAsync(chat.Id, $"line {i}");
            await Expect(ann.Message("line 29")).ToBeVisibleAsync();

            await ann.Page.EmulateMediaAsync(new() { Media = Media.Print });

            await Expect(ann.Heading(chat.Name)).ToBeVisibleAsync();
            await Expect(ann.Message("line 0")).ToBeVisibleAsync();
            await Expect(ann.Page.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
            await Expect(ann.MessageBox).ToBeHiddenAsync();
            await Expect(ann.Chats).ToBeHiddenAsync();
            (await ann.Page.EvaluateAsync<int>(TooTall)).ShouldBeGreaterThan(0, "what is on the screen goes on for more than one page");
        });

    [Fact]
    public Task A_long_name_is_whole_on_a_phone_and_takes_the_room_there_is_on_a_desk() =>
        site.PlayAsync(async scene =>
        {
            const string Name = "Budget 2027 – final version, reviewed by finance.pdf";
            const string IsCut = "e => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight + 1";
            var (ann, _, chat) = await scene.TwoInAChatAsync();
            await ann.Program.ShareAsync(chat.Id, "", SampleFile.Pdf(Name));

            foreach (var (width, lines) in new[] { (1280, 1), (360, 3) })
            {
                await ann.Page.SetViewportSizeAsync(width, 740);
                foreach (var address in new[] { $"chats/{chat.Id}", $"chats/{chat.Id}/files" })
                {
                    await ann.GoAsync(address);
                    var name = ann.Page.GetByText(Name, new() { Exact = true }).First;
                    await Expect(name).ToBeVisibleAsync();
                    (await name.EvaluateAsync<bool>(IsCut)).ShouldBeFalse($"{address} at {width}");
                    // The columns find their widths once scripts have written the times.
                    await Eventually.HoldsAsync(
                        async () => await name.EvaluateAsync<bool>("e => e.clientHeight < 2 * parseFloat(getComputedStyle(e).lineHeight)") == (lines == 1),
                        $"the name takes the lines it may take in {address} at {width}"
                    );
                }
            }
        });

    [GeneratedRegex("^(?:Close|Cancel|Done)$", RegexOptions.None, 1000)]
    private static partial Regex TheWayOut();
}
