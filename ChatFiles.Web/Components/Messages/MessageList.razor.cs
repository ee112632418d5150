using ChatFiles.Core.Chats;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ChatFiles.Web.Components.Messages;

/// <summary>The messages that are loaded, and behind them what this browser is still sending.</summary>
public sealed partial class MessageList
{
    /// <summary>Within so much time an author's next message goes without name and picture.</summary>
    private static readonly TimeSpan Closeness = TimeSpan.FromMinutes(5);

    private ElementReference _scroller;
    private ElementReference _toLatest;
    private ScriptModule? _script;
    private DotNetObjectReference<MessageList>? _self;

    /// <summary>Oldest first.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<MessageView> Messages { get; set; } = [];

    [Parameter]
    public bool HasOlder { get; set; }

    [Parameter, EditorRequired]
    public long ChatId { get; set; }

    [Parameter, EditorRequired]
    public string UserId { get; set; } = "";

    [Parameter]
    public string UserName { get; set; } = "";

    /// <summary>The chat's owner may delete everything.</summary>
    [Parameter]
    public bool IsOwner { get; set; }

    [Parameter]
    public EventCallback OnLoadOlder { get; set; }

    /// <summary>The message that was last in view, with nothing after it.</summary>
    [Parameter]
    public EventCallback<long> OnReadTo { get; set; }

    [Parameter]
    public EventCallback<MessageView> OnDeleteMessage { get; set; }

    [Parameter]
    public EventCallback<AttachmentView> OnDeleteFile { get; set; }

    [Parameter]
    public EventCallback<AttachmentView> OnOpenFile { get; set; }

    /// <summary>Called by the script when the oldest message comes near.</summary>
    [JSInvokable]
    public Task LoadOlderAsync() => OnLoadOlder.InvokeAsync();

    /// <summary>Called by the script when the end is in view on a visible page.</summary>
    [JSInvokable]
    public Task ReadToAsync(long messageId) => OnReadTo.InvokeAsync(messageId);

    public async ValueTask DisposeAsync()
    {
        if (_script is not null)
            await _script.DisposeAsync();
        _self?.Dispose();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        _self = DotNetObjectReference.Create(this);
        _script = new ScriptModule(JS, "./Components/Messages/MessageList.razor.js");
        await _script.ConnectAsync(_scroller, _toLatest, _self);
    }

    private static bool Continues(MessageView message, MessageView? previous) =>
        previous is not null
        && !previous.Deleted
        && previous.Author.UserId == message.Author.UserId
        && message.SentAt - previous.SentAt < Closeness
        && message.SentAt.Date == previous.SentAt.Date;
}
