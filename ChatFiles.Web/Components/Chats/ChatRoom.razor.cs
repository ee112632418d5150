using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using Microsoft.AspNetCore.Components;

namespace ChatFiles.Web.Components.Chats;

/// <summary>
/// One chat, open on somebody's screen: its state at one moment and every change after it, through one subscription
/// that lives exactly as long as this component.
/// </summary>
public sealed partial class ChatRoom(ChatService chats)
{
    private readonly CancellationTokenSource _closing = new();
    private OpenChat? _open;
    private ChatView? _chat;
    private Timeline? _timeline;
    private bool _isUnknown;
    private bool _hasEnded;
    private bool _isReady;
    private Dialog _dialog;
    private Guid? _openFile;
    private Question? _question;

    private enum Dialog
    {
        None,
        AddPeople,
        Members,
    }

    [Parameter, EditorRequired]
    public long ChatId { get; set; }

    [Parameter, EditorRequired]
    public string UserId { get; set; } = "";

    private MemberView? Me => _chat?.Members.FirstOrDefault(m => m.UserId == UserId);

    private string MyName => Me?.Name ?? "";

    private bool IsOwner => Me?.Role == MemberRole.Owner;

    private bool MayAddPeople => IsOwner && _chat is { Direct: false };

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _open?.Dispose();
        _closing.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
            await OpenAsync();
        else
            await PreviewAsync();
    }

    /// <summary>What the page shows before its circuit is there: the same, without listening.</summary>
    private async Task PreviewAsync()
    {
        var chat = await chats.GetChatAsync(UserId, ChatId);
        var page = await chats.HistoryAsync(UserId, ChatId);
        _isUnknown = !chat.Succeeded(out _chat, out _) || page.Refusal is not null;
        if (!_isUnknown)
            _timeline = new Timeline(page.Value);
    }

    private async Task OpenAsync()
    {
        var opened = await chats.OpenChatAsync(UserId, ChatId);
        _isUnknown = !opened.Succeeded(out _open, out _);
        if (_isUnknown)
            return;
        if (_closing.IsCancellationRequested)
        {
            // The person was gone again before the chat was open.
            _open!.Dispose();
            return;
        }

        (_chat, _timeline) = (_open!.Chat, new Timeline(_open.Page));
        _ = Task.Run(FollowAsync);
        await Outage.ToRefusalAsync(RememberAsync);
    }

    /// <summary>A convenience only: that it can't be written now keeps nobody from reading.</summary>
    private async Task<Refusal?> RememberAsync()
    {
        await chats.RememberChatAsync(UserId, ChatId);
        return null;
    }

    private async Task FollowAsync()
    {
        try
        {
            await _open!.Changes.DeliverAsync(roomEvent => InvokeAsync(() => ApplyAsync(roomEvent)), _closing.Token);
            await InvokeAsync(() =>
            {
                _hasEnded = true;
                StateHasChanged();
            });
        }
        catch (Exception) when (_closing.IsCancellationRequested)
        {
            // The chat was closed.
        }
        catch (Exception failure)
        {
            await DispatchExceptionAsync(failure);
        }
    }

    private async Task ApplyAsync(RoomEvent roomEvent)
    {
        var isNew = _timeline!.Apply(roomEvent);
        if (roomEvent.Type is ChatEventType.MemberJoined or ChatEventType.MemberLeft)
        {
            var chat = await chats.GetChatAsync(UserId, ChatId);
            isNew |= chat.Refusal is null;
            _chat = chat.Refusal is null ? chat.Value : _chat;
        }

        if (!isNew)
            return;
        StateHasChanged();
    }

    private async Task LoadOlderAsync()
    {
        if (_timeline?.NextBefore is not { } before)
            return;
        var older = await chats.HistoryAsync(UserId, ChatId, before);
        // Asked for twice at the same time, the second answer adds nothing.
        if (older.Refusal is null && _timeline.NextBefore == before)
            _timeline.Prepend(older.Value);
    }

    private async Task MarkReadAsync(long messageId) => await chats.MarkReadAsync(UserId, ChatId, messageId);

    private void CloseDialog() => _dialog = Dialog.None;

    private void AskToDelete(MessageView message) =>
        _question = new Question(
            "Delete this message?",
            message.Attachments.Count == 0
                ? "Everybody in this chat loses it. This can't be undone."
                : "Everybody in this chat loses it, with its files. This can't be undone.",
            async () => (await chats.DeleteMessageAsync(UserId, ChatId, message.Id)).Refusal
        );

    private void AskToDelete(AttachmentView file) =>
        _question = new Question(
            $"Delete {file.FileName}?",
            "Everybody in this chat loses the file. This can't be undone.",
            async () => (await chats.DeleteFileAsync(UserId, ChatId, file.Id)).Refusal
        );

    private sealed record Question(string Title, string Text, Func<Task<Refusal?>> Delete);
}
