using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components.Messages;

namespace ChatFiles.Tests.Core.Live;

public sealed class TimelineTests
{
    private static readonly DateTime SomeTime = new(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc);

    private readonly Timeline _timeline = new(new MessageWindow([Message(5, File(1)), Message(6, File(2), File(3))], NextBefore: 5, NextAfter: null));

    [Fact]
    public void A_new_message_comes_last_and_only_once()
    {
        var created = Created(Message(7));

        _timeline.Apply(created).ShouldBeTrue();
        _timeline.Apply(created).ShouldBeFalse();

        _timeline.Messages.Select(m => m.Id).ShouldBe([5, 6, 7]);
    }

    [Fact]
    public void A_message_from_before_what_is_loaded_waits_for_its_page()
    {
        _timeline.Apply(Created(Message(4))).ShouldBeFalse();

        _timeline.Prepend(new MessagePage([Message(3), Message(4), Message(5)], NextBefore: null));

        _timeline.Messages.Select(m => m.Id).ShouldBe([3, 4, 5, 6]);
        _timeline.NextBefore.ShouldBeNull();
    }

    [Fact]
    public void What_has_not_changed_stays_the_same_instance()
    {
        var untouched = _timeline.Messages[0];

        _timeline.Apply(FileEvent(ChatEventType.FileMissing, 6, 2)).ShouldBeTrue();

        _timeline.Messages[0].ShouldBeSameAs(untouched);
        _timeline.Messages[1].Attachments.Select(f => f.State).ShouldBe([AttachmentState.Missing, AttachmentState.Ready]);
    }

    [Fact]
    public void A_file_whose_picture_has_become_known_shows_it_and_is_otherwise_as_it_was()
    {
        var before = _timeline.Messages[1].Attachments[0];
        var now = before with { FileName = "another", Thumbnail = "/t", Width = 3, Height = 4 };
        var changed = FileEvent(ChatEventType.FileChanged, 6, 2) with { File = now };

        _timeline.Apply(changed).ShouldBeTrue();
        _timeline.Apply(changed).ShouldBeFalse();

        _timeline.Messages[1].Attachments[0].ShouldBe(now with { FileName = before.FileName });
        _timeline.Apply(FileEvent(ChatEventType.FileDeleted, 6, 2)).ShouldBeTrue();
        _timeline.Apply(changed).ShouldBeFalse();
    }

    [Theory]
    [InlineData(ChatEventType.FileMissing)]
    [InlineData(ChatEventType.FileDeleted)]
    [InlineData(ChatEventType.MessageDeleted)]
    public void The_second_time_an_event_changes_nothing(ChatEventType type)
    {
        _timeline.Apply(FileEvent(type, 6, 2)).ShouldBeTrue();
        _timeline.Apply(FileEvent(type, 6, 2)).ShouldBeFalse();
    }

    [Fact]
    public void What_a_newer_page_repeats_is_there_once()
    {
        var timeline = new Timeline(new MessageWindow([Message(5), Message(6)], NextBefore: null, NextAfter: 6));

        timeline.Append(new NewerPage([Message(5), Message(6), Message(7)], NextAfter: null));

        timeline.Messages.Select(m => m.Id).ShouldBe([5, 6, 7]);
    }

    [Theory]
    [InlineData(ChatEventType.FileMissing)]
    [InlineData(ChatEventType.FileRestored)]
    public void A_deleted_file_stays_deleted_whatever_comes_late(ChatEventType late)
    {
        _timeline.Apply(FileEvent(ChatEventType.FileDeleted, 6, 2));

        _timeline.Apply(FileEvent(late, 6, 2)).ShouldBeFalse();

        _timeline.Messages[1].Attachments[0].State.ShouldBe(AttachmentState.Deleted);
    }

    [Fact]
    public void A_missing_file_is_ready_again_once_it_is_restored()
    {
        _timeline.Apply(FileEvent(ChatEventType.FileMissing, 6, 3));
        _timeline.Apply(FileEvent(ChatEventType.FileRestored, 6, 3)).ShouldBeTrue();

        _timeline.Messages[1].Attachments[1].ShouldBe(File(3));
    }

    [Theory]
    [InlineData(ChatEventType.FileMissing)]
    [InlineData(ChatEventType.FileRestored)]
    public void A_deleted_file_stays_deleted(ChatEventType type)
    {
        _timeline.Apply(FileEvent(ChatEventType.FileDeleted, 6, 2));

        _timeline.Apply(FileEvent(type, 6, 2)).ShouldBeFalse();

        _timeline.Messages[1].Attachments.ShouldBe([File(2).Deleted(), File(3)]);
    }

