using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Components;
using ChatFiles.Web.Components.Files;
using Microsoft.JSInterop;

namespace ChatFiles.Web.Components.Messages;

/// <summary>The messages that are loaded, and behind them what this browser is still sending.</summary>
public sealed partial class MessageList
{
    private ElementReference _scroller;
    private ElementReference _toLatest;
    private Place? _place;
    private (long Id, MessageEditing Editing)? _edited;
    private List<LogPart> _parts = [];

    /// <summary>The emoji that the reader reacts by, of each message that has reactions: known, or being read.</summary>
    private Dictionary<long, string[]> _own = [];
    private int _ownVersion;

    /// <summary>Oldest first.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<MessageView> Messages { get; set; } = [];

    [Parameter]
    public bool HasOlder { get; set; }

    /// <summary>What happened to the chat besides, oldest first.</summary>
    [Parameter]
    public IReadOnlyList<TimelineLine> Lines { get; set; } = [];

    /// <summary>What is shown is not the chat's end.</summary>
    [Parameter]
    public bool HasNewer { get; set; }

    /// <summary>The message above which the line "New" stands.</summary>
    [Parameter]
    public long? FirstUnread { get; set; }

    /// <summary>How many unread messages begin further up than what is shown; 0 when there is nothing to lead to.</summary>
    [Parameter]
    public int UnreadAbove { get; set; }

    /// <summary>How many came while the end was not in view.</summary>
    [Parameter]
    public int NewCount { get; set; }

    /// <summary>Where to go, as soon as it is drawn.</summary>
    [Parameter]
    public Place? Place { get; set; }

    [Parameter, EditorRequired]
    public long ChatId { get; set; }

    [Parameter, EditorRequired]
    public string UserId { get; set; } = "";

    [Parameter]
    public string UserName { get; set; } = "";

    /// <inheritdoc cref="AuthorView.Picture"/>
    [Parameter]
    public string? UserPicture { get; set; }

    /// <summary>The chat's owner may delete everything.</summary>
    [Parameter]
    public bool IsOwner { get; set; }

    [Parameter]
    public EventCallback OnLoadOlder { get; set; }

    [Parameter]
    public EventCallback OnLoadNewer { get; set; }

    [Parameter]
    public EventCallback OnShowLatest { get; set; }

    [Parameter]
    public EventCallback OnShowUnread { get; set; }

    /// <summary>The end came into view, or left it. No EventCallback: mostly there is nothing to draw after it.</summary>
    [Parameter]
    public Func<bool, Task>? OnFollow { get; set; }

    /// <summary>The message that was last in view, with nothing after it.</summary>
    [Parameter]
    public Func<long, Task>? OnReadTo { get; set; }

    /// <summary>How many others the chat has.</summary>
    [Parameter]
    public int Others { get; set; }

    /// <summary>Gives a message its new text, or says why not.</summary>
    [Parameter]
    public Func<long, string, Task<Refusal?>>? OnEditMessage { get; set; }

    /// <summary>Reacts to a message by an emoji, or takes that back. No EventCallback: what changes comes with an event.</summary>
    [Parameter]
    public Func<long, string, bool, Task>? OnReact { get; set; }

    /// <summary>Another number whenever the reader's own reactions may have changed: others' events leave them as they are.</summary>
    [Parameter]
    public int OwnReactionsVersion { get; set; }

    [Parameter]
    public EventCallback<MessageView> OnDeleteMessage { get; set; }

    [Parameter]
    public EventCallback<AttachmentView> OnDeleteFile { get; set; }

    [Parameter]
    public EventCallback<AttachmentView> OnForwardFile { get; set; }

    [Parameter]
    public EventCallback<MessageView> OnForwardMessage { get; set; }

    [Parameter]
    public EventCallback<MessageView> OnMarkUnread { get; set; }

    /// <summary>A message's text as people read it. No EventCallback: there is nothing to draw after it.</summary>
    [Parameter]
    public Func<long, Task<string?>>? TextOf { get; set; }

    /// <summary>With the file that it is about; null: all of the message.</summary>
    [Parameter]
    public EventCallback<(MessageView Message, Guid? FileId)> OnReport { get; set; }

    /// <summary>Files older than so many days are deleted; null: none for their age.</summary>
    [Parameter]
    public int? KeepDays { get; set; }

    /// <summary>What files that go soon are told by.</summary>
    [Parameter]
    public DateTime Now { get; set; }

