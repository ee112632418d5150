using Bunit;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Operator;
using MudBlazor;

namespace ChatFiles.Tests.Web.Components;

public sealed class ExportDialogTests
{
    [Fact]
    public async Task An_export_is_asked_for_with_a_reason_and_not_without()
    {
        await using var world = await ChatWorld.BeginAsync();
        await using var screen = new Screen(world, await world.PersonAsync("ann"));
        var page = await screen.ShowAsync(new DialogParameters<ExportDialog> { { d => d.What, "this chat" }, { d => d.Query, "chat=7" } });
        page.FindAll("a[download]").ShouldBeEmpty();

        page.On("input", box => box.Input(" Matter 17 & more "));

        page.WaitForElement("a[download]", Screen.Patience).GetAttribute("href").ShouldBe("/operator/export.zip?chat=7&reason=Matter%2017%20%26%20more");
    }
}
