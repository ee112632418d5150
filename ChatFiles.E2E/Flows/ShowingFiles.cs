using System.Text.RegularExpressions;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>Pictures and documents on the page: small ones first, and what can be seen of them without a download.</summary>
public sealed class ShowingFiles(SharedSite site) : IClassFixture<SharedSite>
{
    /// <summary>Whether the browser has kept that a file that is picked is to go as it is.</summary>
    private const string KeepsAnOriginal = """
        () => new Promise((resolve) => {
          const opening = indexedDB.open('chatfiles', 1);
          opening.onsuccess = () => {
            const reading = opening.result.transaction('entries').objectStore('entries').getAll();
            reading.onsuccess = () => (opening.result.close(), resolve(reading.result.some((entry) => entry.files.some((file) => file.isOriginal))));
          };
        })
        """;

    [Fact]
    public Task A_large_picture_travels_with_a_small_one_that_the_other_sees() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            var harbour = SampleFile.Png("harbour.png", 2400, 1600);

            await ann.AttachAsync(harbour);
            await Expect(ann.Waiting.Locator("img")).ToBeVisibleAsync();
            await ann.SendAsync();

            var seen = ben.Attachment("harbour.png").GetByRole(AriaRole.Img).First;
            await Eventually.HoldsAsync(
                () => seen.EvaluateAsync<bool>("image => image.naturalWidth > 400 && image.naturalWidth <= 800 && image.currentSrc.endsWith('/thumbnail')"),
                "the thumbnail was loaded"
            );
            var path = (await ben.Program.HistoryAsync(chat.Id)).Single().Attachments.Single().Path;
            var thumbnail = await ben.Program.DownloadAsync(path + "/thumbnail");
            thumbnail.Length.ShouldBeInRange(1, 64 * 1024);
            thumbnail[..4].ShouldBe("RIFF"u8.ToArray());
            thumbnail[8..12].ShouldBe("WEBP"u8.ToArray());
            (await ben.Program.DownloadAsync(path)).ShouldBe(harbour.Bytes);
        });

    [Fact]
    public Task A_picture_of_very_many_pixels_is_a_card_shown_reduced_and_drawn_only_for_who_asks_for_it() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            var picture = SampleFile.BlankPng("map.png", 7200, 7000);
            await ben.Program.ShareAsync(chat.Id, "", picture);

            await Expect(ann.Attachment(picture.Name)).ToBeVisibleAsync();
            var height = (await ann.Attachment(picture.Name).BoundingBoxAsync())!.Height;

            // It comes without one; the server makes it.
            var reduced = new Regex("/thumbnail$", RegexOptions.None, TimeSpan.FromSeconds(1));
            await Expect(ann.Attachment(picture.Name).Locator("img")).ToHaveAttributeAsync("src", reduced, new() { Timeout = 30_000 });
            (await ann.Attachment(picture.Name).BoundingBoxAsync())!.Height.ShouldBe(height, "nothing moved when it came");
            await ann.OpenCardAsync(picture.Name);
            await Expect(ann.Dialog).ToContainTextAsync("7,200 × 7,000 pixels");
            await Expect(ann.Dialog.GetByRole(AriaRole.Img, new() { Name = picture.Name })).ToHaveAttributeAsync("src", reduced);
            await ann.Dialog.GetByRole(AriaRole.Button, new() { Name = "Show it anyway", Exact = true }).ClickAsync();
            await Expect(ann.Dialog.GetByRole(AriaRole.Img, new() { Name = picture.Name })).Not.ToHaveAttributeAsync("src", reduced);
        });

    [Fact]
    public Task A_video_without_a_picture_to_show_has_no_thumbnail_and_says_why() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            await ann.ShareAsync(SampleFile.VideoOfAnotherFormat("phone.mp4"));

            foreach (var person in new[] { ann, ben })
                await Expect(person.Attachment("phone.mp4").GetByRole(AriaRole.Note)).ToContainTextAsync("in a format that it does not know");
            (await ann.Program.HistoryAsync(chat.Id)).Single().Attachments.Single().Thumbnail.ShouldBeNull();
        });

    [Fact]
    public Task Where_a_photo_was_taken_stays_at_home_unless_its_sender_says_otherwise() =>
        site.PlayAsync(async scene =>
        {
            var (ann, _, chat) = await scene.TwoInAChatAsync();
            var drawn = await ann.Page.EvaluateAsync<string>("document.createElement('canvas').toDataURL('image/jpeg').split(',')[1]");
            var plain = Convert.FromBase64String(drawn);
            var withLocation = PhotoData.Jpeg(plain, withLocation: true);

            await ann.AttachAsync(
                new SampleFile("tower.jpg", withLocation),
                new SampleFile("meeting point.jpg", withLocation),
                SampleFile.Png("sketch.png", exif: PhotoData.Exif(withLocation: true)),
                new SampleFile("indoors.jpg", plain)
            );
            await Expect(ann.Waiting.GetByText("Location removed")).ToHaveCountAsync(3);
            await ann.Waiting.GetByRole(AriaRole.Checkbox, new() { Name = "Send original meeting point.jpg", Exact = true }).CheckAsync();
            await Expect(ann.Waiting.GetByText("Location kept")).ToBeVisibleAsync();
            await ann.Page.WaitForFunctionAsync(KeepsAnOriginal);
            await ann.ReloadAsync();
            await Expect(ann.Waiting.GetByText("Location removed")).ToHaveCountAsync(2);
            await Expect(ann.Waiting.GetByText("Location kept")).ToBeVisibleAsync();
            await ann.SendAsync();
            await Expect(ann.Attachment("indoors.jpg")).ToBeVisibleAsync();

            var sent = (await ann.Program.HistoryAsync(chat.Id)).Single().Attachments;
            var bytes = await Task.WhenAll(sent.Select(file => ann.Program.DownloadAsync(file.Path)));
            bytes[0].ShouldBe(PhotoData.Jpeg(plain, withLocation: false));
            bytes[1].ShouldBe(withLocation);
            bytes[2].ShouldBe(SampleFile.Png("sketch.png", exif: PhotoData.Exif(withLocation: false)).Bytes);
            bytes[3].ShouldBe(plain);
        });

    [Fact]
    public Task The_viewer_needs_no_mouse() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            await ann.ShareAsync(SampleFile.Png("dawn.png", hue: 40), SampleFile.Png("noon.png", hue: 120));
            var (keys, zoom) = (ben.Page.Keyboard, ben.Dialog.GetByRole(AriaRole.Button, new() { Name = "reset zoom" }));

            await ben.Button("Open dawn.png").PressAsync("Enter");
            await Expect(ben.Dialog.GetByRole(AriaRole.Heading)).ToHaveTextAsync("dawn.png");
            await Expect(zoom).ToHaveTextAsync("100 %");
            await keys.PressAsync("ArrowRight");
            await Expect(ben.Dialog.GetByRole(AriaRole.Heading)).ToHaveTextAsync("noon.png");
            await Expect(ben.Dialog).ToContainTextAsync("2 of 2");
            await Expect(ben.Button("Next")).ToBeDisabledAsync();
            await keys.PressAsync("+");
            await Expect(zoom).ToHaveTextAsync("150 %");
            await keys.PressAsync("ArrowLeft");
            await Expect(ben.Dialog.GetByRole(AriaRole.Heading)).ToHaveTextAsync("dawn.png");
            await Expect(zoom).ToHaveTextAsync("100 %");

            await keys.PressAsync("Escape");
            await Expect(ben.Dialog).ToBeHiddenAsync();
            await Expect(ben.Button("Open dawn.png")).ToBeFocusedAsync();
        });

    [Fact]
    public Task Text_and_pdf_open_in_place_and_a_link_to_them_can_be_copied() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync(wholeBrowser: true);
            const string Text = "größe <b>not bold</b>\n\tindented\n";
            await ann.ShareAsync(SampleFile.Text("notes.md", Text), SampleFile.Pdf("plan.pdf"));
            var message = (await ben.Program.HistoryAsync(chat.Id)).Single();
            await ben.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);

            await ben.OpenCardAsync("notes.md");
            await Eventually.HoldsAsync(
                async () => await ben.Dialog.GetByRole(AriaRole.Region, new() { Name = "Text of notes.md" }).TextContentAsync() == Text,
                "the text was shown as written"
            );
            await ben.Dialog.GetByRole(AriaRole.Button, new() { Name = "Copy link to notes.md", Exact = true }).ClickAsync();
            await Expect(ben.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Link copied" })).ToBeVisibleAsync();
            (await ben.Page.EvaluateAsync<string>("navigator.clipboard.readText()")).ShouldBe(AddressOf(scene, chat, message, 0));
            await ben.Page.Keyboard.PressAsync("Escape");
            await Expect(ben.Dialog).ToBeHiddenAsync();

            await ben.OpenCardAsync("plan.pdf");
            // What a policy keeps out of the frame leaves an error page in it.
            await Eventually.HoldsAsync(
                () => Task.FromResult(ben.Page.Frames.Any(frame => frame.Url.EndsWith(message.Attachments[1].Path, StringComparison.Ordinal))),
                "the browser's viewer had the PDF"
            );
        });

    [Fact]
    public Task What_is_in_a_table_a_log_and_an_archive_is_seen_without_opening_them_and_nothing_moves_for_it() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            var gate = new TaskCompletionSource();
            await ben.Page.RouteAsync(
                url => url.EndsWith("?preview", StringComparison.Ordinal),
                async route =>
                {
                    await gate.Task;
                    await route.ContinueAsync();
                }
            );
            var rows = string.Concat(Enumerable.Range(1, 50).Select(n => $"bolt {n};{n},50;\"long; thin\"\n"));
            await ann.AttachAsync(
                SampleFile.Text("prices.csv", "Name;Price;Note\n" + rows),
                SampleFile.Text("build.log", "starting\n\u001b[31mERROR\u001b[0m <b>no</b> route\n"),
                SampleFile.Zip("release.zip", "docs/Größe.txt", "1.txt", "2.txt", "3.txt", "4.txt", "5.txt", "6.txt")
            );
            await ann.SayAsync("The release");
            await Expect(ben.Attachment("release.zip")).ToBeVisibleAsync();
            var before = await WhereAllIsAsync(ben);

            gate.SetResult();

            var table = ben.Attachment("prices.csv").GetByRole(AriaRole.Table);
            await Expect(table.GetByRole(AriaRole.Columnheader)).ToHaveTextAsync(["Name", "Price", "Note"]);
            await Expect(table.GetByRole(AriaRole.Row).Nth(1).GetByRole(AriaRole.Cell)).ToHaveTextAsync(["bolt 1", "1,50", "long; thin"]);
            await Expect(ben.Attachment("build.log").GetByText("ERROR", new() { Exact = true })).ToHaveCSSAsync("color", "rgb(163, 32, 26)");
            await Expect(ben.Attachment("build.log")).ToContainTextAsync("<b>no</b> route");
            var names = ben.Attachment("release.zip").GetByRole(AriaRole.Listitem);
            await Expect(names.First).ToContainTextAsync("docs/Größe.txt");
            await Expect(names.Last).ToHaveTextAsync("and 2 more");
            (await WhereAllIsAsync(ben)).ShouldBe(before);

            await ben.Button("Show more of prices.csv").ClickAsync();
            await Expect(ben.Dialog.GetByRole(AriaRole.Row)).ToHaveCountAsync(51);
            await Expect(ben.Dialog.GetByRole(AriaRole.Combobox, new() { Name = "Encoding" })).ToHaveValueAsync("utf-8");
            await ben.Dialog.GetByRole(AriaRole.Checkbox, new() { Name = "As a table" }).UncheckAsync();
            await Expect(ben.Dialog.GetByRole(AriaRole.Region, new() { Name = "Text of prices.csv" })).ToContainTextAsync("bolt 50;50,50;\"long; thin\"");
        });

    [Fact]
    public Task A_text_in_another_encoding_is_shown_as_what_it_is_and_can_be_read_as_another() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            // "Grüße" as Windows-1252 has it.
            await ann.ShareAsync(new SampleFile("hello.txt", [(byte)'G', (byte)'r', 0xFC, 0xDF, (byte)'e']));
            await Expect(ben.Attachment("hello.txt")).ToContainTextAsync("Grüße");

            await ben.OpenCardAsync("hello.txt");
            var (text, encoding) = (
                ben.Dialog.GetByRole(AriaRole.Region, new() { Name = "Text of hello.txt" }),
                ben.Dialog.GetByRole(AriaRole.Combobox, new() { Name = "Encoding" })
            );
            await Expect(text).ToHaveTextAsync("Grüße");
            await Expect(encoding).ToHaveValueAsync("windows-1252");
            await encoding.FocusAsync();
            await encoding.SelectOptionAsync("windows-1251");
            await Expect(text).ToHaveTextAsync("GrьЯe");
            await Expect(encoding).ToBeFocusedAsync();
        });

    [Fact]
    public Task Back_closes_the_viewer_and_leaves_the_chat_where_it_was() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            var before = await ben.Page.EvaluateAsync<int>("history.length");
            await ann.ShareAsync(SampleFile.Png("dawn.png", hue: 40), SampleFile.Png("noon.png", hue: 120));
            var message = (await ben.Program.HistoryAsync(chat.Id)).Single();
            var (atChat, atDawn, atNoon) = (
                new Uri(scene.Server.Address, $"/chats/{chat.Id}").ToString(),
                AddressOf(scene, chat, message, 0),
                AddressOf(scene, chat, message, 1)
            );

            foreach (var close in new Func<Task>[] { () => ben.Page.GoBackAsync(), () => ben.Page.Keyboard.PressAsync("Escape"), () => ben.Button("Close").ClickAsync() })
            {
                await ben.Button("Open dawn.png").ClickAsync();
                await Expect(ben.Dialog).ToBeVisibleAsync();
                await Expect(ben.Page).ToHaveURLAsync(atDawn);
                await ben.Page.Keyboard.PressAsync("ArrowRight");
                await Expect(ben.Page).ToHaveURLAsync(atNoon);

                await close();

                await Expect(ben.Dialog).ToHaveCountAsync(0);
                await Expect(ben.Page).ToHaveURLAsync(atChat);
                await Expect(ben.Button("Open dawn.png")).ToBeFocusedAsync();
            }

            (await ben.Page.EvaluateAsync<int>("history.length")).ShouldBe(before + 1, "closed, a file leaves nothing but a way forward to it");
            await ben.Page.GoForwardAsync();
            await Expect(ben.Dialog.GetByRole(AriaRole.Heading)).ToHaveTextAsync("noon.png");
        });

    [Fact]
    public Task From_the_files_page_the_viewer_goes_through_what_the_chat_has_not_loaded_and_leads_to_it() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben) = (await scene.NewGuestAsync("ann"), await scene.NewGuestAsync("ben"));
            await Task.WhenAll(ann.RegisterByProgramAsync(), ben.RegisterByProgramAsync());
            var chat = await Scene.NewChatAsync(ann, ben);
            await ann.Program.ShareAsync(chat.Id, "The very first", SampleFile.Png("dawn.png", hue: 40));
            await ann.Program.ShareAsync(chat.Id, "", SampleFile.Text("notes.txt", "x\n"));
            for (var i = 0; i < 60; i++)
                await ann.Program.SayAsync(chat.Id, $"line {i}");
            var first = (await ann.Program.HistoryAsync(chat.Id))[0];
            await ben.SignInAtAsync(chat);
            await ben.GoAsync($"chats/{chat.Id}/files?q=notes");
            var atFiles = ben.Page.Url;
            var before = await ben.Page.EvaluateAsync<int>("history.length");
            var title = ben.Dialog.GetByRole(AriaRole.Heading);

            await ben.Link("notes.txt").ClickAsync();
            await Expect(title).ToHaveTextAsync("notes.txt");
            await Expect(ben.Dialog).ToContainTextAsync("2 of 2");
            await ann.Program.ShareAsync(chat.Id, "", SampleFile.Text("new.txt", "y\n"));
            await Expect(ben.Dialog).ToContainTextAsync("2 of 3");
            await ben.Page.Keyboard.PressAsync("ArrowLeft");
            await Expect(title).ToHaveTextAsync("dawn.png");
            await Expect(ben.Dialog).ToContainTextAsync("The very first");
            await ben.Page.Keyboard.PressAsync("Escape");
            await Expect(ben.Dialog).ToHaveCountAsync(0);
            await Expect(ben.Page).ToHaveURLAsync(atFiles);
            await Expect(ben.Link("notes.txt")).ToBeFocusedAsync();

            await ben.Link("notes.txt").ClickAsync();
            await Expect(title).ToHaveTextAsync("notes.txt");
            await ben.Page.Keyboard.PressAsync("ArrowLeft");
            await Expect(title).ToHaveTextAsync("dawn.png");
            await ben.Dialog.GetByRole(AriaRole.Link, new() { Name = "Show in chat", Exact = true }).ClickAsync();
            await Expect(ben.Message("The very first")).ToBeInViewportAsync();
            await Expect(ben.Page).ToHaveURLAsync(new Uri(scene.Server.Address, $"/chats/{chat.Id}?message={first.Id}").ToString());
            (await ben.Page.EvaluateAsync<int>("history.length")).ShouldBe(before + 1, "the chat stands in the place of the file");
            await ben.Page.GoBackAsync();
            await Expect(ben.Link("notes.txt")).ToBeVisibleAsync();
            await Expect(ben.Page).ToHaveURLAsync(atFiles);
        });

    [Fact]
    public Task A_file_that_is_opened_as_soon_as_another_is_closed_stays_open() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            await ann.ShareAsync(SampleFile.Text("plan.txt", "x\n"), SampleFile.Text("notes.txt", "y\n"));
            var message = (await ben.Program.HistoryAsync(chat.Id)).Single();
            // A browser that is slow at going back, and says when it has.
            await ben.Page.EvaluateAsync(
                """
                () => {
                  globalThis.stepsBack = 0;
                  addEventListener('popstate', () => stepsBack++);
                  const back = history.back.bind(history);
                  history.back = () => setTimeout(back, 500);
                }
                """
            );

            for (var round = 1; round <= 2; round++)
            {
                await ben.OpenCardAsync("plan.txt");
                await Expect(ben.Dialog.GetByRole(AriaRole.Heading)).ToHaveTextAsync("plan.txt");
                await ben.Page.Keyboard.PressAsync("Escape");
                await ben.OpenCardAsync("notes.txt");
                await ben.Page.WaitForFunctionAsync("n => stepsBack === n", 2 * round - 1);

                await Expect(ben.Dialog.GetByRole(AriaRole.Heading)).ToHaveTextAsync("notes.txt");
                await Expect(ben.Page).ToHaveURLAsync(AddressOf(scene, chat, message, 1));
                await ben.Button("Close").ClickAsync();
                await Expect(ben.Dialog).ToHaveCountAsync(0);
                await Expect(ben.Page).ToHaveURLAsync(new Uri(scene.Server.Address, $"/chats/{chat.Id}").ToString());
            }
        });

    [Fact]
    public Task The_address_of_a_file_leads_to_it_also_by_way_of_the_sign_in() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben) = (await scene.NewPersonAsync("ann"), await scene.NewGuestAsync("ben"));
            await ben.RegisterByProgramAsync();
            var chat = await Scene.NewChatAsync(ann, ben);
            await ann.OpenAsync(chat);
            await ann.ShareAsync(SampleFile.Png("dawn.png"));
            for (var i = 0; i < 60; i++)
                await ann.Program.SayAsync(chat.Id, $"line {i}");
            var message = (await ann.Program.HistoryAsync(chat.Id))[0];
            await ann.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
            await ann.OpenMenuAsync(ann.Button("More for dawn.png"), "Copy link");
            await Expect(ann.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Link copied" })).ToBeVisibleAsync();
            var address = await ann.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
            address.ShouldBe(AddressOf(scene, chat, message, 0));

            await ben.Page.GotoAsync(address);
            await ben.SignInAsync();

            await Expect(ben.Dialog.GetByRole(AriaRole.Heading)).ToHaveTextAsync("dawn.png", new() { Timeout = 30_000 });
            await ben.Page.Keyboard.PressAsync("Escape");
            await Expect(ben.Dialog).ToHaveCountAsync(0);
            await Expect(ben.Attachment("dawn.png")).ToBeInViewportAsync();
            await Expect(ben.Page).ToHaveURLAsync(new Uri(scene.Server.Address, $"/chats/{chat.Id}?message={message.Id}").ToString());
        });

    /// <summary>Every message and every file in one, to the pixel.</summary>
    private static Task<string> WhereAllIsAsync(Person person) =>
        person.Messages.EvaluateAsync<string>(
            """
            (log) => [...log.querySelectorAll('article, figure')]
              .map((element) => element.getBoundingClientRect())
              .map(({ x, y, width, height }) => [x, y, width, height].map((length) => length.toFixed(1)).join(' '))
              .join('\n')
            """
        );

    private static string AddressOf(Scene scene, ChatInfo chat, MessageInfo message, int file) =>
        new Uri(scene.Server.Address, $"/chats/{chat.Id}?message={message.Id}&file={message.Attachments[file].Id}").ToString();
}
