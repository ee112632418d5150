using AngleSharp.Dom;
using Bunit;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components.Files;

namespace ChatFiles.Tests.Web.Components;

public sealed class FileViewerTests : BunitContext
{
    private readonly AttachmentView first = Shown.Picture("first.png");
    private readonly AttachmentView second = Shown.Picture("second.png");
    private readonly AttachmentView clip = Shown.File("clip.mp4", "video/mp4");
    private readonly AttachmentView plan = Shown.File("plan.pdf", "application/pdf");

    public FileViewerTests() => JSInterop.Mode = JSRuntimeMode.Loose;

    [Fact]
    public void It_shows_the_picture_and_says_whose_it_is_how_large_and_when()
    {
        var viewer = Open(first);

        viewer.Find("dialog h2").TextContent.ShouldBe("first.png");
        Slide(viewer).QuerySelector("img")!.GetAttribute("src").ShouldBe(first.Path);
        var about = viewer.Find(".about");
        about.TextContent.ShouldContain("ann");
        about.TextContent.ShouldContain(UploadPolicy.Readable(2048));
        about.QuerySelector("time")!.GetAttribute("datetime").ShouldBe("2026-01-05T12:00:00.000Z");
        viewer.Find("a[aria-label='Download first.png']").GetAttribute("href").ShouldBe(first.Path + "?download");
        viewer.Find("button[aria-label='Copy link to first.png']").GetAttribute("data-copy-link").ShouldBe($"/chats/7?message=1&file={first.Id}");
    }

    [Fact]
    public void It_goes_through_pictures_and_videos_and_stops_at_both_ends()
    {
        var viewer = Open(first);

        Press(viewer, "Previous");
        Title(viewer).ShouldBe("first.png");
        viewer.Find("button[aria-label='Previous']").GetAttribute("aria-disabled").ShouldBe("true");
        viewer.Find(".position").TextContent.ShouldEndWith("1 of 3");

        Press(viewer, "Next");
        Title(viewer).ShouldBe("second.png");
        viewer.FindAll("[aria-disabled='true']").ShouldBeEmpty();

        Press(viewer, "Next");
        Press(viewer, "Next");
        Title(viewer).ShouldBe("clip.mp4");
        viewer.Find("button[aria-label='Next']").GetAttribute("aria-disabled").ShouldBe("true");
        viewer.Find(".position").TextContent.ShouldEndWith("3 of 3");
        Slide(viewer).QuerySelector("video")!.HasAttribute("controls").ShouldBeTrue();
        viewer.FindAll("[data-zoom]").ShouldBeEmpty();
    }

    [Fact]
    public void Neighbours_are_loaded_ahead_and_not_shown()
    {
        var viewer = Open(second);

        viewer.FindAll("[data-slide][hidden] img").Select(i => i.GetAttribute("src")).ShouldBe([first.Path]);
        viewer.FindAll("video").ShouldBeEmpty("a video is large");
    }

    [Fact]
    public void A_large_neighbour_is_not_loaded_ahead()
    {
        var viewer = Open(Shown.Message(1, files: first), Shown.Message(2, files: second with { Size = 50 * 1024 * 1024 }));

        viewer.FindAll("[data-slide]").Count.ShouldBe(1);
        Press(viewer, "Next");
        Title(viewer).ShouldBe("second.png");
    }

    [Fact]
    public void A_picture_alone_has_nowhere_to_go()
    {
        var viewer = Open(Shown.Message(1, files: [first, plan]));

        viewer.FindAll("[data-go], .position").ShouldBeEmpty();
        viewer.FindAll("[data-zoom]").Count.ShouldBe(3);
    }

