using System.Text.Json;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>The timeline as a window on a chat that is longer than any page.</summary>
public sealed class ReadingALongChat(SharedSite site) : IClassFixture<SharedSite>
{
    /// <summary>
    /// Scrolls step by step until there is nothing more that way. At rest after each step, whatever is loaded or goes
    /// meanwhile must not move what is in view.
    /// </summary>
    private const string Scroll = """
        async ([step, end]) => {
          const log = document.querySelector('[role=log]');
          const scroller = document.querySelector('[role=region][aria-label=Timeline]');
          const seen = new Set();
          const found = { most: 0, gaps: 0, loads: 0, moved: 0 };
          // Only what is drawn counts.
          const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
          const ids = () => [...log.querySelectorAll('article')].map((article) => Number(article.dataset.messageId));
          const edges = () => `${ids().at(0)} ${ids().at(-1)}`;
          const inView = () => document.elementsFromPoint(innerWidth / 2, innerHeight / 2).map((e) => e.closest('article')).find(Boolean);
          for (;;) {
            scroller.scrollTop += step;
            const before = edges();
            await frame();
            const article = before === edges() ? inView() : null;
            const top = article?.getBoundingClientRect().top;
            for (let quiet = 0, last = before; quiet < 3; quiet++, last = edges()) {
              await frame();
              if (last !== edges()) quiet = -1;
            }
            const after = ids();
            if (article && before !== edges()) {
              found.loads++;
              found.moved = Math.max(found.moved, Math.abs(article.getBoundingClientRect().top - top));
            }
            found.most = Math.max(found.most, after.length);
            for (let i = 1; i < after.length; i++) if (after[i] !== after[i - 1] + 1) found.gaps++;
            for (const id of after) seen.add(id);
            // Both heights are rounded, where the place of the scroller is not.
            const isAtEdge = step < 0 ? scroller.scrollHeight - scroller.clientHeight + scroller.scrollTop < 2 : scroller.scrollTop > -1;
            if (isAtEdge && after.at(step < 0 ? 0 : -1) === end) break;
          }
          return JSON.stringify({ ...found, seen: seen.size });
        }
        """;

    [Fact]
    public Task A_long_chat_scrolls_to_its_beginning_and_back_in_order_without_growing_or_jumping() =>
        site.PlayAsync(async scene =>
        {
            const int count = 1_500;
            var ann = await scene.NewPersonAsync("ann");
            var chat = await Scene.NewChatAsync(ann);
            var ids = await Archive.FillAsync(scene.Server, chat, count);
            await ann.OpenAsync(chat);
            await Expect(ann.Message($"number {count};")).ToBeInViewportAsync();

            var up = await ScrollAsync(ann, -1_800, ids[0]);
            await Expect(ann.Message("number 1;")).ToBeInViewportAsync();
            var down = await ScrollAsync(ann, 1_800, ids[^1]);
            await Expect(ann.Message($"number {count};")).ToBeInViewportAsync();

            foreach (var way in new[] { up, down })
            {
                (way.Most, way.Gaps).ShouldBe((300, 0));
                way.Seen.ShouldBe(count);
                way.Loads.ShouldBeGreaterThan(5);
                way.Moved.ShouldBeLessThan(2);
            }
        });

    [Fact]
    public Task What_was_unread_begins_at_a_line_and_news_do_not_disturb_who_reads() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var ben = await scene.NewPersonAsync("ben");
            var (few, many) = (await Scene.NewChatAsync(ann, ben), await Scene.NewChatAsync(ann, ben));
            await Archive.FillAsync(scene.Server, few, 20);
            await ben.OpenAsync(few);
            await Expect(Separator(ben, "New messages")).ToBeInViewportAsync();
            await ben.Page.GetByRole(AriaRole.Region, new() { Name = "Timeline" }).PressAsync("End");
            await Expect(ben.Message("number 20;")).ToBeInViewportAsync();
            await ann.Program.SayAsync(few.Id, "read at once");
            await Expect(ben.Message("read at once")).ToBeInViewportAsync();
            await Expect(ben.ChatLink(few.Name)).ToHaveAccessibleNameAsync(few.Name);
            await ben.ReloadAsync();
            await Expect(ben.Message("read at once")).ToBeInViewportAsync();
            await Expect(Separator(ben, "New messages")).ToHaveCountAsync(0);

            await Archive.FillAsync(scene.Server, many, 80);
            await ben.OpenAsync(many);
            await Expect(ben.Message("number 80;")).ToBeInViewportAsync();
            await ben.Button("80 new messages ↑").ClickAsync();
            await Expect(Separator(ben, "New messages")).ToBeInViewportAsync();
            await Expect(ben.Message("number 1;")).ToBeInViewportAsync();
            await Expect(ben.Button("80 new messages ↑")).ToHaveCountAsync(0);

