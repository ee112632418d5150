using System.Diagnostics;
using System.Text;
using Bunit;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Markup;
using ChatFiles.Web.Components.Messages;
using Markdig.Syntax;

namespace ChatFiles.Tests.Web.Components;

public sealed class MessageTextTests : BunitContext
{
    private const string Link = "target=\"_blank\" rel=\"noopener noreferrer\"";

    [Theory]
    [InlineData("**bold** and __bold__", "<strong>bold</strong> and <strong>bold</strong>")]
    [InlineData("*italic* and _italic_, ***both***", "<em>italic</em> and <em>italic</em>, <em><strong>both</strong></em>")]
    [InlineData("~~struck through~~", "<del>struck through</del>")]
    [InlineData("`a **b**` and ``c`d``", "<code>a **b**</code> and <code>c`d</code>")]
    [InlineData("これは**重点**です", "これは<strong>重点</strong>です")]
    [InlineData("one\ntwo\n\n\n  three **four**", "one\ntwo\n\n\n  three <strong>four</strong>")]
    [InlineData("**one\ntwo**", "<strong>one\ntwo</strong>")]
    [InlineData("# Heading *one*\ntext\n### two", "<strong>Heading <em>one</em></strong>\ntext\n<strong>two</strong>")]
    [InlineData(@"**Ann \[ext.\]:** (a)\_b", "<strong>Ann [ext.]:</strong> (a)_b")]
    [InlineData(@"\*no\* \_no\_ \`no\` **ann\_b:**", "*no* _no_ `no` <strong>ann_b:</strong>")]
    public void A_text_is_shown_as_its_marks_say(string text, string html) => Html(text).ShouldBe(html);

    [Theory]
    [InlineData("> quoted\nanswer", "<blockquote>quoted</blockquote>answer")]
    [InlineData("> one\n> > two\n> three\n\nanswer", "<blockquote>one<blockquote>two</blockquote>three</blockquote>answer")]
    [InlineData("- one\n- two\n  - three\n- four\ntext", "<ul><li>one</li><li>two<ul><li>three</li></ul></li><li>four</li></ul>text")]
    [InlineData("text\n* one\n\n* two", "text<ul><li>one</li><li>two</li></ul>")]
    [InlineData("1. one\n1. two\n5. five", "<ol><li>one</li><li>two</li><li value=\"5\">five</li></ol>")]
    [InlineData("24. Dezember", "<ol><li value=\"24\">Dezember</li></ol>")]
    [InlineData("10. Kate\n9. Joe\n8. Ann", "<ol><li value=\"10\">Kate</li><li value=\"9\">Joe</li><li value=\"8\">Ann</li></ol>")]
    [InlineData("0. a\n1. b", "<ol><li value=\"0\">a</li><li>b</li></ol>")]
    [InlineData("3. a\n3. b\n5. c", "<ol><li value=\"3\">a</li><li>b</li><li>c</li></ol>")]
    [InlineData("1. a\n2. b\n2. c", "<ol><li>a</li><li>b</li><li value=\"2\">c</li></ol>")]
    [InlineData("1) one\n2) two", "<ol class=\"bracketed\"><li>one</li><li>two</li></ol>")]
    public void Quotes_and_lists_end_where_the_next_line_is_none_of_theirs(string text, string html) => Html(text).ShouldBe(html);

    [Theory]
    [InlineData("```js\nlet a = `1`;\n\n  **b**\n```\nafter", "<pre data-language=\"js\"><code>let a = `1`;\n\n  **b**</code></pre>after")]
    [InlineData("```\n<b>&amp;\n```", "<pre><code>&lt;b&gt;&amp;amp;</code></pre>")]
    [InlineData("before\n```js\nlet a;\nlet b;```", "before\n<pre data-language=\"js\"><code>let a;\nlet b;</code></pre>")]
    [InlineData("- one\n  ```\n  code\n  ```\n- two", "<ul><li>one<pre><code>code</code></pre></li><li>two</li></ul>")]
    [InlineData("> ```\n> code\n> ```", "<blockquote><pre><code>code</code></pre></blockquote>")]
    public void Code_keeps_its_lines_and_its_marks(string text, string html) => Html(text).ShouldBe(html);

