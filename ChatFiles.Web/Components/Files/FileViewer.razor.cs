using System.Globalization;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Components;

namespace ChatFiles.Web.Components.Files;

/// <summary>
/// One file in a dialog above whatever page it was opened on. From it one goes on through all files of its chat, which are
/// read one by one, so that it does not matter which of them that page has loaded. Zooming and what is read over HTTP are
/// the script's.
/// </summary>
public sealed partial class FileViewer(FindingService finding, ChatDirectory directory, LiveChats live)
{
    /// <summary>A neighbour that is larger is only loaded when somebody goes there.</summary>
    private const long MaxLoadedAhead = 10 * 1024 * 1024;

    private ElementReference _dialog;
    private Forwarding? _forwarding;
    private FileNeighbours? _at;
    private Guid _asked;
    private bool _isOwner;
    private bool _isGone;
    private string _said = "";

    /// <summary>The huge pictures that somebody has asked for.</summary>
    private readonly HashSet<Guid> _drawnAnyway = [];

    [Parameter, EditorRequired]
    public long ChatId { get; set; }

    /// <summary>The file to begin with.</summary>
    [Parameter, EditorRequired]
    public Guid FileId { get; set; }

    [Parameter, EditorRequired]
    public string UserId { get; set; } = "";

    /// <summary>The address of the page with that file open above it.</summary>
    [Parameter]
    public Func<ListedFile, string> AddressOf { get; set; } = FileLooks.AddressOf;

    /// <summary>There is nothing to show, or no longer. When somebody closes it, its script goes back to the page's address.</summary>
    [Parameter]
    public EventCallback OnGone { get; set; }

    /// <inheritdoc/>
    protected override Script? Script => _at is null ? null : new("reading/file-viewer", _dialog);

    /// <summary>The neighbours wait behind the curtain, so that they are there at once.</summary>
    private IEnumerable<SeenFile> OnStage =>
        new[] { _at!.Older, _at.File, _at.Newer }.OfType<SeenFile>().Where(file => file == _at.File || IsLoadedAhead(file));

    private bool IsZoomable =>
        _at!.File is { State: AttachmentState.Ready } file
        && FileLooks.IsPicture(file)
        && (!FileLooks.IsHuge(file) || _drawnAnyway.Contains(file.Id));

    private string Place => _at is { Number: { } number, Count: { } count } ? string.Create(CultureInfo.CurrentCulture, $"{number} of {count}") : "";

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        _asked = FileId;
        await base.OnInitializedAsync();
        if (IsUnknown)
            await GoAsync();
    }

    /// <summary>Back or Forward may lead from one file to another.</summary>
    protected override async Task OnParametersSetAsync()
    {
        if (_at is null || FileId == _asked)
            return;
        _asked = FileId;
        await Turns.TakeAsync(async () =>
        {
            if (!await ShowAsync(FileId))
                await GoAsync();
        });
    }

    /// <inheritdoc/>
    protected override async Task<IChanges<RoomEvent>?> ListenAsync() =>
        (await live.SubscribeAsync(UserId, ChatId, after: null)).Succeeded(out var changes, out _) ? changes : null;

    /// <inheritdoc/>
    protected override async Task<bool> ReadAsync()
    {
        // Without a script there is no way out of it.
        if (!RendererInfo.IsInteractive || !await ShowAsync(FileId))
            return false;
        var chat = await directory.GetChatAsync(UserId, ChatId, members: 0);
        _isOwner = chat.Refusal is null && chat.Value.MayRule;
        return true;
    }

    /// <summary>Who looked at what is deleted goes on to what stood beside it, and is told so.</summary>
    protected override async Task<bool> HearAsync(IReadOnlyList<RoomEvent> changes)
    {
        if (changes.All(e => e is { MessageId: null } or { Type: ChatEventType.ReactionsChanged } or { Type: ChatEventType.MessageCreated or ChatEventType.MessageEdited, Message.Attachments.Count: 0 }))
            return false;
        var (id, name) = (_at!.File.Id, _at.File.FileName);
        if (await ShowAsync(id))
            return true;
        var beside = await finding.LookBesideAsync(UserId, ChatId, id);
        if (beside.Refusal is not null)
            await GoAsync();
        else
            (_at, _said) = (beside.Value, $"{name} was deleted.");
        return true;
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        await base.OnAfterRenderAsync(firstRender);
        if (HasEnded)
            await GoAsync();
    }

    /// <summary>Whoever presses quickly may be ahead of what is on the screen.</summary>
    private Task MoveAsync(Func<FileNeighbours, SeenFile?> which) =>
        Turns.TakeAsync(async () =>
        {
            if (which(_at!) is not { } next)
                return;
            _said = "";
            await UseCase.TryAsync(async () =>
            {
                await ShowAsync(next.Id);
                return null;
            });
        });

    private async Task<bool> ShowAsync(Guid fileId)
    {
        var seen = await finding.LookAtFileAsync(UserId, ChatId, fileId);
        if (seen.Refusal is not null)
            return false;
        _at = seen.Value;
        return true;
    }

    private Task GoAsync()
    {
        if (_isGone)
            return Task.CompletedTask;
        _isGone = true;
        return OnGone.InvokeAsync();
    }

    private static bool IsLoadedAhead(SeenFile file) => FileLooks.IsPicture(file) && !FileLooks.IsHuge(file) && file.Size <= MaxLoadedAhead;

    private static string Says(bool value) => value ? "true" : "false";
}
