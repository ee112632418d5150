using System.Collections.Immutable;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Live;

/// <summary>
/// A stretch of a chat's messages as far as somebody has them before them, oldest first: a window that stays small
/// however long the chat is, and at whose end new messages appear while it is the chat's end. Applying an event twice
/// does no harm, and the state at seq n with the events after n is what a fresh load would give. For that, a page must
/// be put in before any event that was committed after the page was read.
/// </summary>
public sealed class Timeline
{
    private readonly int _maxMessages;

    /// <param name="maxMessages">What is loaded beyond it makes room at the other end.</param>
    /// <param name="lines">See <see cref="MoveTo"/>.</param>
    public Timeline(MessageWindow window, IReadOnlyList<TimelineLine>? lines = null, int maxMessages = 300)
    {
        _maxMessages = maxMessages;
        MoveTo(window, lines);
    }

    /// <summary>A message that has not changed stays the same instance.</summary>
    public ImmutableArray<MessageView> Messages { get; private set; } = [];

    /// <summary>
    /// What happened to the chat besides, between these messages; before the first of them at the chat's beginning, behind
    /// the last of them at its end.
    /// </summary>
    public ImmutableArray<TimelineLine> Lines { get; private set; } = [];

    /// <summary>Where the next older page ends; null when the chat's beginning is loaded.</summary>
    public long? NextBefore { get; private set; }

    /// <summary>Where the next newer page begins; null when the chat's end is loaded.</summary>
    public long? NextAfter { get; private set; }

    /// <summary>
    /// Whether the reader looks at the end. Then old messages make room for new ones; else they may be what is being
    /// read, and once the window is full new ones wait outside.
    /// </summary>
    public bool IsFollowed { get; set; } = true;

    /// <summary>So many more may come live before old ones go, so that not every message pushes another one out.</summary>
    private int Slack => _maxMessages / 6;

    /// <summary>Shows another stretch of the chat.</summary>
    /// <param name="lines">Those of <see cref="SpanOf"/>, not read before the messages were.</param>
    public void MoveTo(MessageWindow window, IReadOnlyList<TimelineLine>? lines = null)
    {
        (Messages, NextBefore, NextAfter) = ([.. window.Messages], window.NextBefore, window.NextAfter);
        Lines = [.. lines ?? []];
    }

    /// <summary>Whose lines belong to a stretch: those after the one seq and before the other.</summary>
    public static (long After, long Before) SpanOf(MessageWindow window) =>
        (window.NextBefore is null ? 0 : window.Messages[0].Seq, window.NextAfter is null ? long.MaxValue : window.Messages[^1].Seq);

    /// <summary>The same of an older page, up to what is loaded.</summary>
    public (long After, long Before) SpanOf(MessagePage older) =>
        (older.NextBefore is null ? 0 : older.Messages[0].Seq, Messages.IsEmpty ? long.MaxValue : Messages[0].Seq);

    /// <summary>The same of a newer page, from what is loaded on.</summary>
    public (long After, long Before) SpanOf(NewerPage newer) =>
        (Messages.IsEmpty ? 0 : Messages[^1].Seq, newer.NextAfter is null ? long.MaxValue : newer.Messages[^1].Seq);

    /// <summary>Puts an older page in front.</summary>
    public void Prepend(MessagePage older, IReadOnlyList<TimelineLine>? lines = null)
    {
        Lines = Lines.InsertRange(0, lines ?? []);
        var first = Messages.IsEmpty ? long.MaxValue : Messages[0].Id;
        Messages = Messages.InsertRange(0, older.Messages.Where(m => m.Id < first));
        NextBefore = older.NextBefore;
        if (Messages.Length <= _maxMessages)
            return;
        Messages = Messages.RemoveRange(_maxMessages, Messages.Length - _maxMessages);
        LeaveEnd();
    }

    /// <summary>Puts a newer page behind.</summary>
    public void Append(NewerPage newer, IReadOnlyList<TimelineLine>? lines = null)
    {
        Lines = Lines.AddRange(lines ?? []);
        var last = Messages.IsEmpty ? 0 : Messages[^1].Id;
        Messages = Messages.AddRange(newer.Messages.Where(m => m.Id > last));
        NextAfter = newer.NextAfter;
        DropOldest();
    }

    /// <summary>Returns whether there is something new to show.</summary>
    public bool Apply(RoomEvent roomEvent)
    {
        var before = (Messages, Lines, NextAfter);
        if (roomEvent.Line is { } line)
            Add(line);
        Messages = roomEvent switch
        {
            { Type: ChatEventType.MessageCreated, Message: { } message } => Add(message),
            { Type: ChatEventType.MessageEdited, Message: { } now } => ChangeReplies(Change(roomEvent, m => EditMessage(m, now)), now.Id, reply => reply.WithText(now.Text, now.Mentions)),
            { Type: ChatEventType.MessageDeleted, MessageId: { } id } => ChangeReplies(Change(roomEvent, DeleteMessage), id, reply => reply with { Deleted = true, Text = "", FileName = null, Mentions = [] }),
            { Type: ChatEventType.ReactionsChanged, Message: { } now } => Change(roomEvent, m => SetReactions(m, now)),
            { Type: ChatEventType.FileDeleted, MessageId: { } id } => NameFiles(Change(roomEvent, m => ChangeFile(m, roomEvent.FileId, file => file.Deleted())), id),
            { Type: ChatEventType.FileMissing, MessageId: { } id } => NameFiles(Change(roomEvent, m => SetFileState(m, roomEvent.FileId, AttachmentState.Missing)), id),
            { Type: ChatEventType.FileRestored, MessageId: { } id } => NameFiles(Change(roomEvent, m => SetFileState(m, roomEvent.FileId, AttachmentState.Ready)), id),
            { Type: ChatEventType.FileChanged, File: { } now } => Change(roomEvent, m => ChangeFile(m, roomEvent.FileId, file => SetLooks(file, now))),
            _ => Messages,
        };
        return (Messages, Lines, NextAfter) != before;
    }