    [Theory]
    [InlineData("[a **b**](https://example.org/_a_)", "<a href=\"https://example.org/_a_\" {0}>a <strong>b</strong></a>")]
    [InlineData("[a](https://example.org/a[1])", "<a href=\"https://example.org/a[1]\" {0}>a</a>")]
    [InlineData("[write](mailto:ann@example.org)", "<a href=\"mailto:ann@example.org\" {0}>write</a>")]
    [InlineData("![a picture](https://example.org/a.png)", "<a href=\"https://example.org/a.png\" {0}>a picture</a>")]
    [InlineData("![](https://example.org/a.png)", "<a href=\"https://example.org/a.png\" {0}>https://example.org/a.png</a>")]
    [InlineData("[https://example.org/](https://example.org)", "<a href=\"https://example.org/\" {0}>https://example.org/</a>")]
    [InlineData("[![a](https://example.org/a.png)](https://example.org/b)", "<a href=\"https://example.org/b\" {0}>a</a>")]
    [InlineData("[a](https://example.org/\"onclick=alert(1))", "<a href=\"https://example.org/%22onclick=alert(1)\" {0}>a</a>")]
    public void A_link_leads_to_a_page_or_mail_and_a_picture_is_a_link(string text, string html) => Html(text).ShouldBe(string.Format(null, html, Link));

    [Theory]
    [InlineData("[a](javascript:alert(1))")]
    [InlineData("[a](JaVaScRiPt:alert(1))")]
    [InlineData("[a](data:text/html,x)")]
    [InlineData("[a](file:///etc/passwd)")]
    [InlineData("[a](/chats/1)")]
    [InlineData("[a](//example.org)")]
    [InlineData("![a](/x.png \"title\")")]
    [InlineData("array[i](x)")]
    [InlineData("[a]: https")]
    [InlineData("[a][b] [ ] []()")]
    [InlineData("<b>bold</b> *")]
    [InlineData("<script>alert(1)</script>\n\n<div>\n*\n</div>")]
    [InlineData("&amp; &lt; *")]
    [InlineData("2 * 3 * 4, 2*3*4, (a)*(b)*(c), x**2 + y**2")]
    [InlineData("snake_case_name, __init__.py, __main__(), *.cs, f***ing")]
    [InlineData("the __init__ method, obj.__dict__ and obj.__custom__ *")]
    [InlineData("*_* ^_^ -_- >_< ¯\\_(ツ)_/¯ :* :*")]
    [InlineData(">:( or not")]
    [InlineData("C:\\_work\\_temp, src\\app\\_x, C:\\*.txt, \\\\server\\share")]
    [InlineData("1986. A great year")]
    [InlineData("I was born in\n12. May *")]
    [InlineData("+ 49 170 and +1 *")]
    [InlineData("-")]
    [InlineData("*")]
    [InlineData("#")]
    [InlineData("1.")]
    [InlineData(">")]
    [InlineData("---")]
    [InlineData("one\n---\ntwo\n===\n* * *")]
    [InlineData("#hashtag and\n#1 of *")]
    [InlineData("    four spaces\n\n\t* no code")]
    [InlineData("~5 to ~10")]
    [InlineData("```")]
    [InlineData("```\nnot ended")]
    [InlineData("price* and *one")]
    [InlineData("|a|b|\n|-|-|")]
    [InlineData("<@somebody> <@> <@")]
    public void What_people_write_anyhow_is_no_markup(string text)
    {
        var shown = Drawn(text);

        shown.TextContent.ShouldBe(text);
        shown.Children.ShouldBeEmpty();
    }

    [Fact]
    public void A_link_does_not_hide_behind_the_address_of_another()
    {
        var shown = Drawn("[see https://bank.example/](https://evil.example/)");

        shown.TextContent.ShouldBe("[see https://bank.example/](https://evil.example/)");
        shown.Children.Select(link => link.GetAttribute("href")).ShouldBe(["https://bank.example/"]);
    }