    [Parameter]
    public EventCallback<AttachmentView> OnOpenFile { get; set; }

    /// <summary>Called by the script when the oldest message comes near.</summary>
    [JSInvokable]
    public Task LoadOlderAsync() => OnLoadOlder.InvokeAsync();

    /// <summary>Called by the script when the newest message that is loaded comes near, and newer ones are not.</summary>
    [JSInvokable]
    public Task LoadNewerAsync() => OnLoadNewer.InvokeAsync();

    /// <summary>Called by the script when the reader wants to be at the end.</summary>
    [JSInvokable]
    public Task ShowLatestAsync() => OnShowLatest.InvokeAsync();

    /// <summary>Called by the script when the chat's end comes into view or leaves it.</summary>
    [JSInvokable]
    public Task FollowAsync(bool isAtEnd) => OnFollow?.Invoke(isAtEnd) ?? Task.CompletedTask;

    /// <summary>Called by the script when the end is in view on a visible page.</summary>
    [JSInvokable]
    public Task ReadToAsync(long messageId) => OnReadTo?.Invoke(messageId) ?? Task.CompletedTask;

    /// <summary>Called by the script when somebody wants to edit one of their messages: in its place, one at a time.</summary>
    [JSInvokable]
    public void BeginEditing(long messageId)
    {
        if (OnEditMessage is null || Find(messageId) is not { Deleted: false } message || message.Author.UserId != UserId)
            return;
        _edited = (messageId, new MessageEditing(text => SaveAsync(messageId, text), () => LeaveAsync(messageId)));
        StateHasChanged();
    }

    private async Task<Refusal?> SaveAsync(long messageId, string text)
    {
        var refusal = await OnEditMessage!(messageId, text);
        if (refusal is null)
            await LeaveAsync(messageId);
        return refusal;
    }

    /// <summary>Another one may be being edited by now.</summary>
    private Task LeaveAsync(long messageId)
    {
        if (_edited?.Id == messageId)
        {
            _edited = null;
            StateHasChanged();
        }

        return Task.CompletedTask;
    }

    /// <summary>What is deleted, or no longer shown, is not being edited any more; its editor does not come back by itself.</summary>
    protected override void OnParametersSet()
    {
        if (_edited is { } edited && Find(edited.Id) is not { Deleted: false })
            _edited = null;
    }

    /// <summary>Where those who are named do not tell whether the reader is one of many, that is read: at once for all messages, and not again when others react.</summary>
    protected override async Task OnParametersSetAsync()
    {
        var known = _ownVersion == OwnReactionsVersion ? _own : [];
        var reacted = new List<MessageView>();
        foreach (var message in Messages)
        {
            if (message.Reactions.Count > 0)
                reacted.Add(message);
        }

        if (reacted.Count == 0)
        {
            (_own, _ownVersion) = ([], OwnReactionsVersion);
            return;
        }

        var unsure = reacted.Where(m => !known.ContainsKey(m.Id) && m.Reactions.Any(r => r.IsUnsure(UserId))).Select(m => m.Id).ToList();
        var version = OwnReactionsVersion;
        (_own, _ownVersion) = (reacted.ToDictionary(m => m.Id, m => known.GetValueOrDefault(m.Id) ?? NamedIn(m)), version);
        if (unsure.Count == 0)
            return;
        ILookup<long, string>? read = null;
        await UseCase.TryAsync(async () =>
        {
            read = await Reactions.ReadOwnAsync(UserId, unsure);
            return null;
        });
        // Whatever came first: what is read after the last change of one's own is right.
        if (version != OwnReactionsVersion)
            return;
        foreach (var id in unsure.Where(_own.ContainsKey))
        {
            if (read is null)
                _own.Remove(id);
            else
                _own[id] = [.. read[id]];
        }
    }

    private string[] NamedIn(MessageView message) => [.. message.Reactions.Where(r => r.IsNamed(UserId)).Select(r => r.Emoji)];

    /// <summary>Called by the script when somebody chose an emoji.</summary>
    [JSInvokable]
    public Task ReactAsync(long messageId, string emoji) => OnReact?.Invoke(messageId, emoji, true) ?? Task.CompletedTask;

    /// <summary>Called by the script when somebody chose so in a message's menu. What is not on the page can't be meant.</summary>
    [JSInvokable]
    public async Task AskToDeleteMessageAsync(long messageId)
    {
        if (Find(messageId) is { } message)
            await OnDeleteMessage.InvokeAsync(message);
    }