    [Fact]
    public void A_pdf_stands_alone_in_a_frame_that_the_script_fills()
    {
        var viewer = Open(plan);

        var frame = Slide(viewer).QuerySelector("iframe")!;
        frame.GetAttribute("data-pdf").ShouldBe(plan.Path);
        frame.GetAttribute("title").ShouldBe("plan.pdf");
        frame.HasAttribute("src").ShouldBeFalse("the browser would show an answer that is no PDF");
        viewer.FindAll("[data-go], [data-zoom]").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("notes.txt", "text/plain")]
    [InlineData("table.csv", "text/csv")]
    [InlineData("readme.md", "text/markdown")]
    [InlineData("data.json", "application/json")]
    public void A_text_is_read_by_the_script_and_can_be_scrolled_by_keyboard(string name, string contentType)
    {
        var file = Shown.File(name, contentType);
        var viewer = Open(Shown.Message(1, files: file));

        var text = Slide(viewer).QuerySelector("pre")!;
        text.GetAttribute("data-text").ShouldBe(file.Path);
        text.GetAttribute("tabindex").ShouldBe("0");
        text.TextContent.ShouldBeEmpty();
        viewer.FindAll(".note").ShouldBeEmpty();
    }

    [Fact]
    public void Of_a_long_text_it_says_how_much_is_shown() =>
        Open(Shown.Message(1, files: Shown.File("long.log", "text/plain", size: 256 * 1024 + 1))).Find(".note").TextContent.ShouldContain("256 KiB");

    [Fact]
    public void A_file_that_is_deleted_meanwhile_is_gone()
    {
        var gone = 0;
        var viewer = Open(first, [Shown.Message(1, files: [first, second])], onGone: () => gone++);

        Show(viewer, Shown.Message(1, files: [first, second.Deleted()]));
        gone.ShouldBe(0);
        viewer.FindAll("[data-go]").ShouldBeEmpty("there is no other left");

        Show(viewer, Shown.Message(1, files: [first.Deleted(), second.Deleted()]));
        gone.ShouldBe(1);
        viewer.FindAll("dialog").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ann", 1)]
    [InlineData("bob", 0)]
    public void A_file_that_goes_missing_meanwhile_says_so_and_its_author_may_put_it_back(string reader, int buttons)
    {
        var viewer = Open(first, reader);

        Show(viewer, Shown.Message(1, files: [first with { State = AttachmentState.Missing }, second]));

        Slide(viewer).TextContent.ShouldContain("File missing");
        viewer.FindAll("[data-put-back]").Count.ShouldBe(buttons);
        viewer.FindAll("[data-zoom], a[download]").ShouldBeEmpty();
    }

    private static string Title(IRenderedComponent<FileViewer> viewer) => viewer.Find("dialog h2").TextContent;

    private static IElement Slide(IRenderedComponent<FileViewer> viewer) => viewer.FindAll("[data-slide]:not([hidden])").ShouldHaveSingleItem();

    private static void Press(IRenderedComponent<FileViewer> viewer, string button) => viewer.On($"button[aria-label='{button}']", e => e.Click());

    private static void Show(IRenderedComponent<FileViewer> viewer, params MessageView[] messages) =>
        viewer.Render(p => p.Add(c => c.Messages, messages));

    /// <summary>In a timeline of two pictures, a PDF between them, and a video.</summary>
    [Fact]
    public void The_address_of_a_sound_plays_it_and_that_of_a_file_of_another_kind_says_what_can_be_done_with_it()
    {
        var (sound, archive) = (Shown.File("talk.mp3", "audio/mpeg"), Shown.File("all.zip", "application/zip"));

        Slide(Open(Shown.Message(1, files: sound))).QuerySelector("audio")!.GetAttribute("src").ShouldBe(sound.Path);
        var slide = Slide(Open(Shown.Message(1, files: archive)));
        slide.TextContent.ShouldContain("It can be downloaded.");
        slide.QuerySelectorAll("[data-text]").ShouldBeEmpty("its bytes are no text");
    }

    private IRenderedComponent<FileViewer> Open(AttachmentView file, string reader = "ann") =>
        Open(file, [Shown.Message(1, files: [first, plan]), Shown.Message(2, files: [second, clip])], reader);

    private IRenderedComponent<FileViewer> Open(params MessageView[] messages) => Open(messages[0].Attachments[0], messages);

    private IRenderedComponent<FileViewer> Open(AttachmentView file, MessageView[] messages, string reader = "ann", Action? onGone = null) =>
        Render<FileViewer>(p =>
            p.Add(c => c.Messages, messages).Add(c => c.FileId, file.Id).Add(c => c.UserId, reader).Add(c => c.OnGone, onGone ?? (() => { }))
        );
}