    [Theory]
    [InlineData("https:/\u200B/bank.example")]
    [InlineData("\u202Emoc.knab//:sptth")]
    [InlineData("https://bank.example:443443/")]
    [InlineData("https://bank.example*/login*")]
    [InlineData("https://x@bank.example/")]
    [InlineData("www.bank.example/login")]
    [InlineData("//bank.example/")]
    [InlineData("／／bank．example")]
    [InlineData("support@bank.example")]
    public void A_text_that_reads_as_the_address_of_another_is_no_link(string text)
    {
        foreach (var url in new[] { "https://evil.example/", "mailto:x@evil.example" })
            Drawn($"[{text}]({url})").QuerySelectorAll("a").Select(link => link.GetAttribute("href")).ShouldNotContain(href => href!.Contains("evil", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[bank.example](https://evil.example/)", "bank.example (evil.example)")]
    [InlineData("[Bank。Example/login](https://evil.example/)", "Bank。Example/login (evil.example)")]
    [InlineData("[bank.example](mailto:x@evil.example)", "bank.example (evil.example)")]
    [InlineData("[README.md](https://github.com/a/README.md)", "README.md (github.com)")]
    [InlineData("[example.org](https://www.example.org/)", "example.org")]
    [InlineData("[www.Example.org](https://www.example.org/a)", "www.Example.org")]
    [InlineData("[ann@example.org](mailto:Ann@example.org?subject=a)", "ann@example.org")]
    [InlineData("[@ann@social.example](https://social.example/@ann)", "@ann@social.example")]
    [InlineData("[at 10.30, z.B. and/or 1.5](https://example.org/)", "at 10.30, z.B. and/or 1.5")]
    public void A_link_under_what_may_be_the_name_of_another_host_says_where_it_leads(string text, string shown) =>
        Drawn(text).QuerySelectorAll("a").Single().TextContent.ShouldBe(shown);

    [Theory]
    [InlineData("24. Dezember", "24. Dezember")]
    [InlineData("- Milk\n- **Eggs**\n  1) white\n  2) brown", "- Milk\n- Eggs\n1) white\n2) brown")]
    [InlineData("1. a\n1. b", "1. a\n2. b")]
    public void In_plain_text_lists_keep_their_numbers_and_bullets(string text, string plain) => MessageText.PlainOf(text).ShouldBe(plain);

    [Fact]
    public void A_list_has_a_limit_too_and_its_items_take_room()
    {
        var text = new StringBuilder().Insert(0, "- a\n", 2_000).ToString();

        Drawn(text).QuerySelectorAll("li").Length.ShouldBeInRange(1, 300);
        Drawn(text).TextContent.Count('a').ShouldBe(2_000);
        Drawn(text, maxLength: 100).QuerySelectorAll("li").Length.ShouldBeInRange(1, 26);
    }

    [Fact]
    public void Nothing_that_somebody_wrote_gets_lost_and_nothing_becomes_an_element_but_ours()
    {
        string[] marks = ["- ", "> ", "1. ", "# ", "\n", "\n\n", "  ", "\t", "*", "**", "_", "~~", "`", "```\n", "[", "](", ")", "]", "<", "![", "\\", "<b>", "<@", "&lt;"];
        string[] ours = ["strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li"];
        var random = new Random(20260105);
        for (var round = 0; round < Thorough.Rounds(300, 20_000); round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(3) == 0 ? "wörd" : marks[random.Next(marks.Length)]));

            var shown = Drawn(text);

            Words(shown.TextContent).ShouldBe(Words(text), text);
            shown.QuerySelectorAll("*").Select(e => e.LocalName).Except(ours).ShouldBeEmpty(text);
            Words(MessageText.PlainOf(text)).ShouldBe(Words(text), text);
        }

        static int Words(string text) => text.Split("wörd").Length;
    }

    [Fact]
    public void A_text_that_was_edited_is_drawn_as_if_it_had_been_so_from_the_beginning()
    {
        string[] texts = ["a **b** c", "a *b*", "- a\n- **b**", "`a` **b** https://a.example/", "1. a\n   - b\n3. c", "> a\n\nb", "```js\na\n```", "a", "[b](https://a.example/) `c` ~~d~~", "> - a\n> - b *c*\n\n```\nd\n```\ne"];
        var random = new Random(20260105);
        var item = Render<MessageItem>(p => p.Add(c => c.Row, new(new(Shown.Message(3)))));
        for (var round = 0; round < 100; round++)
        {
            var text = texts[random.Next(texts.Length)];

            item.Render(p => p.Add(c => c.Row, new(new(Shown.Message(3, text)))));

            item.Find(".text").InnerHtml.ShouldBe(Html(text));
        }
    }

    [Theory]
    [InlineData("**a** ", "strong", 150)]
    [InlineData("`a` ", "code", 300)]
    [InlineData("[a](http://a.b) ", "a", 700)]
    [InlineData("> ", "blockquote", 12)]
    [InlineData("- ", "ul", 6)]
    public void More_marks_and_deeper_ones_than_anybody_writes_are_text(string part, string element, int most)
    {
        var text = new StringBuilder().Insert(0, part, Message.MaxTextLength / part.Length).Append('a').ToString();

        var shown = Drawn(text);

        shown.QuerySelectorAll(element).Length.ShouldBeInRange(1, most);
        shown.TextContent.Count('a').ShouldBeGreaterThanOrEqualTo(text.Split('a').Length - 1 - most);
    }

    [Fact]
    public void Marks_that_are_left_open_have_a_limit_too()
    {
        string[] marks = ["*a ", "_a ", "[a ", "![a ", "`a ``b "];
        var syntax = marks.Select(mark => MarkupSyntax.TryParse(new StringBuilder().Insert(0, mark, Message.MaxTextLength / mark.Length).ToString(), []));

        syntax.Select(document => document!.Descendants().Count()).ShouldAllBe(count => count < 1_000);
    }

    /// <summary>Ten times as long as a text may be: where the work grew with the square of the length, or faster, it would take a minute.</summary>
    [Fact]
    public void The_work_for_the_worst_texts_grows_no_faster_than_they_do()
    {
        string[] texts =
        [
            .. new[] { ">", "> ", "- ", "[", "[a](", "![", "![a](<b", "](", "*", "*a **b ", "_a_ ", "~~a ", "`a", "`` ` ", "- a\n\n  - b\n\n", "```a\nb\n", "# a\n", "> - > - a\n", "http://a.b *", "http://?!*", "\\*", "<@" }
                .Select(part => Repeat(part, 80_000)),
            Repeat("[", 400) + Repeat("](", 80_000),
            Repeat("![", 40_000) + "a" + Repeat("](https://a.b)", 40_000),
            string.Concat(Enumerable.Range(1, 400).Select(n => new string('`', n) + " ")),
            string.Concat(Enumerable.Range(0, 400).Select(n => new string(' ', n) + "- a\n")),
            Repeat("*a **b ", 40_000) + Repeat("b** a* ", 40_000),
            Repeat(@"a\_", 240_000),
        ];
        var watch = Stopwatch.StartNew();

        foreach (var text in texts)
            MessageText.PlainOf(text);
        foreach (var text in texts)
            Drawn(text[..Math.Min(text.Length, Message.MaxTextLength)]).TextContent.ShouldNotBeEmpty();

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));

        static string Repeat(string part, int length) => new StringBuilder().Insert(0, part, length / part.Length).ToString();
    }

    private string Html(string text) => Drawn(text).InnerHtml;

    private AngleSharp.Dom.IElement Drawn(string text, int maxLength = int.MaxValue) =>
        Render(page =>
            {
                page.OpenElement(0, "div");
                page.AddContent(1, drawn => MessageText.Draw(drawn, text, maxLength: maxLength));
                page.CloseElement();
            })
            .Find("div");
}
