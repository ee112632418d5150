using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Live;
using Microsoft.AspNetCore.Components;

namespace ChatFiles.Web.Components.Finding;

/// <summary>
/// All files of a chat, to be narrowed by name, kind, person and time. After an event only the files of its message are
/// read, however many are shown.
/// </summary>
public sealed partial class FileList(ChatService chats, TimeProvider time)
{
    private const int PageSize = 50;

    private const int MaxReadAtOnce = 200;

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
    private readonly Turns _turns = new();
    private readonly PagedList<ListedFile, Guid> _list = new(Comparer<ListedFile>.Create(NewestFirst), file => file.Id);

    /// <summary>Messages that something has happened to since their files were read.</summary>
    private readonly HashSet<long> _changed = [];

    private ElementReference _scroller;
    private ScriptModule? _script;
    private RoomSubscription? _changes;
    private Reloading? _reloading;
    private ChatView? _chat;
    private StorageUse? _use;
    private IReadOnlyList<AuthorView> _authors = [];
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

            _reloading = new Reloading(time, () => InvokeAsync(CatchUpAsync));
        }

        var chat = await chats.GetChatAsync(UserId, ChatId);
        _isUnknown = chat.Refusal is not null;
        if (_isUnknown)
            return;
        await ReadAsync();
        _chat = chat.Value;
        if (_changes is not null)
            _ = Task.Run(FollowAsync);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_chat is null || _script is not null)
            return;
        _script = new ScriptModule(JS, "./js/page/file-list.js");
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
        if (!isAboutFiles || roomEvent.MessageId is not { } messageId)
            return Task.CompletedTask;
        lock (_changed)
            _changed.Add(messageId);
        _reloading!.Soon();
        return Task.CompletedTask;
    }

    /// <summary>Reads what has changed, and nothing else.</summary>
    private async Task CatchUpAsync()
    {
        if (_closing.IsCancellationRequested || _hasEnded)
            return;
        List<long> changed = [];
        try
        {
            await _turns.TakeAsync(async () =>
            {
                lock (_changed)
                {
                    changed = [.. _changed];
                    _changed.Clear();
                }

                foreach (var some in changed.Chunk(MaxReadAtOnce))
                    Put(some, await chats.ListFilesOfAsync(UserId, ChatId, some, Filter));
                await ReadUseAsync();
            });
            StateHasChanged();
        }
        catch (Exception failure) when (Outage.Explain(failure) is not null)
        {
            lock (_changed)
                _changed.UnionWith(changed);
            _reloading!.Later();
        }
        catch (Exception failure)
        {
            await DispatchExceptionAsync(failure);
        }
    }

    private void Put(long[] messageIds, IReadOnlyList<ListedFile> files)
    {
        var ids = files.Select(file => file.Id).ToHashSet();
        _list.Remove(file => messageIds.Contains(file.MessageId) && !ids.Contains(file.Id));
        foreach (var file in files)
        {
            _list.Put(file);
            if (_authors.All(author => author.UserId != file.Author.UserId))
                _authors = [.. _authors.Append(file.Author).OrderBy(author => author.Name, StringComparer.CurrentCultureIgnoreCase)];
        }
    }

    private async Task ReadUseAsync()
    {
        var use = await chats.StorageOfChatAsync(UserId, ChatId);
        _use = use.Refusal is null ? use.Value : _use;
    }

    /// <summary>Reads the first page of what fits. A later reading ends an earlier one, which makes room for it.</summary>
    private async Task ReadAsync()
    {
        using var earlier = _reading;
        _reading = new CancellationTokenSource();
        var ending = _reading.Token;
        await earlier.CancelAsync();
        await ReadAsync(
            async () =>
            {
                var read = await chats.ListFilesAsync(UserId, ChatId, Filter, before: null, PageSize, ending);
                if (read.Refusal?.Reason == RefusalReason.ChatNotFound)
                    return; // No member any more; the subscription says so.
                var authors = await chats.ListFileAuthorsAsync(UserId, ChatId, ending);
                await ReadUseAsync();
                ending.ThrowIfCancellationRequested();
                (_authors, _refusal) = (authors, read.Refusal);
                if (read.Succeeded(out var page, out _))
                    _list.Begin(page.Files, page.NextBefore ?? Guid.Empty, page.NextBefore is not null);
            },
            ending
        );
    }

    private async Task LoadMoreAsync()
    {
        if (!_list.HasNext || _isLoading)
            return;
        _isLoading = true;
        var ending = _reading.Token;
        try
        {
            await ReadAsync(
                async () =>
                {
                    var read = await chats.ListFilesAsync(UserId, ChatId, Filter, _list.Next, PageSize, ending);
                    ending.ThrowIfCancellationRequested();
                    _refusal = read.Refusal;
                    if (read.Succeeded(out var page, out _))
                        _list.Append(page.Files, page.NextBefore ?? Guid.Empty, page.NextBefore is not null);
                },
                ending
            );
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

    /// <summary>In its turn, unless what would be read is no longer wanted.</summary>
    private async Task ReadAsync(Func<Task> read, CancellationToken ending)
    {
        try
        {
            await _turns.TakeAsync(() => ending.IsCancellationRequested ? Task.CompletedTask : read());
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Something else is read by now.
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

    private async Task NarrowAsync() => _refusal = await Outage.ToRefusalAsync(async () =>
    {
        await ReadAsync();
        return _refusal;
    });

    private static int NewestFirst(ListedFile one, ListedFile other) =>
        (other.MessageId, other.Position).CompareTo((one.MessageId, one.Position));
}
