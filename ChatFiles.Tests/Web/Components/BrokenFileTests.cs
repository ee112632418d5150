using Bunit;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components.Files;

namespace ChatFiles.Tests.Web.Components;

public sealed class BrokenFileTests : BunitContext
{
    private readonly AttachmentView file = Shown.File("plan.pdf", "application/pdf") with { State = AttachmentState.Missing };

    [Fact]
    public void Who_may_put_it_back_has_the_button_and_the_script_knows_where()
    {
        var button = Broken(mayPutBack: true).FindAll("button").ShouldHaveSingleItem();

        button.TextContent.ShouldBe("Put back");
        button.GetAttribute("data-put-back").ShouldBe(file.Path);
    }

    [Fact]
    public void Others_only_see_what_is_missing_and_why()
    {
        var broken = Broken(mayPutBack: false);

        broken.FindAll("button").ShouldBeEmpty();
        broken.Find("figure[aria-label='plan.pdf'] strong").TextContent.ShouldBe("File missing");
        broken.Find(".why").TextContent.ShouldNotBeNullOrWhiteSpace();
    }

    private IRenderedComponent<BrokenFile> Broken(bool mayPutBack) =>
        Render<BrokenFile>(p => p.Add(c => c.File, file).Add(c => c.MayPutBack, mayPutBack));
}
