using ChatFiles.Core.Chats;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components.Files;
using ChatFiles.Web.Components.Layout;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace ChatFiles.Web.Components.Finding;

/// <summary>
/// All files of a chat, to be sorted, narrowed by name, kind, person and time, and handled several at once. After an event only the files of its message are
/// read, however many are shown.
/// </summary>
public sealed partial class FileList(
    ChatDirectory directory,
    FindingService finding,
    LiveChats live,
    ChatService chats,
    IDialogService dialogs
)
{
    private const int PageSize = 50;

    private const int MaxReadAtOnce = 200;

    private const int MaxZipped = 100;

    private static readonly (FileKind Kind, string Name)[] Kinds =
    [
        (FileKind.Image, "Images"),
        (FileKind.Audio, "Audio"),
        (FileKind.Video, "Video"),
        (FileKind.Document, "Documents"),
        (FileKind.Archive, "Archives"),
    ];

    private ElementReference _scroller;
    private Forwarding? _forwarding;
    private ChatView? _chat;
    private StorageUse? _use;
    private IReadOnlyList<AuthorView> _authors = [];
    private bool _hasAuthors;
    private FilesAddress _shown = null!;
    private FilesAddress? _arrived;
    private Guid? _goneFile;
    private HashSet<Guid> _selected = [];

    [Parameter, EditorRequired]
    public long ChatId { get; set; }

    [Parameter, EditorRequired]
    public string UserId { get; set; } = "";

    /// <summary>What the address said when the person came here last; another object after each time.</summary>
    [Parameter, EditorRequired]
    public FilesAddress Arrived { get; set; } = null!;

    private PagedReading<ListedFile, Guid?> List =>
        field ??= new PagedReading<ListedFile, Guid?>(Turns, Comparer<ListedFile>.Create(InOrder), file => file.Id);

    protected override Script? Script => _chat is null ? null : new("page/file-list", _scroller);

    private FileFilter Filter => _shown.Filter(Time.GetUtcNow().UtcDateTime);

    public override ValueTask DisposeAsync()
    {
        List.Dispose();
        return base.DisposeAsync();
    }

    protected override Task OnInitializedAsync()
    {
        _shown = Arrived;
        return base.OnInitializedAsync();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (ReferenceEquals(_arrived, Arrived))
            return;
        var before = _arrived is null ? Arrived : _shown;
        _arrived = _shown = Arrived;
        if (_shown.FileId is null)
            _goneFile = null;
        if (_shown.WithoutFile() != before.WithoutFile() with { IsGrid = _shown.IsGrid })
            await BeginAsync();
    }

    /// <summary>What was chosen before the script was there.</summary>
    protected override Task OnConnectedAsync() => CallAsync("note", _shown.ToString());

    protected override async Task<IChanges<RoomEvent>?> ListenAsync() =>
        (await live.SubscribeAsync(UserId, ChatId, after: null)).Succeeded(out var changes, out _) ? changes : null;

    protected override async Task<bool> ReadAsync()
    {
        var chat = await directory.GetChatAsync(UserId, ChatId);
        if (chat.Refusal is not null)
            return false;
        await BeginAsync();
        _chat = chat.Value;
        return true;
    }

    /// <summary>Reads the files of the messages that something has happened to, and nothing else.</summary>
    protected override async Task<bool> HearAsync(IReadOnlyList<RoomEvent> changes)
    {
        var messageIds = changes
            .Where(e => e is not ({ Type: ChatEventType.ReactionsChanged } or { Type: ChatEventType.MessageCreated or ChatEventType.MessageEdited, Message.Attachments.Count: 0 }))
            .Select(e => e.MessageId)
            .OfType<long>()
            .Distinct()
            .ToList();
        foreach (var some in messageIds.Chunk(MaxReadAtOnce))
            Put(some, await finding.ListFilesOfAsync(UserId, ChatId, some, Filter));
        if (messageIds.Count > 0)
            await ReadUseAsync();
        return messageIds.Count > 0;
    }

    private void Put(long[] messageIds, IReadOnlyList<ListedFile> files)
    {
        var ids = files.Select(file => file.Id).ToHashSet();
        List.Remove(file => messageIds.Contains(file.MessageId) && !ids.Contains(file.Id));
        foreach (var file in files)
        {
            List.Put(file);
            if (_authors.All(author => author.UserId != file.Author.UserId))
                _authors = [.. _authors.Append(file.Author).OrderBy(author => author.Name, StringComparer.CurrentCultureIgnoreCase)];
        }
    }

    private async Task ReadUseAsync()
    {
        var use = await finding.StorageOfChatAsync(UserId, ChatId);
        _use = use.Refusal is null ? use.Value : _use;
    }

    /// <summary>Of the first page also whose files there are and how much room they take.</summary>
    private async Task<Result<Page<ListedFile, Guid?>>> ReadPageAsync(Guid? before, CancellationToken ending)
    {
        var read = await finding.ListFilesAsync(UserId, ChatId, Filter, before, PageSize, ending);
        if (before is null && !_hasAuthors)
        {
            // Of all files, whatever the list is narrowed to; who comes later is heard of.
            var authors = await finding.ListFileAuthorsAsync(UserId, ChatId, ending);
            await ReadUseAsync();
            ending.ThrowIfCancellationRequested();
            (_authors, _hasAuthors) = (authors, true);
        }

        return read.Succeeded(out var page, out var refusal) ? new Page<ListedFile, Guid?>(page.Files, page.NextBefore) : refusal;
    }

    private Task<bool> BeginAsync() => List.BeginAsync(ReadPageAsync);

    private async Task NarrowAsync(FilesAddress to)
    {
        await ShowAsync(to);
        await BeginAsync();
    }

    /// <summary>The address says it, in the place of what it said before: Back leaves the list.</summary>
    private Task ShowAsync(FilesAddress to)
    {
        _shown = to;
        return CallAsync("note", to.ToString());
    }

    private Task ClearAsync() => NarrowAsync(_shown with { Name = "", Kind = null, AuthorId = "", Since = Period.Any });

    /// <summary>What is no longer in sight is not acted on either.</summary>
    private List<ListedFile> Selected => [.. List.Rows.Where(file => _selected.Contains(file.Id))];

    private static string ZipPath(long chatId, List<ListedFile> files) =>
        files is [var only] ? FileLooks.DownloadPath(only) : $"/chat/{chatId}/files.zip?{string.Join('&', files.Select(file => $"file={file.Id}"))}";

    private void Select(ListedFile file, bool isSelected) => _ = isSelected ? _selected.Add(file.Id) : _selected.Remove(file.Id);

    private Task AskToDelete(List<ListedFile> files) =>
        ConfirmDialog.AskAsync(
            dialogs,
            files is [var only] ? $"Delete {only.FileName}?" : $"Delete {files.Count} files?",
            files.Count == 1 ? "Everybody in this chat loses the file. This can't be undone." : "Everybody in this chat loses them. This can't be undone.",
            "Delete",
            () => DeleteAsync(files)
        );

    /// <summary>As many as may be; of the others why not.</summary>
    private async Task<Refusal?> DeleteAsync(List<ListedFile> files)
    {
        var refused = new List<Refusal>();
        foreach (var file in files)
        {
            if ((await chats.DeleteFileAsync(UserId, ChatId, file.Id)).Refusal is { } refusal)
                refused.Add(refusal);
            else
                _selected.Remove(file.Id);
        }

        return refused is [var first, ..] && files.Count > 1
            ? first with
            {
                Detail = $"{refused.Count} of {files.Count} files could not be deleted: {first.Detail}",
            }
            : refused.FirstOrDefault();
    }

    private string? Goes(ListedFile file) => FileLooks.GoesSoon(file.SentAt, _chat!.FilesGoAfterDays, Time.GetUtcNow().UtcDateTime);

    private int InOrder(ListedFile one, ListedFile other)
    {
        var sorted = _shown.Sort switch
        {
            FileSort.Name => string.CompareOrdinal(SearchWords.Fold(one.FileName!), SearchWords.Fold(other.FileName!)),
            FileSort.Size => other.Size!.Value.CompareTo(one.Size!.Value),
            _ => 0,
        };
        return sorted != 0 ? sorted : (other.MessageId, other.Position).CompareTo((one.MessageId, one.Position));
    }
}
