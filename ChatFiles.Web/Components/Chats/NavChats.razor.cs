using System.Globalization;
using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using MudBlazor;

namespace ChatFiles.Web.Components.Chats;

/// <summary>
/// The person's chats with their unread counts. A message in one of them is counted from the news; whatever else there is
/// makes the list be read afresh.
/// </summary>
public sealed partial class NavChats(ChatService chats, IDialogService dialogs, NavigationManager navigation)
{
    private string _userId = "";
    private IReadOnlyList<ChatSummary> _chats = [];

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

    public override ValueTask DisposeAsync()
    {
        navigation.LocationChanged -= ShowWhereWeAre;
        return base.DisposeAsync();
    }

    protected override Task<IChanges<LobbyNews>?> ListenAsync()
    {
        navigation.LocationChanged += ShowWhereWeAre;
        return Task.FromResult<IChanges<LobbyNews>?>(chats.WatchChats(Matters));
    }

    protected override async Task<bool> ReadAsync()
    {
        _userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        _chats = await chats.ListChatsAsync(_userId);
        return true;
    }

    protected override async Task<bool> HearAsync(IReadOnlyList<LobbyNews> changes)
    {
        var before = _chats;
        if (!changes.All(TryCount))
            await ReadAsync();
        return !_chats.SequenceEqual(before);
    }

    /// <summary>About me, or what happens in one of my chats; where another has read to is neither.</summary>
    private bool Matters(LobbyNews news) =>
        IsReading || news.UserId == _userId || ((news.UserId is null || news.Event is not null) && _chats.Any(c => c.Id == news.ChatId));

    /// <summary>What follows on the list as it was read; false when only another reading can tell what it means.</summary>
    private bool TryCount(LobbyNews news)
    {
        if (_chats.FirstOrDefault(c => c.Id == news.ChatId) is not { } chat)
            return news.UserId is not null && news.UserId != _userId;
        if (news.Event is not { Message: { } message } created || created.Seq > chat.LastSeq + 1)
            return false;
        if (created.Seq == chat.LastSeq + 1)
        {
            var counted = chat with { LastSeq = created.Seq, Unread = chat.Unread + (message.Author.UserId == _userId ? 0 : 1) };
            _chats = [.. _chats.Select(c => c == chat ? counted : c)];
        }

        return true;
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
        await Turns.TakeAsync(ReadAsync);
        navigation.NavigateTo(string.Create(CultureInfo.InvariantCulture, $"/chats/{chatId}"));
    }

    private void ShowWhereWeAre(object? sender, LocationChangedEventArgs e) => StateHasChanged();
}
