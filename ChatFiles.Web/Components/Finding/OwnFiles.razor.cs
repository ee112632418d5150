using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using MudBlazor;

namespace ChatFiles.Web.Components.Finding;

/// <summary>Somebody's own files in all of their chats, the largest first, so that a full quota can be cleared.</summary>
public sealed partial class OwnFiles(
    FindingService finding,
    ChatService chats,
    IDialogService dialogs,
    NavigationManager navigation,
    TimeProvider time
)
{
    private const int PageSize = 50;
    private const string Path = "/files";

    private readonly HashSet<Guid> _selected = [];
    private readonly Turns _turns = new();
    private string _userId = "";
    private ElementReference _scroller;
    private FilesAddress _shown = null!;
    private Guid? _goneFile;
    private StorageUse? _use;
    private bool _isRead;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    /// <summary>Rows are only ever put behind the others, in the order in which they were read.</summary>
    private PagedReading<OwnFile, Guid?> List => field ??= new(_turns, Comparer<OwnFile>.Default, file => file.Id);

    /// <summary>What is no longer in sight is not acted on either.</summary>
    private List<OwnFile> Selected => [.. List.Rows.Where(file => _selected.Contains(file.Id))];

    protected override Script? Script => new("page/file-list", _scroller);

    public override ValueTask DisposeAsync()
    {
        navigation.LocationChanged -= Arrive;
        List.Dispose();
        return base.DisposeAsync();
    }

    protected override async Task OnInitializedAsync()
    {
        _shown = FilesAddress.Of(navigation, Path, FileSort.Size);
        navigation.LocationChanged += Arrive;
        _userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        await ReadAsync();
    }

    /// <summary>What was chosen before the script was there.</summary>
    protected override Task OnConnectedAsync() => CallAsync("note", _shown.ToString());

    private async Task ReadAsync()
    {
        await List.BeginAsync(ReadPageAsync);
        _isRead = true;
    }

    private async Task<Result<Page<OwnFile, Guid?>>> ReadPageAsync(Guid? before, CancellationToken ending)
    {
        var read = await finding.ListOwnFilesAsync(_userId, _shown.Filter(time.GetUtcNow().UtcDateTime), before, PageSize, ending);
        if (before is null)
            _use = await finding.StorageOfPersonAsync(_userId, ending);
        return read.Succeeded(out var page, out var refusal) ? new Page<OwnFile, Guid?>(page.Files, page.NextBefore) : refusal;
    }

    private async Task NarrowAsync(FilesAddress to)
    {
        _shown = to;
        await CallAsync("note", to.ToString());
        await ReadAsync();
    }

    /// <summary>By a link, Back or Forward: to a file, away from it, or to another choice.</summary>
    private void Arrive(object? sender, LocationChangedEventArgs e) =>
        _ = InvokeAsync(async () =>
        {
            if (!FilesAddress.IsAt(navigation, Path))
                return;
            var (before, now) = (_shown, FilesAddress.Of(navigation, Path, FileSort.Size));
            _shown = now;
            if (now.FileId is null)
                _goneFile = null;
            StateHasChanged();
            if (now.WithoutFile() == before.WithoutFile())
                return;
            await ReadAsync();
            StateHasChanged();
        });

    private void Select(OwnFile file, bool isSelected) => _ = isSelected ? _selected.Add(file.Id) : _selected.Remove(file.Id);

    private Task AskToDelete(List<OwnFile> files) =>
        ConfirmDialog.AskAsync(
            dialogs,
            files is [var only] ? $"Delete {only.FileName}?" : $"Delete {files.Count} files?",
            "Everybody in their chats loses them. This can't be undone.",
            "Delete",
            () => DeleteAsync(files)
        );

    private async Task<Refusal?> DeleteAsync(List<OwnFile> files)
    {
        Refusal? refusal = null;
        foreach (var file in files)
        {
            if ((refusal = (await chats.DeleteFileAsync(_userId, file.Chat.Id, file.Id)).Refusal) is not null)
                break;
            _selected.Remove(file.Id);
            List.Remove(row => row.Id == file.Id);
        }

        _use = await finding.StorageOfPersonAsync(_userId);
        await InvokeAsync(StateHasChanged);
        return refusal;
    }
}
