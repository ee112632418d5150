using System.Text;
using System.Text.RegularExpressions;

namespace ChatFiles.E2E.Stage;

/// <summary>
/// Somebody at a browser. Finds everything as a person with a screen reader does, by the roles and names that the
/// contract promises; knows nothing of classes, ids or components.
/// </summary>
public sealed partial class Person(string name, IPage page, ServerProcess server) : IAsyncDisposable
{
    private readonly StringBuilder console = new();
    private readonly DirectoryInfo desk = Directory.CreateTempSubdirectory("chatfiles-e2e-desk-");
    private ApiClient? program;

    public IPage Page { get; } = page;

    /// <summary>As others see it: the part of the address before the @.</summary>
    public string Name { get; } = name.Replace(' ', '.');

    public string Email { get; } = Names.Address(name);

    /// <summary>The same person's account, used by a program; there once they have registered.</summary>
    public ApiClient Program => program ?? throw new InvalidOperationException($"{Name} has not registered yet.");

    // ---- the frame

    public ILocator Chats => Page.GetByRole(AriaRole.Navigation, new() { Name = "Chats", Exact = true });

    public ILocator Reconnecting => Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Reconnecting…" });

    public ILocator Alert => Page.GetByRole(AriaRole.Alert);

    public ILocator Dialog => Page.GetByRole(AriaRole.Dialog);

    public ILocator ChatLink(string chat) => Chats.GetByRole(AriaRole.Link, new() { Name = chat });

    public ILocator Heading(string text) => Page.GetByRole(AriaRole.Heading, new() { Name = text, Exact = true });

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Textbox(string name) => Page.GetByRole(AriaRole.Textbox, new() { Name = name, Exact = true });

    public ILocator Combobox(string name) => Page.GetByRole(AriaRole.Combobox, new() { Name = name, Exact = true });

