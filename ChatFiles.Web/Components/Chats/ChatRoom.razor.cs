using System.Globalization;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components.Files;
using ChatFiles.Web.Components.Layout;
using ChatFiles.Web.Components.Messages;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace ChatFiles.Web.Components.Chats;

/// <summary>One chat, open on somebody's screen.</summary>
public sealed partial class ChatRoom(
    ChatService chats,
    ChatDirectory directory,
    LiveChats live,
    IDialogService dialogs,
    NavigationManager navigation
)
{
    private OpenChat? _open;
    private ChatView? _chat;
    private Timeline? _timeline;
    private Unread _unread = new(0, null);
    private bool _hasReachedUnread;
    private int _newCount;
    private long _newest;
    private Place? _place;
    private bool _isOpen;
    private bool _wasAtMessage;
    private bool _isNew;
    private bool _isLeftUnread;
    private bool _isReady;
    private IDialogReference? _members;
    private bool _wasAtFile;
    private Guid? _goneFile;
    private Forwarding? _forwarding;
    private Reacting? _reacting;
    private int _ownReactions;

    [Parameter, EditorRequired]
    public long ChatId { get; set; }

    [Parameter, EditorRequired]
    public string UserId { get; set; } = "";

    /// <summary>The message to show the chat at; null for its end.</summary>
    [Parameter]
    public long? MessageId { get; set; }

    /// <summary>The file that the viewer shows. Opening one is a navigation, so that Back closes it and its address can be sent.</summary>
    [Parameter]
    public Guid? FileId { get; set; }

    private MemberView? Me => _chat?.Members.FirstOrDefault(m => m.UserId == UserId);

    private string MyName => Me?.Name ?? "";

    private bool IsOwner => _chat?.MayRule == true;

    private bool MayAddPeople => IsOwner && _chat is { Direct: false, Id: not Chat.GeneralId };

    private int UnreadAbove =>
        _unread.FirstId is { } first && !_hasReachedUnread && first < _timeline!.Messages[0].Id ? _unread.Count : 0;

    /// <summary>What is said is taken in without reading anything.</summary>
    protected override TimeSpan Gathering => TimeSpan.Zero;

    /// <summary>Somebody followed a link: to a message, perhaps once more to the same, or to the chat itself.</summary>
    protected override async Task OnParametersSetAsync()
    {
        var (wasOpen, wasAtMessage, wasAtFile) = (_isOpen, _wasAtMessage, _wasAtFile);
        (_isOpen, _wasAtMessage, _wasAtFile) = (_timeline is not null, MessageId is not null, FileId is not null);
        if (FileId is null)
            _goneFile = null;
        if (!wasOpen)
            return;
        var isWanted = FileId is null && MessageId is not null && navigation.HistoryEntryState == FileLooks.ShowInChat;
        if ((FileId is not null || wasAtFile) && !isWanted)
        {
            // The viewer lies over the chat, which stays where it is, before and afterwards.
            _wasAtMessage = wasAtMessage;
            if (FileId is not null && MessageId is { } of && !Has(of))
                await ShowAsync(of, Place.Message(of));
        }
        else if (MessageId is { } id)
            await ShowAsync(id, Place.Message(id));
        else if (wasAtMessage)
            await ShowLatestAsync();
    }

    protected override async Task<IChanges<RoomEvent>?> ListenAsync()
    {
        _ = (await live.OpenChatAsync(UserId, ChatId, MessageId)).Succeeded(out _open, out _);
        return _open;
    }

    /// <summary>Before there is a circuit, the same without a subscription.</summary>
    protected override async Task<bool> ReadAsync()
    {
        _isNew = await IsNewAsync();
        if (_open is not null)
        {
            Show(_open.Snapshot);
            await UseCase.TryAsync(RememberAsync);
        }
        else if ((await live.LookAtChatAsync(UserId, ChatId, MessageId)).Succeeded(out var snapshot, out _))
        {
            Show(snapshot);
        }

        return _chat is not null;
    }

    private void Show(ChatSnapshot snapshot)
    {
        (_chat, _unread) = (snapshot.Chat, snapshot.Unread);
        _timeline = new Timeline(snapshot.Window, snapshot.Lines);
        _ownReactions++;
        _timeline.IsFollowed = _timeline.NextAfter is null;
        _isNew &= _timeline.Messages.All(m => m.Author.UserId != UserId);
        if (MessageId is { } id && Has(id))
            _place = Place.Message(id);
        else if (LooksAtUnread())
            _place = Place.NewLine();
    }

    /// <summary>New people land in General; only there they are told how all of this works.</summary>
    private async Task<bool> IsNewAsync() => ChatId == Chat.GeneralId && await directory.IsNewAsync(UserId);

    /// <summary>A convenience only: that it can't be written now keeps nobody from reading.</summary>
    private async Task<Refusal?> RememberAsync()
    {
        await directory.RememberChatAsync(UserId, ChatId);
        return null;
    }

    protected override async Task<bool> HearAsync(IReadOnlyList<RoomEvent> changes)
    {
        var isNew = false;
        foreach (var roomEvent in changes)
        {
            _isNew &= roomEvent.Message?.Author.UserId != UserId;
            isNew |= _timeline!.Apply(roomEvent) | CountNew(roomEvent) | CountMember(roomEvent) | CountOwnReaction(roomEvent);
            if (roomEvent.Type is ChatEventType.MemberJoined or ChatEventType.MemberLeft && _members?.Dialog is MembersDialog members)
                await members.HearAsync(roomEvent);
        }

        // What it is called, or who owns it, only the chat tells.
        if (!changes.Any(change => change.Type is ChatEventType.ChatChanged or ChatEventType.MemberChanged))
            return isNew;
        var chat = await directory.GetChatAsync(UserId, ChatId, members: 0);
        if (chat.Refusal is not null)
            return isNew;
        _chat = chat.Value;
        (_members?.Dialog as MembersDialog)?.Follow(_chat);
        return true;
    }

    /// <summary>Somebody has joined or left since the chat was read: that changes how many they are.</summary>
    private bool CountMember(RoomEvent roomEvent)
    {
        var more = roomEvent.Type switch
        {
            ChatEventType.MemberJoined => 1,
            ChatEventType.MemberLeft => -1,
            _ => 0,
        };
        if (more == 0 || roomEvent.Seq <= _chat!.LastSeq)
            return false;
        _chat = _chat with { LastSeq = roomEvent.Seq, MemberCount = _chat.MemberCount + more };
        return true;
    }

    /// <summary>The person has reacted, here or elsewhere: those who are named under the message may be the same ones still.</summary>
    private bool CountOwnReaction(RoomEvent roomEvent)
    {
        if (roomEvent.ReactorId != UserId)
            return false;
        _ownReactions++;
        return true;
    }

    /// <summary>Others' messages that come while the reader is elsewhere are counted; a repeated event is not.</summary>
    private bool CountNew(RoomEvent roomEvent)
    {
        if (roomEvent is not { Type: ChatEventType.MessageCreated, Message: { } message } || message.Id <= _newest)
            return false;
        _newest = message.Id;
        // Who answers has read on.
        _isLeftUnread &= message.Author.UserId != UserId;
        if (_timeline!.IsFollowed || message.Author.UserId == UserId)
            return false;
        _newCount++;
        return true;
    }

    private Task LoadOlderAsync() =>
        Turns.TakeAsync(async () =>
        {
            if (_timeline?.NextBefore is not { } before)
                return;
            var older = await chats.HistoryAsync(UserId, ChatId, before);
            if (older.Refusal is null)
                _timeline.Prepend(older.Value, await LinesAsync(_timeline.SpanOf(older.Value)));
            LooksAtUnread();
        });

    private Task LoadNewerAsync() =>
        Turns.TakeAsync(async () =>
        {
            if (_timeline?.NextAfter is not { } after)
                return;
            var newer = await chats.HistoryAfterAsync(UserId, ChatId, after);
            if (newer.Refusal is null)
                _timeline.Append(newer.Value, await LinesAsync(_timeline.SpanOf(newer.Value)));
            LooksAtUnread();
        });

    private async Task MoveToAsync(MessageWindow window) => _timeline!.MoveTo(window, await LinesAsync(Timeline.SpanOf(window)));

    private Task<IReadOnlyList<TimelineLine>> LinesAsync((long, long) span) => live.ReadLinesAsync(UserId, ChatId, span);

    private async Task ShowLatestAsync()
    {
        await Turns.TakeAsync(async () =>
        {
            if (_timeline!.NextAfter is null)
                return;
            var newest = await chats.HistoryAsync(UserId, ChatId);
            if (newest.Refusal is null)
                await MoveToAsync(newest.Value.AtEnd());
        });
        _place = Place.End();
        // The address no longer says where the reader is.
        if (MessageId is not null)
            navigation.NavigateTo(string.Create(CultureInfo.InvariantCulture, $"/chats/{ChatId}"), replace: true);
    }

    private Task ShowUnreadAsync() => _unread.FirstId is { } id ? ShowAsync(id, Place.NewLine()) : Task.CompletedTask;

    private Task ShowAsync(long messageId, Place place) =>
        Turns.TakeAsync(async () =>
        {
            if (!Has(messageId))
            {
                var window = await chats.HistoryAroundAsync(UserId, ChatId, messageId);
                if (window.Refusal is not null)
                    return;
                await MoveToAsync(window.Value);
                LooksAtUnread();
            }

            _place = place;
        });

    private bool Has(long messageId) => _timeline!.Messages.Any(m => m.Id == messageId);

    /// <summary>Once the line above what was unread has been there, nothing needs to lead to it any more.</summary>
    private bool LooksAtUnread()
    {
        var isThere = _unread.FirstId is { } id && Has(id);
        _hasReachedUnread |= isThere;
        return isThere;
    }

    /// <summary>Told by the browser. Only a count that goes needs to be drawn.</summary>
    private Task FollowEndAsync(bool isAtEnd)
    {
        _timeline!.IsFollowed = isAtEnd;
        if (!isAtEnd || _newCount == 0)
            return Task.CompletedTask;
        _newCount = 0;
        StateHasChanged();
        return Task.CompletedTask;
    }

    private void ShowFile(AttachmentView file)
    {
        var message = _timeline!.Messages.First(m => m.Attachments.Any(f => f.Id == file.Id));
        navigation.NavigateTo(FileLooks.AddressOf(message, file), new NavigationOptions { HistoryEntryState = FileLooks.OpenedHere });
    }

    /// <summary>Until this page is left, or its reader writes: what is in view is not read by being there.</summary>
    private async Task MarkUnreadAsync(MessageView message)
    {
        _isLeftUnread = true;
        var refusal = await UseCase.TryAsync(async () =>
        {
            var marked = await directory.MarkUnreadAsync(UserId, ChatId, message.Id);
            if (marked.Succeeded(out var unread, out var refused))
                (_unread, _hasReachedUnread) = (unread, true);
            return refused;
        });
        _isLeftUnread &= refusal is null;
    }

    /// <summary>Told by the browser: not more than what it was shown.</summary>
    private Task MarkReadAsync(long messageId)
    {
        if (!_isLeftUnread && _timeline is { Messages: [.., var newest] })
            directory.MarkSeen(UserId, ChatId, Math.Min(messageId, newest.Id));
        return Task.CompletedTask;
    }

    private async Task ShowMembersAsync()
    {
        var shown = new DialogParameters<MembersDialog>
        {
            { d => d.Chat, _chat },
            { d => d.UserId, UserId },
            { d => d.Seat, _open?.Seat },
        };
        _members = await dialogs.ShowAsync<MembersDialog>("Members", shown);
        await _members.Result;
        _members = null;
    }

    private async Task ChangeChatAsync() =>
        await dialogs.ShowAsync<ChatSettingsDialog>(
            "Chat settings",
            new DialogParameters<ChatSettingsDialog>
            {
                { d => d.Chat, _chat },
                { d => d.UserId, UserId },
            }
        );

    private async Task AddPeopleAsync() =>
        await dialogs.ShowAsync<AddPeopleDialog>(
            "Add people",
            new DialogParameters<AddPeopleDialog>
            {
                { d => d.ChatId, ChatId },
                { d => d.UserId, UserId },
            }
        );

    private Task<Refusal?> EditAsync(long messageId, string text) =>
        UseCase.TryAsync(async () =>
        {
            if (!(await chats.EditMessageAsync(UserId, ChatId, messageId, text)).Succeeded(out var edited, out var refusal))
                return refusal;
            // Its writer sees it at once, and never the old text in between; the event finds nothing left to change.
            await Turns.TakeAsync(() =>
            {
                _timeline!.Apply(new RoomEvent(ChatId, Seq: 0, ChatEventType.MessageEdited, messageId, FileId: null, UserId: null, UserName: null, edited));
                return Task.CompletedTask;
            });
            StateHasChanged();
            return null;
        });

    private Task AskToDelete(MessageView message) =>
        ConfirmDialog.AskAsync(
            dialogs,
            "Delete this message?",
            message.Attachments.Count == 0
                ? "Everybody in this chat loses it. This can't be undone."
                : "Everybody in this chat loses it, with its files. This can't be undone.",
            "Delete",
            async () => (await chats.DeleteMessageAsync(UserId, ChatId, message.Id)).Refusal
        );

    private async Task ReportAsync((MessageView Message, Guid? FileId) reported) =>
        await dialogs.ShowAsync<ReportDialog>(
            reported.FileId is null ? "Report this message?" : "Report this file?",
            new DialogParameters<ReportDialog>
            {
                { d => d.Message, reported.Message },
                { d => d.FileId, reported.FileId },
                { d => d.UserId, UserId },
            }
        );

    private Task ReactAsync(long messageId, string emoji, bool isThere) => _reacting!.SetAsync(messageId, emoji, isThere);

    private Task ForwardAsync(AttachmentView file) => _forwarding!.AskAsync([file]);

    private Task ForwardAsync(MessageView message) => _forwarding!.AskAsync(message);

    private async Task<string?> TextOfAsync(long messageId)
    {
        var read = await chats.ReadTextAsync(UserId, ChatId, messageId);
        return read.Refusal is null ? read.Value : null;
    }

    private Task AskToDelete(AttachmentView file) =>
        ConfirmDialog.AskAsync(
            dialogs,
            $"Delete {file.FileName}?",
            "Everybody in this chat loses the file. This can't be undone.",
            "Delete",
            async () => (await chats.DeleteFileAsync(UserId, ChatId, file.Id)).Refusal
        );
}
