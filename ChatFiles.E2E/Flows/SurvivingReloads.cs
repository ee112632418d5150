using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>What somebody has picked or sent is theirs until it has arrived, whatever happens to the page.</summary>
public sealed class SurvivingReloads(SharedSite site) : IClassFixture<SharedSite>
{
    private const int Megabyte = 1024 * 1024;

    private const string KeepsTwoFiles = """
        () => new Promise((resolve) => {
          const opening = indexedDB.open('chatfiles', 1);
          opening.onsuccess = () => {
            const reading = opening.result.transaction('entries').objectStore('entries').getAll();
            reading.onsuccess = () => (opening.result.close(), resolve(reading.result.some((entry) => entry.files.length === 2)));
          };
        })
        """;

    private const string TakesNoFiles = """
        const put = IDBObjectStore.prototype.put;
        const holdsFile = (value) =>
          value instanceof Blob || (value !== null && typeof value === 'object' && !(value instanceof ArrayBuffer) && Object.values(value).some(holdsFile));
        IDBObjectStore.prototype.put = function (value) {
          if (holdsFile(value)) throw new DOMException('Error preparing Blob/File data to be stored in object store', 'UnknownError');
          return put.call(this, value);
        };
        """;

    [Fact]
    public Task An_upload_under_way_goes_on_after_a_reload_and_arrives_once() => site.PlayAsync(ReloadInMidUploadAsync);

    /// <summary>Wherever the people of the scene sit.</summary>
    internal static async Task ReloadInMidUploadAsync(Scene scene)
    {
        var network = scene.NewNetwork();
        var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: network);
        var file = SampleFile.Archive("backup.7z", 12 * Megabyte);
        await SendHalfAsync(ann, network, file, "Before the reload");

        await ann.ReloadAsync();
        await Expect(ann.Progress(file.Name)).ToBeVisibleAsync();
        network.Release();

