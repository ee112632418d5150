using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>Takes a picture of every main page, light, dark and at the width of a phone, into artifacts/screenshots.</summary>
public sealed class Pictures(Site site) : IClassFixture<Site>
{
    public static TheoryData<string> Looks => ["light", "dark", "phone"];

    [Theory]
    [MemberData(nameof(Looks))]
    public Task Every_page_fits_its_screen(string look) => site.PlayAsync(scene => PlayAsync(scene, look), $"Pictures_{look}");

    private static async Task PlayAsync(Scene scene, string look)
    {
        var screen = new BrowserNewContextOptions
        {
            ColorScheme = look == "dark" ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = look == "phone" ? new() { Width = 360, Height = 740 } : new() { Width = 1280, Height = 800 },
            HasTouch = look == "phone",
        };
        var guest = await scene.NewGuestAsync("guest", screen: screen);
        foreach (var page in new[] { "sign-in", "register" })
        {
            await guest.GoAsync(page);
            await TakeAsync(guest, look, page);
        }

        var ann = await scene.NewPersonAsync("ann", screen: screen);
        await TakeAsync(ann, look, "first-visit");
        var ben = await scene.NewPersonAsync("ben", screen: screen);
        var chat = await Scene.NewChatAsync(ann, ben);
        await ann.OpenAsync(chat);
        await TakeAsync(ann, look, "chat-empty");

        await ann.Program.SayAsync(chat.Id, "Good morning! Here is what we have for Thursday.");
        await ann.Program.ShareAsync(chat.Id, "", SampleFile.Png("Harbour at dawn.png", 960, 600, 220));
        await ben.Program.SayAsync(chat.Id, "Lovely light. Is the plan final?\nI would like to print it at noon.");
        await ben.Program.ShareAsync(chat.Id, "The figures behind it", SampleFile.Text("A rather long name of a table of figures for the third quarter.csv", "a,b\n1,2\n"));
        await ann.Program.ShareAsync(chat.Id, "Yes, this one:", SampleFile.Pdf("Plan v3.pdf"));
        await ann.Program.ShareAsync(chat.Id, "", SampleFile.Text("to be deleted.txt", "oops\n"));
        await ann.Program.DeleteAsync((await ann.Program.HistoryAsync(chat.Id))[^1].Attachments[0].Path);
        await Expect(ann.Message("Yes, this one:")).ToBeVisibleAsync();
        await Expect(ann.Messages).ToContainTextAsync("File deleted");
        await TakeAsync(ann, look, "chat");
        await ann.Button("Members, 2").ClickAsync();
        await Expect(ann.Dialog).ToBeVisibleAsync();
        await TakeAsync(ann, look, "members");
        await ann.Page.Keyboard.PressAsync("Escape");

        await ann.AttachAsync(SampleFile.Png("Sketch.png"), SampleFile.Pdf("Contract.pdf"));
        await ann.PickAsync(SampleFile.Program("setup.exe"));
        await Expect(ann.Alert.Filter(new() { HasText = "setup.exe" })).ToBeVisibleAsync();
        await ann.MessageBox.FillAsync("Two more, with a caption");
        await TakeAsync(ann, look, "composer");

        await ann.Attachment("Harbour at dawn.png").GetByRole(AriaRole.Img).First.ClickAsync();
        await Expect(ann.Dialog).ToBeVisibleAsync();
        await TakeAsync(ann, look, "picture");
        var dialog = (await ann.Dialog.BoundingBoxAsync())!;
        dialog.X.ShouldBeGreaterThanOrEqualTo(0);
        (dialog.X + dialog.Width).ShouldBeLessThanOrEqualTo(screen.ViewportSize.Width);

        foreach (var (page, name) in new[] { ("profile", "profile"), ("chats/987654321", "chats"), ($"chats/{chat.Id}/files", "files"), ($"find?q=the&from={chat.Id}", "search") })
        {
            await ann.GoAsync(page);
            await TakeAsync(ann, look, name);
        }
    }

    /// <summary>A page that must be pushed sideways to be read does not fit.</summary>
    private static async Task TakeAsync(Person person, string look, string name)
    {
        await person.Page.ScreenshotAsync(new() { Path = Path.Combine(Repository.Artifacts("screenshots"), $"{name}-{look}.png"), Animations = ScreenshotAnimations.Disabled });
        (await person.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth")).ShouldBe(0, $"{name} ({look})");
    }
}
