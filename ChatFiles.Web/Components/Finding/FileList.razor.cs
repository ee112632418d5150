using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Live;
using Microsoft.AspNetCore.Components;

namespace ChatFiles.Web.Components.Finding;

/// <summary>
/// All files of a chat, to be narrowed by name, kind, person and time. What happens in the chat is only a hint here: as
/// much as is loaded is read afresh, not patched.
/// </summary>
public sealed partial class FileList(ChatService chats, TimeProvider time)
{
    private const int PageSize = 50;

    private const int MaxPageSize = 200;

    private static readonly (FileKind Kind, string Name)[] Kinds =
    [
        (FileKind.Image, "Images"),
        (FileKind.Audio, "Audio"),
        (FileKind.Video, "Video"),
        (FileKind.Document, "Documents"),
        (FileKind.Archive, "Archives"),
    ];

    private readonly CancellationTokenSource _closing = new();
    private CancellationTokenSource _reading = new();
    private ElementReference _scroller;
    private ScriptModule? _script;
    private RoomSubscription? _changes;
    private Reloading? _reloading;
    private ChatView? _chat;
    private StorageUse? _use;
    private IReadOnlyList<AuthorView> _authors = [];
    private IReadOnlyList<ListedFile> _files = [];
    private Guid? _nextBefore;
    private string _name = "";
    private FileKind? _kind;
    private string _authorId = "";
    private Period _period;
    private Refusal? _refusal;
    private bool _isLoading;
    private bool _isUnknown;
    private bool _hasEnded;

    private enum Period
    {
        Any,
        Week,
        Month,
        Year,
    }

    [Parameter, EditorRequired]
    public long ChatId { get; set; }

    [Parameter, EditorRequired]
    public string UserId { get; set; } = "";

    private bool IsNarrowed => !string.IsNullOrWhiteSpace(_name) || _kind is not null || _authorId.Length > 0 || _period != Period.Any;

    private FileFilter Filter => new(_name, _kind, _authorId.Length == 0 ? null : _authorId, Since);

    private DateTime? Since
    {
        get
        {
            var now = time.GetUtcNow().UtcDateTime;
            return _period switch
            {
                Period.Week => now.AddDays(-7),
                Period.Month => now.AddDays(-30),
                Period.Year => new DateTime(now.Year, 1, 1, 0, 0, 0, DateTimeKind.Utc),
                _ => null,
            };
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _reading.CancelAsync();
        _reloading?.Dispose();
        _changes?.Dispose();
        _closing.Dispose();
        if (_script is not null)
            await _script.DisposeAsync();
    }

    protected override async Task OnInitializedAsync()
    {
        // First listening, then reading: whatever happens in between is read, and heard of once more.
        if (RendererInfo.IsInteractive)
        {
            _isUnknown = !(await chats.SubscribeAsync(UserId, ChatId, after: null)).Succeeded(out _changes, out _);
            if (_isUnknown)
                return;
            if (_closing.IsCancellationRequested)
            {
                _changes!.Dispose();
                return;
            }

            _reloading = new Reloading(time, () => InvokeAsync(() => ReloadAsync(_files.Count)));
        }

        var chat = await chats.GetChatAsync(UserId, ChatId);
        _isUnknown = chat.Refusal is not null;
        if (_isUnknown)
            return;
        await ReadAsync(PageSize);
        _chat = chat.Value;
        if (_changes is not null)
            _ = Task.Run(FollowAsync);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_chat is null || _script is not null)
            return;
        _script = new ScriptModule(JS, "./Components/Finding/FileList.razor.js");
        await _script.ConnectAsync(_scroller);
    }

    private async Task FollowAsync()
    {
        try
        {
            await _changes!.DeliverAsync(HearAsync, _closing.Token);
            await InvokeAsync(() =>
            {
                _hasEnded = true;
                StateHasChanged();
            });
        }
        catch (Exception) when (_closing.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception failure)
        {
            await DispatchExceptionAsync(failure);
        }
    }

    private Task HearAsync(RoomEvent roomEvent)
    {
        var isAboutFiles = roomEvent switch
        {
            { Type: ChatEventType.MessageCreated, Message.Attachments.Count: 0 } => false,
            { Type: ChatEventType.MemberJoined or ChatEventType.MemberLeft } => false,
            _ => true,
        };
        if (isAboutFiles)
            _reloading!.Soon();
        return Task.CompletedTask;
    }

    private async Task ReloadAsync(int count)
    {
        if (_closing.IsCancellationRequested || _hasEnded)
            return;
        try
        {
            await ReadAsync(Math.Max(PageSize, count));
            StateHasChanged();
        }
        catch (Exception failure) when (Outage.Explain(failure) is not null)
        {
            _reloading!.Later();
        }
        catch (Exception failure)
        {
            await DispatchExceptionAsync(failure);
        }
    }

    /// <summary>Reads the newest files that fit, and what else the page shows. A later reading ends an earlier one, which makes room for it.</summary>
    private async Task ReadAsync(int count)
    {
        using var earlier = _reading;
        _reading = new CancellationTokenSource();
        var ending = _reading.Token;
        await earlier.CancelAsync();
        var files = new List<ListedFile>();
        Guid? before = null;
        Refusal? refusal;
        try
        {
            do
            {
                var limit = Math.Min(MaxPageSize, count - files.Count);
                var read = await chats.ListFilesAsync(UserId, ChatId, Filter, before, limit, ending);
                if (!read.Succeeded(out var page, out refusal))
                    break;
                files.AddRange(page.Files);
                before = page.NextBefore;
            } while (before is not null && files.Count < count);

            if (refusal?.Reason == RefusalReason.ChatNotFound)
                return; // No member any more; the subscription says so.
            var use = await chats.StorageOfChatAsync(UserId, ChatId, ending);
            var authors = await chats.ListFileAuthorsAsync(UserId, ChatId, ending);
            ending.ThrowIfCancellationRequested();
            (_authors, _refusal) = (authors, refusal);
            _use = use.Refusal is null ? use.Value : _use;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return;
        }

        (_files, _nextBefore) = refusal is null ? (files, before) : ([], null);
    }

    private async Task LoadMoreAsync()
    {
        if (_nextBefore is not { } before || _isLoading)
            return;
        _isLoading = true;
        var ending = _reading.Token;
        try
        {
            var read = await chats.ListFilesAsync(UserId, ChatId, Filter, before, PageSize, ending);
            ending.ThrowIfCancellationRequested();
            if (read.Succeeded(out var page, out _refusal))
                (_files, _nextBefore) = ([.. _files, .. page.Files], page.NextBefore);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // What would have been put behind is no longer there.
        }
        catch (Exception failure) when (Outage.Explain(failure) is not null)
        {
            // The button stays to be pressed again.
        }
        finally
        {
            _isLoading = false;
        }
    }

    private Task NarrowByNameAsync(ChangeEventArgs e)
    {
        _name = e.Value?.ToString() ?? "";
        return NarrowAsync();
    }

    private Task ClearAsync()
    {
        (_name, _kind, _authorId, _period) = ("", null, "", Period.Any);
        return NarrowAsync();
    }

    private Task NarrowAsync() => ReloadAsync(PageSize);
}