        await Expect(ben.Attachment(file.Name)).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Expect(ann.Progress(file.Name)).ToHaveCountAsync(0);
        await ann.SeesAsync("Before the reload");
        var sent = (await ann.Program.HistoryAsync(chat.Id)).ShouldHaveSingleItem().Attachments.ShouldHaveSingleItem();
        (await ann.Program.DownloadAsync(sent.Path)).ShouldBe(file.Bytes);
    }

    [Fact]
    public Task An_upload_whose_tab_was_closed_goes_on_in_another_one() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: network);
            var file = SampleFile.Archive("backup.7z", 12 * Megabyte);
            await SendHalfAsync(ann, network, file, "Before the tab was closed");

            var other = await ann.Page.Context.NewPageAsync();
            await other.GotoAsync($"chats/{chat.Id}");
            await Expect(other.GetByText("Another tab is sending it.")).ToBeVisibleAsync();
            await ann.Page.CloseAsync();
            await Expect(other.GetByText("Another tab is sending it.")).ToBeHiddenAsync();
            network.Release();

            await Expect(ben.Attachment(file.Name)).ToBeVisibleAsync(new() { Timeout = 30_000 });
            await Expect(other.GetByRole(AriaRole.Progressbar)).ToHaveCountAsync(0);
            (await ann.Program.HistoryAsync(chat.Id)).ShouldHaveSingleItem();
        });

    [Fact]
    public Task Somebody_else_at_the_same_browser_neither_sees_nor_sends_what_was_left() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: network);
            var file = SampleFile.Archive("backup.7z", 12 * Megabyte);
            await SendHalfAsync(ann, network, file, "Mine");
            await ann.OpenAccountMenuAsync("Sign out");
            await ann.Dialog.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
            await Expect(ann.Textbox("Password")).ToBeVisibleAsync();
            network.Release();

            await SignInAsync(ann, ben, chat);
            await ann.SayAsync("Somebody else here");
            await ben.SeesAsync("Somebody else here");
            await Expect(ann.Progress(file.Name)).ToHaveCountAsync(0);
            await ann.OpenAccountMenuAsync("Sign out");
            await Expect(ann.Textbox("Password")).ToBeVisibleAsync();
            await SignInAsync(ann, ann, chat);

            await ben.SeesAsync("Somebody else here", file.Name);
            await Expect(ben.MessageWith(file.Name)).ToContainTextAsync(ann.Name);
        });

    /// <summary>As WebKit has it in a private session.</summary>
    [Fact]
    public Task Where_the_browser_keeps_no_files_it_keeps_what_is_in_them() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, chat) = await scene.TwoInAChatAsync(annThrough: network);
            await ann.Page.AddInitScriptAsync(TakesNoFiles);
            await ann.ReloadAsync();
            await ann.CanWriteAsync();
            var (picture, file) = (SampleFile.Png("sketch.png", 900, 700), SampleFile.Archive("backup.7z", 20 * Megabyte));
            await ann.AttachAsync(picture, file);
            await Eventually.HoldsAsync(() => ann.Page.EvaluateAsync<bool>(KeepsTwoFiles), "both were kept");
            await ann.ReloadAsync();
            await Expect(ann.Waiting).ToContainTextAsync(picture.Name);
            await Expect(ann.Waiting).ToContainTextAsync(file.Name);

            network.HoldUploadsAfter(4 * Megabyte);
            await ann.MessageBox.FillAsync("Both");
            await ann.SendAsync();
            await Expect(ann.Progress(file.Name)).Not.ToHaveAttributeAsync("aria-valuenow", "0");
            await ann.ReloadAsync();
            await Expect(ann.Progress(file.Name)).ToBeVisibleAsync();
            network.Release();

            await Expect(ben.Attachment(file.Name)).ToBeVisibleAsync(new() { Timeout = 30_000 });
            await Expect(ann.Progress(file.Name)).ToHaveCountAsync(0);
            await ann.SeesAsync("Both");
            var sent = (await ann.Program.HistoryAsync(chat.Id)).ShouldHaveSingleItem().Attachments;
            (await ann.Program.DownloadAsync(sent[0].Path)).ShouldBe(picture.Bytes);
            (await ann.Program.DownloadAsync(sent[1].Path)).ShouldBe(file.Bytes);
        });

    [Fact]
    public Task What_the_browser_can_not_keep_is_said_before_it_is_lost() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, _) = await scene.TwoInAChatAsync(annThrough: network);
            await ann.Page.AddInitScriptAsync("IDBFactory.prototype.open = () => { throw new DOMException('No.', 'SecurityError'); };");
            await ann.ReloadAsync();
            await ann.CanWriteAsync();
            var file = SampleFile.Archive("backup.7z", 12 * Megabyte);
            var asked = new List<string>();
            ann.Page.Dialog += async (_, dialog) =>
            {
                asked.Add(dialog.Type);
                await dialog.AcceptAsync();
            };

            await ann.AttachAsync(file);
            await Expect(ann.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "can’t keep these files" })).ToBeVisibleAsync();
            await ann.ReloadAsync();
            asked.ShouldBe(["beforeunload"]);

            await SendHalfAsync(ann, network, file, "Half of it");
            await Expect(ann.Page.GetByText("it is lost if you leave the page before it is sent")).ToBeVisibleAsync();
            await ann.OpenAccountMenuAsync("Sign out");
            await Expect(ann.Dialog).ToContainTextAsync("signed out, it is lost");
            await ann.Dialog.GetByRole(AriaRole.Button, new() { Name = "Stay", Exact = true }).ClickAsync();
            network.Release();
            await Expect(ben.Attachment(file.Name)).ToBeVisibleAsync(new() { Timeout = 30_000 });
        });

    [Fact]
    public Task Who_leaves_while_picked_files_are_still_being_kept_is_asked_and_only_then() =>
        site.PlayAsync(async scene =>
        {
            const string IsAsked = "() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))";
            var (ann, _, _) = await scene.TwoInAChatAsync();
            await ann.CanWriteAsync();
            (await ann.Page.EvaluateAsync<bool>(IsAsked)).ShouldBeFalse("nothing is picked");
            // Somebody else is writing there, until they are told to end.
            await ann.Page.EvaluateAsync(
                """
                () => new Promise((begun) => {
                  indexedDB.open('chatfiles').onsuccess = ({ target }) => {
                    const entries = target.result.transaction(['entries', 'bytes'], 'readwrite').objectStore('entries');
                    const goOn = () => (begun(), globalThis.isThrough || (entries.count().onsuccess = goOn));
                    entries.count().onsuccess = goOn;
                  };
                })
                """
            );

            await ann.AttachAsync(SampleFile.Text("notes.txt", "some words\n"));
            (await ann.Page.EvaluateAsync<bool>(IsAsked)).ShouldBeTrue("it is in this page only");

            await ann.Page.EvaluateAsync("() => { globalThis.isThrough = true; }");
            await ann.Page.WaitForFunctionAsync($"() => !({IsAsked})()");
            await ann.ReloadAsync();
            await Expect(ann.Waiting).ToContainTextAsync("notes.txt");
            (await ann.Page.EvaluateAsync<bool>(IsAsked)).ShouldBeFalse("it was kept before");
        });

    /// <summary>As WebKit has it: requests fail and files can't be read while a page is being left, and it still runs.</summary>
    [Fact]
    public Task A_page_that_is_left_does_not_take_what_it_has_kept_for_unreadable() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, _) = await scene.TwoInAChatAsync(annThrough: network);
            var file = SampleFile.Archive("backup.7z", 12 * Megabyte);
            await SendHalfAsync(ann, network, file, "Half of it");

            await ann.Page.EvaluateAsync("() => { Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException('Gone.', 'NotReadableError')); }");
            network.Cut();
            network.Release();
            await Expect(ann.Page.GetByText("No connection. It is sent as soon as there is one.", new() { Exact = true })).ToBeVisibleAsync();
            network.Restore();
            await ann.ReloadAsync();

            await Expect(ben.Attachment(file.Name)).ToBeVisibleAsync(new() { Timeout = 30_000 });
            await ben.SeesAsync("Half of it");
        });

    [Fact]
    public Task Files_that_were_picked_and_the_text_beside_them_are_still_there_after_a_reload() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            var file = SampleFile.Pdf("offer.pdf");
            await ann.AttachAsync(file, SampleFile.Pdf("draft.pdf"));
            await ann.Button("Remove draft.pdf").ClickAsync();
            await ann.MessageBox.FillAsync("Not sent yet");

            await ann.ReloadAsync();

            await Expect(ann.Waiting).ToContainTextAsync(file.Name);
            await Expect(ann.Waiting).Not.ToContainTextAsync("draft.pdf");
            await Expect(ann.MessageBox).ToHaveValueAsync("Not sent yet");
            await ann.SendAsync();
            await Expect(ben.MessageWith(file.Name)).ToContainTextAsync("Not sent yet");
            await ann.ReloadAsync();
            await ann.CanWriteAsync();
            await Expect(ann.Waiting.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(0);
        });

    [Fact]
    public Task A_file_that_is_refused_costs_its_siblings_nothing_and_keeps_its_reason() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            // The browser judges by the name alone; that these bytes are no picture only the server says.
            var (first, wrong, last) = (SampleFile.Pdf("one.pdf"), SampleFile.Text("photo.png", "no picture at all"), SampleFile.Pdf("three.pdf"));
            await ann.AttachAsync(first, wrong, last);
            await ann.MessageBox.FillAsync("All three");
            await ann.SendAsync();

            await Expect(ben.MessageWith(first.Name)).ToContainTextAsync("All three");
            await Expect(ben.MessageWith(last.Name)).ToContainTextAsync("All three");
            await Expect(ann.Alert.Filter(new() { HasText = "photo.png" })).ToContainTextAsync("not what its name says");
            (await ann.Program.HistoryAsync(chat.Id)).ShouldHaveSingleItem().Attachments.Length.ShouldBe(2);

            await ann.ReloadAsync();
            await Expect(ann.Alert.Filter(new() { HasText = "photo.png" })).ToContainTextAsync("not what its name says");
            await ann.Button("Cancel photo.png").ClickAsync();
            await Expect(ann.Alert).ToHaveCountAsync(0);
            await ann.ReloadAsync();
            await ann.CanWriteAsync();
            await Expect(ann.Button("Cancel photo.png")).ToHaveCountAsync(0);
        });

    [Fact]
    public Task What_is_written_before_the_page_is_live_is_sent_as_soon_as_it_is() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            var scripts = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await ann.Page.RouteAsync(
                "**/sending/composer*.js",
                async route =>
                {
                    await scripts.Task;
                    await route.ContinueAsync();
                }
            );

            await ann.Page.GotoAsync($"chats/{chat.Id}");
            await ann.MessageBox.PressSequentiallyAsync("Early");
            await ann.MessageBox.PressAsync("Enter");
            scripts.SetResult();

            await ben.SeesAsync("Early");
            await Expect(ann.MessageBox).ToHaveValueAsync("");
        });

    [Fact]
    public Task Whoever_is_no_longer_a_member_still_has_what_could_not_be_sent() =>
        site.PlayAsync(async scene =>
        {
            var network = scene.NewNetwork();
            var (ann, ben, chat) = await scene.TwoInAChatAsync(benThrough: network);
            network.Cut();
            await Expect(ben.Reconnecting).ToBeVisibleAsync();
            await ben.MessageBox.FillAsync("My last words");
            await ben.MessageBox.PressAsync("Enter");
            await Expect(ben.Page.GetByText("No connection. It is sent as soon as there is one.", new() { Exact = true })).ToBeVisibleAsync();

            await ann.Program.RemoveMemberAsync(chat.Id, await ann.Program.UserIdAsync(chat.Id, ben.Name));
            network.Restore();

            await Expect(ben.Alert.Filter(new() { HasText = "no longer a member" })).ToBeVisibleAsync(new() { Timeout = 30_000 });
            await Expect(ben.Page.GetByText("My last words")).ToBeVisibleAsync();
            await ben.Button("Discard").ClickAsync();
            await Expect(ben.Page.GetByText("My last words")).ToBeHiddenAsync();
        });

    private static async Task SignInAsync(Person at, Person who, ChatInfo chat)
    {
        await at.Page.GotoAsync($"chats/{chat.Id}");
        await at.Textbox("Email").FillAsync(who.Email);
        await at.Textbox("Password").FillAsync(Names.Password);
        await at.Button("Sign in").ClickAsync();
        await at.IsInAsync(chat);
    }

    private static async Task SendHalfAsync(Person sender, NetworkCut network, SampleFile file, string caption)
    {
        network.HoldUploadsAfter(4 * Megabyte);
        await sender.AttachAsync(file);
        await sender.MessageBox.FillAsync(caption);
        await sender.SendAsync();
        await Expect(sender.Progress(file.Name)).Not.ToHaveAttributeAsync("aria-valuenow", "0");
    }
}
