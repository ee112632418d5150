using ChatFiles.E2E.Stage;
using Deque.AxeCore.Commons;

namespace ChatFiles.E2E.Flows;

/// <summary>Every page, dialog and state in both themes, as the rules for accessible pages see them (WCAG 2.2 A and AA).</summary>
public sealed class Accessibility(Site site) : IClassFixture<Site>
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>Run in the page itself, once loaded there: the package's own way opens another page for each judgement.</summary>
    private const string Judge = """
        async (rules) => {
          const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
          const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
          return grave.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
        }
        """;

    private static readonly string[] AllRules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

    /// <summary>Another theme changes colours and nothing else.</summary>
    private static readonly string[] RulesOfColour = ["color-contrast", "link-in-text-block"];

    /// <summary>What may depend on how much room there is, and not on what else is on the page.</summary>
    private static readonly string[] RulesOfRoom = ["target-size", "scrollable-region-focusable", "button-name", "link-name", "heading-order", "landmark-unique", "meta-viewport"];

    [Fact]
    public Task Nothing_keeps_anybody_out_in_either_theme() => site.PlayAsync(PlayAsync);

    private static async Task PlayAsync(Scene scene)
    {
        List<string> found = [];
        var ann = await scene.NewGuestAsync("ann");
        var ben = await scene.NewGuestAsync("ben");
        await Task.WhenAll(ann.RegisterByProgramAsync(), ben.RegisterByProgramAsync());
        await scene.MakeOperatorAsync(ann);
        Task LookAsync(string at) => JudgeAsync(ann.Page, at, found);

        await ann.GoAsync("register");
        await LookAsync("register");
        await ann.GoAsync("sign-in");
        await ann.SignInAsync("not-the-password");
        await Expect(ann.Alert).ToBeVisibleAsync();
        await LookAsync("sign-in, refused");
        await ann.SignInAsync();
        await ann.CanWriteAsync();
        await Expect(ann.Heading("Welcome to ChatFiles")).ToBeVisibleAsync();
        await LookAsync("the first visit");

        var chat = await Scene.NewChatAsync(ann);
        await ann.ChatLink(chat.Name).ClickAsync();
        await ann.IsInAsync(chat);
        await LookAsync("a chat of one's own, empty");
        await ann.Button("Invite somebody").ClickAsync();
        await ann.Combobox("Name or e-mail").FillAsync("e");
        await Expect(ann.Page.GetByRole(AriaRole.Option).First).ToBeVisibleAsync();
        await ann.Page.Keyboard.PressAsync("ArrowDown");
        await LookAsync("adding people");
        await ann.Combobox("Name or e-mail").FillAsync(ben.Email);
        await ann.Page.Keyboard.PressAsync("Enter");
        await Expect(ann.Page.GetByText("is a member now")).ToBeVisibleAsync();
        await LookAsync("somebody added");
        await ann.Page.Keyboard.PressAsync("Escape");

        const string text = "> **The** ~~last~~ *plan*\nsee https://example.com and `a.sql`:\n```sql\nselect 1\n```\n1. one\n   - two";
        await ben.Program.ShareAsync(chat.Id, text, SampleFile.Pdf("plan.pdf"));
        await ann.Program.ShareAsync(chat.Id, "", SampleFile.Png("harbour.png"));
        var log = string.Concat(Enumerable.Range(30, 8).Concat(Enumerable.Range(40, 8)).SelectMany(code => new[] { $"\u001b[{code}m{code}\u001b[0m ", $"\u001b[7;{code}m{code}\u001b[0m " }));
        foreach (var file in new[]
        {
            SampleFile.Text("prices.csv", "name;price\n" + string.Concat(Enumerable.Repeat("bolt;3\n", 50))),
            SampleFile.Text("build.log", log + "\n" + new string('x', 500)),
            SampleFile.Zip("all.zip", "a.txt", "b.txt"),
            SampleFile.Sound("voice.wav"),
        })
            await ann.Program.ShareAsync(chat.Id, "", file);
        await ann.Program.ShareAsync(chat.Id, "", SampleFile.Text("gone.txt", "oops\n"));
        await ann.Program.DeleteAsync((await ann.Program.HistoryAsync(chat.Id))[^1].Attachments[0].Path);
        await ben.SignInAtAsync(chat);
        await ben.MessageBox.PressSequentiallyAsync("I");
        await ann.AttachAsync(
            SampleFile.Pdf("waits.pdf"),
            SampleFile.Sound("waits.wav"),
            SampleFile.Png("waits.png", exif: PhotoData.Exif(withLocation: true))
        );
        await Expect(ann.Waiting.GetByText("Location removed")).ToBeVisibleAsync();
        await ann.Button("Record a voice message").ClickAsync();
        await Expect(ann.Button("Stop recording")).ToBeVisibleAsync();
        await ann.PickAsync(SampleFile.Program("setup.exe"));
        await Expect(ann.Alert.Filter(new() { HasText = "setup.exe" })).ToBeVisibleAsync();
        await Expect(ann.Messages).ToContainTextAsync("File deleted");
        await Expect(ann.Page.GetByTitle("Here now")).ToBeVisibleAsync();
        await Expect(ann.Attachment("prices.csv").GetByRole(AriaRole.Table)).ToBeVisibleAsync();
        await Expect(ann.Attachment("build.log")).ToContainTextAsync("47");
        await LookAsync("a chat with everything");
        await ann.MessageBox.FillAsync("@");
        await Expect(ann.Page.GetByRole(AriaRole.Listbox, new() { Name = "People" }).GetByRole(AriaRole.Option)).ToHaveCountAsync(1);
        await LookAsync("somebody to be mentioned");
        await ann.MessageBox.FillAsync("");
        await ann.Button("Discard recording").ClickAsync();
        await ann.Button("Members, 2").ClickAsync();
        await Expect(ann.Dialog).ToBeVisibleAsync();
        await LookAsync("members");
        await ann.Page.Keyboard.PressAsync("Escape");
        await ann.Button("More for harbour.png").ClickAsync();
        await Expect(ann.MenuEntry("Delete")).ToBeVisibleAsync();
        await LookAsync("the menu of a file");
        await ann.MenuEntry("React").ClickAsync();
        await Expect(ann.Page.GetByRole(AriaRole.Option, new() { Name = "grinning face", Exact = true })).ToBeVisibleAsync();
        await LookAsync("choosing an emoji");
        await ann.Page.Keyboard.PressAsync("Enter");
        await Expect(ann.Button("👍, 1")).ToBeVisibleAsync();
        await LookAsync("a reaction");
        await ann.OpenMenuAsync(ann.Button("More for harbour.png"), "Delete");
        await Expect(ann.Dialog).ToBeVisibleAsync();
        await LookAsync("the question before deleting");
        await ann.Page.Keyboard.PressAsync("Escape");
        await ann.OpenMenuAsync(ann.Button("More for harbour.png"), "Forward");
        await Expect(ann.Page.GetByRole(AriaRole.Option).First).ToBeVisibleAsync();
        await ann.Page.Keyboard.PressAsync("ArrowDown");
        await LookAsync("where to forward to");
        await ann.Combobox("Chat").FillAsync("no such chat");
        await ann.Page.Keyboard.PressAsync("Enter");
        await Expect(ann.Dialog.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await LookAsync("forwarding, refused");
        await ann.Combobox("Chat").FillAsync(chat.Name);
        await ann.Page.Keyboard.PressAsync("Enter");
        await Expect(ann.Page.GetByText("Forwarded to")).ToBeVisibleAsync();
        await Expect(ann.Dialog).ToHaveCountAsync(0);
        await LookAsync("forwarded");
        await ann.Button("Open harbour.png").First.ClickAsync();
        await Expect(ann.Dialog).ToBeVisibleAsync();
        await LookAsync("a picture");
        await ann.Dialog.GetByRole(AriaRole.Button, new() { Name = "Forward", Exact = true }).ClickAsync();
        await Expect(ann.Dialog.GetByRole(AriaRole.Combobox)).ToBeVisibleAsync();
        await LookAsync("a picture, to be forwarded");
        await ann.Page.Keyboard.PressAsync("Escape");
        await ann.Page.Keyboard.PressAsync("Escape");
        foreach (var (file, what) in new[] { ("prices.csv", "Table"), ("build.log", "Text"), ("all.zip", "Names") })
        {
            await ann.OpenCardAsync(file);
            await Expect(ann.Dialog.GetByRole(AriaRole.Region, new() { Name = $"{what} of {file}" })).ToBeVisibleAsync();
            await LookAsync(file);
            await ann.Page.Keyboard.PressAsync("Escape");
        }
        await ann.Button("New chat").ClickAsync();
        await ann.Button("Create").ClickAsync();
        await Expect(ann.Dialog.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await LookAsync("a new chat, refused");
        await ann.Page.Keyboard.PressAsync("Escape");
        await ann.Button("Account").ClickAsync();
        await LookAsync("the account's menu");

        await ann.GoAsync("profile");
        await ann.Textbox("Current password").FillAsync("wrong");
        await ann.Textbox("New password").FillAsync("wrong");
        await ann.Button("Change password").ClickAsync();
        await Expect(ann.Alert).ToBeVisibleAsync();
        await LookAsync("profile, refused");
        foreach (var address in new[] { "operator", "operator/people", "operator/chats", "operator/audit", "chats", "share", "chats/987654321", "nothing/here", "nothing-here", "out-of-date", "mail/end?ended=true", "mail/end", "files", "find", "find?q=plan", $"chats/{chat.Id}/files", $"chats/{chat.Id}/files?view=grid" })
        {
            await ann.GoAsync(address);
            await LookAsync(address);
        }

        found.ShouldBeEmpty();
    }

    /// <summary>What everybody who has signed in may come to, operators as well; the texts are of the chat that is walked to.</summary>
    private static string[] AllAddresses(ChatInfo chat) =>
        [$"chats/{chat.Id}", $"chats/{chat.Id}/files", "files", "find?q=plan", "chats", "share", "profile", "operator", "operator/people", "operator/chats", "operator/reports", "operator/audit", "chats/987654321", "nothing-here", "set-password?token=none", "sign-out"];

    [Fact]
    public Task On_every_page_Tab_comes_round_over_stops_that_have_names_and_can_be_seen() =>
        site.PlayAsync(async scene =>
        {
            List<string> found = [];
            HashSet<string> known = [];
            var (ann, chat) = await OperatorWithAChatAsync(scene);
            foreach (var address in AllAddresses(chat))
            {
                await ann.GoAsync(address);
                await ann.Page.EvaluateAsync(Begin);
                var (stops, last) = (0, "");
                while (stops < MaxStops)
                {
                    await ann.Page.Keyboard.PressAsync("Tab");
                    if (await ann.Page.EvaluateAsync<string?>(Stop) is not { } stop)
                        break;
                    (stops, last) = (stops + 1, stop);
                    // The frame is the same on all pages, and read once.
                    if (!known.Add(stop))
                        continue;
                    var read = (await ann.Page.Locator(":focus").AriaSnapshotAsync()).Split('\n')[0];
                    if (!read.Contains('"', StringComparison.Ordinal))
                        found.Add($"{address}: it has no name: {stop}");
                    if (!await ann.Page.EvaluateAsync<bool>(ShowsFocus))
                        found.Add($"{address}: nobody sees the focus on {read}");
                }

                if (stops is 0 or MaxStops)
                    found.Add($"{address}: Tab does not come round after {last}");
            }

            found.ShouldBeEmpty();
        });

    [Fact]
    public Task At_the_width_of_320_pixels_and_at_twice_the_size_nothing_is_lost() =>
        site.PlayAsync(async scene =>
        {
            List<string> found = [];
            var (ann, chat) = await OperatorWithAChatAsync(scene);
            var addresses = AllAddresses(chat);
            // Twice the size is half the room.
            foreach (var (width, height, some) in new[] { (320, 640, addresses), (640, 360, addresses[..4]) })
            {
                await ann.Page.SetViewportSizeAsync(width, height);
                foreach (var address in some)
                {
                    await ann.GoAsync(address);
                    if (width < 600)
                        await Expect(ann.Chats).ToBeHiddenAsync();
                    await JudgeAsync(ann.Page, $"{address} at {width} px", found, (ColorScheme.Light, RulesOfRoom));
                    if (await ann.Page.EvaluateAsync<int>(Beside) is > 0 and var more)
                        found.Add($"{address} at {width} px: {more} px are beside the screen");
                }
            }

            found.ShouldBeEmpty();
        });

    private const int MaxStops = 60;

    /// <summary>Of the page, or of one of its parts that scroll.</summary>
    private const string Beside = "Math.max(...[document.documentElement, ...document.querySelectorAll('main, main [role=region]')].map((e) => e.scrollWidth - e.clientWidth))";

    /// <summary>Where a page begins for the keyboard: before the first thing on it.</summary>
    private const string Begin = "() => { const start = document.createElement('i'); start.tabIndex = -1; document.body.prepend(start); start.focus(); }";

    /// <summary>Where the focus is; nowhere: the page's end is reached, and the next Tab begins it again.</summary>
    private const string Stop = "() => document.activeElement === document.body ? null : document.activeElement.outerHTML.slice(0, 500)";

    /// <summary>By a ring, or as the kit's fields do: by a thicker frame.</summary>
    private const string ShowsFocus = """
        () => {
          const at = document.activeElement;
          const { width, height, bottom, top } = at.getBoundingClientRect();
          const isInView = width > 0 && height > 0 && bottom > 0 && top < innerHeight;
          const rings = [at, at.closest('form'), at.closest('.box')].filter(Boolean).map((e) => getComputedStyle(e));
          const frames = [...at.parentElement.querySelectorAll('.mud-input-outlined-border')].map((e) => getComputedStyle(e));
          const isRinged = rings.some((l) => (l.outlineStyle !== 'none' && l.outlineWidth !== '0px') || l.boxShadow !== 'none') || frames.some((l) => parseFloat(l.borderTopWidth) >= 2);
          return isInView && isRinged;
        }
        """;

    private static async Task<(Person Ann, ChatInfo Chat)> OperatorWithAChatAsync(Scene scene)
    {
        var ann = await scene.NewGuestAsync("ann");
        await ann.RegisterByProgramAsync();
        await scene.MakeOperatorAsync(ann);
        var chat = await ann.Program.CreateChatAsync("Walk");
        for (var i = 0; i < 3; i++)
            await ann.Program.ShareAsync(chat.Id, $"The plan, see https://example.com/{new string('x', 60)}/{i}", SampleFile.Text($"a plan with a name that is longer than a phone is wide {i}.txt", "some words\n"));
        await ann.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        await ann.ComeToAsync(chat);
        return (ann, chat);
    }

    private static Task JudgeAsync(IPage page, string at, List<string> found) => JudgeAsync(page, at, found, (ColorScheme.Light, AllRules), (ColorScheme.Dark, RulesOfColour));

    private static async Task JudgeAsync(IPage page, string at, List<string> found, params (ColorScheme Theme, string[] Rules)[] rounds)
    {
        if (!await page.EvaluateAsync<bool>("typeof axe !== 'undefined'"))
            await page.EvaluateAsync(Axe);
        foreach (var (theme, rules) in rounds)
        {
            await page.EmulateMediaAsync(new() { ColorScheme = theme, ReducedMotion = ReducedMotion.Reduce });
            foreach (var violation in await page.EvaluateAsync<string[]>(Judge, rules))
                found.Add($"{at} ({theme}): {violation}");
        }
    }
}
