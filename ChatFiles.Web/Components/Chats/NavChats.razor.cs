using System.Globalization;
using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Web.Components.Markup;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using MudBlazor;

namespace ChatFiles.Web.Components.Chats;

/// <summary>
/// The person's chats with their unread counts. What happens in one of them, and what the person has read, is counted from
/// the news; what only another reading can tell makes the list be read afresh.
/// </summary>
public sealed partial class NavChats(ChatDirectory directory, LiveChats live, IDialogService dialogs, NavigationManager navigation)
{
    /// <summary>A page may stay open for weeks: of so many messages it knows which they are, of earlier ones how many.</summary>
    private const int MaxHeard = 100;

    private string _userId = "";
    private DateTime _openSince;
    private IReadOnlyList<ChatSummary> _chats = [];
    private Alarm? _muteEnds;

    /// <summary>By chat: what was said last.</summary>
    private Dictionary<long, ChatPreview> _last = [];

    /// <summary>By chat: others' messages that are unread and have come since the list was read.</summary>
    private readonly Dictionary<long, List<long>> _heard = [];

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    /// <summary>Somebody has added the person to a chat: with what is to be said of it. No EventCallback: nothing here is drawn for it.</summary>
    [Parameter]
    public Action<RenderFragment>? OnAdded { get; set; }

    /// <summary>What is for this person alone: mentions, and what is said in direct chats.</summary>
    private int ForMe => _chats.Where(c => !IsSilent(c)).Sum(c => c.Direct ? c.Unread : c.Mentions);

