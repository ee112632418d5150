using ChatFiles.Core.Chats;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Components;

namespace ChatFiles.Web.Components.Chats;

/// <summary>What the person wants to be told of a chat, and for how long nothing.</summary>
public sealed partial class Bell(ChatDirectory directory, LiveChats live)
{
    private static readonly NotifyLevel[] Levels = [NotifyLevel.All, NotifyLevel.Mentions, NotifyLevel.None];

    private static readonly (string Name, TimeSpan Duration)[] Mutes =
    [
        ("Mute for an hour", TimeSpan.FromHours(1)),
        ("Mute for a day", TimeSpan.FromDays(1)),
    ];

    private NotifySetting _setting;
    private Alarm? _muteEnds;

    [Parameter, EditorRequired]
    public long ChatId { get; set; }

    [Parameter, EditorRequired]
    public string UserId { get; set; } = "";

    /// <summary>As it was when the chat was read.</summary>
    [Parameter, EditorRequired]
    public NotifySetting Setting { get; set; }

    /// <summary>Nothing is read, unless the person changes it.</summary>
    protected override TimeSpan Gathering => TimeSpan.Zero;

    private bool IsMuted => _setting.IsMutedAt(Time.GetUtcNow().UtcDateTime);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _muteEnds?.Dispose();
        return base.DisposeAsync();
    }

    protected override Task<IChanges<LobbyNews>?> ListenAsync() => Task.FromResult<IChanges<LobbyNews>?>(live.WatchChats(IsAboutMine));

    /// <summary>It may have been changed between the reading of the chat and now.</summary>
    protected override async Task<bool> ReadAsync()
    {
        Show(Setting);
        if (RendererInfo.IsInteractive)
            await HearAsync([]);
        return true;
    }

    protected override async Task<bool> HearAsync(IReadOnlyList<LobbyNews> changes)
    {
        var read = await directory.GetNotifySettingAsync(UserId, ChatId);
        if (read.Refusal is not null || read.Value == _setting)
            return false;
        Show(read.Value);
        return true;
    }

    /// <summary>Where they have read to is not, and their pages say it with every message.</summary>
    private bool IsAboutMine(LobbyNews news) =>
        ReferenceEquals(news, LobbyNews.Anything) || (news.ChatId == ChatId && news is { Event: null, ReadTo: null } && news.UserId == UserId);

    private void Show(NotifySetting setting)
    {
        _setting = setting;
        _muteEnds ??= new Alarm(Time, () => _ = InvokeAsync(StateHasChanged));
        _muteEnds.SetTo(IsMuted ? setting.MutedUntil : null);
    }

    private Task ChooseAsync(NotifyLevel level) => ChangeAsync(async () => (await directory.SetNotifyLevelAsync(UserId, ChatId, level)).Refusal);

    private Task MuteAsync(TimeSpan? duration) => ChangeAsync(async () => (await directory.MuteAsync(UserId, ChatId, duration)).Refusal);

    /// <summary>Whoever chose sees it at once; the news of it find nothing new.</summary>
    private async Task ChangeAsync(Func<Task<Refusal?>> change)
    {
        if (await UseCase.TryAsync(change) is null)
            await Turns.TakeAsync(() => HearAsync([]));
    }

    private static string NameOf(NotifyLevel level) =>
        level switch
        {
            NotifyLevel.All => "Every message",
            NotifyLevel.Mentions => "Mentions of me",
            _ => "Nothing",
        };
}