    /// <summary>Called by the script when somebody chose so in a file's menu.</summary>
    [JSInvokable]
    public async Task AskToDeleteFileAsync(long messageId, Guid fileId)
    {
        if (FindFile(messageId, fileId) is { } file)
            await OnDeleteFile.InvokeAsync(file);
    }

    /// <summary>Called by the script when somebody chose so in a file's menu.</summary>
    [JSInvokable]
    public async Task AskToForwardFileAsync(long messageId, Guid fileId)
    {
        if (FindFile(messageId, fileId) is { } file)
            await OnForwardFile.InvokeAsync(file);
    }

    /// <summary>Called by the script when somebody chose so in a message's menu.</summary>
    [JSInvokable]
    public async Task AskToForwardMessageAsync(long messageId)
    {
        if (Find(messageId) is { Deleted: false } message)
            await OnForwardMessage.InvokeAsync(message);
    }

    /// <summary>Called by the script when somebody chose so in the menu of another's message.</summary>
    [JSInvokable]
    public async Task MarkUnreadAsync(long messageId)
    {
        if (Find(messageId) is { Deleted: false } message && message.Author.UserId != UserId)
            await OnMarkUnread.InvokeAsync(message);
    }

    /// <summary>Called by the script when somebody copies a text: the page may hold only its beginning, and shows no markup.</summary>
    [JSInvokable]
    public Task<string?> TextOfAsync(long messageId) => TextOf?.Invoke(messageId) ?? Task.FromResult<string?>(null);

    /// <summary>Called by the script when somebody chose so in the menu of a message or of a file.</summary>
    [JSInvokable]
    public async Task AskToReportAsync(long messageId, Guid? fileId)
    {
        if (Find(messageId) is { } message && (fileId is null || FindFile(messageId, fileId.Value) is not null))
            await OnReport.InvokeAsync((message, fileId));
    }

    protected override Script? Script => new("reading/message-list", _scroller, _toLatest, Self, Place?.Kind, Place?.MessageId);

    /// <summary>What is drawn; where nothing has changed, the very objects of before.</summary>
    private List<LogPart> Divide() => _parts = LogPart.Divide(Rows(), _parts);

    private IEnumerable<LogRow> Rows()
    {
        MessageView? previous = null;
        DateTime? above = null;
        var told = 0;
        // Who has read it has read what is above it, too.
        var myNewest = Messages.LastOrDefault(m => m.Author.UserId == UserId && !m.Deleted)?.Id;
        var knownAt = LogPart.Finder(_parts);
        foreach (var message in Messages)
        {
            DateTime? lineAbove = null;
            for (; told < Lines.Count && Lines[told].Seq < message.Seq; told++)
            {
                yield return new LineRow(Lines[told], DayLine.Between(above, Lines[told].At));
                above = lineAbove = Lines[told].At;
            }

            var looks = new MessageLooks(message, previous, lineAbove, message.Id == FirstUnread)
            {
                IsMine = message.Author.UserId == UserId,
                MayDelete = IsOwner || message.Author.UserId == UserId,
                Goes = message.Attachments.Count == 0 ? null : FileLooks.GoesSoon(message.SentAt, KeepDays, Now),
                Others = message.Id == myNewest ? Others : 0,
                Editor = message.Id == _edited?.Id ? _edited.Value.Editing : null,
                OwnReactions = _own.GetValueOrDefault(message.Id, []),
            };
            yield return knownAt(message.Seq) is MessageRow known && known.Looks == looks ? known : new MessageRow(looks);
            previous = message;
            above = message.SentAt;
        }

        for (; told < Lines.Count; told++)
        {
            yield return new LineRow(Lines[told], DayLine.Between(above, Lines[told].At));
            above = Lines[told].At;
        }
    }

    private MessageView? Find(long messageId) => Messages.FirstOrDefault(message => message.Id == messageId);

    private AttachmentView? FindFile(long messageId, Guid fileId) => Find(messageId)?.Attachments.FirstOrDefault(file => file.Id == fileId);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        var isElsewhere = !ReferenceEquals(_place, Place);
        _place = Place;
        if (!firstRender && isElsewhere && Place is not null)
            await CallAsync("show", Place.Kind, Place.MessageId);
        await base.OnAfterRenderAsync(firstRender);
    }
}
