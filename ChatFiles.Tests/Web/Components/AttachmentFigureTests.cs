using Bunit;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components.Files;

namespace ChatFiles.Tests.Web.Components;

public sealed class AttachmentFigureTests : BunitContext
{
    [Fact]
    public void A_picture_keeps_its_place_before_it_has_loaded()
    {
        var file = Shown.Picture();

        var image = Figure(file).Find("figure[aria-label='cat.png'] img");

        image.GetAttribute("src").ShouldBe(file.Path);
        image.GetAttribute("alt").ShouldBe("cat.png");
        image.GetAttribute("width").ShouldBe("400", "the picture's own shape, as large as a preview may be");
        image.GetAttribute("height").ShouldBe("300");
    }

    [Fact]
    public void The_first_page_of_a_PDF_has_its_place_before_it_is_drawn_where_it_will_be()
    {
        var pdf = Shown.File("plan.pdf", "application/pdf");
        Figure(pdf).FindAll(".page").Count.ShouldBe(ChatFiles.Core.Files.Reading.Pictures.MayBeMadeOf("application/pdf") ? 1 : 0);
        Figure(pdf with { Thumbnail = "/t" }).FindAll(".page img").Count.ShouldBe(Figure(pdf).FindAll(".page").Count);
        Figure(Shown.File("plan.docx", "application/msword")).FindAll(".page").ShouldBeEmpty();
    }

    [Fact]
    public void A_picture_with_a_thumbnail_shows_that()
    {
        var file = Shown.Picture() with { Thumbnail = "/chat/7/file/x/thumbnail" };

        var image = Figure(file).Find("img");

        image.GetAttribute("src").ShouldBe("/chat/7/file/x/thumbnail");
        image.GetAttribute("data-original").ShouldBe(file.Path, "shown when the thumbnail does not come");
    }

    [Theory]
    [InlineData("clip.mp4", "video/mp4")]
    [InlineData("plan.pdf", "application/pdf")]
    [InlineData("notes.txt", "text/plain")]
    [InlineData("data.json", "application/json")]
    [InlineData("archive.zip", "application/zip")]
    public void What_can_be_shown_in_place_opens_from_its_card(string name, string contentType)
    {
        AttachmentView? opened = null;
        var file = Shown.File(name, contentType);
        var figure = Render<AttachmentFigure>(p => p.Add(c => c.File, file).Add(c => c.OnOpen, f => opened = f));

        figure.On($"button[aria-label^='Open {name}, ']", e => e.Click());

        opened.ShouldBe(file);
    }

    [Theory]
    [InlineData("archive.7z", "application/x-7z-compressed")]
    [InlineData("song.mp3", "audio/mpeg")]
    [InlineData("photo.heic", "image/heic")]
    public void What_can_not_is_a_card_without_a_promise(string name, string contentType) =>
        Figure(Shown.File(name, contentType)).FindAll("button[aria-label^='Open']").ShouldBeEmpty();

    [Theory]
    [InlineData("notes.txt", "text/plain", "text", 7)]
    [InlineData("mail.eml", "message/rfc822", "text", 7)]
    [InlineData("figures.csv", "text/csv", "table", 7)]
    [InlineData("archive.zip", "application/zip", "zip", 6)]
    [InlineData("song.mp3", "audio/mpeg", "audio", 2)]
    public void What_is_in_a_file_has_its_place_before_it_is_read(string name, string contentType, string shown, int lines)
    {
        var file = Shown.File(name, contentType);

        var preview = Figure(file).Find("figure > file-preview");

        preview.GetAttribute("as").ShouldBe(shown);
        preview.GetAttribute("path").ShouldBe(file.Path);
        preview.GetAttribute("style").ShouldBe($"--lines: {lines}");
        preview.ChildNodes.ShouldBeEmpty("the script reads it, by HTTP, when it comes into view");
    }

    [Theory]
    [InlineData("archive.7z", "application/x-7z-compressed", 2048)]
    [InlineData("song.mp3", "audio/mpeg", 3_000_000)]
    [InlineData("plan.pdf", "application/pdf", 2048)]
    [InlineData("cat.png", "image/png", 2048)]
    public void What_can_not_be_read_in_a_moment_has_none(string name, string contentType, long size) =>
        Figure(Shown.File(name, contentType, size)).FindAll("file-preview").ShouldBeEmpty();

    [Theory]
    [InlineData(AttachmentState.Deleted)]
    [InlineData(AttachmentState.Missing)]
    public void Of_a_file_that_is_not_there_nothing_is_read(AttachmentState state) =>
        Figure(Shown.File("notes.txt", "text/plain") with { State = state }).FindAll("file-preview").ShouldBeEmpty();

    [Fact]
    public void Of_an_office_file_that_holds_a_picture_the_card_shows_it_where_its_icon_was()
    {
        var file = Shown.File("talk.pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation");
        var (before, after) = (Figure(file), Figure(file with { Thumbnail = "/t" }));

        before.Find(".caption span.kind").ShouldNotBeNull();
        after.Find(".caption img.kind").GetAttribute("src").ShouldBe("/t");
        after.Find(".caption img.kind").GetAttribute("alt").ShouldBe("", "the card says what it is");
        after.Find("figure").Children.Select(c => c.ClassName).ShouldBe(before.Find("figure").Children.Select(c => c.ClassName), "nothing came above or below it");
    }

