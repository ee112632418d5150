using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>Takes a picture of every main page, light, dark and at the width of a phone, into artifacts/screenshots.</summary>
public sealed class Pictures
{
    /// <summary>What is too wide is so on a phone first; the other two are for looking at.</summary>
    public static TheoryData<string> Looks => Thorough.Is ? ["light", "dark", "phone"] : ["phone"];

    [Theory]
    [MemberData(nameof(Looks))]
    public Task Every_page_fits_its_screen(string look) => Site.PlayAloneAsync(scene => PlayAsync(scene, look), $"Pictures_{look}");

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
        await ann.CallThemselfAsync("Ann Berger");
        await ben.CallThemselfAsync("Ben Okafor");
        var chat = await ann.Program.CreateChatAsync("Harbour festival");
        await ann.Program.AddMemberAsync(chat.Id, ben.Email);
        await ann.OpenAsync(chat);
        await TakeAsync(ann, look, "chat-empty");

        await ann.MessageBox.FillAsync("Good morning! Here is what we have for Thursday:");
        await ann.ShareAsync(
            await Photos.HarbourAsync(guest.Page, "Harbour at dawn.jpg"),
            await Photos.SquareAsync(guest.Page, "Market square, stalls.jpg"),
            await Photos.StageAsync(guest.Page, "Main stage, last year.jpg")
        );
        await ben.Program.SayAsync(chat.Id, "Lovely light. Is the plan final?\nI would like to print it at noon.");
        await ben.Program.ShareAsync(chat.Id, "The figures behind it", SampleFile.Document("Budget 2027, third quarter, as reviewed by finance.xlsx", 187_420));
        await ann.Program.ShareAsync(chat.Id, "Yes, this one:", SampleFile.Document("Site plan v3.pdf", 2_514_880));
        await Expect(ann.Message("Yes, this one:")).ToBeVisibleAsync();
        await TakeAsync(ann, look, "chat");
        await ann.Button("Members, 2").ClickAsync();
        await Expect(ann.Dialog).ToBeVisibleAsync();
        await TakeAsync(ann, look, "members");
        await ann.Page.Keyboard.PressAsync("Escape");

        await ann.Program.ShareAsync(chat.Id, "", SampleFile.Document("Draft contract.docx", 48_210));
        await ann.Program.DeleteAsync((await ann.Program.HistoryAsync(chat.Id))[^1].Attachments[0].Path);
        await LoseAsync(scene, ann, chat, SampleFile.Document("Contract with the caterer.pdf", 312_600));
        await ann.Page.RouteAsync("**/file", route => route.AbortAsync());
        await ann.AttachAsync(SampleFile.Document("Insurance certificate.pdf", 845_300));
        await ann.SendAsync();
        await Expect(ann.Button("Retry Insurance certificate.pdf")).ToBeVisibleAsync();
        await Expect(ann.Messages).ToContainTextAsync("File deleted");
        await Expect(ann.Messages).ToContainTextAsync("File missing");
        await TakeAsync(ann, look, "states");
        await ann.Page.UnrouteAllAsync();
        await ann.Button("Cancel Insurance certificate.pdf").ClickAsync();

        await ann.AttachAsync(await Photos.SquareAsync(guest.Page, "Stalls from the east.jpg"), SampleFile.Document("Contract with the caterer.pdf", 312_600));
        await ann.PickAsync(SampleFile.Program("setup.exe"));
        await Expect(ann.Alert.Filter(new() { HasText = "setup.exe" })).ToBeVisibleAsync();
        await ann.MessageBox.FillAsync("Two more, with a caption");
        await TakeAsync(ann, look, "composer");

        await ann.Attachment("Harbour at dawn.jpg").GetByRole(AriaRole.Img).First.ClickAsync();
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

    private static async Task LoseAsync(Scene scene, Person owner, ChatInfo chat, SampleFile file)
    {
        var before = scene.Server.Blobs.ToHashSet(StringComparer.Ordinal);
        await owner.Program.ShareAsync(chat.Id, "", file);
        File.Delete(scene.Server.Blobs.Single(blob => !before.Contains(blob)));
        await owner.Program.StatusAsync((await owner.Program.HistoryAsync(chat.Id))[^1].Attachments[0].Path);
    }

    /// <summary>A page that must be pushed sideways to be read does not fit.</summary>
    private static async Task TakeAsync(Person person, string look, string name)
    {
        await person.Page.ScreenshotAsync(new() { Path = Path.Combine(Repository.Artifacts("screenshots"), $"{name}-{look}.png"), Animations = ScreenshotAnimations.Disabled });
        (await person.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth")).ShouldBe(0, $"{name} ({look})");
    }
}
