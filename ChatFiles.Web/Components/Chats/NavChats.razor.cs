using System.Globalization;
using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using MudBlazor;

namespace ChatFiles.Web.Components.Chats;

/// <summary>The person's chats with their unread counts. News is only a hint here: the list is read afresh, not patched.</summary>
public sealed partial class NavChats(
    ChatService chats,
    RoomBroadcaster broadcaster,
    IDialogService dialogs,
    NavigationManager navigation,
    TimeProvider time
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan PauseInOutage = TimeSpan.FromSeconds(2);

    /// <summary>Chats that made news and are not mine: they are not worth a look again until somebody adds me.</summary>
    private readonly HashSet<long> _foreign = [];

    private string _userId = "";
    private IReadOnlyList<ChatSummary> _chats = [];
    private IDisposable? _watch;
    private ITimer? _reload;
    private int _isWaiting;
    private bool _isDisposed;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    private int Unread => _chats.Sum(c => c.Unread);

    private string Title
    {
        get
        {
            var page = navigation.ToBaseRelativePath(navigation.Uri).Split('?', '#')[0];
            var path = page.Split('/');
            var chat = path is ["chats", var id, ..] ? _chats.FirstOrDefault(c => id == c.Id.ToString(CultureInfo.InvariantCulture)) : null;
            var name = path is [.., "files"] && chat is not null ? $"Files · {chat.Name}" : page == "find" ? "Search" : chat?.Name;
            return string.Create(
                CultureInfo.CurrentCulture,
                $"{(Unread > 0 ? $"({Unread}) " : "")}{(name is null ? "" : name + " · ")}ChatFiles"
            );
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        navigation.LocationChanged -= ShowWhereWeAre;
        _watch?.Dispose();
        _reload?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
        {
            navigation.LocationChanged += ShowWhereWeAre;
            _reload = time.CreateTimer(_ => _ = InvokeAsync(ReloadAsync), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _watch = broadcaster.Watch(OnNews);
        }

        _userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        _chats = await chats.ListChatsAsync(_userId);
    }

    /// <summary>On the dispatcher's thread: quick, and many news at once are one look at the list.</summary>
    private void OnNews(LobbyNews news)
    {
        var isMine = news.UserId == _userId;
        lock (_foreign)
        {
            if (isMine)
                _foreign.Remove(news.ChatId);
            else if (_foreign.Contains(news.ChatId) || IsReadPositionOfAnother(news))
                return;
            if (!_chats.Any(c => c.Id == news.ChatId))
                _foreign.Add(news.ChatId);
        }

        if (Interlocked.Exchange(ref _isWaiting, 1) == 0)
            _reload?.Change(Pause, Timeout.InfiniteTimeSpan);
    }

    private bool IsReadPositionOfAnother(LobbyNews news) => news.UserId is not null && _chats.Any(c => c.Id == news.ChatId);

    private async Task ReloadAsync()
    {
        Volatile.Write(ref _isWaiting, 0);
        if (_isDisposed)
            return;
        try
        {
            _chats = await chats.ListChatsAsync(_userId);
            lock (_foreign)
                _foreign.ExceptWith(_chats.Select(c => c.Id));
            StateHasChanged();
        }
        catch (Exception failure) when (Outage.Explain(failure) is not null)
        {
            _reload?.Change(PauseInOutage, Timeout.InfiniteTimeSpan);
        }
        catch (Exception failure)
        {
            await DispatchExceptionAsync(failure);
        }
    }

    private async Task<Refusal?> CreateAsync(string name)
    {
        var created = await chats.CreateChatAsync(_userId, name);
        if (created.Refusal is null)
            await GoToAsync(created.Value.Id);
        return created.Refusal;
    }

    private async Task AskForNameAsync() =>
        await dialogs.ShowAsync<NameDialog>(
            "New chat",
            new DialogParameters<NameDialog>
            {
                { d => d.Label, "Name" },
                { d => d.Action, "Create" },
                { d => d.Run, CreateAsync },
            }
        );

    private async Task AskForPersonAsync() =>
        await dialogs.ShowAsync<DirectDialog>(
            "Direct message",
            new DialogParameters<DirectDialog>
            {
                { d => d.UserId, _userId },
                { d => d.OnStarted, EventCallback.Factory.Create<long>(this, GoToAsync) },
            }
        );

    private async Task GoToAsync(long chatId)
    {
        await ReloadAsync();
        navigation.NavigateTo(string.Create(CultureInfo.InvariantCulture, $"/chats/{chatId}"));
    }

    private void ShowWhereWeAre(object? sender, LocationChangedEventArgs e) => StateHasChanged();
}
