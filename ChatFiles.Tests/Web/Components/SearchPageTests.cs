using Bunit;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Finding;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web.Components;

public sealed class SearchPageTests
{
    [Fact]
    public async Task What_is_found_shows_where_its_words_are_and_leads_to_its_message()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, null, Parts.Caption("Am Häfen <b>früh</b>"), Parts.File("Hafen.txt", "x"))).Value;
        await using var screen = new Screen(world, ann);

        var page = await OpenAsync(world, screen, "find?q=hafen");

        var found = page.WaitForElement("article", Screen.Patience);
        found.QuerySelector(".chat")!.TextContent.ShouldBe("Room");
        found.QuerySelector(".author")!.TextContent.ShouldBe("ann");
        found.QuerySelector(".text")!.TextContent.ShouldBe("Am Häfen <b>früh</b>");
        found.QuerySelectorAll("mark").Select(m => m.TextContent).ShouldBe(["Häfen", "Hafen"]);
        found.QuerySelectorAll("a").Single(a => a.TextContent == "Show in chat").GetAttribute("href").ShouldBe($"/chats/{chat}?message={sent.Id}");
        page.Find("[role='status']").TextContent.ShouldBe("1 message with “hafen”");
    }

    [Fact]
    public async Task A_file_that_is_found_opens_above_the_results()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = await world.SendFileAsync(ann, chat, "plan.txt");
        await using var screen = new Screen(world, ann);
        var page = await OpenAsync(world, screen, "find?q=plan");
        var address = page.WaitForElement("article .file a", Screen.Patience).GetAttribute("href")!;
        address.ShouldBe($"/find?q=plan&file={sent.Attachments[0].Id}&in={chat}");

        await page.InvokeAsync(() => screen.Navigation.NavigateTo(address));

        page.WaitForAssertion(() => page.Find("#viewer-title").TextContent.ShouldBe("plan.txt"), Screen.Patience);
        page.Find("[data-slide]").GetAttribute("data-address").ShouldBe(address);
        await page.InvokeAsync(() => screen.Navigation.NavigateTo("/find?q=plan"));
        page.WaitForAssertion(() => page.FindAll("dialog").ShouldBeEmpty(), Screen.Patience);
        page.FindAll("article").Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("find", "Type into the search box")]
    [InlineData("find?q=%20", "Type into the search box")]
    [InlineData("find?q=nowhere", "Nothing found for “nowhere”")]
    [InlineData("find?q=x&chat=987", "There is no such chat")]
    [InlineData("find?q=%22%2A%00%3Cb%3E", "Nothing found for")]
    public async Task Where_nothing_is_found_it_says_so(string address, string words)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "something");
        await using var screen = new Screen(world, ann);

        var page = await OpenAsync(world, screen, address);

        page.WaitForAssertion(() => page.Find("[role='status']").TextContent.ShouldContain(words), Screen.Patience);
        page.FindAll("article").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_search_from_a_chat_can_be_narrowed_to_it_and_widened_again()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.Chats.SendTextAsync(ann.Id, chat, "plan here");
        await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "plan there");
        await world.IndexAsync();
        await using var screen = new Screen(world, ann);
        var navigation = screen.Services.GetRequiredService<NavigationManager>();
        navigation.NavigateTo($"chats/{chat}/files");
        var box = screen.Render<SearchBox>();

        box.On("input[aria-label='Search']", e => e.Input("plan"));
        box.On("form", e => e.Submit());
        navigation.ToBaseRelativePath(navigation.Uri).ShouldBe($"find?q=plan&from={chat}");

        var page = screen.Render<SearchPage>();
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(2), Screen.Patience);
        Switch(page, "Only Room").ShouldBe($"/find?q=plan&chat={chat}");
        Switch(page, "All chats").ShouldBe($"/find?q=plan&from={chat}");

        page = await OpenAsync(world, screen, $"find?q=plan&chat={chat}");
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(1), Screen.Patience);
        Switch(page, "All chats").ShouldBe($"/find?q=plan&from={chat}");
        page.Find("nav a[aria-current]").TextContent.ShouldBe("Only Room");
    }

    [Fact]
    public async Task A_deleted_message_goes_from_the_results_at_once()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        var gone = (await world.Chats.SendTextAsync(ann.Id, chat, "secret plan")).Value;
        await world.Chats.SendTextAsync(ann.Id, chat, "open plan");
        await using var screen = new Screen(world, bob);
        var page = await OpenAsync(world, screen, "find?q=plan");
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(2), Screen.Patience);

        await world.Chats.DeleteMessageAsync(ann.Id, chat, gone.Id);
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(1), Screen.Patience);
        page.Markup.ShouldNotContain("secret");

        await world.Members.RemoveMemberAsync(ann.Id, chat, bob.Id);
        page.WaitForAssertion(() => page.FindAll("article").ShouldBeEmpty(), Screen.Patience);
    }

    [Fact]
    public async Task A_reaction_reads_nothing_again_as_nothing_of_it_shows()
    {
        var statements = new Statements();
        await using var world = await ChatWorld.BeginAsync(change: statements.Count);
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        var (gone, kept) = ((await world.Chats.SendTextAsync(ann.Id, chat, "one plan")).Value, (await world.Chats.SendTextAsync(ann.Id, chat, "another plan")).Value);
        await using var screen = new Screen(world, bob);
        var page = await OpenAsync(world, screen, "find?q=plan");
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(2), Screen.Patience);
        statements.Reset();

        (await world.Services.GetRequiredService<Reactions>().SetAsync(ann.Id, chat, kept.Id, "👍", isThere: true)).Refusal.ShouldBeNull();
        await world.Chats.DeleteMessageAsync(ann.Id, chat, gone.Id);
        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(1), Screen.Patience);

        statements.CountOf("NOT (\"m\".\"Deleted\") AND EXISTS").ShouldBeGreaterThan(0, "what was deleted is looked for");
        statements.RowsOf("NOT (\"m\".\"Deleted\") AND EXISTS").ShouldBe(0);
    }

    [Fact]
    public async Task Who_types_fast_is_not_refused_and_gets_what_was_typed_last()
    {
        await using var world = await ChatWorld.BeginAsync(change: services => services.AddSingleton<TimeProvider>(new FakeTimeProvider()));
        var ann = await world.PersonAsync("ann");
        await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "word29");
        await world.IndexAsync();
        await using var screen = new Screen(world, ann);
        var navigation = screen.Services.GetRequiredService<NavigationManager>();
        using var mayEnd = new ManualResetEventSlim();
        var others = Enumerable.Range(0, 100).Select(i => HoldUpAsync(world, $"somebody{i}", mayEnd)).ToList();

        navigation.NavigateTo("find?q=word0");
        var page = screen.Render<SearchPage>();
        for (var i = 1; i < 30; i++)
        {
            navigation.NavigateTo($"find?q=word{i}");
            page.Render();
        }

        mayEnd.Set();
        page.WaitForAssertion(() => page.Find("[role='status']").TextContent.ShouldBe("1 message with “word29”"), Screen.Patience);
        (await Task.WhenAll(others)).ShouldAllBe(other => other.Refusal == null);
    }

    [Fact]
    public async Task However_far_somebody_scrolls_300_messages_are_held_and_an_event_reads_only_its_own()
    {
        var statements = new Statements();
        await using var world = await ChatWorld.BeginAsync(change: statements.Count);
        await world.StartAsync<EventDispatcher>();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        var sent = new List<MessageView>();
        for (var i = 0; i < 400; i++)
            sent.Add((await world.Chats.SendTextAsync(ann.Id, chat, $"plan {i}")).Value);
        await using var screen = new Screen(world, bob);
        var page = await OpenAsync(world, screen, "find?q=plan");
        for (var shown = 100; shown <= 400; shown += 50)
        {
            page.On(".more", e => e.Click());
            page.WaitForAssertion(() => page.FindAll("article .text")[^1].TextContent.ShouldBe($"plan {400 - shown}"), Screen.Patience);
        }

        page.FindAll("article").Count.ShouldBe(300);
        statements.Reset();
        await world.Chats.SendTextAsync(ann.Id, chat, "another plan");
        await world.Chats.DeleteMessageAsync(ann.Id, chat, sent[7].Id);

        page.WaitForAssertion(() => page.FindAll("article").Count.ShouldBe(299), Screen.Patience);
        statements.LongestIn("Messages").ShouldBeLessThan(10, "rows that one reading gave");
        statements.CountOf("MATCH").ShouldBe(0, "no event searches again");
        await world.IndexAsync();
        page.Press("Back to the newest");
        page.WaitForAssertion(() => page.Find("article .text").TextContent.ShouldBe("another plan"), Screen.Patience);
    }

    [Fact]
    public async Task A_message_whose_file_was_what_was_found_goes_with_the_file()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, null, Parts.Caption("early draft"), Parts.File("plan.txt", "x"), Parts.File("other.txt", "x"))).Value;
        await using var screen = new Screen(world, ann);
        var page = await OpenAsync(world, screen, "find?q=draft+pla");
        page.WaitForAssertion(() => page.FindAll("article .file").Count.ShouldBe(2), Screen.Patience);

        await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[1].Id);
        page.WaitForAssertion(() => page.FindAll("article .file").Count.ShouldBe(1), Screen.Patience);
        await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[0].Id);
        page.WaitForAssertion(() => page.FindAll("article").ShouldBeEmpty(), Screen.Patience);
    }

    [Fact]
    public async Task What_was_found_in_a_file_shows_the_words_around_under_its_name_and_goes_with_the_file()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, null, Parts.File("a.txt", "else"), Parts.File("b.txt", "the <b>grey</b> Héron"))).Value;
        await world.ReadContentsAsync();
        await using var screen = new Screen(world, ann);

        var page = await OpenAsync(world, screen, "find?q=grey+heron");

        page.WaitForAssertion(() => page.Find("article .snippet").TextContent.ShouldBe("the <b>grey</b> Héron"), Screen.Patience);
        page.FindAll("article .snippet mark").Select(m => m.TextContent).ShouldBe(["grey", "Héron"]);
        page.Find("article .snippet").PreviousElementSibling!.TextContent.ShouldContain("b.txt");
        await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[0].Id);
        page.WaitForAssertion(() => page.FindAll("article .file").Count.ShouldBe(1), Screen.Patience);
        page.Find("article .snippet mark").TextContent.ShouldBe("grey");
        await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[1].Id);
        page.WaitForAssertion(() => page.FindAll("article").ShouldBeEmpty(), Screen.Patience);
    }

    [Theory]
    [InlineData("one two three", "two", 100, "one [two] three")]
    [InlineData("two twofold TWÓ", "two", 100, "[two] [twofold] [TWÓ]")]
    [InlineData("fourfold four", "four x", 100, "fourfold [four]")]
    [InlineData("none", "two", 100, "none")]
    [InlineData("aaaaaaaaaa two bbbbbbbbbb", "two", 12, "…aaa [two] bbbb…")]
    [InlineData("aaaaaaaaaa aaaaaaaaaa two", "two", 9, "…aaaaa [two]")]
    [InlineData("😀😀😀😀😀😀", "two", 5, "😀😀…")]
    [InlineData("plan_v2.pdf", "v2", 100, "plan_[v2].pdf")]
    [InlineData("", "two", 100, "")]
    public async Task The_words_that_were_searched_for_are_marked_and_long_texts_are_cut_around_them(string text, string search, int length, string expected)
    {
        await using var screen = new BunitContext();
        var marked = screen.Render<Marked>(p => p.Add(c => c.Text, text).Add(c => c.Words, SearchWords.Parse(search).Value).Add(c => c.MaxLength, length));

        marked.Markup.Replace("<mark>", "[").Replace("</mark>", "]").ShouldBe(expected);
    }

    private static Task<Result<int>> HoldUpAsync(ChatWorld world, string userId, ManualResetEventSlim mayEnd) =>
        world
            .Services.GetRequiredService<LongReads>()
            .RunAsync<int>(
                userId,
                _ =>
                {
                    mayEnd.Wait();
                    return Task.FromResult<Result<int>>(0);
                },
                CancellationToken.None
            );

    private static async Task<IRenderedComponent<SearchPage>> OpenAsync(ChatWorld world, Screen screen, string address)
    {
        await world.IndexAsync();
        screen.Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        return screen.Render<SearchPage>();
    }

    private static string? Switch(IRenderedComponent<SearchPage> page, string name) =>
        page.FindAll("nav[aria-label='Where to search'] a").Single(a => a.TextContent == name).GetAttribute("href");
}
