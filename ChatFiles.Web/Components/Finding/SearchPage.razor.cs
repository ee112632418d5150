using System.Globalization;
using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace ChatFiles.Web.Components.Finding;

/// <summary>
/// What a search has found, in one chat or in all of the person's. What is deleted meanwhile goes from here, too: only
/// the messages that something has happened to are read again, and a new message waits for the next search.
/// </summary>
public sealed partial class SearchPage(ChatDirectory directory, FindingService finding, LiveChats live, NavigationManager navigation)
{
    private const int PageSize = 50;

    private const int MaxSnippet = 300;

    private SearchAddress _address = new("", null, null);
    private SearchWords? _words;
    private IReadOnlyList<ChatSummary> _chats = [];
    private string _userId = "";
    private bool _hasSearched;
    private string? _goneFile;

    /// <summary>The address is read as a whole; that these are parameters makes the page hear of a change.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "chat")]
    private string? Chat { get; set; }

    /// <summary>The file in the viewer, and its chat.</summary>
    [SupplyParameterFromQuery(Name = "file")]
    private string? FileId { get; set; }

    /// <inheritdoc cref="FileId" />
    [SupplyParameterFromQuery(Name = "in")]
    private string? FileChatId { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    private PagedReading<FoundMessage, long?> List =>
        field ??= new PagedReading<FoundMessage, long?>(Turns, Comparer<FoundMessage>.Create(NewestFirst), message => message.Id);

    /// <summary>The chat that the search may be narrowed to.</summary>
    private ChatSummary? From => _chats.FirstOrDefault(c => c.Id == _address.FromChatId);

    private string Summary =>
        this switch
        {
            { _hasSearched: false } => "Searching…",
            { _address.Text: var text } when string.IsNullOrWhiteSpace(text) => "Type into the search box what you are looking for: words of a message, of a file's name, or in a file.",
            { List.Refusal: { } refusal } => refusal.Detail,
            { List.Rows.Count: 0 } => $"Nothing found for “{_address.Text}”.",
            { List.HasPrevious: true } => $"Messages with “{_address.Text}”",
            { List.HasNext: true } => string.Create(CultureInfo.CurrentCulture, $"The newest {List.Rows.Count} messages with “{_address.Text}”"),
            { List.Rows.Count: 1 } => $"1 message with “{_address.Text}”",
            _ => string.Create(CultureInfo.CurrentCulture, $"{List.Rows.Count} messages with “{_address.Text}”"),
        };

    public override ValueTask DisposeAsync()
    {
        List.Dispose();
        return base.DisposeAsync();
    }

    protected override Task<IChanges<LobbyNews>?> ListenAsync() => Task.FromResult<IChanges<LobbyNews>?>(live.WatchChats(Matters));

    protected override async Task<bool> ReadAsync()
    {
        _userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        await SearchAsync(SearchAddress.Of(navigation));
        return true;
    }

    protected override async Task<bool> HearAsync(IReadOnlyList<LobbyNews> changes)
    {
        var changed = List.Rows.Where(m => changes.Any(news => IsAbout(news, m))).Select(m => m.Id).ToHashSet();
        if (changed.Count == 0)
            return false;
        var shown = List.Rows.Where(m => changed.Contains(m.Id)).ToList();
        var found = await finding.FindAgainAsync(_userId, shown, _words!);
        List.Remove(m => changed.Contains(m.Id) && found.All(f => f.Id != m.Id));
        foreach (var message in found)
            List.Put(message);
        return true;
    }

    protected override async Task OnParametersSetAsync()
    {
        if (FileId is null)
            _goneFile = null;
        var address = SearchAddress.Of(navigation);
        if (address != _address || !_hasSearched)
            await SearchAsync(address);
    }

    private string AddressOf(long chatId, Guid fileId) => string.Create(CultureInfo.InvariantCulture, $"{_address}&file={fileId}&in={chatId}");

    private string NameOf(long chatId) => _chats.FirstOrDefault(c => c.Id == chatId)?.Name ?? "";

    private bool Matters(LobbyNews news) => news.Event is not { Type: ChatEventType.MessageCreated or ChatEventType.ReactionsChanged } && (IsReading || List.Rows.Any(m => IsAbout(news, m)));

    /// <summary>Something has happened to the message, or the person has left its chat.</summary>
    private bool IsAbout(LobbyNews news, MessageView message) =>
        news == LobbyNews.Anything
        || (news.Event is { } e && (e.MessageId == message.Id || (e.Type == ChatEventType.MemberLeft && e.UserId == _userId && e.ChatId == message.ChatId)));

    private async Task SearchAsync(SearchAddress address) =>
        _hasSearched |= await List.BeginAsync((before, ending) => ReadPageAsync(address, before, ending));

    private async Task<Result<Page<FoundMessage, long?>>> ReadPageAsync(SearchAddress address, long? before, CancellationToken ending)
    {
        var mine = before is null ? await directory.ListChatsAsync(_userId, cancellationToken: ending) : _chats;
        var searched = string.IsNullOrWhiteSpace(address.Text)
            ? new FoundPage([], null)
            : await finding.SearchAsync(_userId, address.Text, address.ChatId, before, PageSize, ending);
        ending.ThrowIfCancellationRequested();
        (_address, _chats) = (address, mine);
        _words = SearchWords.Parse(address.Text).Succeeded(out var words, out _) ? words : null;
        if (searched.Succeeded(out var page, out var refusal))
            return new Page<FoundMessage, long?>(page.Messages, page.NextBefore);
        // What another search has found has nothing to do with this one.
        if (before is null)
            List.Clear();
        return refusal;
    }

    private static IEnumerable<AttachmentView> ReadyFiles(MessageView message) => message.Attachments.Where(f => f.State == AttachmentState.Ready);

    private static int NewestFirst(MessageView one, MessageView other) => other.Id.CompareTo(one.Id);
}
