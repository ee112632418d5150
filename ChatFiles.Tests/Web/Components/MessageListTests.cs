using Bunit;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components;
using ChatFiles.Web.Components.Files;
using ChatFiles.Web.Components.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Components;

public sealed class MessageListTests : BunitContext
{
    public MessageListTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddSingleton<CircuitConnection>().AddSingleton(TimeProvider.System).AddSingleton<PageScripts>();
        // No message here has more reactions than it names, which it would read.
        Services.AddSingleton(new Reactions(null!, null!, null!, TimeProvider.System));
    }

    [Fact]
    public void A_new_message_renders_itself_and_no_other()
    {
        var timeline = new Timeline(new MessageWindow(Messages(300), NextBefore: null, NextAfter: null));
        var list = List(timeline);

        timeline.Apply(Event(ChatEventType.MessageCreated, 301) with { Message = Shown.Message(301, "news") }).ShouldBeTrue();
        Show(list, timeline);

        var items = Items(list);
        items.Count.ShouldBe(301);
        items[^1].Find(".text").TextContent.ShouldBe("news");
        items.ShouldAllBe(item => item.RenderCount == 1);
        // Of the others not even what they are drawn from is looked at.
        list.FindComponents<LogStretch>().Count(stretch => stretch.RenderCount > 1).ShouldBe(1);
    }

    [Fact]
    public void A_deleted_file_renders_its_message_and_no_other()
    {
        var file = Shown.Picture();
        var messages = Messages(300);
        messages[20] = messages[20] with { Attachments = [file] };
        var timeline = new Timeline(new MessageWindow(messages, NextBefore: null, NextAfter: null));
        var list = List(timeline);

        timeline.Apply(Event(ChatEventType.FileDeleted, messages[20].Id) with { FileId = file.Id }).ShouldBeTrue();
        Show(list, timeline);

        var items = Items(list);
        items[20].Find(".gone").TextContent.ShouldBe("File deleted");
        items.Where(item => item.RenderCount != 1).ShouldHaveSingleItem().Instance.Message.Id.ShouldBe(messages[20].Id);
        list.FindComponents<AttachmentFigure>().Count(figure => !figure.Instance.IsOnItsWay).ShouldBe(1);
    }

    [Fact]
    public void An_edited_text_renders_its_message_and_no_other()
    {
        var timeline = new Timeline(new MessageWindow(Messages(300), NextBefore: null, NextAfter: null));
        var list = List(timeline);
        var now = timeline.Messages[20] with { Text = "better", EditedAt = Shown.Noon.AddMinutes(1) };

        timeline.Apply(Event(ChatEventType.MessageEdited, now.Id) with { Message = now }).ShouldBeTrue();
        Show(list, timeline);

        var items = Items(list);
        items[20].Find(".text").TextContent.ShouldBe("better");
        items.Where(item => item.RenderCount != 1).ShouldHaveSingleItem().Instance.Message.Id.ShouldBe(now.Id);
    }

    [Fact]
    public void Older_messages_in_front_leave_the_others_as_they_are()
    {
        var timeline = new Timeline(new MessageWindow(Messages(50).Skip(20).ToList(), NextBefore: 21, NextAfter: null));
        var list = List(timeline);

        timeline.Prepend(new MessagePage(Messages(50).Take(20).ToList(), NextBefore: null));
        Show(list, timeline);

        var items = Items(list);
        items.Select(item => item.Instance.Message.Id).ShouldBe(Enumerable.Range(1, 50).Select(i => (long)i));
        // The one that was first follows another now and may lose its name and picture.
        items.Where(item => item.RenderCount != 1).ShouldAllBe(item => item.Instance.Message.Id == 21);
    }

    [Fact]
    public void The_button_load_older_is_there_while_there_are_older_ones_and_asks_for_them()
    {
        var asked = 0;
        var list = Render<MessageList>(p => p.Add(c => c.Messages, Messages(50)).Add(c => c.HasOlder, true).Add(c => c.OnLoadOlder, () => asked++));

        list.Press("Load older");
        asked.ShouldBe(1);

        list.Render(p => p.Add(c => c.HasOlder, false));
        list.FindAll("button").ShouldNotContain(b => b.TextContent == "Load older");
    }

    [Fact]
    public void A_chat_without_messages_says_what_to_do()
    {
        var list = List(new Timeline(new MessageWindow([], NextBefore: null, NextAfter: null)));

        list.Find(".empty").TextContent.ShouldContain("Nothing here yet");
        list.Find("[role='log'][aria-label='Messages']").Children.ShouldBeEmpty();
    }

    [Fact]
    public void Authors_delete_their_own_and_the_owner_deletes_all()
    {
        MessageView[] messages = [Shown.Message(1, author: "ann"), Shown.Message(2, author: "bob")];
        var list = Render<MessageList>(p => p.Add(c => c.Messages, messages).Add(c => c.UserId, "ann"));

        list.FindAll("[data-menu='message'][data-may-delete]").Count.ShouldBe(1);

        list.Render(p => p.Add(c => c.IsOwner, true));
        list.FindAll("[data-menu='message'][data-may-delete]").Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_somebody_chose_to_delete_is_asked_about_and_only_what_is_shown_can_be_meant()
    {
        var file = Shown.Picture();
        var (message, asked) = (Shown.Message(1, files: file), new List<object>());
        var list = Render<MessageList>(p =>
            p.Add(c => c.Messages, [message])
                .Add(c => c.UserId, "ann")
                .Add(c => c.OnDeleteMessage, m => asked.Add(m))
                .Add(c => c.OnDeleteFile, f => asked.Add(f))
        );

        await list.InvokeAsync(() => list.Instance.AskToDeleteMessageAsync(1));
        await list.InvokeAsync(() => list.Instance.AskToDeleteFileAsync(1, file.Id));
        await list.InvokeAsync(() => list.Instance.AskToDeleteMessageAsync(2));
        await list.InvokeAsync(() => list.Instance.AskToDeleteFileAsync(1, Guid.NewGuid()));

        asked.ShouldBe([message, file]);
    }

    [Fact]
    public async Task What_somebody_chose_to_forward_is_a_file_that_is_shown()
    {
        var (file, asked) = (Shown.Picture(), new List<AttachmentView>());
        var list = Render<MessageList>(p =>
            p.Add(c => c.Messages, [Shown.Message(1, files: file)]).Add(c => c.UserId, "ann").Add(c => c.OnForwardFile, asked.Add)
        );

        await list.InvokeAsync(() => list.Instance.AskToForwardFileAsync(1, file.Id));
        await list.InvokeAsync(() => list.Instance.AskToForwardFileAsync(2, file.Id));
        await list.InvokeAsync(() => list.Instance.AskToForwardFileAsync(1, Guid.NewGuid()));

        asked.ShouldBe([file]);
    }

    [Fact]
    public void Messages_continue_only_those_of_the_same_author_a_moment_before()
    {
        MessageView[] messages =
        [
            Shown.Message(1),
            Shown.Message(2) with { SentAt = Shown.Noon.AddMinutes(1) },
            Shown.Message(3, author: "bob") with { SentAt = Shown.Noon.AddMinutes(2) },
            Shown.Message(4, author: "bob") with { SentAt = Shown.Noon.AddMinutes(8) },
        ];

        var list = Render<MessageList>(p => p.Add(c => c.Messages, messages));

        list.FindAll("article").Select(item => item.ClassList.Contains("continues")).ShouldBe([false, true, false, false]);
    }

    /// <summary>The messages that are there, without what the next one is made from.</summary>
    private static List<IRenderedComponent<MessageItem>> Items(IRenderedComponent<MessageList> list)
    {
        var all = list.FindComponents<MessageItem>();
        all.Single(item => item.Instance.IsOnItsWay).RenderCount.ShouldBe(1);
        return [.. all.Where(item => !item.Instance.IsOnItsWay)];
    }

    private static List<MessageView> Messages(int count) => [.. Enumerable.Range(1, count).Select(i => Shown.Message(i))];

    private static RoomEvent Event(ChatEventType type, long messageId) => new(7, 100, type, messageId, null, null, null, null);

    private static void Show(IRenderedComponent<MessageList> list, Timeline timeline) =>
        list.Render(p => p.Add(c => c.Messages, timeline.Messages).Add(c => c.HasOlder, timeline.NextBefore is not null));

    private IRenderedComponent<MessageList> List(Timeline timeline) =>
        Render<MessageList>(p =>
            p.Add(c => c.Messages, timeline.Messages).Add(c => c.HasOlder, timeline.NextBefore is not null).Add(c => c.UserId, "ann")
        );
}
