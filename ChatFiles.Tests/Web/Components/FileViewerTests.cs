using AngleSharp.Dom;
using Bunit;
using ChatFiles.Core.Files;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Files;

namespace ChatFiles.Tests.Web.Components;

public sealed class FileViewerTests
{
    private static readonly byte[] Zip = [0x50, 0x4B, 3, 4, 0, 0];
    private static readonly byte[] Mp4 = [0, 0, 0, 0x18, .. "ftypmp42"u8, 0, 0, 0, 0, .. "mp42isom"u8];

    [Fact]
    public async Task It_shows_the_picture_and_says_whose_it_is_how_large_when_it_came_and_what_was_said_with_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, null, Parts.Caption("At dawn, see https://example.com/a"), Picture("first.png"))).Value;
        await using var screen = new Screen(world, ann);

        var viewer = Open(screen, ann, sent);

        ShouldShow(viewer, "first.png");
        var file = sent.Attachments[0];
        Slide(viewer).QuerySelector("img")!.GetAttribute("src").ShouldBe(file.Path);
        var about = viewer.Find(".about");
        about.TextContent.ShouldContain("ann");
        about.TextContent.ShouldContain(UploadPolicy.Readable(file.Size!.Value));
        about.QuerySelector("time").ShouldNotBeNull();
        about.QuerySelector(".text")!.TextContent.ShouldBe("At dawn, see https://example.com/a");
        about.QuerySelector(".text a")!.GetAttribute("href").ShouldBe("https://example.com/a");
        viewer.Find("a[aria-label='Download first.png']").GetAttribute("href").ShouldBe(file.Path + "?download");
        viewer.Find("button[aria-label='Copy link to first.png']").GetAttribute("data-copy-link").ShouldBe($"/chats/{chat}?message={sent.Id}&file={file.Id}");
        viewer.Find("a[aria-label='Show in chat']").GetAttribute("href").ShouldBe($"/chats/{chat}?message={sent.Id}");
        viewer.Find("[data-slide]:not([hidden])").GetAttribute("data-address").ShouldBe($"/chats/{chat}?message={sent.Id}&file={file.Id}");
        viewer.FindAll("[data-zoom]").Select(b => b.GetAttribute("data-zoom")).ShouldBe(["out", "fit", "in", "real", "turn"]);
        viewer.FindAll("[data-zoom]").Select(b => b.GetAttribute("aria-keyshortcuts")).ShouldBe(["-", "0", "+", "1", "R"]);
    }

    [Fact]
    public async Task Whom_a_caption_mentions_is_shown_by_a_name_that_is_no_markup()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("[bill](https://evil.example)"));
        var chat = await world.ChatAsync(ann, ben);
        var sent = (await world.SendAsync(ann, chat, null, Parts.Caption($"For <@{ben.Id}>"), Picture("first.png"))).Value;
        await using var screen = new Screen(world, ann);

        var viewer = Open(screen, ann, sent);

        ShouldShow(viewer, "first.png");
        viewer.Find(".about .mention").TextContent.ShouldBe("@[bill](https://evil.example)");
        viewer.FindAll(".about .text a").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_picture_that_is_too_large_to_be_drawn_is_shown_reduced_until_somebody_wants_all_of_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var huge = Parts.File("huge.png", PictureFiles.Png(8_000, 8_000, 1, 0, rows: 1));
        var sent = (await world.SendAsync(ann, chat, null, huge, Parts.Thumbnail([0xFF, 0xD8, 0xFF, 0xE0]))).Value;
        await using var screen = new Screen(world, ann);

        var viewer = Open(screen, ann, sent);

        ShouldShow(viewer, "huge.png");
        Slide(viewer).QuerySelector("img")!.GetAttribute("src").ShouldBe(sent.Attachments[0].Thumbnail);
        Slide(viewer).TextContent.ShouldContain("8,000 × 8,000");
        viewer.Press("Show it anyway");
        viewer.WaitForAssertion(() => Slide(viewer).QuerySelector("img")!.GetAttribute("src").ShouldBe(sent.Attachments[0].Path), Screen.Patience);
    }

    [Fact]
    public async Task It_goes_through_all_files_of_the_chat_and_stops_at_both_ends()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var (chat, other) = (await world.ChatAsync(ann), await world.ChatAsync(ann));
        var first = (await world.SendAsync(ann, chat, null, Picture("first.png"), Parts.File("notes.txt", "x"))).Value;
        await world.Chats.SendTextAsync(ann.Id, chat, "no file");
        await world.SendFileAsync(ann, other, "elsewhere.txt");
        var deleted = await world.SendFileAsync(ann, chat, "deleted.txt");
        await world.Chats.DeleteFileAsync(ann.Id, chat, deleted.Attachments[0].Id);
        await world.SendAsync(ann, chat, null, Parts.File("all.zip", Zip));
        await world.SendAsync(ann, chat, null, Parts.File("clip.mp4", Mp4));
        await using var screen = new Screen(world, ann);

        var viewer = Open(screen, ann, first);

        ShouldShow(viewer, "first.png", "1 of 4");
        viewer.Find("button[aria-label='Previous']").GetAttribute("aria-disabled").ShouldBe("true");
        Press(viewer, "Previous");
        ShouldShow(viewer, "first.png");
        foreach (var (name, place) in new[] { ("notes.txt", "2 of 4"), ("all.zip", "3 of 4"), ("clip.mp4", "4 of 4") })
        {
            Press(viewer, "Next");
            ShouldShow(viewer, name, place);
        }

        Press(viewer, "Next");
        viewer.Find("button[aria-label='Next']").GetAttribute("aria-disabled").ShouldBe("true");
        Slide(viewer).QuerySelector("video")!.HasAttribute("controls").ShouldBeTrue();
        viewer.FindAll("[data-zoom]").ShouldBeEmpty();
        Press(viewer, "Previous");
        ShouldShow(viewer, "all.zip", "3 of 4");
    }

    [Fact]
    public async Task Pictures_beside_it_are_loaded_ahead_and_not_shown()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var first = (await world.SendAsync(ann, chat, null, Picture("first.png"))).Value;
        var second = (await world.SendAsync(ann, chat, null, Picture("second.png"))).Value;
        await world.SendAsync(ann, chat, null, Parts.File("clip.mp4", Mp4));
        await using var screen = new Screen(world, ann);

        var viewer = Open(screen, ann, second);

        ShouldShow(viewer, "second.png");
        viewer.FindAll("[data-slide][hidden] img").Select(i => i.GetAttribute("src")).ShouldBe([first.Attachments[0].Path]);
        viewer.FindAll("video").ShouldBeEmpty("a video is large");
    }

    [Fact]
    public async Task A_pdf_opens_in_a_frame_that_the_script_fills()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, null, Parts.File("plan.pdf", "%PDF-1.7\n"u8.ToArray()))).Value;
        await using var screen = new Screen(world, ann);

        var viewer = Open(screen, ann, sent);

        ShouldShow(viewer, "plan.pdf", "1 of 1");
        var frame = Slide(viewer).QuerySelector("iframe")!;
        frame.GetAttribute("data-pdf").ShouldBe(sent.Attachments[0].Path);
        frame.GetAttribute("title").ShouldBe("plan.pdf");
        frame.HasAttribute("src").ShouldBeFalse("the browser would show an answer that is no PDF");
        viewer.FindAll("[data-zoom]").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("notes.txt", "text")]
    [InlineData("table.csv", "table")]
    [InlineData("readme.md", "text")]
    [InlineData("all.zip", "zip")]
    public async Task What_is_in_a_text_or_archive_is_read_by_the_script(string name, string shown)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var sent = (await world.SendAsync(ann, await world.ChatAsync(ann), null, Parts.File(name, shown == "zip" ? Zip : "x"u8.ToArray()))).Value;
        await using var screen = new Screen(world, ann);

        var viewer = Open(screen, ann, sent);

        ShouldShow(viewer, name);
        var contents = Slide(viewer).QuerySelector("file-contents")!;
        contents.GetAttribute("as").ShouldBe(shown);
        contents.GetAttribute("path").ShouldBe(sent.Attachments[0].Path);
        contents.GetAttribute("name").ShouldBe(name);
        contents.ChildNodes.ShouldBeEmpty();
        viewer.FindAll(".note").ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_a_long_text_it_says_how_much_is_shown()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var sent = await world.SendFileAsync(ann, await world.ChatAsync(ann), "long.log", new string('x', 256 * 1024 + 1));
        await using var screen = new Screen(world, ann);

        var viewer = Open(screen, ann, sent);

        ShouldShow(viewer, "long.log");
        viewer.Find(".note").TextContent.ShouldContain("256 KiB");
    }

    [Fact]
    public async Task Who_looks_at_a_file_that_is_deleted_goes_on_to_the_next_and_is_told_so_until_there_is_none()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, null, Picture("first.png"), Picture("second.png"), Picture("third.png"))).Value;
        await using var screen = new Screen(world, ann);
        var gone = 0;
        var viewer = Open(screen, ann, sent, file: 1, onGone: () => gone++);
        ShouldShow(viewer, "second.png", "2 of 3");

        await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[1].Id);
        ShouldShow(viewer, "third.png", "2 of 2");
        viewer.Find(".said").TextContent.ShouldBe("second.png was deleted.");
        await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[2].Id);
        ShouldShow(viewer, "first.png", "1 of 1");
        gone.ShouldBe(0);

        await world.Chats.DeleteMessageAsync(ann.Id, chat, sent.Id);
        viewer.WaitForAssertion(() => gone.ShouldBe(1), Screen.Patience);
    }

    [Fact]
    public async Task A_file_that_comes_meanwhile_is_the_next_one()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        var sent = await world.SendFileAsync(ann, chat, "first.txt");
        await using var screen = new Screen(world, bob);
        var viewer = Open(screen, bob, sent);
        ShouldShow(viewer, "first.txt", "1 of 1");

        await world.SendFileAsync(ann, chat, "second.txt");

        ShouldShow(viewer, "first.txt", "1 of 2");
        Press(viewer, "Next");
        ShouldShow(viewer, "second.txt", "2 of 2");
    }

    [Theory]
    [InlineData("ann", 1)]
    [InlineData("bob", 0)]
    public async Task A_file_that_goes_missing_meanwhile_says_so_and_its_author_may_put_it_back(string reader, int buttons)
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (owner, ann, bob) = (await world.PersonAsync("owner"), await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(owner, ann, bob);
        var sent = (await world.SendAsync(ann, chat, null, Picture("first.png"))).Value;
        var person = reader == "ann" ? ann : bob;
        await using var screen = new Screen(world, person);
        var viewer = Open(screen, person, sent);
        ShouldShow(viewer, "first.png");

        File.Delete(await world.BlobPathAsync(sent.Attachments[0].Id));
        await world.Chats.OpenFileAsync(ann.Id, chat, sent.Attachments[0].Id);

        viewer.WaitForAssertion(() => Slide(viewer).TextContent.ShouldContain("File missing"), Screen.Patience);
        viewer.WaitForAssertion(() => viewer.FindAll("[data-put-back]").Count.ShouldBe(buttons), Screen.Patience);
        viewer.FindAll("[data-zoom], a[download], button[aria-label='Forward']").ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_looked_at_is_forwarded_without_leaving_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = await world.SendFileAsync(ann, chat, "plan.txt");
        await using var screen = new Screen(world, ann);
        var viewer = Open(screen, ann, sent);
        ShouldShow(viewer, "plan.txt");

        Press(viewer, "Forward");
        viewer.WaitForElement("dialog dialog h2", Screen.Patience).TextContent.ShouldBe("Forward plan.txt");
        viewer.On("dialog dialog [data-cancel]", e => e.Click());
        viewer.WaitForAssertion(() => viewer.FindAll("dialog dialog").ShouldBeEmpty(), Screen.Patience);
        Press(viewer, "Forward");
        viewer.On("dialog dialog [role='combobox']", box => box.Input("general"));
        viewer.On("dialog dialog form", form => form.Submit());

        viewer.WaitForAssertion(() => viewer.Find(".viewer [role='status'] a").TextContent.ShouldBe("General"), Screen.Patience);
        viewer.FindAll("dialog dialog").ShouldBeEmpty();
        (await world.Chats.HistoryAsync(ann.Id, Chat.GeneralId)).Value.Messages.ShouldHaveSingleItem().Attachments.ShouldHaveSingleItem().FileName.ShouldBe("plan.txt");
    }

    [Fact]
    public async Task Who_is_no_member_or_asks_for_what_is_not_there_sees_nothing()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, bob, eve) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"), await world.PersonAsync("eve"));
        var chat = await world.ChatAsync(ann, bob);
        var sent = await world.SendFileAsync(ann, chat, "secret.txt");
        var deleted = await world.SendFileAsync(ann, chat, "deleted.txt");
        await world.Chats.DeleteFileAsync(ann.Id, chat, deleted.Attachments[0].Id);
        var gone = 0;
        await using (var stranger = new Screen(world, eve))
            Open(stranger, eve, sent, onGone: () => gone++).WaitForAssertion(() => gone.ShouldBe(1), Screen.Patience);
        await using var screen = new Screen(world, bob);
        Open(screen, bob, deleted, onGone: () => gone++).WaitForAssertion(() => gone.ShouldBe(2), Screen.Patience);
        var viewer = Open(screen, bob, sent, onGone: () => gone++);
        ShouldShow(viewer, "secret.txt");

        await world.Members.RemoveMemberAsync(ann.Id, chat, bob.Id);

        await Eventually.HoldsAsync(() => gone == 3, "the page was told");
        viewer.Markup.ShouldNotContain("secret");
    }

    [Fact]
    public async Task The_address_of_a_sound_plays_it_and_that_of_a_file_of_another_kind_says_what_can_be_done_with_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, null, Parts.File("talk.mp3", "ID3\x04\0\0"u8.ToArray()), Parts.File("all.7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]))).Value;
        await using var screen = new Screen(world, ann);

        var viewer = Open(screen, ann, sent);

        ShouldShow(viewer, "talk.mp3");
        Slide(viewer).QuerySelector("audio")!.GetAttribute("src").ShouldBe(sent.Attachments[0].Path);
        Press(viewer, "Next");
        ShouldShow(viewer, "all.7z");
        Slide(viewer).TextContent.ShouldContain("It can be downloaded.");
        Slide(viewer).QuerySelectorAll("file-contents").ShouldBeEmpty("its bytes are no text");
    }

    private static UploadPart Picture(string name) => Parts.File(name, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);

    private static IElement Slide(IRenderedComponent<FileViewer> viewer) => viewer.FindAll("[data-slide]:not([hidden])").ShouldHaveSingleItem();

    private static void Press(IRenderedComponent<FileViewer> viewer, string button) => viewer.On($"button[aria-label='{button}']", e => e.Click());

    private static void ShouldShow(IRenderedComponent<FileViewer> viewer, string name, string place = "") =>
        viewer.WaitForAssertion(
            () =>
            {
                viewer.Find("#viewer-title").TextContent.ShouldBe(name);
                viewer.Find(".position").TextContent.ShouldEndWith(place);
            },
            Screen.Patience
        );

    private static IRenderedComponent<FileViewer> Open(Screen screen, Person reader, MessageView sent, int file = 0, Action? onGone = null) =>
        screen.Render<FileViewer>(p =>
            p.Add(c => c.ChatId, sent.ChatId)
                .Add(c => c.FileId, sent.Attachments[file].Id)
                .Add(c => c.UserId, reader.Id)
                .Add(c => c.OnGone, onGone ?? (() => { }))
        );
}