    private bool HasUnread => _chats.Any(c => c.Unread > 0 && !IsSilent(c));

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
                $"{(ForMe > 0 ? $"({ForMe}) " : HasUnread ? "• " : "")}{(name is null ? "" : name + " · ")}ChatFiles"
            );
        }
    }

    /// <inheritdoc/>
    protected override Script? Script => RendererInfo.IsInteractive ? new("device/page-notices") : null;

    /// <summary>News are counted, and hardly ever read.</summary>
    protected override TimeSpan Gathering => TimeSpan.Zero;

    public override ValueTask DisposeAsync()
    {
        navigation.LocationChanged -= ShowWhereWeAre;
        _muteEnds?.Dispose();
        return base.DisposeAsync();
    }

    protected override Task<IChanges<LobbyNews>?> ListenAsync()
    {
        _openSince = Now;
        navigation.LocationChanged += ShowWhereWeAre;
        return Task.FromResult<IChanges<LobbyNews>?>(live.WatchChats(Matters));
    }

    protected override async Task<bool> ReadAsync()
    {
        _userId = (await Authentication).User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";
        var chats = await directory.ListChatsAsync(_userId, withLast: true);
        _last = chats.Where(c => c.Last is not null).ToDictionary(c => c.Id, c => ChatPreview.Of(c.Last!));
        _chats = [.. chats.Select(c => c with { Last = null })];
        _heard.Clear();
        AwaitEndOfMute();
        return true;
    }

    /// <summary>Who wanted to hear nothing for a while has a count in the title again afterwards, without doing anything.</summary>
    private void AwaitEndOfMute()
    {
        if (!RendererInfo.IsInteractive)
            return;
        _muteEnds ??= new Alarm(
            Time,
            () =>
                _ = InvokeAsync(() =>
                {
                    AwaitEndOfMute();
                    StateHasChanged();
                })
        );
        _muteEnds.SetTo(_chats.Where(c => c.NotifySetting.IsMutedAt(Now)).Min(c => c.NotifySetting.MutedUntil));
    }

    private DateTime Now => Time.GetUtcNow().UtcDateTime;

    /// <summary>The person does not want to be told of anything there, for now or at all.</summary>
    private bool IsSilent(ChatSummary chat) => chat.NotifySetting.LevelAt(Now) == NotifyLevel.None;

    protected override async Task<bool> HearAsync(IReadOnlyList<LobbyNews> changes)
    {
        var before = _chats.Select(Shown).ToList();
        if (!changes.All(TryCount))
            await ReadAsync();
        foreach (var news in changes)
            Tell(news);
        return !_chats.Select(Shown).SequenceEqual(before);
    }

    /// <summary>The browser says it aloud where nobody looks at this page, and takes back what was read meanwhile. Nothing waits for it.</summary>
    private void Tell(LobbyNews news)
    {
        if (news.UserId == _userId && news.ReadTo is not null)
            _ = CallAsync("read", news.ChatId);
        else if (_chats.FirstOrDefault(c => c.Id == news.ChatId) is not { } chat)
            return;
        else if (news.UserId == _userId && news.Event is { Type: ChatEventType.MemberJoined, ActorName: { } by, Line.At: var at })
        {
            // What comes late is no news: the page was opened with it.
            if (at < _openSince)
                return;
            if (!IsAt(chat))
                OnAdded?.Invoke(AddedTo(chat, by));
            if (!IsSilent(chat))
                _ = CallAsync("tell", chat.Id, chat.Name, $"{by} added you", AddressOf(chat));
        }
        else if (news.Event is { Type: ChatEventType.MessageCreated, Message: { } message } && IsDue(chat, message))
            _ = CallAsync("tell", chat.Id, chat.Direct ? message.Author.Name : $"{message.Author.Name} in {chat.Name}", BodyOf(message), string.Create(CultureInfo.InvariantCulture, $"/chats/{chat.Id}?message={message.Id}"));
    }

    private bool IsAt(ChatSummary chat) => navigation.ToBaseRelativePath(navigation.Uri).Split('?', '#', '/') is ["chats", var id, ..] && id == chat.Id.ToString(CultureInfo.InvariantCulture);

    private static string AddressOf(ChatSummary chat) => string.Create(CultureInfo.InvariantCulture, $"/chats/{chat.Id}");

    private static string BodyOf(MessageView message) =>
        message.Text.Length > 0 ? ReplyView.Cut(MessageText.PlainOf(message.Text, message.Mentions))
        : message.Attachments is [{ FileName: { } name }, ..] ? name
        : "";

    /// <summary>Whether the person wants to be told of it.</summary>
    private bool IsDue(ChatSummary chat, MessageView message) =>
        message.Author.UserId != _userId
        && chat.NotifySetting.LevelAt(Now) switch
        {
            NotifyLevel.All => true,
            NotifyLevel.Mentions => message.Mentions.Any(m => m.UserId == _userId),
            _ => false,
        };

    private (long, string, bool, int, int, NotifySetting, ChatPreview?) Shown(ChatSummary chat) =>
        (chat.Id, chat.Name, chat.Direct, chat.Unread, chat.Mentions, chat.NotifySetting, _last.GetValueOrDefault(chat.Id));

    /// <summary>About me, or what happens in one of my chats; where another has read to is neither.</summary>
    private bool Matters(LobbyNews news) =>
        IsReading || news.UserId == _userId || ((news.UserId is null || news.Event is not null) && _chats.Any(c => c.Id == news.ChatId));

    /// <summary>What follows on the list as it was read; false when only another reading can tell what it means.</summary>
    private bool TryCount(LobbyNews news)
    {
        if (_chats.FirstOrDefault(c => c.Id == news.ChatId) is not { } chat)
            return news.UserId is not null && news.UserId != _userId;
        if (news is { ReadTo: { } readTo } && news.UserId == _userId)
            return TryRead(chat, readTo);
        if (news.Event is not { } happened || news.UserId == _userId || happened.Seq > chat.LastSeq + 1)
            return false;
        return happened.Seq <= chat.LastSeq || TryCount(chat, happened);
    }

    private bool TryCount(ChatSummary chat, RoomEvent next)
    {
        var heard = HeardIn(chat);
        var before = chat.Unread - heard.Count;
        // Which of the unread ones name the person is not counted here.
        var mayName = next.Type is ChatEventType.MessageCreated or ChatEventType.MessageEdited && next.Message!.Mentions.Any(m => m.UserId == _userId);
        var mayHaveNamed = next.Type is ChatEventType.MessageEdited or ChatEventType.MessageDeleted && chat.Mentions > 0;
        if (mayName || mayHaveNamed)
            return false;
        switch (next)
        {
            case { Type: ChatEventType.MessageCreated, Message: { } message }:
                if (message.Author.UserId != _userId)
                    heard.Add(message.Id);
                break;
            case { Type: ChatEventType.MessageDeleted, MessageId: { } deleted }:
                // Whether it was one of those that were unread already, nobody here knows.
                if (!heard.Remove(deleted) && before > 0)
                    return false;
                break;
            case { Type: ChatEventType.FileDeleted or ChatEventType.FileMissing or ChatEventType.FileRestored or ChatEventType.FileChanged }:
            case { Type: ChatEventType.MemberJoined or ChatEventType.MemberLeft or ChatEventType.MessageEdited or ChatEventType.ReactionsChanged }:
                break;
            default:
                return false;
        }

        if (ChatPreview.After(_last.GetValueOrDefault(chat.Id), next) is { } last)
            _last[chat.Id] = last;
        Put(chat with { LastSeq = next.Seq }, before);
        return true;
    }

    /// <summary>The person has read up to there, on this page or on another.</summary>
    private bool TryRead(ChatSummary chat, long readTo)
    {
        var heard = HeardIn(chat);
        var before = chat.Unread - heard.Count;
        if (before > 0 && readTo < chat.NewestId)
            return false;
        heard.RemoveAll(id => id <= readTo);
        // Which of those that are left name the person is not counted here.
        if (heard.Count > 0 && chat.Mentions > 0)
            return false;
        Put(chat with { Mentions = 0 }, 0);
        return true;
    }

    private List<long> HeardIn(ChatSummary chat)
    {
        if (!_heard.TryGetValue(chat.Id, out var heard))
            _heard[chat.Id] = heard = [];
        return heard;
    }

    /// <param name="before">How many are unread of those that were there when the list was read.</param>
    private void Put(ChatSummary chat, int before)
    {
        var heard = HeardIn(chat);
        while (heard.Count > MaxHeard)
        {
            chat = chat with { NewestId = heard[0] };
            heard.RemoveAt(0);
            before++;
        }

        var counted = chat with { Unread = before + heard.Count };
        _chats = [.. _chats.Select(c => c.Id == chat.Id ? counted : c)];
    }

    private async Task<Refusal?> CreateAsync(string name)
    {
        var created = await directory.CreateChatAsync(_userId, name);
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
