using System.Collections.Immutable;
using ChatFiles.Core.Chats;

namespace ChatFiles.Core.Live;

/// <summary>
/// The messages of a chat as far as somebody has loaded them, oldest first. Applying an event twice does no harm, and
/// the state at seq n with the events after n is what a fresh load would give.
/// </summary>
public sealed class Timeline
{
    public Timeline(MessagePage newest) => (Messages, NextBefore) = ([.. newest.Messages], newest.NextBefore);

    /// <summary>A message that has not changed stays the same instance.</summary>
    public ImmutableList<MessageView> Messages { get; private set; }

    /// <summary>Where the next older page ends; null when everything is loaded.</summary>
    public long? NextBefore { get; private set; }

    /// <summary>Puts an older page in front.</summary>
    public void Prepend(MessagePage older)
    {
        var first = Messages.IsEmpty ? long.MaxValue : Messages[0].Id;
        Messages = Messages.InsertRange(0, older.Messages.Where(m => m.Id < first));
        NextBefore = older.NextBefore;
    }

    /// <summary>Returns whether there is something new to show.</summary>
    public bool Apply(RoomEvent roomEvent)
    {
        var before = Messages;
        Messages = roomEvent switch
        {
            { Type: ChatEventType.MessageCreated, Message: { } message } => Add(message),
            { Type: ChatEventType.MessageDeleted } => Change(roomEvent, DeleteMessage),
            { Type: ChatEventType.FileDeleted } => Change(roomEvent, m => ChangeFile(m, roomEvent.FileId, file => file.Deleted())),
            { Type: ChatEventType.FileMissing } => Change(roomEvent, m => SetFileState(m, roomEvent.FileId, AttachmentState.Missing)),
            { Type: ChatEventType.FileRestored } => Change(roomEvent, m => SetFileState(m, roomEvent.FileId, AttachmentState.Ready)),
            _ => Messages,
        };
        return Messages != before;
    }

    private ImmutableList<MessageView> Add(MessageView message)
    {
        var place = Messages.FindLastIndex(m => m.Id <= message.Id);
        var isKnown = place >= 0 && Messages[place].Id == message.Id;
        var isOlderThanLoaded = place < 0 && NextBefore is not null;
        return isKnown || isOlderThanLoaded ? Messages : Messages.Insert(place + 1, message);
    }

    private ImmutableList<MessageView> Change(RoomEvent roomEvent, Func<MessageView, MessageView> change)
    {
        var place = Messages.FindLastIndex(m => m.Id == roomEvent.MessageId);
        if (place < 0)
            return Messages;
        var changed = change(Messages[place]);
        return ReferenceEquals(changed, Messages[place]) ? Messages : Messages.SetItem(place, changed);
    }

    private static MessageView DeleteMessage(MessageView message) =>
        message.Deleted
            ? message
            : message with
            {
                Deleted = true,
                Text = "",
                Attachments = [.. message.Attachments.Select(file => file.Deleted())],
            };

    private static MessageView SetFileState(MessageView message, Guid? fileId, AttachmentState state) =>
        ChangeFile(message, fileId, file => file.State is AttachmentState.Deleted || file.State == state ? file : file with { State = state });

    private static MessageView ChangeFile(MessageView message, Guid? fileId, Func<AttachmentView, AttachmentView> change)
    {
        var files = message.Attachments.Select(file => file.Id == fileId && file.State != AttachmentState.Deleted ? change(file) : file).ToList();
        return files.SequenceEqual(message.Attachments) ? message : message with { Attachments = files };
    }
}
