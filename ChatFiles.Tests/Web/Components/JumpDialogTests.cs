using Bunit;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Chats;
using MudBlazor;

namespace ChatFiles.Tests.Web.Components;

/// <summary>A few letters and Enter lead to any chat of one's own, and to anybody.</summary>
public sealed class JumpDialogTests
{
    [Fact]
    public async Task Before_anything_is_typed_what_is_unread_comes_first_then_where_something_was_said_last_and_what_is_open_comes_last()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var (quiet, read, unread, open) = (await NewChatAsync(world, ann, "Quiet"), await NewChatAsync(world, ann, "Read"), await NewChatAsync(world, ann, "Unread"), await NewChatAsync(world, ann, "Open"));
        (await world.Members.AddMemberAsync(ann.Id, unread, ben.Email)).Refusal.ShouldBeNull();
        await world.SendFileAsync(ben, unread);
        await world.SendFileAsync(ann, read);
        await world.SendFileAsync(ann, open);
        await using var screen = new Screen(world, ann);
        screen.Navigation.NavigateTo($"/chats/{open}");

        var dialogs = await screen.ShowAsync(new DialogParameters<JumpDialog> { { d => d.UserId, ann.Id } });

        dialogs.WaitForAssertion(() => Offered(dialogs).ShouldBe(["Unread", "Read", "General", "Quiet", "Open"], ignoreOrder: false), Screen.Patience);
        quiet.ShouldBePositive();
    }

    [Fact]
    public async Task Enter_leads_to_the_first_that_is_found_and_a_name_that_begins_so_is_first()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await NewChatAsync(world, ann, "The harbour");
        var harbour = await NewChatAsync(world, ann, "Hárbour festival");
        await using var screen = new Screen(world, ann);
        var dialogs = await screen.ShowAsync(new DialogParameters<JumpDialog> { { d => d.UserId, ann.Id } });

        dialogs.On("[role='combobox']", box => box.Input("HARB"));
        dialogs.On("form", form => form.Submit());

        dialogs.WaitForAssertion(() => new Uri(screen.Navigation.Uri).AbsolutePath.ShouldBe($"/chats/{harbour}"), Screen.Patience);
        dialogs.WaitForAssertion(() => dialogs.FindAll("[role='dialog']").ShouldBeEmpty(), Screen.Patience);
    }

    [Fact]
    public async Task A_person_is_found_behind_the_chats_and_choosing_them_begins_the_direct_chat()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        await NewChatAsync(world, ann, "Benefits");
        await using var screen = new Screen(world, ann);
        var dialogs = await screen.ShowAsync(new DialogParameters<JumpDialog> { { d => d.UserId, ann.Id } });

        dialogs.On("[role='combobox']", box => box.Input("ben"));
        dialogs.WaitForAssertion(() => Offered(dialogs).ShouldBe(["Benefits", "ben"]), Screen.Patience);
        dialogs.On("[role='option']", option => option.QuerySelector(".name")!.TextContent == "ben", option => option.Click());

        dialogs.WaitForAssertion(() => dialogs.FindAll("[role='dialog']").ShouldBeEmpty(), Screen.Patience);
        var direct = (await world.ChatDirectory.ListChatsAsync(ann.Id)).Single(chat => chat.Direct);
        direct.With!.UserId.ShouldBe(ben.Id);
        dialogs.WaitForAssertion(() => new Uri(screen.Navigation.Uri).AbsolutePath.ShouldBe($"/chats/{direct.Id}"), Screen.Patience);

        // From now on they are there as the chat of the two, and once.
        dialogs = await screen.ShowAsync(new DialogParameters<JumpDialog> { { d => d.UserId, ann.Id } });
        dialogs.On("[role='combobox']", box => box.Input("ben@"));
        dialogs.WaitForAssertion(() => Offered(dialogs).ShouldBe(["ben"]), Screen.Patience);
        dialogs.On("[role='combobox']", box => box.Input("be"));
        dialogs.WaitForAssertion(() => Offered(dialogs).ShouldBe(["ben", "Benefits"], ignoreOrder: true), Screen.Patience);
    }

    private static async Task<long> NewChatAsync(ChatWorld world, Person owner, string name) => (await world.ChatDirectory.CreateChatAsync(owner.Id, name)).Value.Id;

    private static IEnumerable<string> Offered(IRenderedComponent<MudDialogProvider> dialogs) => dialogs.FindAll("[role='option'] .name").Select(name => name.TextContent);
}
