using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using ChatFiles.E2E.Stage;

namespace ChatFiles.E2E.Flows;

/// <summary>What people notice of each other around the messages: who is here, who is typing, what is unread.</summary>
public sealed class BeingTogether(SharedSite site) : IClassFixture<SharedSite>
{
    [Fact]
    public Task People_see_who_is_here_and_who_is_typing() =>
        site.PlayAsync(async scene =>
        {
            var (ann, ben, chat) = await scene.TwoInAChatAsync();
            ConcurrentQueue<string> sent = [];
            ben.Page.WebSocket += (_, socket) => socket.FrameSent += (_, frame) => sent.Enqueue(Encoding.Latin1.GetString(frame.Binary ?? []));
            await ben.OpenAsync(chat);
            await Expect(ann.Page.GetByTitle($"Here now: {ben.Name}")).ToBeVisibleAsync();
            var typing = ann.Page.GetByText($"{ben.Name} is typing…");

            await ben.MessageBox.PressSequentiallyAsync("Nobody is told what stands here");
            await Expect(typing).ToBeVisibleAsync();
            sent.Count(frame => frame.Contains("Typing", StringComparison.Ordinal)).ShouldBeInRange(1, 3, "31 letters");
            sent.ShouldNotContain(frame => frame.Contains("stands", StringComparison.Ordinal));
            await ben.MessageBox.FillAsync("");
            await Expect(typing).ToBeHiddenAsync();

            await ben.MessageBox.PressSequentiallyAsync("Done");
            await Expect(typing).ToBeVisibleAsync();
            await ben.MessageBox.PressAsync("Enter");
            await Expect(ann.Message("Done")).ToBeVisibleAsync();
            await Expect(typing).ToBeHiddenAsync(new() { Timeout = 3_000 });

            await ben.GoAsync("profile");
            await Expect(ann.Page.GetByTitle("Here now")).ToHaveCountAsync(0);
        });

    [Fact]
    public Task Whoever_is_added_to_a_chat_is_told_and_sees_from_elsewhere_what_is_said_last() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var ben = await scene.NewPersonAsync("ben");
            var chat = await Scene.NewChatAsync(ann, ben);

            // It goes by itself after a while: seen, but not pressed.
            var said = ben.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = $"{ann.Name} added you to {chat.Name}" });
            await Expect(said.GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", $"/chats/{chat.Id}");
            await ben.ChatLink(chat.Name).ClickAsync();
            await Expect(ben.Messages).ToContainTextAsync($"{ann.Name} added {ben.Name}");
            await Expect(ben.Messages.Locator("local-day[data-first]")).ToHaveCSSAsync("display", "flex");
            await Expect(ben.Articles).ToHaveCountAsync(0);

            await ben.ChatLink("General").ClickAsync();
            await Expect(ben.Page.GetByRole(AriaRole.Heading, new() { Name = "General" })).ToBeVisibleAsync();
            await ann.Program.SayAsync(chat.Id, "The **figures** are there");
            await Expect(ben.ChatLink(chat.Name)).ToHaveAccessibleDescriptionAsync($"{ann.Name}: The figures are there");
            await Expect(ben.ChatLink(chat.Name)).ToHaveAccessibleNameAsync(new Regex($"^{Regex.Escape(chat.Name)}.*1 unread$", RegexOptions.None, TimeSpan.FromSeconds(1)));
        });

    [Fact]
    public Task A_tab_in_the_background_says_in_its_title_what_is_unread_and_how_much_of_it_is_for_its_reader() =>
        site.PlayAsync(async scene =>
        {
            var ann = await scene.NewPersonAsync("ann");
            var ben = await scene.NewPersonAsync("ben");
            var chat = await Scene.NewChatAsync(ann, ben);
            var elsewhere = await ben.Page.Context.NewPageAsync();
            await Expect(ben.Page).ToHaveTitleAsync("General · ChatFiles");

            await ann.Program.SayAsync(chat.Id, "one");
            await Expect(ben.Page).ToHaveTitleAsync("• General · ChatFiles");
            await ann.Program.SayAsync(chat.Id, $"two, <@{await ben.Program.UserIdAsync()}>");
            await Expect(ben.Page).ToHaveTitleAsync("(1) General · ChatFiles");
            await Expect(ben.Page.Locator("link[rel='icon']").Last).ToHaveAttributeAsync("href", new Regex("unread", RegexOptions.None, TimeSpan.FromSeconds(1)));

            await elsewhere.GotoAsync($"chats/{chat.Id}");
            await Expect(elsewhere).ToHaveTitleAsync($"{chat.Name} · ChatFiles");
            await Expect(ben.Page).ToHaveTitleAsync("General · ChatFiles");
        });
}
