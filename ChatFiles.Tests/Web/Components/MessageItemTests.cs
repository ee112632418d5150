using System.Globalization;
using System.Text.Json;
using AngleSharp.Dom;
using Bunit;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components;
using ChatFiles.Web.Components.Files;
using ChatFiles.Web.Components.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Components;

public sealed class MessageItemTests : BunitContext
{
    private const string Ben = "6c1f8a52-0000-4000-8000-00000000000b";
    private const string Carla = "6c1f8a52-0000-4000-8000-00000000000c";

    [Fact]
    public void A_message_is_an_article_with_author_time_and_text()
    {
        var article = Item(Shown.Message(3)).Find("article");

        article.GetAttribute("aria-label").ShouldBe("Message from ann");
        article.GetAttribute("data-message-id").ShouldBe("3");
        article.QuerySelector(".author")!.TextContent.ShouldBe("ann");
        article.QuerySelector("time")!.GetAttribute("datetime").ShouldBe("2026-01-05T12:00:00.000Z");
        article.QuerySelector(".text")!.TextContent.ShouldBe("hello");
    }

    [Fact]
    public void Who_has_a_picture_is_seen_by_it_and_others_by_their_initials()
    {
        Item(Shown.Message(3)).FindAll(".avatar img").ShouldBeEmpty();

        var avatar = Item(Shown.Message(3) with { Author = new AuthorView("a1", "ann") { Picture = "abc" } }).Find(".avatar");

        avatar.QuerySelector("img")!.GetAttribute("src").ShouldBe("/person/a1/picture?v=abc");
        avatar.TextContent.ShouldBe("A", "it is seen until the picture is there");
    }

    [Fact]
    public void An_edited_message_says_so_and_when() =>
        Item(Shown.Message(3) with { EditedAt = Shown.Noon.AddHours(1) })
            .Find(".edited")
            .ShouldSatisfyAllConditions(
                edited => edited.TextContent.ShouldStartWith("edited "),
                edited => edited.QuerySelector("time")!.GetAttribute("datetime").ShouldBe("2026-01-05T13:00:00.000Z")
            );

    [Theory]
    [InlineData("Is it final?", "plan.pdf", false, "Is it final?")]
    [InlineData("", "plan.pdf", false, "plan.pdf")]
    [InlineData("", null, false, "A file that is no longer there")]
    [InlineData("", null, true, "Message deleted")]
    public void An_answer_shows_a_line_of_what_it_answers_which_leads_there(string text, string? file, bool deleted, string shown)
    {
        var reply = new ReplyView(2, new AuthorView("ben", "Ben"), text, file, deleted);

        var link = Item(Shown.Message(3) with { ReplyTo = reply }).Find("a[aria-label='Reply to Ben']");

        link.GetAttribute("href").ShouldBe("/chats/7?message=2");
        link.TextContent.ShouldContain(shown);
    }

    [Fact]
    public void A_deleted_answer_shows_nothing_of_what_it_answered()
    {
        var reply = new ReplyView(2, new AuthorView("ben", "Ben"), "Is it final?", null, false);
        Item(Shown.Message(3) with { ReplyTo = reply, Deleted = true, Text = "" }).FindAll(".reply").ShouldBeEmpty();
    }

    [Fact]
    public void A_long_text_comes_shortened_and_whole_when_somebody_asks_for_it()
    {
        var text = string.Join(' ', Enumerable.Range(0, 1000).Select(n => $"word{n}"));
        var item = Item(Shown.Message(3, text));

        item.Find(".text").TextContent.ShouldBe($"{text[..2000]}…");
        item.Press("Show all");

        item.Find(".text").TextContent.ShouldBe(text);
        item.FindAll(".body button").ShouldBeEmpty();
        Item(Shown.Message(4, text[..2000])).FindAll(".body button").ShouldBeEmpty();
    }

    [Fact]
    public void Neither_a_link_nor_a_character_is_cut_in_two_where_a_text_is_shortened()
    {
        var before = new string('x', 1990);

        var item = Item(Shown.Message(3, $"{before} https://example.org/a/long/way"));
        item.Find(".text").TextContent.ShouldBe($"{before} https://e…");
        item.FindAll(".text a").ShouldBeEmpty("a part of an address leads elsewhere");
        Item(Shown.Message(4, $"{before}123456789😀 and more")).Find(".text").TextContent.ShouldBe($"{before}123456789…");
    }

