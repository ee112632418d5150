using System.Globalization;
using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace ChatFiles.Web.Components.Finding;

/// <summary>What a search has found, in one chat or in all of the person's. What is deleted meanwhile goes from here, too.</summary>
public sealed partial class SearchPage(ChatService chats, RoomBroadcaster broadcaster, NavigationManager navigation, TimeProvider time)
{
    private const int PageSize = 50;

    private const int MaxPageSize = 200;

    private const int MaxSnippet = 300;

    private SearchAddress _address = new("", null, null);
    private SearchAddress _wanted = new("", null, null);
    private CancellationTokenSource _searching = new();
    private SearchWords? _words;
    private Refusal? _refusal;
    private IReadOnlyList<ChatSummary> _chats = [];
    private IReadOnlyList<MessageView> _messages = [];
    private long? _nextBefore;
    private string _userId = "";
    private Reloading? _reloading;
    private IDisposable? _watch;
    private bool _isLoading;
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
            { _messages.Count: 0 } => $"Nothing found for “{_address.Text}”.",
            { _nextBefore: not null } => string.Create(CultureInfo.CurrentCulture, $"The newest {_messages.Count} messages with “{_address.Text}”"),
            { _messages.Count: 1 } => $"1 message with “{_address.Text}”",
            _ => string.Create(CultureInfo.CurrentCulture, $"{_messages.Count} messages with “{_address.Text}”"),
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
        _reloading = new Reloading(time, () => InvokeAsync(ReloadAsync));
        _watch = broadcaster.Watch(OnNews);
    }

    protected override async Task OnParametersSetAsync()
    {
        _userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        var address = SearchAddress.Of(navigation);
        if (address == _address && _hasSearched)
            return;
        if (await SearchAsync(address, PageSize))
            _hasSearched = true;
    }

    private string NameOf(long chatId) => _chats.FirstOrDefault(c => c.Id == chatId)?.Name ?? "";

    /// <summary>On the dispatcher's thread. New messages may wait for the next search; what goes must go.</summary>
    private void OnNews(LobbyNews news)
    {
        if (_messages.Any(m => m.ChatId == news.ChatId))
            _reloading!.Soon();
    }

    private async Task ReloadAsync()
    {
        if (_isDisposed)
            return;
        try
        {
            if (await SearchAsync(_wanted, Math.Max(PageSize, _messages.Count)))
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

    /// <summary>
    /// Finds the newest messages; until they are there the page shows what it showed. A later search ends an earlier one,
    /// which makes room for it; false when that happened to this one.
    /// </summary>
    private async Task<bool> SearchAsync(SearchAddress address, int count)
    {
        using var earlier = _searching;
        (_wanted, _searching) = (address, new CancellationTokenSource());
        var ending = _searching.Token;
        await earlier.CancelAsync();
        var found = new List<MessageView>();
        long? before = null;
        Refusal? refusal = null;
        try
        {
            var mine = await chats.ListChatsAsync(_userId, ending);
            if (!string.IsNullOrWhiteSpace(address.Text))
            {
                do
                {
                    var limit = Math.Min(MaxPageSize, count - found.Count);
                    var searched = await chats.SearchAsync(_userId, address.Text, address.ChatId, before, limit, ending);
                    if (!searched.Succeeded(out var page, out refusal))
                        break;
                    found.AddRange(page.Messages);
                    before = page.NextBefore;
                } while (before is not null && found.Count < count);
            }

            ending.ThrowIfCancellationRequested();
            (_address, _chats, _refusal) = (address, mine, refusal);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return false;
        }

        (_messages, _nextBefore) = refusal is null ? (found, before) : ([], null);
        _words = SearchWords.Parse(address.Text).Succeeded(out var words, out _) ? words : null;
        return true;
    }

    private async Task LoadMoreAsync()
    {
        if (_nextBefore is not { } before || _isLoading)
            return;
        _isLoading = true;
        var ending = _searching.Token;
        try
        {
            var searched = await chats.SearchAsync(_userId, _address.Text, _address.ChatId, before, PageSize, ending);
            ending.ThrowIfCancellationRequested();
            _refusal = searched.Refusal;
            if (searched.Succeeded(out var page, out _))
                (_messages, _nextBefore) = ([.. _messages, .. page.Messages], page.NextBefore);
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
}
