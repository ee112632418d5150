using System.Globalization;
using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace ChatFiles.Web.Components.Finding;

/// <summary>
/// What a search has found, in one chat or in all of the person's. What is deleted meanwhile goes from here, too: only
/// the messages that something has happened to are read again, and a new message waits for the next search.
/// </summary>
public sealed partial class SearchPage(ChatService chats, RoomBroadcaster broadcaster, NavigationManager navigation, TimeProvider time)
{
    private const int PageSize = 50;

    private const int MaxSnippet = 300;

    private readonly Turns _turns = new();
    private readonly PagedList<MessageView, long> _list = new(Comparer<MessageView>.Create(NewestFirst), message => message.Id);

    /// <summary>Messages that something has happened to, and chats that the person has left.</summary>
    private readonly HashSet<long> _changed = [];
    private readonly HashSet<long> _left = [];

    private SearchAddress _address = new("", null, null);
    private CancellationTokenSource _searching = new();
    private SearchWords? _words;
    private Refusal? _refusal;
    private IReadOnlyList<ChatSummary> _chats = [];
    private string _userId = "";
    private Reloading? _reloading;
    private IDisposable? _watch;
    private bool _isLoading;
    private volatile bool _isSearching;
    private bool _hasSearched;
    private bool _isDisposed;

    /// <summary>The address is read as a whole; that these are parameters makes the page hear of a change.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "chat")]
    private string? Chat { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    /// <summary>The chat that the search may be narrowed to.</summary>
    private ChatSummary? From => _chats.FirstOrDefault(c => c.Id == _address.FromChatId);

    private string Summary =>
        this switch
        {
            { _hasSearched: false } => "Searching…",
            { _address.Text: var text } when string.IsNullOrWhiteSpace(text) => "Type into the search box what you are looking for: words of a message, or of a file's name.",
            { _refusal: { } refusal } => refusal.Detail,
            { _list.Rows.Count: 0 } => $"Nothing found for “{_address.Text}”.",
            { _list: { HasPrevious: true } } => $"Messages with “{_address.Text}”",
            { _list: { HasNext: true } } => string.Create(CultureInfo.CurrentCulture, $"The newest {_list.Rows.Count} messages with “{_address.Text}”"),
            { _list.Rows.Count: 1 } => $"1 message with “{_address.Text}”",
            _ => string.Create(CultureInfo.CurrentCulture, $"{_list.Rows.Count} messages with “{_address.Text}”"),
        };

    public void Dispose()
    {
        _isDisposed = true;
        _searching.Cancel();
        _watch?.Dispose();
        _reloading?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        if (!RendererInfo.IsInteractive)
            return;
        _reloading = new Reloading(time, () => InvokeAsync(CatchUpAsync));
        _watch = broadcaster.Watch(OnNews);
    }

    protected override async Task OnParametersSetAsync()
    {
        _userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        var address = SearchAddress.Of(navigation);
        if (address == _address && _hasSearched)
            return;
        if (await SearchAsync(address))
            _hasSearched = true;
    }

    private string NameOf(long chatId) => _chats.FirstOrDefault(c => c.Id == chatId)?.Name ?? "";

    /// <summary>On the dispatcher's thread. What has been found may still be on its way here, so whatever goes is noted.</summary>
    private void OnNews(LobbyNews news)
    {
        var isMyLeaving = news.Event?.Type == ChatEventType.MemberLeft && news.UserId == _userId;
        var isAboutFound = news.Event is { Type: not ChatEventType.MessageCreated, MessageId: not null };
        if (!isMyLeaving && !(isAboutFound && (_isSearching || _list.Rows.Any(m => m.Id == news.Event!.MessageId))))
            return;
        lock (_changed)
        {
            if (isMyLeaving)
                _left.Add(news.ChatId);
            else
                _changed.Add(news.Event!.MessageId!.Value);
        }

        _reloading!.Soon();
    }

    private async Task CatchUpAsync()
    {
        if (_isDisposed)
            return;
        HashSet<long> changed = [];
        try
        {
            await _turns.TakeAsync(async () =>
            {
                lock (_changed)
                {
                    _changed.UnionWith(_list.Rows.Where(m => _left.Contains(m.ChatId)).Select(m => m.Id));
                    _left.Clear();
                    changed = [.. _changed];
                    _changed.Clear();
                }

                changed.IntersectWith(_list.Rows.Select(m => m.Id));
                var messages = await chats.GetMessagesAsync(_userId, changed);
                var found = messages.Where(m => _words!.AreIn([m.Text, .. ReadyFiles(m).Select(f => f.FileName ?? "")])).ToList();
                _list.Remove(m => changed.Contains(m.Id) && found.TrueForAll(f => f.Id != m.Id));
                found.ForEach(_list.Put);
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

    /// <summary>
    /// Finds the newest messages; until they are there the page shows what it showed. A later search ends an earlier one,
    /// which makes room for it; false when that happened to this one.
    /// </summary>
    private async Task<bool> SearchAsync(SearchAddress address)
    {
        using var earlier = _searching;
        _searching = new CancellationTokenSource();
        _isSearching = true;
        var ending = _searching.Token;
        await earlier.CancelAsync();
        return await ReadAsync(
            async () =>
            {
                var mine = await chats.ListChatsAsync(_userId, ending);
                Refusal? refusal = null;
                FoundPage? page = null;
                if (!string.IsNullOrWhiteSpace(address.Text))
                    _ = (await chats.SearchAsync(_userId, address.Text, address.ChatId, before: null, PageSize, ending)).Succeeded(out page, out refusal);
                ending.ThrowIfCancellationRequested();
                (_address, _chats, _refusal) = (address, mine, refusal);
                _list.Begin(page?.Messages ?? [], page?.NextBefore ?? 0, page?.NextBefore is not null);
                _words = SearchWords.Parse(address.Text).Succeeded(out var words, out _) ? words : null;
                _isSearching = false;
            },
            ending
        );
    }

    private async Task LoadMoreAsync()
    {
        if (!_list.HasNext || _isLoading)
            return;
        (_isLoading, _isSearching) = (true, true);
        var ending = _searching.Token;
        try
        {
            await ReadAsync(
                async () =>
                {
                    var searched = await chats.SearchAsync(_userId, _address.Text, _address.ChatId, _list.Next, PageSize, ending);
                    ending.ThrowIfCancellationRequested();
                    _refusal = searched.Refusal;
                    if (searched.Succeeded(out var page, out _))
                        _list.Append(page.Messages, page.NextBefore ?? 0, page.NextBefore is not null);
                    _isSearching = false;
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

    /// <summary>In its turn, unless what would be read is no longer wanted: then it gives false.</summary>
    private async Task<bool> ReadAsync(Func<Task> read, CancellationToken ending)
    {
        try
        {
            await _turns.TakeAsync(() => ending.IsCancellationRequested ? Task.CompletedTask : read());
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Something else is searched for by now.
        }

        return !ending.IsCancellationRequested;
    }

    private static IEnumerable<AttachmentView> ReadyFiles(MessageView message) => message.Attachments.Where(f => f.State == AttachmentState.Ready);

    private static int NewestFirst(MessageView one, MessageView other) => other.Id.CompareTo(one.Id);
}