    [Theory]
    [InlineData("application/x-7z-compressed", "card")]
    [InlineData("image/png", "picture")]
    [InlineData("audio/mpeg", "audio")]
    [InlineData("application/zip", "zip")]
    [InlineData("text/csv", "table")]
    [InlineData("text/plain", "text")]
    public void On_its_way_a_message_is_drawn_as_it_will_be_when_it_is_there_and_is_taken_for_none(string contentType, string shownAs)
    {
        var file = Shown.File("data", contentType);
        var reply = new ReplyView(2, new AuthorView("ben", "Ben"), "Is it final?", null, false);
        var there = Item(Shown.Message(3, "hello", "ann", file) with { ReplyTo = reply }, isMine: true);
        var onItsWay = Render<MessageItem>(p => p.Add(i => i.IsOnItsWay, true).Add(i => i.Row, MessageItem.Unsent(new AuthorView("", "ann"))));

        $"{FileTypes.Of(contentType).Shown}".ShouldBe(shownAs, StringCompareShould.IgnoreCase);
        foreach (var other in onItsWay.FindAll($"[data-as]:not([data-as={shownAs}]), .pictures{(FileLooks.PreviewLines(file) == 0 ? ", .preview" : "")}"))
            other.Remove();
        Outline(onItsWay.Find(".message")).ShouldBe(Outline(there.Find(".message")));
        onItsWay.Find(".avatar").OuterHtml.ShouldBe(there.Find(".avatar").OuterHtml);
        onItsWay.FindAll("article, figure, a, [data-menu]").ShouldBeEmpty();

        // What is in what, down to words and pictures; buttons and links are others, but as many. What opens a file is where its name is.
        static string Outline(IElement element)
        {
            var within = string.Concat(element.Children.Select(Outline));
            return element.Matches(".icon-button, .progress, .sent") ? ""
                : element.Matches(".open") ? within
                : $"{element.ClassName?.Split(' ')[0]}({within})";
        }
    }

    [Fact]
    public void Only_my_own_message_carries_the_key_this_browser_gave_it()
    {
        var message = Shown.Message(3) with { ClientId = "k" };

        Item(message, isMine: true).Find("article").GetAttribute("data-client-id").ShouldBe("k");
        Item(message).Find("article").HasAttribute("data-client-id").ShouldBeFalse();
    }

    [Fact]
    public void The_menu_of_a_message_says_whose_it_is_and_whether_it_may_be_deleted()
    {
        var item = Item(Shown.Message(3), mayDelete: true);

        var menu = item.Find("[data-menu='message']");
        menu.TextContent.ShouldStartWith("More for message from ann, ");
        menu.GetAttribute("data-path").ShouldBe("/chats/7?message=3");
        menu.HasAttribute("data-may-delete").ShouldBeTrue();
    }

    [Fact]
    public void Others_are_not_offered_to_delete_message_or_file() =>
        Item(Shown.Message(3, files: Shown.Picture())).FindAll("[data-menu]").Select(m => m.HasAttribute("data-may-delete")).ShouldBe([false, false]);

    [Fact]
    public void A_deleted_message_leaves_only_the_words()
    {
        var item = Item(Shown.Message(3, text: "", files: Shown.Picture().Deleted()) with { Deleted = true }, mayDelete: true);

        item.Find(".gone").TextContent.ShouldBe("Message deleted");
        item.FindAll("button, figure, .text, .files").ShouldBeEmpty();
    }

    [Fact]
    public void A_message_of_files_alone_has_no_empty_text()
    {
        var item = Item(Shown.Message(3, text: "", files: [Shown.Picture(), Shown.File("plan.pdf", "application/pdf")]));

        item.FindAll(".text").ShouldBeEmpty();
        item.FindAll("figure").Select(f => f.GetAttribute("aria-label")).ShouldBe(["cat.png", "plan.pdf"]);
    }