            var top = (await ben.Message("number 3;").BoundingBoxAsync())!.Y;
            await ann.Program.SayAsync(many.Id, "news");
            await ann.Program.SayAsync(many.Id, "more news");
            await Expect(ben.Button("Jump to latest")).ToContainTextAsync("2 new");
            (await ben.Message("number 3;").BoundingBoxAsync())!.Y.ShouldBe(top, 1);
            await ben.Button("Jump to latest").ClickAsync();
            await Expect(ben.Message("more news")).ToBeInViewportAsync();
            await Expect(ben.Button("Jump to latest")).ToBeHiddenAsync();
        });

    [Fact]
    public Task A_link_to_a_message_leads_to_it_wherever_it_is() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var chat = await Scene.NewChatAsync(ann);
            var ids = await Archive.FillAsync(scene.Server, chat, 400);

            await ann.GoAsync($"chats/{chat.Id}?message={ids[99]}");
            await Expect(ann.Message("number 100;")).ToBeFocusedAsync();
            await Expect(ann.Message("number 100;")).ToBeInViewportAsync();
            await Expect(ann.Page).ToHaveTitleAsync(new System.Text.RegularExpressions.Regex(chat.Name, default, TimeSpan.FromSeconds(1)));

            await ann.Message("number 102;").GetByRole(AriaRole.Link).ClickAsync();
            await Expect(ann.Message("number 102;")).ToBeFocusedAsync();
            await Expect(ann.Page).ToHaveURLAsync($"{scene.Server.Address}chats/{chat.Id}?message={ids[101]}");

            await ann.SayAsync("from the middle of it");
            await Expect(ann.Message("from the middle of it")).ToBeInViewportAsync();
            await Expect(ann.Message("number 400;")).ToBeInViewportAsync();
            await Expect(ann.Page).ToHaveURLAsync($"{scene.Server.Address}chats/{chat.Id}");
        });

    [Fact]
    public Task A_day_begins_at_the_readers_own_midnight() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann", screen: new() { TimezoneId = "UTC" });
            var ben = await scene.NewPersonAsync("ben", screen: new() { TimezoneId = "America/New_York" });
            var chat = await Scene.NewChatAsync(ann, ben);
            // Before and after midnight of UTC, then before and after New York's.
            DateTime[] times = [May(11, 23, 58), May(12, 0, 1), May(13, 3, 59), May(13, 4, 1)];
            await Archive.FillAsync(scene.Server, chat, times.Length, n => times[n - 1]);
            await ann.Program.SayAsync(chat.Id, "now");

            await ann.OpenAsync(chat);
            await ben.OpenAsync(chat);

            // The first day is that of the line which says that Ben was added: what comes from an archive stands below it.
            await HasAsync(ann, "Today", "Sunday, 11 May 2025", "number 1;", "Monday, 12 May 2025", "number 2;", "Tuesday, 13 May 2025", "number 3;", "number 4;", "Today", "now");
            await HasAsync(ben, "Today", "Sunday, 11 May 2025", "New messages", "number 1;", "number 2;", "Monday, 12 May 2025", "number 3;", "Tuesday, 13 May 2025", "number 4;", "Today", "now");
        });

    private static DateTime May(int day, int hour, int minute) => new(2025, 5, day, hour, minute, 0, DateTimeKind.Utc);

    private static ILocator Separator(Person person, string name) => person.Messages.GetByRole(AriaRole.Separator, new() { Name = name, Exact = true });

    /// <summary>The lines by their names and the messages by their texts, in this order.</summary>
    private static async Task HasAsync(Person person, params string[] expected)
    {
        var all = person.Messages.GetByRole(AriaRole.Separator).Or(person.Articles);
        await Expect(all).ToHaveCountAsync(expected.Length);
        for (var place = 0; place < expected.Length; place++)
        {
            var there = all.Nth(place);
            if (await there.GetAttributeAsync("role") == "separator")
                await Expect(there).ToHaveAccessibleNameAsync(expected[place]);
            else
                await Expect(there).ToContainTextAsync(expected[place]);
        }
    }

    private static async Task<Scrolled> ScrollAsync(Person person, int step, long end)
    {
        var found = await person.Page.EvaluateAsync<string>(Scroll, new[] { step, end });
        return JsonSerializer.Deserialize<Scrolled>(found, JsonSerializerOptions.Web)!;
    }

    private sealed record Scrolled(int Most, int Gaps, int Loads, double Moved, int Seen);
}
