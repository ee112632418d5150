using Bunit;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Finding;

namespace ChatFiles.Tests.Web.Components;

public sealed class FilesPageTests
{
    private static readonly byte[] Zip = [0x50, 0x4B, 3, 4, 0, 0];

    [Fact]
    public async Task Each_file_leads_to_itself_to_its_message_and_to_the_disk()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = await world.SendFileAsync(ann, chat, "note <1>.txt");
        await using var screen = new Screen(world, ann);

        var page = Open(screen, chat);

        var entry = page.WaitForElement(".files tbody tr", Screen.Patience);
        page.Find("h1").TextContent.ShouldBe("Room");
        page.Find("nav a[aria-current='page']").TextContent.ShouldBe("Files");
        page.Find("section").GetAttribute("data-drop-chat").ShouldBe($"{chat}");
        entry.QuerySelector(".name")!.TextContent.ShouldBe("note <1>.txt");
        entry.QuerySelector(".name")!.GetAttribute("href").ShouldBe($"/chats/{chat}/files?file={sent.Attachments[0].Id}");
        entry.TextContent.ShouldContain("5 bytes · ann");
        var links = entry.QuerySelectorAll("a").ToList();
        links.Single(a => a.TextContent == "Show in chat").GetAttribute("href").ShouldBe($"/chats/{chat}?message={sent.Id}");
        links.Single(a => a.GetAttribute("aria-label") == "Download note <1>.txt").GetAttribute("href").ShouldBe($"{sent.Attachments[0].Path}?download");
        page.Find(".storage").TextContent.Trim().ShouldBe("This chat uses 5 bytes");
    }

    [Fact]
    public async Task Name_kind_person_and_time_narrow_the_list_and_can_be_cleared()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        await world.SendAsync(ann, chat, null, Parts.File("Äpfel.zip", Zip));
        await world.SendFileAsync(bob, chat, "Birnen.txt");
        await using var screen = new Screen(world, ann);
        var page = Open(screen, chat);
        ShouldShow(page, "Birnen.txt", "Äpfel.zip");

        page.On("input[aria-label='Search files']", e => e.Input("äPF"));
        ShouldShow(page, "Äpfel.zip");
        page.On("select[aria-label='Kind']", e => e.Change("Document"));
        page.WaitForAssertion(() => page.Find("[role='status']").TextContent.ShouldContain("No file fits"), Screen.Patience);
        page.Press("Clear the filters");
        ShouldShow(page, "Birnen.txt", "Äpfel.zip");
        page.On("select[aria-label='Person']", e => e.Change(bob.Id));
        ShouldShow(page, "Birnen.txt");
        page.On("select[aria-label='Time']", e => e.Change("Week"));
        ShouldShow(page, "Birnen.txt");
        page.On("select[aria-label='Person']", e => e.Change(""));
        page.On("select[aria-label='Kind']", e => e.Change("Archive"));
        ShouldShow(page, "Äpfel.zip");
    }

    [Fact]
    public async Task The_address_says_how_the_list_is_narrowed_sorted_and_shown_and_brings_it_back()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        await world.SendAsync(ann, chat, null, Parts.File("b & c.zip", Zip), Parts.File("a & c.zip", Zip), Parts.File("c.txt", "x"));
        await world.SendAsync(bob, chat, null, Parts.File("0 & c.zip", Zip));
        await using var screen = new Screen(world, ann);
        var page = Open(screen, chat);
        ShouldShow(page, "0 & c.zip", "c.txt", "a & c.zip", "b & c.zip");

        page.On("select[aria-label='Kind']", e => e.Change("Archive"));
        page.On("select[aria-label='Person']", e => e.Change(ann.Id));
        page.On("select[aria-label='Time']", e => e.Change("Month"));
        page.On("select[aria-label='Sort by']", e => e.Change("Name"));
        page.On("input[aria-label='Search files']", e => e.Input("& c"));
        page.On("button[aria-label='Grid']", e => e.Click());

        var address = $"/chats/{chat}/files?q=%26%20c&kind=archive&author={ann.Id}&since=month&sort=name&view=grid";
        page.WaitForAssertion(() => page.Find(".tiles a").GetAttribute("href").ShouldStartWith(address + "&file="), Screen.Patience);
        screen.Navigation.NavigateTo(address);
        var again = Open(screen, chat);
        again.WaitForAssertion(() => again.FindAll(".tiles .name").Select(name => name.TextContent).ShouldBe(["a & c.zip", "b & c.zip"]), Screen.Patience);
        again.Find("input[aria-label='Search files']").GetAttribute("value").ShouldBe("& c");
        again.Find("button[aria-label='Grid']").GetAttribute("aria-pressed").ShouldBe("true");
    }

    [Fact]
    public async Task An_address_that_says_nothing_that_can_be_meant_shows_the_whole_list()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.SendFileAsync(ann, chat, "a.txt");
        await using var screen = new Screen(world, ann);
        screen.Navigation.NavigateTo($"/chats/{chat}/files?kind=7&since=x&sort=&view=none&file=1&in=-1&author=%00&q={new string('x', 9000)}");

        ShouldShow(Open(screen, chat), "a.txt");
    }

    [Fact]
    public async Task As_a_grid_files_are_shown_by_their_pictures_opened_and_selected()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var png = new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A };
        var sent = (await world.SendAsync(ann, chat, null, Parts.File("cat.png", png), Parts.Thumbnail([.. "RIFF\0\0\0\0WEBP"u8]), Parts.File("note.txt", "x"))).Value;
        await using var screen = new Screen(world, ann);
        screen.Navigation.NavigateTo($"/chats/{chat}/files?view=grid");
        var page = Open(screen, chat);

        page.WaitForAssertion(() => page.FindAll(".tiles .name").Select(name => name.TextContent).ShouldBe(["note.txt", "cat.png"]), Screen.Patience);
        page.Find(".tiles img").GetAttribute("src").ShouldBe(sent.Attachments[0].Path + "/thumbnail");
        page.FindAll(".tiles .kind").Count.ShouldBe(1);
        page.On("input[aria-label='Select cat.png']", e => e.Change(true));
        page.Find(".selection .count").TextContent.ShouldStartWith("1 selected");
        await world.SendFileAsync(ann, chat, "new.txt");
        page.WaitForAssertion(() => page.FindAll(".tiles .name")[0].TextContent.ShouldBe("new.txt"), Screen.Patience);
        page.On("button[aria-label='List']", e => e.Click());
        ShouldShow(page, "new.txt", "note.txt", "cat.png");
        page.Find(".selection .count").TextContent.ShouldStartWith("1 selected");
    }

    [Fact]
    public async Task A_file_opens_above_the_list_and_goes_on_through_the_chat_with_the_address_of_the_list()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.SendFileAsync(ann, chat, "one.txt");
        var second = await world.SendFileAsync(ann, chat, "two.txt");
        await using var screen = new Screen(world, ann);
        screen.Navigation.NavigateTo($"/chats/{chat}/files?q=one");
        var page = Open(screen, chat);
        ShouldShow(page, "one.txt");

        await page.InvokeAsync(() => screen.Navigation.NavigateTo(page.Find("tbody .name").GetAttribute("href")!));

        page.WaitForAssertion(() => page.Find("#viewer-title").TextContent.ShouldBe("one.txt"), Screen.Patience);
        page.On("button[aria-label='Next']", e => e.Click());
        page.WaitForAssertion(() => page.Find("#viewer-title").TextContent.ShouldBe("two.txt"), Screen.Patience);
        page.Find("[data-slide]:not([hidden])").GetAttribute("data-address").ShouldBe($"/chats/{chat}/files?q=one&file={second.Attachments[0].Id}");
        page.Find("[data-copy-link]").GetAttribute("data-copy-link").ShouldBe($"/chats/{chat}?message={second.Id}&file={second.Attachments[0].Id}");
        await page.InvokeAsync(() => screen.Navigation.NavigateTo($"/chats/{chat}/files?q=one"));
        page.WaitForAssertion(() => page.FindAll("dialog").ShouldBeEmpty(), Screen.Patience);
        ShouldShow(page, "one.txt");
    }

    [Fact]
    public async Task A_file_that_has_the_words_in_it_is_shown_with_them_one_that_has_them_in_its_name_without()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.SendFileAsync(ann, chat, "heron.txt", "nothing");
        await world.SendFileAsync(ann, chat, "birds.txt", "a <grey> Héron");
        await world.SendFileAsync(ann, chat, "other.txt", "a stork");
        await world.ReadContentsAsync();
        await using var screen = new Screen(world, ann);
        var page = Open(screen, chat);
        ShouldShow(page, "other.txt", "birds.txt", "heron.txt");

        page.On("input[aria-label='Search files']", e => e.Input("heron"));

        ShouldShow(page, "birds.txt", "heron.txt");
        page.FindAll(".files .snippet").ShouldHaveSingleItem().TextContent.ShouldBe("a <grey> Héron");
        page.Find(".files .snippet mark").TextContent.ShouldBe("Héron");
    }

    [Fact]
    public async Task A_new_file_comes_and_a_deleted_one_goes_while_the_list_is_open()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        await using var screen = new Screen(world, bob);
        var page = Open(screen, chat);
        page.WaitForAssertion(() => page.Find("[role='status']").TextContent.ShouldContain("No files yet"), Screen.Patience);

        var sent = await world.SendFileAsync(ann, chat, "a.txt");
        var other = await world.SendFileAsync(ann, chat, "b.txt");
        ShouldShow(page, "b.txt", "a.txt");

        await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[0].Id);
        ShouldShow(page, "b.txt");
        File.Delete(await world.BlobPathAsync(other.Attachments[0].Id));
        await world.Chats.OpenFileAsync(ann.Id, chat, other.Attachments[0].Id);
        ShouldShow(page);
        page.WaitForAssertion(() => page.Find("[role='status']").TextContent.ShouldContain("No files yet"), Screen.Patience);
    }

    [Theory]
    [InlineData("Name", "a.txt b.txt c.txt")]
    [InlineData("Size", "b.txt c.txt a.txt")]
    public async Task The_list_is_sorted_as_wanted_and_what_comes_finds_its_place(string sort, string expected)
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.SendFileAsync(ann, chat, "c.txt", "22");
        await world.SendFileAsync(ann, chat, "a.txt", "1");
        await using var screen = new Screen(world, ann);
        var page = Open(screen, chat);
        ShouldShow(page, "a.txt", "c.txt");

        page.On("select[aria-label='Sort by']", e => e.Change(sort));
        await world.SendFileAsync(ann, chat, "b.txt", "333");

        ShouldShow(page, expected.Split(' '));
    }

    [Fact]
    public async Task What_is_selected_is_forwarded_as_one_message()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        await world.SendFileAsync(ben, chat, "one.txt");
        await world.SendFileAsync(ben, chat, "two.txt");
        await world.SendFileAsync(ben, chat, "three.txt");
        await using var screen = new Screen(world, ann);
        var dialogs = screen.Dialogs;
        var page = Open(screen, chat);
        ShouldShow(page, "three.txt", "two.txt", "one.txt");

        page.On("input[aria-label='Select one.txt']", e => e.Change(true));
        page.On("input[aria-label='Select three.txt']", e => e.Change(true));
        page.Press("Forward selected");
        dialogs.WaitForElement("[role='dialog'] .mud-dialog-title", Screen.Patience).TextContent.ShouldBe("Forward 2 files");
        dialogs.On("[role='combobox']", box => box.Input("general"));
        dialogs.On("form", form => form.Submit());

        page.WaitForAssertion(() => page.Find("[role='status'] a").TextContent.ShouldBe("General"), Screen.Patience);
        var copies = (await world.Chats.HistoryAsync(ann.Id, Chat.GeneralId)).Value.Messages.ShouldHaveSingleItem().Attachments;
        copies.Select(file => file.FileName).ShouldBe(["three.txt", "one.txt"]);
    }

    [Fact]
    public async Task Several_files_are_selected_to_be_downloaded_as_one_or_deleted_at_once()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        var foreign = await world.SendFileAsync(ann, chat, "anns.txt");
        var mine = await world.SendFileAsync(bob, chat, "mine.txt");
        await using var screen = new Screen(world, bob);
        var dialogs = screen.Dialogs;
        var page = Open(screen, chat);
        ShouldShow(page, "mine.txt", "anns.txt");
        page.FindAll(".selection").ShouldBeEmpty();

        page.On("input[aria-label='Select anns.txt']", e => e.Change(true));
        page.On("input[aria-label='Select mine.txt']", e => e.Change(true));

        page.Find(".selection .count").TextContent.ShouldBe("2 selected · 10 bytes");
        var download = page.FindAll(".selection a").Single();
        (download.TextContent, download.GetAttribute("href"))
            .ShouldBe(("Download selected", $"/chat/{chat}/files.zip?file={mine.Attachments[0].Id}&file={foreign.Attachments[0].Id}"));

        page.Press("Delete selected");
        dialogs.WaitForElement("[role='dialog'] .mud-dialog-title", Screen.Patience).TextContent.ShouldBe("Delete 2 files?");
        dialogs.Press("Delete");

        dialogs.WaitForElement("[role='alert']", Screen.Patience).TextContent.ShouldBe("1 of 2 files could not be deleted: Only its sender and the chat's owner can delete a file.");
        ShouldShow(page, "anns.txt");
        page.Find(".selection .count").TextContent.ShouldBe("1 selected · 5 bytes");
    }

    [Fact]
    public async Task More_than_a_page_is_loaded_piece_by_piece_and_stays_when_there_is_news()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        for (var i = 0; i < 6; i++)
            await world.SendAsync(ann, chat, null, [.. Enumerable.Range(0, 10).Select(n => Parts.File($"{i}-{n}.txt", "x"))]);
        await using var screen = new Screen(world, ann);
        var page = Open(screen, chat);
        page.WaitForAssertion(() => page.FindAll("tbody tr").Count.ShouldBe(50), Screen.Patience);

        page.On("[data-more]", e => e.Click());
        page.WaitForAssertion(() => page.FindAll("tbody tr").Count.ShouldBe(60), Screen.Patience);
        page.FindAll("[data-more]").ShouldBeEmpty();

        await world.SendFileAsync(ann, chat, "new.txt");
        page.WaitForAssertion(() => page.Find("tbody .name").TextContent.ShouldBe("new.txt"), Screen.Patience);
        page.FindAll("tbody tr").Count.ShouldBe(61);
    }

    [Fact]
    public async Task However_far_somebody_scrolls_300_files_are_held_and_an_event_reads_only_its_own()
    {
        var statements = new Statements();
        await using var world = await ChatWorld.BeginAsync(change: statements.Count);
        await world.StartAsync<EventDispatcher>();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        for (var i = 0; i < 40; i++)
            await world.SendAsync(ann, chat, null, [.. Enumerable.Range(0, 10).Select(n => Parts.File($"{i:D2}-{n}.txt", "x"))]);
        await using var screen = new Screen(world, ann);
        var page = Open(screen, chat);
        page.WaitForAssertion(() => page.FindAll("tbody tr").Count.ShouldBe(50), Screen.Patience);
        var oldest = page.FindAll("tbody .name")[^1].TextContent;
        for (var shown = 50; shown < 400; shown += 50)
        {
            page.On("[data-more]", e => e.Click());
            page.WaitForAssertion(() => page.FindAll("tbody .name")[^1].TextContent.ShouldNotBe(oldest), Screen.Patience);
            oldest = page.FindAll("tbody .name")[^1].TextContent;
        }

        page.FindAll("tbody tr").Count.ShouldBe(300);
        oldest.ShouldBe("00-0.txt");
        statements.Reset();
        var gone = (await world.Finding.ListFilesAsync(ann.Id, chat, new FileFilter("10-5"))).Value.Files.Single();
        await world.Chats.DeleteFileAsync(ann.Id, chat, gone.Id);
        page.WaitForAssertion(() => page.FindAll("tbody tr").Count.ShouldBe(299), Screen.Patience);
        statements.LongestIn("Attachments").ShouldBeLessThan(20, "rows that one reading gave");

        await world.SendFileAsync(ann, chat, "new.txt");
        page.Press("Back to the newest");
        page.WaitForAssertion(() => page.Find("tbody .name").TextContent.ShouldBe("new.txt"), Screen.Patience);
        page.FindAll("tbody tr").Count.ShouldBe(50);
    }

    [Fact]
    public async Task A_search_too_many_says_so_and_keeps_what_was_written_and_shown()
    {
        await using var world = await ChatWorld.BeginAsync(new() { ["RateLimits:SearchesPerMinute"] = "1" });
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.SendFileAsync(ann, chat, "a.txt");
        await using var screen = new Screen(world, ann);
        var page = Open(screen, chat);
        ShouldShow(page, "a.txt");

        page.On("input[aria-label='Search files']", e => e.Input("a"));
        ShouldShow(page, "a.txt");
        page.On("input[aria-label='Search files']", e => e.Input("a."));

        page.WaitForAssertion(() => page.Find("[role='alert']").TextContent.ShouldContain("in a minute; try again in"), Screen.Patience);
        ShouldShow(page, "a.txt");
        page.Find("input[aria-label='Search files']").GetAttribute("value").ShouldBe("a.");
    }

    [Fact]
    public async Task Who_is_no_member_or_no_longer_one_sees_no_files()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, bob, cleo) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"), await world.PersonAsync("cleo"));
        var chat = await world.ChatAsync(ann, bob);
        await world.SendFileAsync(ann, chat, "secret.txt");
        await using var stranger = new Screen(world, cleo);
        var foreign = Open(stranger, chat);
        foreign.WaitForAssertion(() => foreign.Find("h1").TextContent.ShouldBe("Chat not found"), Screen.Patience);
        await using var screen = new Screen(world, bob);
        var page = Open(screen, chat);
        ShouldShow(page, "secret.txt");

        await world.Members.RemoveMemberAsync(ann.Id, chat, bob.Id);

        page.WaitForAssertion(() => page.Find("h1").TextContent.ShouldBe("Chat not found"), Screen.Patience);
        page.Markup.ShouldNotContain("secret");
    }

    private static IRenderedComponent<FilesPage> Open(Screen screen, long chat) => screen.Render<FilesPage>(p => p.Add(c => c.ChatId, $"{chat}"));

    private static void ShouldShow(IRenderedComponent<FilesPage> page, params string[] names) =>
        page.WaitForAssertion(() => page.FindAll("tbody .name").Select(name => name.TextContent).ShouldBe(names), Screen.Patience);
}