    [Fact]
    public void A_deleted_message_loses_its_text_and_all_its_files()
    {
        _timeline.Apply(FileEvent(ChatEventType.MessageDeleted, 6, 2));

        var message = _timeline.Messages[1];
        (message.Deleted, message.Text).ShouldBe((true, ""));
        message.Attachments.ShouldBe([File(2).Deleted(), File(3).Deleted()]);
    }

    [Fact]
    public void Reactions_change_one_message_once_and_end_with_it()
    {
        ReactionView[] Reactions(params string[] names) => [new("👍", names.Length, [.. names.Select(name => new AuthorView(name, name))])];
        var changed = FileEvent(ChatEventType.ReactionsChanged, 6, 1) with { Message = Message(6) with { Text = "not this", Reactions = Reactions("b", "c") } };

        _timeline.Apply(changed).ShouldBeTrue();
        _timeline.Apply(changed with { Message = Message(6) with { Reactions = Reactions("b", "c") } }).ShouldBeFalse();
        (_timeline.Messages[1].Text, _timeline.Messages[1].Reactions[0].Count, _timeline.Messages[0].Reactions.Count).ShouldBe(("hello", 2, 0));
        _timeline.Apply(changed with { Message = Message(6) with { Reactions = Reactions("b", "d") } }).ShouldBeTrue();
        _timeline.Apply(FileEvent(ChatEventType.MessageDeleted, 6, 1)).ShouldBeTrue();
        _timeline.Messages[1].Reactions.ShouldBeEmpty();
        _timeline.Apply(changed).ShouldBeFalse();
    }

    [Theory]
    [InlineData(ChatEventType.MessageDeleted)]
    [InlineData(ChatEventType.FileDeleted)]
    [InlineData(ChatEventType.FileMissing)]
    [InlineData(ChatEventType.FileRestored)]
    [InlineData(ChatEventType.MemberJoined)]
    [InlineData(ChatEventType.MemberLeft)]
    public void What_is_about_nothing_loaded_changes_nothing(ChatEventType type) =>
        _timeline.Apply(FileEvent(type, 4, 1)).ShouldBeFalse();

    [Fact]
    public void Those_who_join_one_after_the_other_are_one_line_until_somebody_writes_and_come_only_once()
    {
        RoomEvent[] events = [Joined(10, "ann"), Joined(11, "ben"), Joined(12, "cyd", actor: "ann"), Left(13, "cyd"), Created(Message(14)), Left(15, "dan"), Renamed(16, "one"), Renamed(17, "two")];

        foreach (var happened in events)
            _timeline.Apply(happened).ShouldBeTrue();
        foreach (var happened in events)
            _timeline.Apply(happened).ShouldBeFalse();

        _timeline.Lines.Select(l => (l.Seq, l.LastSeq, l.Count, string.Join(' ', l.Names), l.ActorName)).ShouldBe(
            [(10, 11, 2, "ann ben", null), (12, 12, 1, "cyd", "ann"), (13, 13, 1, "cyd", null), (15, 15, 1, "dan", null), (16, 17, 1, "two", "ann")]
        );
    }