    /// <summary>An entry of an open menu, whatever kind of thing it is.</summary>
    public ILocator MenuEntry(string name) =>
        Page.GetByRole(AriaRole.Menuitem, new() { Name = name, Exact = true })
            .Or(Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }))
            .Or(Button(name));

    // ---- a chat

    public ILocator Messages => Page.GetByRole(AriaRole.Log, new() { Name = "Messages", Exact = true });

    public ILocator Articles => Messages.GetByRole(AriaRole.Article);

    public ILocator MessageBox => Textbox("Message");

    public ILocator Waiting => Page.GetByRole(AriaRole.List, new() { Name = "Files to send", Exact = true });

    public ILocator Message(string text) => Articles.Filter(new() { HasText = text });

    public ILocator Attachment(string file) => Messages.GetByRole(AriaRole.Figure, new() { Name = file, Exact = true });

    public ILocator MessageWith(string file) => Articles.Filter(new() { Has = Page.GetByRole(AriaRole.Figure, new() { Name = file, Exact = true }) });

    public ILocator DownloadLink(string file) => Page.GetByRole(AriaRole.Link, new() { Name = $"Download {file}", Exact = true });

    public ILocator Progress(string file) => Page.GetByRole(AriaRole.Progressbar, new() { Name = $"Uploading {file}", Exact = true });

    // ---- finding things

    public ILocator ListedFiles =>
        Page.GetByRole(AriaRole.Table, new() { Name = "Files", Exact = true })
            .GetByRole(AriaRole.Row)
            .Filter(new() { HasNot = Page.GetByRole(AriaRole.Columnheader) });

    public ILocator Found => Page.GetByRole(AriaRole.Region, new() { Name = "Results", Exact = true }).GetByRole(AriaRole.Article);

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    // ---- what people do

    public async Task RegisterAsync(string password = Names.Password)
    {
        await GoAsync("register");
        await Textbox("Email").FillAsync(Email);
        await Textbox("Password").FillAsync(password);
        await Button("Create account").ClickAsync();
        await CanWriteAsync();
        program = await ApiClient.SignInAsync(server.Address, Email, password);
    }

    /// <summary>Registers through the API, which is quicker; the browser knows nothing of it yet.</summary>
    public async Task RegisterByProgramAsync() => program = await ApiClient.RegisterAsAsync(server.Address, Email);

    /// <summary>Goes to a chat, is sent to sign in, and lands in the chat.</summary>
    public async Task SignInAtAsync(ChatInfo chat)
    {
        await Page.GotoAsync($"chats/{chat.Id}");
        await IsInteractiveAsync();
        await SignInAsync();
        await IsInAsync(chat);
    }

    /// <summary>Signs in without looking at the form, which is quicker, and opens a chat.</summary>
    public async Task ComeToAsync(ChatInfo chat)
    {
        var form = Page.Context.APIRequest.CreateFormData();
        var html = await (await Page.Context.APIRequest.GetAsync("sign-in")).TextAsync();
        foreach (Match field in HiddenField().Matches(html))
            form.Set(field.Groups["name"].Value, field.Groups["value"].Value);
        form.Set("Email", Email);
        form.Set("Password", Names.Password);
        (await Page.Context.APIRequest.PostAsync("sign-in", new() { Form = form, MaxRedirects = 0 })).Status.ShouldBe(302, "signed in");
        await OpenAsync(chat);
    }

    public async Task SignInAsync(string password = Names.Password)
    {
        await Textbox("Email").FillAsync(Email);
        await Textbox("Password").FillAsync(password);
        await Button("Sign in").ClickAsync();
    }

    /// <summary>Loads a page and waits until it reacts to input.</summary>
    public async Task GoAsync(string path)
    {
        try
        {
            await Page.GotoAsync(path);
        }
        catch (PlaywrightException aborted) when (aborted.Message.Contains("ERR_ABORTED", StringComparison.Ordinal))
        {
            // The page was just coming back by itself, as it does after a restart of the server, and its own loading won.
            await Page.GotoAsync(path);
        }

        await IsInteractiveAsync();
    }

    public async Task OpenAsync(ChatInfo chat)
    {
        await GoAsync($"chats/{chat.Id}");
        await IsInAsync(chat);
    }

    public async Task IsInAsync(ChatInfo chat)
    {
        await Expect(Heading(chat.Name)).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await CanWriteAsync();
    }

    /// <summary>The chat's composer is there and reacts, and so does the rest of the page.</summary>
    public async Task CanWriteAsync()
    {
        await Expect(Button("Send")).ToBeEnabledAsync(new() { Timeout = 30_000 });
        await IsInteractiveAsync();
    }

    public async Task ReloadAsync()
    {
        await Page.ReloadAsync();
        await IsInteractiveAsync();
    }

    public async Task SayAsync(string text)
    {
        await CanWriteAsync();
        await MessageBox.FillAsync(text);
        await MessageBox.PressAsync("Enter");
        await Expect(MessageBox).ToHaveValueAsync("");
    }

    /// <summary>Picks files; they wait in the composer.</summary>
    public async Task AttachAsync(params SampleFile[] files)
    {
        await PickAsync(files);
        foreach (var file in files)
            await Expect(Waiting).ToContainTextAsync(file.Name);
    }

    /// <summary>Picks files through the button, as the browser's own dialog would; some may be refused.</summary>
    public async Task PickAsync(params SampleFile[] files)
    {
        var chooser = await Page.RunAndWaitForFileChooserAsync(() => Button("Attach files").ClickAsync());
        await chooser.SetFilesAsync(await WriteAsync(files));
    }

    /// <summary>Picks a folder; what is in it waits in the composer, or is refused.</summary>
    public async Task PickFolderAsync(string path)
    {
        var chooser = await Page.RunAndWaitForFileChooserAsync(() => Button("Attach a folder").ClickAsync());
        await chooser.SetFilesAsync(path);
    }

    /// <summary>Puts files into a folder, and those below it, where the browser finds it.</summary>
    public async Task<string> WriteFolderAsync(string name, params SampleFile[] files)
    {
        var folder = Path.Combine(desk.FullName, name);
        foreach (var file in files)
        {
            var path = Path.Combine(folder, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, file.Bytes);
        }

        return folder;
    }

    /// <summary>Puts files where the browser finds them.</summary>
    public async Task<string[]> WriteAsync(params SampleFile[] files)
    {
        var paths = files.Select(file => Path.Combine(desk.FullName, file.Name)).ToArray();
        foreach (var (file, path) in files.Zip(paths))
            await File.WriteAllBytesAsync(path, file.Bytes);
        return paths;
    }

    /// <summary>Their browser has none of the files any more.</summary>
    public async Task ForgetCacheAsync()
    {
        var devTools = await Page.Context.NewCDPSessionAsync(Page);
        await devTools.SendAsync("Network.clearBrowserCache");
        await devTools.DetachAsync();
    }

    /// <summary>Drags files and folders from the disk to the messages and lets go of them there.</summary>
    public Task DropFromDiskAsync(params string[] paths) => DropFromDiskAsync(Messages, paths);

    /// <summary>The same to another place.</summary>
    public async Task DropFromDiskAsync(ILocator at, params string[] paths)
    {
        var place = (await at.BoundingBoxAsync())!;
        var devTools = await Page.Context.NewCDPSessionAsync(Page);
        foreach (var type in new[] { "dragEnter", "dragOver", "drop" })
        {
            await devTools.SendAsync(
                "Input.dispatchDragEvent",
                new()
                {
                    ["type"] = type,
                    ["x"] = place.X + place.Width / 2,
                    ["y"] = place.Y + place.Height / 2,
                    ["data"] = new { items = Array.Empty<object>(), files = paths, dragOperationsMask = 1 },
                }
            );
        }
    }

    public Task SendAsync() => Button("Send").ClickAsync();

    public async Task ShareAsync(params SampleFile[] files)
    {
        await AttachAsync(files);
        await SendAsync();
        foreach (var file in files)
            await Expect(Attachment(file.Name)).ToBeVisibleAsync();
    }

    /// <summary>Follows a file's link and gives what lands on the disk.</summary>
    public async Task<byte[]> DownloadAsync(string file)
    {
        var download = await Page.RunAndWaitForDownloadAsync(() => DownloadLink(file).ClickAsync());
        download.SuggestedFilename.ShouldBe(file);
        return await File.ReadAllBytesAsync(await download.PathAsync());
    }

    public async Task DeleteFileAsync(string file)
    {
        await Attachment(file).HoverAsync();
        await OpenMenuAsync(Button($"More for {file}"), "Delete");
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
    }

    /// <summary>Deletes a message, with or without a question before.</summary>
    public async Task DeleteMessageAsync(string text)
    {
        var message = Message(text);
        await message.HoverAsync();
        await OpenMenuAsync(message.GetByRole(AriaRole.Button, new() { Name = "More for message" }), "Delete message");
        var question = Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true });
        await Expect(question.Or(Page.GetByText("Message deleted")).First).ToBeVisibleAsync();
        if (await question.IsVisibleAsync())
            await question.ClickAsync();
    }

    /// <summary>Opens the menu behind a button and chooses an entry.</summary>
    public async Task OpenMenuAsync(ILocator button, string entry)
    {
        await button.ClickAsync();
        await Page.GetByRole(AriaRole.Menuitem, new() { Name = entry, Exact = true }).ClickAsync();
    }

    /// <summary>Opens a file that is no picture, where it can be shown in place.</summary>
    public Task OpenCardAsync(string file) => Attachment(file).GetByRole(AriaRole.Button, new() { Name = $"Open {file}" }).ClickAsync();

    public async Task CallThemselfAsync(string displayName)
    {
        await GoAsync("profile");
        await Textbox("Display name").FillAsync(displayName);
        await Button("Save name").ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Status).Or(Alert).First).ToBeVisibleAsync();
    }

    public async Task OpenAccountMenuAsync(string entry)
    {
        await Button("Account").ClickAsync();
        await MenuEntry(entry).ClickAsync();
    }

    public Task IsInteractiveAsync() => Expect(Page.Locator("html[data-interactive='true']")).ToBeAttachedAsync(new() { Timeout = 30_000 });

    /// <summary>The connection is there, or is back.</summary>
    public async Task IsConnectedAsync()
    {
        await Expect(Reconnecting).ToBeHiddenAsync(new() { Timeout = 45_000 });
        await IsInteractiveAsync();
    }

    /// <summary>Exactly these texts are in the chat, each once, in this order.</summary>
    public Task SeesAsync(params string[] texts) =>
        Expect(Articles).ToHaveTextAsync(texts.Select(text => new Regex(Regex.Escape(text), RegexOptions.None, TimeSpan.FromSeconds(1))), new() { Timeout = 30_000 });

    /// <summary>Takes down what the browser says about the page, from the beginning.</summary>
    public void ListenToConsole()
    {
        Page.Console += (_, message) => console.AppendLine(message.Type + ": " + message.Text);
        Page.PageError += (_, error) => console.AppendLine((IsDealtWith(error) ? "error: " : "uncaught: ") + error);
        // The browser hands choosers over from now on: a key may be quicker than a wait that begins with it.
        Page.FileChooser += (_, _) => { };
    }

    /// <summary>
    /// Firefox tells of these as of a script that failed: that a WebSocket has ended, or did not come about; and what the
    /// page itself has dealt with (connection.js), of which Chromium says nothing more.
    /// </summary>
    private bool IsDealtWith(string error) =>
        Page.Context.Browser?.BrowserType.Name == BrowserType.Firefox
        && (
            error.Contains(" ws://", StringComparison.Ordinal)
            || error.Contains("WebSocket is not in the OPEN state", StringComparison.Ordinal)
            || error.Contains("Cannot send data if the connection is not in the 'Connected' State.", StringComparison.Ordinal)
            || error.Contains("Circuit host not initialized.", StringComparison.Ordinal)
        );

    /// <summary>Whatever happened, no script of the page failed and nothing broke the page's own security policy.</summary>
    public void HasACleanConsole() =>
        console
            .ToString()
            .Split('\n')
            .Where(line =>
                line.StartsWith("uncaught:", StringComparison.Ordinal)
                || line.Contains("Content Security Policy", StringComparison.Ordinal)
                || line.Contains("Unhandled exception", StringComparison.OrdinalIgnoreCase)
            )
            .ShouldBeEmpty($"the browser's console of {Name}");

    /// <summary>Nothing that the browser counts as an error: for where nothing went wrong.</summary>
    public void HasAConsoleWithoutErrors() =>
        console.ToString().Split('\n').Where(line => line.StartsWith("error:", StringComparison.Ordinal)).ShouldBeEmpty($"the browser's console of {Name}");

    public async Task KeepEvidenceAsync(string path)
    {
        await File.WriteAllTextAsync($"{path}.console.log", $"{Page.Url}\n{console}");
        try
        {
            await Page.ScreenshotAsync(new() { Path = $"{path}.png", Timeout = 5_000 });
            await File.WriteAllTextAsync($"{path}.aria.yml", await Page.Locator("body").AriaSnapshotAsync(new() { Timeout = 5_000 }));
        }
        catch (Exception failure) when (failure is PlaywrightException or TimeoutException)
        {
            await File.AppendAllTextAsync($"{path}.console.log", $"No picture: {failure.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        program?.Dispose();
        await Page.Context.CloseAsync();
        desk.Delete(recursive: true);
    }

    [GeneratedRegex("name=\"(?<name>__RequestVerificationToken|_handler)\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HiddenField();
}
