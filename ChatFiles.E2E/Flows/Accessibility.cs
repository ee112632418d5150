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

    private static async Task JudgeAsync(IPage page, string at, List<string> found)
    {
        if (!await page.EvaluateAsync<bool>("typeof axe !== 'undefined'"))
            await page.EvaluateAsync(Axe);
        foreach (var (theme, rules) in new[] { (ColorScheme.Light, AllRules), (ColorScheme.Dark, RulesOfColour) })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = theme, ReducedMotion = ReducedMotion.Reduce });
            foreach (var violation in await page.EvaluateAsync<string[]>(Judge, rules))
                found.Add($"{at} ({theme}): {violation}");
        }
    }
}