    [Fact]
    public void A_message_that_continues_has_no_picture_of_its_author_again()
    {
        Item(Shown.Message(3)).FindAll(".avatar").Count.ShouldBe(1);
        Item(Shown.Message(3), previous: Shown.Message(2)).FindAll(".avatar").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://example.org/a")]
    [InlineData("https://example.org/a?b=c#d")]
    public void An_address_is_a_link_that_opens_beside_the_chat_and_knows_nothing_of_it(string address)
    {
        var link = Item(Shown.Message(3, $"see {address}.")).Find(".text a");

        link.TextContent.ShouldBe(address);
        link.GetAttribute("href").ShouldBe(address);
        link.GetAttribute("target").ShouldBe("_blank");
        link.GetAttribute("rel").ShouldBe("noopener noreferrer");
    }

    [Theory]
    [InlineData("see https://example.org/a.", "https://example.org/a")]
    [InlineData("https://example.org/a?b=c, and", "https://example.org/a?b=c")]
    [InlineData("really: https://example.org/?!…", "https://example.org/")]
    [InlineData("(https://example.org/a)", "https://example.org/a")]
    [InlineData("(see https://example.org/a(b).)", "https://example.org/a(b)")]
    [InlineData("(see https://example.org/a_(b))", "https://example.org/a_(b)")]
    [InlineData("https://example.org/a_(b)", "https://example.org/a_(b)")]
    [InlineData("[https://example.org/a]", "https://example.org/a")]
    [InlineData("**https://example.org/_a_/b*c**", "https://example.org/_a_/b*c")]
    [InlineData("“https://example.org/a”", "https://example.org/a")]
    [InlineData("'https://example.org/it's'", "https://example.org/it's")]
    [InlineData("<https://example.org/a>", "https://example.org/a")]
    [InlineData("見て：https://example.org/a。次", "https://example.org/a")]
    [InlineData("ここhttps://example.org/a", "https://example.org/a")]
    [InlineData("https://münchen.example/straße", "https://münchen.example/straße")]
    [InlineData("HTTPS://EXAMPLE.org/A", "HTTPS://EXAMPLE.org/A")]
    [InlineData("http://[::1]:8080/a", "http://[::1]:8080/a")]
    [InlineData("https://example.org/\u202Egpj.exe", "https://example.org/")]
    [InlineData("https://example.org/\u200Ba", "https://example.org/")]
    public void A_link_is_the_address_and_nothing_of_the_sentence_around_it(string text, string address)
    {
        var shown = Item(Shown.Message(3, text)).Find(".text");

        shown.QuerySelectorAll("a").ShouldHaveSingleItem().TextContent.ShouldBe(address);
        shown.TextContent.ShouldBe(text.Trim('*'));
        new Uri(shown.QuerySelector("a")!.GetAttribute("href")!).ShouldBe(new Uri(address));
    }

    [Theory]
    [InlineData("http://")]
    [InlineData("https://.")]
    [InlineData("http://?!)")]
    [InlineData("http://example.org:99999/")]
    public void What_only_begins_like_an_address_is_no_link(string text) => A_text_stays_as_written(text);

    [Fact]
    public void The_longest_texts_of_addresses_and_brackets_are_shown_in_no_time()
    {
        string[] texts =
        [
            "https://example.org/" + new string('a', 7_980),
            "https://example.org/" + new string(')', 7_980),
            "https://example.org/" + new string('(', 3_990) + new string(')', 3_990),
            string.Concat(Enumerable.Repeat("http://a.b ", 727)),
            string.Concat(Enumerable.Repeat("http://", 1_142)),
            "https://example.org/\uD800",
        ];
        var watch = System.Diagnostics.Stopwatch.StartNew();

        foreach (var text in texts)
        {
            var item = Item(Shown.Message(3, text));
            foreach (var button in item.FindAll(".body button"))
                button.Click();
            item.Find(".text").TextContent.ShouldBe(text);
        }

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,<script>alert(1)</script>")]
    [InlineData("file:///etc/passwd")]
    [InlineData("xhttp://example.org")]
    [InlineData("<a href=\"javascript:alert(1)\">click</a>")]
    [InlineData("<script>alert(1)</script> & <b>bold</b>")]
    public void Anything_else_is_shown_as_written(string text) => A_text_stays_as_written(text);

    private void A_text_stays_as_written(string text)
    {
        var shown = Item(Shown.Message(3, text)).Find(".text");

        shown.TextContent.ShouldBe(text);
        shown.Children.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("one  two\n\n  three https://example.org/ four")]
    [InlineData("\n\tone\n\nhttps://example.org/\nhttps://example.org/\n")]
    public void White_space_and_line_breaks_stay_as_written(string text) =>
        Item(Shown.Message(3, text)).Find(".text").TextContent.ShouldBe(text);

    [Fact]
    public void A_long_text_with_markup_is_cut_where_its_reading_is_long_and_nothing_is_left_open()
    {
        var code = $"**{new string('b', 1990)}**\n```\n{new string('c', 100)}\n```\nand more";
        var item = Item(Shown.Message(3, code));

        item.Find(".text").TextContent.ShouldBe($"{new string('b', 1990)}{new string('c', 10)}…");
        item.Find(".text pre code").TextContent.ShouldEndWith("c…");
        item.Press("Show all");

        item.Find(".text").TextContent.ShouldEndWith("and more");
        Item(Shown.Message(4, string.Concat(Enumerable.Repeat("**a** ", 400)))).FindAll(".body button").ShouldBeEmpty("what is read of it is short");
    }

    [Fact]
    public void Who_is_mentioned_is_shown_by_their_name_of_today_and_it_is_lit_up_for_them_alone()
    {
        var text = $"Hi <@{Ben}>, **<@{Carla}>**! <@{Guid.Empty}> `<@{Ben}>`";
        var item = Render<MessageItem>(p =>
            p.Add(c => c.Row, new(new(Shown.Message(3, text) with { Mentions = [new(Ben, "Ben *B*"), new(Carla, "Carla")] }))).Add(c => c.Me, Carla)
        );

        item.Find(".text").TextContent.ShouldBe($"Hi @Ben *B*, @Carla! <@{Guid.Empty}> <@{Ben}>");
        item.FindAll(".mention").Select(m => (m.TextContent, m.ClassList.Contains("me"))).ShouldBe([("@Ben *B*", false), ("@Carla", true)]);
    }

    [Fact]
    public void Whoever_edits_a_text_sees_names_in_it()
    {
        var message = Shown.Message(3, $"Hi <@{Ben}> and <@{Guid.Empty}>") with { Mentions = [new(Ben, "Ben \"B\"")] };
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddSingleton<CircuitConnection>().AddSingleton(TimeProvider.System).AddSingleton<PageScripts>();

        var item = Render<MessageItem>(p =>
            p.Add(c => c.Row, new(new(message) { Editor = new MessageEditing(_ => Task.FromResult<Refusal?>(null), () => Task.CompletedTask) }))
        );

        item.Find("textarea").TextContent.ShouldBe($"Hi @Ben \"B\" and <@{Guid.Empty}>");
        JsonSerializer.Deserialize<AuthorView[]>(item.Find("form").GetAttribute("data-people")!, JsonSerializerOptions.Web).ShouldBe([new(Ben, "Ben \"B\"")]);
        item.Find("form").GetAttribute("data-original").ShouldBe(message.Text);
        item.Find("form").GetAttribute("data-chat-id").ShouldBe("7");
    }

    [Fact]
    public void An_answer_shows_what_it_answers_without_marks()
    {
        var text = $"**Is** it `final`, <@{Carla}>?\n> [so](https://example.org)";
        var reply = new ReplyView(2, new AuthorView("ben", "Ben"), text, null, false) { Mentions = [new(Carla, "Carla")] };

        Item(Shown.Message(3) with { ReplyTo = reply }).Find(".reply .quote").TextContent.ShouldBe("Ben Is it final, @Carla?\nso");
    }

    [Fact]
    public void Its_time_is_a_link_to_the_message() =>
        Item(Shown.Message(3)).Find("a:has(time)").GetAttribute("href").ShouldBe("/chats/7?message=3");

    [Theory]
    [InlineData("2026-01-05T12:00:00Z", "2026-01-05T12:14:59.999Z", false)]
    [InlineData("2026-01-05T12:14:59.999Z", "2026-01-05T12:15:00Z", true)]
    [InlineData("2026-01-05T12:00:00Z", "2026-01-06T12:00:00Z", true)]
    public void A_day_line_waits_wherever_a_day_could_begin_in_some_time_zone(string before, string now, bool isThere)
    {
        var item = Item(Shown.Message(3) with { SentAt = Time(now) }, previous: Shown.Message(2) with { SentAt = Time(before) });

        item.FindAll("local-day").Select(day => (Time(day.GetAttribute("after")!), Time(day.GetAttribute("datetime")!))).ShouldBe(isThere ? [(Time(before), Time(now))] : []);

        static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
    }

    [Fact]
    public void A_day_that_what_nobody_wrote_has_begun_is_not_begun_again()
    {
        var message = Shown.Message(3) with { SentAt = new DateTime(2026, 1, 5, 12, 2, 0, DateTimeKind.Utc) };
        var previous = Shown.Message(2) with { SentAt = message.SentAt.AddDays(-1) };

        Item(message, previous: previous).FindAll("local-day").ShouldHaveSingleItem();
        Item(message, previous: previous, lineAbove: message.SentAt.AddMinutes(-1)).FindAll("local-day").ShouldBeEmpty();
    }

    private IRenderedComponent<MessageItem> Item(MessageView message, bool isMine = false, bool mayDelete = false, MessageView? previous = null, DateTime? lineAbove = null) =>
        Render<MessageItem>(p => p.Add(c => c.Row, new(new(message, previous, lineAbove) { IsMine = isMine, MayDelete = mayDelete })));
}
