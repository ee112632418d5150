using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace ChatFiles.Web.Components.Finding;

/// <summary>Somebody's own files in all of their chats, the largest first, so that a full quota can be cleared.</summary>
public sealed partial class OwnFiles(FindingService finding, ChatService chats, IDialogService dialogs) : IDisposable
{
    private const int PageSize = 50;

    private readonly HashSet<Guid> _selected = [];
    private readonly Turns _turns = new();
    private string _userId = "";
    private string _name = "";
    private FileSort _sort = FileSort.Size;
    private StorageUse? _use;
    private bool _isRead;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    /// <summary>Rows are only ever put behind the others, in the order in which they were read.</summary>
    private PagedReading<OwnFile, Guid?> List => field ??= new(_turns, Comparer<OwnFile>.Default, file => file.Id);

    /// <summary>What is no longer in sight is not acted on either.</summary>
    private List<OwnFile> Selected => [.. List.Rows.Where(file => _selected.Contains(file.Id))];

    public void Dispose() => List.Dispose();

    protected override async Task OnInitializedAsync()
    {
        _userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        await List.BeginAsync(ReadPageAsync);
        _isRead = true;
    }

    private async Task<Result<Page<OwnFile, Guid?>>> ReadPageAsync(Guid? before, CancellationToken ending)
    {
        var read = await finding.ListOwnFilesAsync(_userId, new FileFilter(_name, Sort: _sort), before, PageSize, ending);
        if (before is null)
            _use = await finding.StorageOfPersonAsync(_userId, ending);
        return read.Succeeded(out var page, out var refusal) ? new Page<OwnFile, Guid?>(page.Files, page.NextBefore) : refusal;
    }

    private Task NarrowByNameAsync(string? name)
    {
        _name = name ?? "";
        return ReadAsync();
    }

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
