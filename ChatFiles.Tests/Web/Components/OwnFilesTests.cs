using Bunit;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Finding;

namespace ChatFiles.Tests.Web.Components;

public sealed class OwnFilesTests
{
    [Fact]
    public async Task My_files_of_all_my_chats_come_the_largest_first_and_several_are_deleted_at_once()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var (one, other) = (await world.ChatAsync(ann, bob), await world.ChatAsync(bob, ann));
        await world.SendFileAsync(ann, one, "small.txt", "1");
        await world.SendFileAsync(ann, other, "large.txt", "333");
        await world.SendFileAsync(ann, one, "middle.txt", "22");
        await world.SendFileAsync(bob, one, "bobs.txt", "4444");
        await using var screen = new Screen(world, ann);
        var dialogs = screen.Dialogs;

        var page = screen.Render<OwnFiles>();

        ShouldShow(page, "large.txt", "middle.txt", "small.txt");
        page.Find(".storage").TextContent.Trim().ShouldBe("You use 6 bytes of 20 GiB");
        page.On("select[aria-label='Sort by']", e => e.Change("Name"));
        ShouldShow(page, "large.txt", "middle.txt", "small.txt");
        page.On("select[aria-label='Sort by']", e => e.Change("Newest"));
        ShouldShow(page, "middle.txt", "large.txt", "small.txt");
        page.On("input[aria-label='Search files']", e => e.Input("LARGE"));
        ShouldShow(page, "large.txt");
        page.On("input[aria-label='Search files']", e => e.Input(""));
        ShouldShow(page, "middle.txt", "large.txt", "small.txt");

        page.On("input[aria-label='Select large.txt']", e => e.Change(true));
        page.On("input[aria-label='Select small.txt']", e => e.Change(true));
        page.Press("Delete selected");
        dialogs.Press("Delete");

        ShouldShow(page, "middle.txt");
        page.WaitForAssertion(() => page.Find(".storage").TextContent.Trim().ShouldBe("You use 2 bytes of 20 GiB"), Screen.Patience);
        (await world.Finding.StorageOfPersonAsync(ann.Id)).Bytes.ShouldBe(2);
    }

    [Fact]
    public async Task A_file_opens_above_the_list_and_the_address_says_of_which_chat()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        var mine = await world.SendFileAsync(ann, chat, "mine.txt");
        await world.SendFileAsync(bob, chat, "bobs.txt");
        await using var screen = new Screen(world, ann);
        screen.Navigation.NavigateTo("/files?q=mine&sort=name");
        var page = screen.Render<OwnFiles>();
        ShouldShow(page, "mine.txt");
        var address = page.Find("tbody .name").GetAttribute("href")!;
        address.ShouldBe($"/files?q=mine&sort=name&file={mine.Attachments[0].Id}&in={chat}");

        await page.InvokeAsync(() => screen.Navigation.NavigateTo(address));

        page.WaitForAssertion(() => page.Find("#viewer-title").TextContent.ShouldBe("mine.txt"), Screen.Patience);
        page.On("button[aria-label='Next']", e => e.Click());
        page.WaitForAssertion(() => page.Find("#viewer-title").TextContent.ShouldBe("bobs.txt"), Screen.Patience);
    }

    [Fact]
    public async Task Who_has_sent_nothing_is_told_what_will_be_here()
    {
        await using var world = await ChatWorld.BeginAsync();
        await using var screen = new Screen(world, await world.PersonAsync("ann"));

        var page = screen.Render<OwnFiles>();

        page.WaitForAssertion(() => page.Find("[role='status']").TextContent.ShouldContain("No files yet"), Screen.Patience);
    }

    private static void ShouldShow(IRenderedComponent<OwnFiles> page, params string[] names) =>
        page.WaitForAssertion(() => page.FindAll("tbody .name").Select(name => name.TextContent).ShouldBe(names), Screen.Patience);
}