    /// <summary>
    /// Only at the chat's end there is something new. What comes before what is there already is known: it was read with it.
    /// </summary>
    private void Add(TimelineLine line)
    {
        var (message, newest) = (Messages.IsEmpty ? 0 : Messages[^1].Seq, Lines.IsEmpty ? null : Lines[^1]);
        if (NextAfter is not null || line.Seq <= Math.Max(message, newest?.LastSeq ?? 0))
            return;
        Lines = newest is not null && newest.LastSeq > message && newest.With(line) is { } longer ? Lines.SetItem(Lines.Length - 1, longer) : Lines.Add(line);
    }

    /// <summary>What follows on what is loaded comes with its page.</summary>
    private void LeaveEnd()
    {
        NextAfter = Messages[^1].Id;
        Lines = Lines.RemoveAll(l => l.Seq > Messages[^1].Seq);
    }

    private ImmutableArray<MessageView> Add(MessageView message)
    {
        var place = LastAt(message.Id);
        var isKnown = place >= 0 && Messages[place].Id == message.Id;
        var isOlder = place < 0 && NextBefore is not null;
        var isNewer = place == Messages.Length - 1 && NextAfter is not null;
        if (isKnown || isOlder || isNewer)
            return Messages;
        if (Messages.Length < _maxMessages + Slack)
            return Messages.Insert(place + 1, message);
        if (!IsFollowed)
        {
            LeaveEnd();
            return Messages;
        }

        DropOldest();
        return Messages.Add(message);
    }

    /// <summary>Where a message is, or else the last one before it; -1: there is none.</summary>
    private int LastAt(long messageId)
    {
        var place = Messages.Length - 1;
        while (place >= 0 && Messages[place].Id > messageId)
            place--;
        return place;
    }

    private void DropOldest()
    {
        if (Messages.Length <= _maxMessages)
            return;
        Messages = Messages.RemoveRange(0, Messages.Length - _maxMessages);
        NextBefore = Messages[0].Id;
        Lines = Lines.RemoveAll(l => l.Seq < Messages[0].Seq);
    }

    private ImmutableArray<MessageView> Change(RoomEvent roomEvent, Func<MessageView, MessageView> change)
    {
        var place = LastAt(roomEvent.MessageId ?? 0);
        if (place < 0 || Messages[place].Id != roomEvent.MessageId)
            return Messages;
        var changed = change(Messages[place]);
        return ReferenceEquals(changed, Messages[place]) ? Messages : Messages.SetItem(place, changed);
    }

    /// <summary>What is loaded of those who answer the message shows it as it is now.</summary>
    private static ImmutableArray<MessageView> ChangeReplies(ImmutableArray<MessageView> messages, long answered, Func<ReplyView, ReplyView> change)
    {
        for (var place = messages.Length - 1; place >= 0 && messages[place].Id > answered; place--)
        {
            if (messages[place] is { ReplyTo: { Deleted: false } reply } message && reply.MessageId == answered && change(reply) is var changed && changed != reply)
                messages = messages.SetItem(place, message with { ReplyTo = changed });
        }

        return messages;
    }

    /// <summary>Who answers a message names the first of its files that is there; of one that is not loaded, nobody here knows which that is.</summary>
    private static ImmutableArray<MessageView> NameFiles(ImmutableArray<MessageView> messages, long answered)
    {
        var name = messages.FirstOrDefault(m => m.Id == answered)?.Attachments.FirstOrDefault(file => file.State == AttachmentState.Ready)?.FileName;
        return ChangeReplies(messages, answered, reply => reply with { FileName = name });
    }

    private static MessageView EditMessage(MessageView message, MessageView now) =>
        message.Deleted || (message.Text == now.Text && message.EditedAt == now.EditedAt) ? message : message with { Text = now.Text, EditedAt = now.EditedAt, Mentions = now.Mentions };

    private static MessageView SetReactions(MessageView message, MessageView now) =>
        message.Deleted || (message.Reactions.Count == now.Reactions.Count && message.Reactions.Zip(now.Reactions).All(pair => pair.First.IsSame(pair.Second)))
            ? message
            : message with { Reactions = now.Reactions };

    private static MessageView DeleteMessage(MessageView message) =>
        message.Deleted
            ? message
            : message with
            {
                Deleted = true,
                Text = "",
                Mentions = [],
                Reactions = [],
                Attachments = [.. message.Attachments.Select(file => file.Deleted())],
            };

    private static MessageView SetFileState(MessageView message, Guid? fileId, AttachmentState state) =>
        ChangeFile(message, fileId, file => file with { State = state });

    private static AttachmentView SetLooks(AttachmentView file, AttachmentView now) =>
        file with
        {
            Thumbnail = now.Thumbnail,
            Width = now.Width,
            Height = now.Height,
        };

    private static MessageView ChangeFile(MessageView message, Guid? fileId, Func<AttachmentView, AttachmentView> change)
    {
        var files = message.Attachments.Select(file => file.Id == fileId && file.State != AttachmentState.Deleted ? change(file) : file).ToList();
        return files.SequenceEqual(message.Attachments) ? message : message with { Attachments = files };
    }
}