    [Fact]
    public void Lines_go_and_come_with_the_messages_around_them()
    {
        var timeline = new Timeline(new MessageWindow([Message(5), Message(8)], NextBefore: null, NextAfter: null), [Joined(2, "ann").Line!, Joined(6, "ben").Line!], maxMessages: 2);

        timeline.Append(new NewerPage([Message(10)], NextAfter: null));
        timeline.Lines.Select(l => l.Seq).ShouldBe([], "both stand before what is loaded now");

        timeline.Apply(Joined(11, "cyd"));
        var older = new MessagePage([Message(5)], NextBefore: null);
        timeline.SpanOf(older).ShouldBe((0, 8));
        timeline.Prepend(older, [Joined(2, "ann").Line!, Joined(6, "ben").Line!]);
        timeline.Lines.Select(l => l.Seq).ShouldBe([2, 6], "the end is not loaded any more");
        timeline.Apply(Joined(12, "dan")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("ann", "ann joined")]
    [InlineData("ann ben", "ann and ben joined")]
    [InlineData("ann ben cyd", "ann, ben and cyd joined")]
    [InlineData("ann ben cyd dan", "ann, ben and 2 others joined")]
    [InlineData("ann ben cyd dan eve fay", "ann, ben and 4 others joined")]
    public void A_burst_is_one_line_that_names_some(string names, string words)
    {
        foreach (var (place, name) in names.Split(' ').Index())
            _timeline.Apply(Joined(10 + place, name));

        LineWords.Of(_timeline.Lines.ShouldHaveSingleItem()).ShouldBe(words);
    }

    [Fact]
    public void A_line_says_who_did_it_where_somebody_did()
    {
        string[] words = [.. new[] { Joined(1, "ben", "ann"), Left(1, "ben"), Left(1, "ben", "ann"), Renamed(1, "Plans") }.Select(e => LineWords.Of(e.Line!))];

        words.ShouldBe(["ann added ben", "ben left", "ann removed ben", "ann renamed the chat to Plans"]);
    }

    [Fact]
    public void Into_an_empty_chat_the_first_message_comes()
    {
        var empty = new Timeline(new MessageWindow([], NextBefore: null, NextAfter: null));

        empty.Apply(Created(Message(1))).ShouldBeTrue();

        empty.Messages.Length.ShouldBe(1);
    }

    [Fact]
    public void Older_pages_push_newest_messages_out_that_come_back_as_newer_pages()
    {
        var timeline = Window(11, 14, maxMessages: 4);

        timeline.Prepend(new MessagePage([Message(8), Message(9), Message(10)], NextBefore: 8));

        timeline.Messages.Select(m => m.Id).ShouldBe([8, 9, 10, 11]);
        (timeline.NextBefore, timeline.NextAfter).ShouldBe((8, 11));

        timeline.Append(new NewerPage([Message(12), Message(13)], NextAfter: 13));

        timeline.Messages.Select(m => m.Id).ShouldBe([10, 11, 12, 13]);
        (timeline.NextBefore, timeline.NextAfter).ShouldBe((10, 13));
    }

    [Fact]
    public void While_the_end_is_not_loaded_what_is_new_there_waits_for_its_page()
    {
        var timeline = Window(1, 3, nextAfter: 3);

        timeline.Apply(Created(Message(9))).ShouldBeFalse();
        timeline.Apply(FileEvent(ChatEventType.MessageDeleted, 9, 1)).ShouldBeFalse();
        timeline.Append(new NewerPage([Message(8), Message(9)], NextAfter: null));
        timeline.Apply(Created(Message(9))).ShouldBeFalse();
        timeline.Apply(Created(Message(10))).ShouldBeTrue();

        timeline.Messages.Select(m => m.Id).ShouldBe([1, 2, 3, 8, 9, 10]);
    }

    [Fact]
    public void Who_follows_a_chat_for_long_keeps_only_its_newest_messages()
    {
        var timeline = Window(1, 12, maxMessages: 12);

        for (var id = 13; id <= 100; id++)
        {
            timeline.Apply(Created(Message(id))).ShouldBeTrue();
            timeline.Messages[^1].Id.ShouldBe(id);
            timeline.Messages.Length.ShouldBeInRange(12, 14);
            timeline.NextBefore.ShouldBe(timeline.Messages[0].Id == 1 ? null : timeline.Messages[0].Id);
            timeline.NextAfter.ShouldBeNull();
        }
    }

    [Fact]
    public void Nothing_that_is_being_read_makes_room_for_what_is_new()
    {
        var timeline = Window(1, 12, maxMessages: 12);
        timeline.IsFollowed = false;

        for (var id = 13; id <= 100; id++)
            timeline.Apply(Created(Message(id)));

        timeline.Messages.Select(m => m.Id).ShouldBe(Enumerable.Range(1, 14).Select(id => (long)id));
        (timeline.NextBefore, timeline.NextAfter).ShouldBe((null, 14));
    }

    private static Timeline Window(int first, int last, int maxMessages = 300, long? nextAfter = null) =>
        new(new MessageWindow([.. Enumerable.Range(first, last - first + 1).Select(id => Message(id))], first > 1 ? first : null, nextAfter), maxMessages: maxMessages);

    private static RoomEvent Joined(long seq, string name, string? actor = null) => Told(new ChatEvent { Seq = seq, Type = ChatEventType.MemberJoined, UserName = name, ActorName = actor });

    private static RoomEvent Left(long seq, string name, string? actor = null) => Told(new ChatEvent { Seq = seq, Type = ChatEventType.MemberLeft, UserName = name, ActorName = actor });

    private static RoomEvent Renamed(long seq, string name) => Told(new ChatEvent { Seq = seq, Type = ChatEventType.ChatChanged, NewName = name, ActorName = "ann" });

    private static RoomEvent Told(ChatEvent e) => new(1, e.Seq, e.Type, null, null, null, e.UserName, null, Line: e.ToLine());

    private static RoomEvent Created(MessageView message) => new(1, message.Seq, ChatEventType.MessageCreated, message.Id, null, null, null, message);

    private static RoomEvent FileEvent(ChatEventType type, long messageId, int file) => new(1, 99, type, messageId, IdOf(file), null, null, null);

    private static MessageView Message(long id, params AttachmentView[] files) =>
        new(id, 1, id, new AuthorView("a", "ann"), "hello", SomeTime, null, Deleted: false, files);

    private static AttachmentView File(int number) =>
        new(IdOf(number), $"/file/{number}", "a.txt", "text/plain", 5, "00", AttachmentState.Ready, null, null, null);

    private static Guid IdOf(int number) => new(number, 0, 0, new byte[8]);
}
