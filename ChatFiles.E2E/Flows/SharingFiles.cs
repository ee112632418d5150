using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>The main thing: one shares, the other has it.</summary>
public sealed class SharingFiles(SharedSite site) : IClassFixture<SharedSite>
{
    [Fact]
    public Task The_other_sees_a_shared_file_at_once_and_downloads_the_same_bytes() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            var report = SampleFile.Pdf("Quarterly report.pdf");

            await ann.ShareAsync(report);

            await Expect(ben.Attachment(report.Name)).ToBeVisibleAsync();
            (await ben.DownloadAsync(report.Name)).ShouldBe(report.Bytes);
            await Expect(ben.Articles).ToHaveCountAsync(1);
            await Expect(ann.Articles).ToHaveCountAsync(1);
        });

    [Fact]
    public Task Several_files_with_a_caption_are_one_message() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            SampleFile[] files = [SampleFile.Png("sunset.png"), SampleFile.Pdf("plan.pdf"), SampleFile.Text("notes.txt", "Three lines.\n")];

            await ann.AttachAsync(files);
            await ann.MessageBox.FillAsync("All we have so far");
            await ann.SendAsync();

            await Expect(ben.Articles).ToHaveCountAsync(1);
            var message = ben.Message("All we have so far");
            await Expect(message).ToContainTextAsync(ann.Name);
            await Expect(message.GetByRole(AriaRole.Figure)).ToHaveCountAsync(3);
            foreach (var file in files)
                (await ben.DownloadAsync(file.Name)).ShouldBe(file.Bytes);
            await Expect(ann.Waiting).ToBeHiddenAsync();
            await Expect(ann.MessageBox).ToHaveValueAsync("");
        });

    [Fact]
    public Task A_picture_is_shown_and_opens_in_a_dialog() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            await ann.ShareAsync(SampleFile.Png("harbour.png", 800, 600));

            var picture = ben.Attachment("harbour.png").GetByRole(AriaRole.Img).First;
            await Expect(picture).ToBeVisibleAsync();
            await Eventually.HoldsAsync(
                () => picture.EvaluateAsync<bool>("image => (image instanceof HTMLImageElement ? image : image.querySelector('img')).naturalWidth > 0"),
                "the picture was loaded"
            );
            await picture.ClickAsync();
            await Expect(ben.Dialog.GetByRole(AriaRole.Img).First).ToBeVisibleAsync();
            await ben.Page.Keyboard.PressAsync("Escape");
            await Expect(ben.Dialog).ToBeHiddenAsync();
        });

    [Fact]
    public Task A_file_of_a_refused_type_is_named_with_its_reason_and_costs_the_others_nothing() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();

            await ann.PickAsync(SampleFile.Program("setup.exe"), SampleFile.Text("readme.txt", "Read me.\n"));

            await Expect(ann.Alert).ToHaveTextAsync("“setup.exe” is of a type that can't be sent here.");
            await ann.Page.GetByText("What can be sent").ClickAsync();
            await Expect(ann.Page.GetByText("Accepted: png, apng, jpg")).ToBeVisibleAsync();
            await Expect(ann.Waiting).ToContainTextAsync("readme.txt");
            await Expect(ann.Waiting).Not.ToContainTextAsync("setup.exe");
            await ann.SendAsync();
            await Expect(ben.Attachment("readme.txt")).ToBeVisibleAsync();
            await Expect(ben.Attachment("setup.exe")).ToHaveCountAsync(0);
        });

    [Fact]
    public Task A_program_that_calls_itself_a_picture_is_refused_with_its_reason() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();

            await ann.PickAsync(SampleFile.Program("holiday.png"));
            if (await ann.Waiting.IsVisibleAsync())
                await ann.SendAsync();

            await Expect(ann.Page.GetByText("holiday.png").First).ToBeVisibleAsync();
            await Expect(ann.Alert.Filter(new() { HasText = "holiday.png" }).First).ToBeVisibleAsync();
            (await ann.Program.HistoryAsync(chat.Id)).ShouldBeEmpty();
            await Expect(ben.Articles).ToHaveCountAsync(0);
        });

    [Fact]
    public Task A_file_that_waits_can_be_taken_out_again() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            await ann.AttachAsync(SampleFile.Text("keep.txt", "keep\n"), SampleFile.Text("drop.txt", "drop\n"));

            await ann.Button("Remove drop.txt").ClickAsync();
            await Expect(ann.Waiting).Not.ToContainTextAsync("drop.txt");
            await ann.SendAsync();

            await Expect(ben.Attachment("keep.txt")).ToBeVisibleAsync();
            await Expect(ben.Attachment("drop.txt")).ToHaveCountAsync(0);
        });

    [Theory]
    [InlineData("drop")]
    [InlineData("paste")]
    public Task A_file_that_is_dropped_or_pasted_waits_to_be_sent(string how) =>
        site.PlayAsync(
            async scene =>
            {
                var (ann, ben, _) = await scene.TwoInAChatAsync();
                var target = how == "drop" ? ann.Messages : ann.MessageBox;

                await target.EvaluateAsync(
                    """
                    (element, how) => {
                      const data = new DataTransfer();
                      data.items.add(new File(['brought along\n'], `${how}.txt`, { type: 'text/plain' }));
                      const options = { bubbles: true, cancelable: true, composed: true };
                      if (how === 'paste') {
                        element.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: data }));
                        return;
                      }
                      for (const type of ['dragenter', 'dragover', 'drop'])
                        element.dispatchEvent(new DragEvent(type, { ...options, dataTransfer: data }));
                    }
                    """,
                    how
                );

                await Expect(ann.Waiting).ToContainTextAsync($"{how}.txt");
                await ann.SendAsync();
                await Expect(ben.Attachment($"{how}.txt")).ToBeVisibleAsync();
            },
            $"A_file_that_is_{how}"
        );

    [Fact]
    public Task A_name_that_the_server_cleans_is_no_reason_to_refuse_its_file() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            foreach (var (sent, shown) in new[] { ("a.txt ", "a.txt"), ("b.txt.", "b.txt"), ("c.txt\u200f", "c.txt"), ("d.t\u200bxt", "d.txt") })
            {
                await ann.PickAsync(SampleFile.Text(sent, "Accepted.\n"));
                await ann.SendAsync();
                await Expect(ben.Attachment(shown)).ToBeVisibleAsync();
                await Expect(ann.Alert).ToHaveCountAsync(0);
            }
        });

    [Theory]
    [InlineData("drop")]
    [InlineData("pick")]
    public Task The_files_in_a_folder_are_sent_with_their_path_in_their_names(string how) =>
        site.PlayAsync(
            async scene =>
            {
                var (ann, ben, _) = await scene.TwoInAChatAsync();
                // A name that a file could have too.
                var folder = await ann.WriteFolderAsync(
                    "site.zip",
                    SampleFile.Text("readme.txt", "At the top.\n"),
                    SampleFile.Text("pages/one/text.md", "Below.\n"),
                    SampleFile.Program("pages/run.exe"),
                    SampleFile.Text(".DS_Store", "Litter.\n")
                );

                if (how == "drop")
                    await ann.DropFromDiskAsync(folder, (await ann.WriteAsync(SampleFile.Text("beside.txt", "Not in it.\n"))).Single());
                else
                    await ann.PickFolderAsync(folder);

                await Expect(ann.Waiting.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(how == "drop" ? 3 : 2);
                await Expect(ann.Alert).ToHaveTextAsync("“site.zip - pages - run.exe” is of a type that can't be sent here.");
                await ann.SendAsync();
                await Expect(ben.Attachment("site.zip - readme.txt")).ToBeVisibleAsync();
                await Expect(ben.Attachment("site.zip - pages - one - text.md")).ToBeVisibleAsync();
                await Expect(ben.Attachment("beside.txt")).ToHaveCountAsync(how == "drop" ? 1 : 0);
            },
            $"A_folder_that_is_{how}ped"
        );

    [Fact]
    public Task What_is_dropped_on_a_chat_in_the_navigation_or_on_the_list_of_its_files_waits_to_be_sent_there() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            var (one, other) = (await ann.WriteAsync(SampleFile.Text("one.txt", "1\n")), await ann.WriteAsync(SampleFile.Text("other.txt", "2\n")));
            await ann.ChatLink("General").ClickAsync();
            await Expect(ann.Heading("General")).ToBeVisibleAsync();

            await ann.DropFromDiskAsync(ann.ChatLink(chat.Name), one);
            await ann.IsInAsync(chat);
            await Expect(ann.Button("Remove one.txt")).ToBeVisibleAsync();
            await ann.Link("Files").ClickAsync();
            await Expect(ann.Page.GetByText("No files yet")).ToBeVisibleAsync();
            await ann.DropFromDiskAsync(ann.Page.GetByRole(AriaRole.Region, new() { Name = "List of files", Exact = true }), other);
            await Expect(ann.Waiting.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
            await ann.SendAsync();

            await Expect(ben.Attachment("one.txt")).ToBeVisibleAsync();
            await Expect(ben.Attachment("other.txt")).ToBeVisibleAsync();
        });

    [Fact]
    public Task Many_refusals_at_once_are_one_line_until_somebody_wants_to_see_them_all() =>
        site.PlayAsync(async scene =>
        {
            var (ann, _, _) = await scene.TwoInAChatAsync();
            var names = Enumerable.Range(1, 15).Select(i => $"{i}.txt").ToList();
            var folder = await ann.WriteFolderAsync("notes", [.. names.Select(name => SampleFile.Text(name, "A note.\n"))]);

            await ann.DropFromDiskAsync(folder);

            await Expect(ann.Alert).ToHaveTextAsync(
                "“notes - 11.txt” is one too many: a message takes 10 files. Send these first. 4 more can't be sent."
            );
            var all = ann.Page.GetByRole(AriaRole.List, new() { Name = "All that can’t be sent" });
            await Expect(all).ToBeHiddenAsync();
            await ann.Button("Show all").ClickAsync();
            await Expect(all.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(5);
            await Expect(all).ToContainTextAsync("“notes - 15.txt” is one too many");
            await ann.Button("Dismiss").ClickAsync();
            await Expect(ann.Alert).ToHaveCountAsync(0);
            await Expect(ann.Waiting.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(10);
        });

    [Theory]
    [InlineData(" \r\n", true)]
    [InlineData("The text that was copied", false)]
    public Task Of_a_picture_and_a_text_on_the_clipboard_the_text_is_meant_where_it_says_something(string text, bool isAttached) =>
        site.PlayAsync(
            async scene =>
            {
                var (ann, _, _) = await scene.TwoInAChatAsync();
                await ann.MessageBox.EvaluateAsync(
                    """
                    (element, text) => {
                      const clipboardData = new DataTransfer();
                      clipboardData.setData('text/plain', text);
                      clipboardData.setData('text/html', '<img src="file:///C:/Temp/clip_image001.png">');
                      clipboardData.items.add(new File([new Uint8Array([0x89, 0x50, 0x4e, 0x47])], 'image.png', { type: 'image/png' }));
                      element.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, composed: true, clipboardData }));
                    }
                    """,
                    text
                );
                await ann.AttachAsync(SampleFile.Text("after.txt", "Picked after it.\n"));
                await Expect(ann.Waiting.GetByText("image.png")).ToHaveCountAsync(isAttached ? 1 : 0);
            },
            $"A_picture_and_a_text_{isAttached}"
        );

    [Fact]
    public Task A_name_with_markup_quotes_and_other_scripts_is_shown_as_written() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, _) = await scene.TwoInAChatAsync();
            var file = SampleFile.Text("<b>größe \"100%\" отчёт 報告.txt", "content\n");

            await ann.ShareAsync(file);

            await Expect(ben.Attachment(file.Name)).ToBeVisibleAsync();
            await Expect(ben.Messages.Locator("b", new() { HasText = "größe" })).ToHaveCountAsync(0);
        });
}