    [Fact]
    public void A_picture_of_more_than_fifty_megapixels_is_a_card_with_and_without_its_thumbnail()
    {
        var file = Shown.Picture() with { Width = 10_000, Height = 5_001 };

        foreach (var figure in new[] { Figure(file), Figure(file with { Thumbnail = "/t" }) })
        {
            figure.FindAll(".picture").ShouldBeEmpty();
            figure.Find(".caption button.open").ShouldNotBeNull();
        }
        Figure(file with { Height = 5_000 }).FindAll(".picture").Count.ShouldBe(1);
    }

    [Fact]
    public void A_video_shows_its_thumbnail_until_it_is_played() =>
        Figure(Shown.File("clip.mp4", "video/mp4") with { Thumbnail = "/t" }).Find("video").GetAttribute("poster").ShouldBe("/t");

    [Fact]
    public void A_click_on_a_picture_asks_to_open_it()
    {
        AttachmentView? opened = null;
        var file = Shown.Picture();
        var figure = Render<AttachmentFigure>(p => p.Add(c => c.File, file).Add(c => c.OnOpen, f => opened = f));

        figure.On("button[aria-label='Open cat.png']", e => e.Click());

        opened.ShouldBe(file);
    }

    [Fact]
    public void What_no_browser_draws_is_a_card_with_icon_name_and_size()
    {
        var figure = Figure(Shown.File("plan.pdf", "application/pdf"));

        figure.Find("figure[aria-label='plan.pdf'] .name").TextContent.ShouldBe("plan.pdf");
        figure.Find(".kind use").GetAttribute("href").ShouldBe("/icons.svg#document");
        figure.Find(".size").TextContent.ShouldBe(UploadPolicy.Readable(2048));
        figure.FindAll("img, video, audio").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("clip.mp4", "video/mp4", "video")]
    [InlineData("song.mp3", "audio/mpeg", "audio")]
    public void What_a_browser_plays_has_a_player_that_does_not_load_it_all(string name, string contentType, string element)
    {
        var file = Shown.File(name, contentType);

        var player = Figure(file).Find(element);

        player.GetAttribute("src").ShouldBe(file.Path);
        player.HasAttribute("controls").ShouldBeTrue();
        player.GetAttribute("preload").ShouldBe("metadata");
        player.GetAttribute("aria-label").ShouldBe(name);
    }

    [Theory]
    [InlineData("cat.png", "image/png")]
    [InlineData("plan.pdf", "application/pdf")]
    [InlineData("clip.mp4", "video/mp4")]
    [InlineData("song.mp3", "audio/mpeg")]
    public void Every_file_can_be_downloaded_under_its_name(string name, string contentType)
    {
        var file = Shown.File(name, contentType);

        var link = Figure(file).Find($"a[aria-label='Download {name}']");

        link.GetAttribute("href").ShouldBe(file.Path + "?download");
        link.GetAttribute("download").ShouldBe(name);
    }

    [Fact]
    public void A_deleted_file_leaves_only_the_words()
    {
        var figure = Figure(Shown.Picture().Deleted(), mayDelete: true);

        figure.Find("p").TextContent.ShouldBe("File deleted");
        figure.FindAll("figure, img, a, button").ShouldBeEmpty();
    }

    [Fact]
    public void A_missing_file_says_so_and_why_and_gives_nothing_to_open()
    {
        var figure = Figure(Shown.Picture() with { State = AttachmentState.Missing });

        figure.Find("figure[aria-label='cat.png']").TextContent.ShouldContain("File missing");
        figure.Find(".why").TextContent.ShouldNotBeNullOrWhiteSpace();
        figure.FindAll("img, a").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(AttachmentState.Ready)]
    [InlineData(AttachmentState.Missing)]
    public void Who_may_delete_a_file_is_offered_to(AttachmentState state)
    {
        var file = Shown.Picture() with { State = state };
        var figure = Render<AttachmentFigure>(p => p.Add(c => c.File, file).Add(c => c.MayDelete, true));

        var menu = figure.Find("button[aria-label='More for cat.png']");
        menu.HasAttribute("data-may-delete").ShouldBeTrue();
        menu.GetAttribute("data-file-id").ShouldBe($"{file.Id}");
    }

    [Fact]
    public void Everybody_may_forward_a_file_that_is_there_and_nobody_one_that_is_missing()
    {
        Figure(Shown.Picture()).FindAll("[data-may-forward]").Count.ShouldBe(1);
        Figure(Shown.Picture() with { State = AttachmentState.Missing }).FindAll("[data-may-forward]").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(AttachmentState.Ready)]
    [InlineData(AttachmentState.Missing)]
    public void Others_are_not_offered_to_delete_a_file(AttachmentState state) =>
        Figure(Shown.Picture() with { State = state }).FindAll("[data-may-delete]").ShouldBeEmpty();

    [Theory]
    [InlineData(AttachmentState.Ready)]
    [InlineData(AttachmentState.Missing)]
    public void Markup_in_a_name_is_shown_as_written(AttachmentState state)
    {
        const string Name = "<img src=x onerror=alert(1)>\"'.txt";

        var figure = Figure(Shown.File(Name, "text/plain") with { State = state });

        figure.Find(".name").TextContent.ShouldBe(Name);
        figure.Find("figure").GetAttribute("aria-label").ShouldBe(Name);
        figure.FindAll("img").ShouldBeEmpty();
    }

    private IRenderedComponent<AttachmentFigure> Figure(AttachmentView file, bool mayDelete = false) =>
        Render<AttachmentFigure>(p => p.Add(c => c.File, file).Add(c => c.MayDelete, mayDelete));
}
