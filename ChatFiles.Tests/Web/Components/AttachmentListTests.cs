using Bunit;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components.Files;

namespace ChatFiles.Tests.Web.Components;

public sealed class AttachmentListTests : BunitContext
{
    [Fact]
    public void One_picture_keeps_its_shape()
    {
        var list = List(Shown.Picture());

        list.FindAll(".pictures").ShouldBeEmpty();
        list.Find("figure[aria-label='cat.png'] img").GetAttribute("width").ShouldBe("400");
        list.Find("figure").ClassList.ShouldNotContain("tile");
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 0)]
    [InlineData(4, 4)]
    [InlineData(5, 2)]
    [InlineData(7, 4)]
    [InlineData(10, 4)]
    public void Several_pictures_are_a_grid_that_leaves_no_gap(int count, int wide)
    {
        var names = Enumerable.Range(1, count).Select(i => $"{i}.png").ToArray();
        var list = List([.. names.Select(Shown.Picture)]);

        var grid = list.Find(".pictures");
        grid.GetAttribute("data-count").ShouldBe($"{count}");
        grid.GetAttribute("data-wide").ShouldBe($"{wide}");
        ((count - wide) % 3).ShouldBe(0, "behind the wide ones, which are even, three fill a row");
        grid.QuerySelectorAll("figure.tile").Select(f => f.GetAttribute("aria-label")).ShouldBe(names);
    }

    [Fact]
    public void Every_tile_can_be_opened_and_downloaded_and_has_a_menu()
    {
        var list = Render<AttachmentList>(p => p.Add(c => c.Files, [Shown.Picture("a.png"), Shown.Picture("b.png")]).Add(c => c.MayDelete, true));

        foreach (var figure in list.FindAll(".pictures figure"))
        {
            var name = figure.GetAttribute("aria-label");
            figure.QuerySelectorAll("button, a").Select(e => e.GetAttribute("aria-label"))
                .ShouldBe([$"Open {name}", $"Download {name}", $"More for {name}"]);
        }
    }

    [Fact]
    public void Other_files_follow_the_grid_in_their_order()
    {
        var list = List(
            Shown.File("plan.pdf", "application/pdf"),
            Shown.Picture("a.png"),
            Shown.File("clip.mp4", "video/mp4"),
            Shown.Picture("b.png")
        );

        list.FindAll("figure").Select(f => f.GetAttribute("aria-label")).ShouldBe(["a.png", "b.png", "plan.pdf", "clip.mp4"]);
        list.FindAll(".pictures figure").Count.ShouldBe(2);
    }

    [Fact]
    public void Deleted_and_missing_pictures_take_no_place_in_the_grid()
    {
        var list = List(
            Shown.Picture("a.png"),
            Shown.Picture("b.png").Deleted(),
            Shown.Picture("c.png") with { State = AttachmentState.Missing },
            Shown.Picture("d.png")
        );

        list.FindAll(".pictures figure").Select(f => f.GetAttribute("aria-label")).ShouldBe(["a.png", "d.png"]);
        list.Find(".others").TextContent.ShouldContain("File deleted");
        list.Find(".others").TextContent.ShouldContain("File missing");
    }

    private IRenderedComponent<AttachmentList> List(params AttachmentView[] files) => Render<AttachmentList>(p => p.Add(c => c.Files, files));
}
