using Bunit;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components;
using ChatFiles.Web.Components.Composer;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Components;

public sealed class ComposerTests : BunitContext
{
    public ComposerTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddSingleton<CircuitConnection>().AddSingleton(TimeProvider.System).AddSingleton<PageScripts>();
    }

    [Fact]
    public void Everything_has_its_name()
    {
        var form = Shell().Find("form");

        form.QuerySelectorAll("textarea[aria-label='Message']").Length.ShouldBe(1);
        form.QuerySelectorAll("button[type='button'][aria-label='Attach files']").Length.ShouldBe(1);
        form.QuerySelectorAll("button[type='button'][aria-label='Take a photo']").Length.ShouldBe(1);
        form.QuerySelectorAll("button[type='button'][aria-label='Record a voice message']").Length.ShouldBe(1);
        form.QuerySelectorAll("button[type='submit'][aria-label='Send']").Length.ShouldBe(1);
        form.QuerySelectorAll("ul[aria-label='Files to send']").Length.ShouldBe(1);
    }

    [Fact]
    public void No_button_promises_anything_before_the_script_is_there() =>
        Shell().FindAll("button").ShouldAllBe(button => button.HasAttribute("disabled"));

    [Fact]
    public void What_a_recording_has_to_say_is_said_in_a_place_that_was_there_before() =>
        Shell().Find("[data-said]").GetAttribute("role").ShouldBe("status");

    [Fact]
    public void There_is_one_picker_for_many_files_and_nobody_stumbles_over_it()
    {
        var picker = Shell().FindAll("input[type='file']").ShouldHaveSingleItem();

        picker.HasAttribute("multiple").ShouldBeTrue();
        picker.HasAttribute("hidden").ShouldBeTrue();
        picker.GetAttribute("tabindex").ShouldBe("-1");
    }

    [Fact]
    public void The_script_finds_the_chat_and_whose_draft_it_is()
    {
        var form = Shell().Find("form");

        form.GetAttribute("data-chat-id").ShouldBe("7");
        form.GetAttribute("data-user-id").ShouldBe("ann");
    }

    [Fact]
    public void It_never_renders_again_and_leaves_what_people_type_alone()
    {
        var shell = Shell();

        shell.Render(p => p.Add(c => c.ChatName, "Another name"));

        shell.RenderCount.ShouldBe(1);
        shell.Find("textarea").GetAttribute("placeholder").ShouldBe("Message Room");
    }

    [Fact]
    public void It_says_when_its_script_is_there()
    {
        var ready = 0;

        var shell = Render<Composer>(p => p.Add(c => c.ChatId, 7).Add(c => c.UserId, "ann").Add(c => c.OnReady, () => ready++));

        shell.WaitForAssertion(() => ready.ShouldBe(1));
    }

    private IRenderedComponent<Composer> Shell() =>
        Render<Composer>(p => p.Add(c => c.ChatId, 7).Add(c => c.ChatName, "Room").Add(c => c.UserId, "ann"));
}
