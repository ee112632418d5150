using System.Globalization;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Components;

namespace ChatFiles.Web.Components.Files;

/// <summary>
/// One file in a dialog, where a browser can show it. From a picture or video one goes on to the others that are loaded;
/// a document stands alone. Zooming and what is read over HTTP are the script's.
/// </summary>
public sealed partial class FileViewer
{
    /// <summary>A neighbour that is larger is only loaded when somebody goes there.</summary>
    private const long MaxLoadedAhead = 10 * 1024 * 1024;

    private ElementReference _dialog;
    private Guid _currentId;
    private Viewed? _current;
    private List<Viewed> _files = [];

    /// <summary>The huge pictures that somebody has asked for.</summary>
    private readonly HashSet<Guid> _drawnAnyway = [];

    /// <summary>The messages that are loaded, oldest first.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<MessageView> Messages { get; set; } = [];

    /// <summary>The file to begin with.</summary>
    [Parameter, EditorRequired]
    public Guid FileId { get; set; }

    [Parameter]
    public string UserId { get; set; } = "";

    /// <summary>The chat's owner may put every file back.</summary>
    [Parameter]
    public bool IsOwner { get; set; }

    /// <summary>What it showed is there no more. When somebody closes it, its script goes back to the chat's address.</summary>
    [Parameter]
    public EventCallback OnGone { get; set; }

    private int Position => _files.FindIndex(file => file.File.Id == _currentId);

    /// <summary>The neighbours wait behind the curtain, so that they are there at once.</summary>
    private IEnumerable<Viewed> OnStage =>
        _files.Where((file, i) => file == _current || (Math.Abs(i - Position) == 1 && IsLoadedAhead(file.File)));

    protected override Script? Script => _current is null ? null : new("reading/file-viewer", _dialog);

    protected override void OnInitialized() => _currentId = FileId;

    protected override Task OnParametersSetAsync() => ShowAsync();

    /// <summary>What somebody deletes does not stay on the screen; what is missing says so, and leads nowhere else.</summary>
    private async Task ShowAsync()
    {
        var all = Messages.SelectMany(message => message.Attachments, (message, file) => new Viewed(message, file)).ToList();
        _current = all.Find(file => file.File.Id == _currentId && file.File.State != AttachmentState.Deleted);
        if (_current is null)
            await OnGone.InvokeAsync();
        else if (IsSeen(_current.File))
            _files = all.FindAll(file => file == _current || (file.File.State == AttachmentState.Ready && IsSeen(file.File)));
        else
            _files = [_current];
    }

    private Task MoveAsync(int by)
    {
        // Who presses quickly may be ahead of what is on the screen.
        if (_files.ElementAtOrDefault(Position + by) is { } next)
            _currentId = next.File.Id;
        return ShowAsync();
    }

    private static bool IsSeen(AttachmentView file) => FileLooks.IsPicture(file) || FileLooks.IsVideo(file);

    private static bool IsLoadedAhead(AttachmentView file) => FileLooks.IsPicture(file) && !FileLooks.IsHuge(file) && file.Size <= MaxLoadedAhead;

    private static string Says(bool value) => value ? "true" : "false";

    private static string Text(int number) => number.ToString(CultureInfo.CurrentCulture);

    private sealed record Viewed(MessageView Message, AttachmentView File);
}
