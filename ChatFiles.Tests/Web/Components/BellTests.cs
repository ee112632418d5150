using Bunit;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Components.Chats;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;

namespace ChatFiles.Tests.Web.Components;

/// <summary>What somebody wants to be told of a chat, and for how long nothing.</summary>
public sealed class BellTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(60));

    [Fact]
    public async Task A_chat_is_muted_for_an_hour_on_all_pages_of_the_person_and_tells_again_by_itself()
    {
        await using var world = await BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        await using var screen = new Screen(world, ben);
        var menu = screen.Render<MudPopoverProvider>();
        var (here, there) = (Bell(screen, chat, ben), Bell(screen, chat, ben));
        Says(there, "Mentions of me");

        here.On("button", e => e.Click());
        Choose(menu, "Mute for an hour");

        foreach (var bell in new[] { here, there })
        {
            Says(bell, "Muted");
            bell.Find("span.muted-until local-time").GetAttribute("datetime").ShouldBe("2030-01-01T01:00:00.000Z");
        }

        _time.Advance(TimeSpan.FromMinutes(59));
        (await world.ChatDirectory.GetNotifySettingAsync(ben.Id, chat)).Value.LevelAt(Now).ShouldBe(NotifyLevel.None);
        _time.Advance(TimeSpan.FromMinutes(1));
        Says(here, "Mentions of me");
        Says(there, "Mentions of me");
        there.FindAll(".muted-until").ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_takes_a_mute_back_or_chooses_a_level_is_told_of_it_at_once_also_after_a_restart()
    {
        await using var world = await BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        await world.ChatDirectory.SetNotifyLevelAsync(ben.Id, chat, NotifyLevel.All);
        await world.ChatDirectory.MuteAsync(ben.Id, chat, TimeSpan.FromDays(1));
        await world.RestartAsync();
        (await world.ChatDirectory.GetNotifySettingAsync(ben.Id, chat)).Value.ShouldBe(new NotifySetting(NotifyLevel.All, Now.AddDays(1)));
        (await world.ChatDirectory.MuteAsync(await IdOfStrangerAsync(world), chat, TimeSpan.FromDays(1))).Refusal!.Reason.ShouldBe(RefusalReason.ChatNotFound);
        await using var screen = new Screen(world, ben);
        var menu = screen.Render<MudPopoverProvider>();
        var bell = Bell(screen, chat, ben);
        Says(bell, "Muted");

        bell.On("button", e => e.Click());
        Choose(menu, "Unmute");
        Says(bell, "Every message");

        await world.ChatDirectory.MuteAsync(ben.Id, chat, TimeSpan.FromDays(1));
        Says(bell, "Muted");
        await world.ChatDirectory.SetNotifyLevelAsync(ben.Id, chat, NotifyLevel.Mentions);
        Says(bell, "Mentions of me");
    }

    [Fact]
    public async Task A_muted_chat_is_not_told_of_and_not_counted_in_the_title_until_the_mute_is_over()
    {
        await using var world = await BeginAsync();
        await world.StartAsync<EventDispatcher>();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var (muted, other) = (await world.ChatAsync(ann, ben), await world.ChatAsync(ann, ben));
        await using var screen = new Screen(world, ben);
        var script = screen.JSInterop.SetupModule("scripts.connect", call => call.Arguments.Contains("./js/device/page-notices.js"));
        script.Mode = JSRuntimeMode.Loose;
        async Task<bool> IsToldAsync(string body) => (await screen.CallsOfAsync(script)).Exists(call => call.Identifier == "tell" && call.Arguments.Contains(body));
        var head = screen.Render<HeadOutlet>();
        var nav = screen.Render<NavChats>();
        nav.WaitForElement($"a[href='/chats/{muted}']", Screen.Patience);
        await Eventually.HoldsAsync(
            async () =>
            {
                await world.Chats.SendTextAsync(ann.Id, muted, $"{Mentions.Mark(ben.Id)} loud");
                return await IsToldAsync("@ben loud");
            },
            "the browser is told as soon as its script is there"
        );
        await world.ChatDirectory.MarkReadAsync(ben.Id, muted, long.MaxValue);
        HasTitle("ChatFiles");

        await world.ChatDirectory.MuteAsync(ben.Id, muted, TimeSpan.FromHours(1));
        await world.Chats.SendTextAsync(ann.Id, muted, $"{Mentions.Mark(ben.Id)} quiet");
        await world.Chats.SendTextAsync(ann.Id, other, $"{Mentions.Mark(ben.Id)} later");

        // Told behind a drawing, and no drawing comes after it.
        await Eventually.HoldsAsync(() => IsToldAsync("@ben later"), "the browser is told of the other chat");
        (await IsToldAsync("@ben quiet")).ShouldBeFalse();
        HasTitle("(1) ChatFiles");
        await world.ChatDirectory.MarkReadAsync(ben.Id, other, long.MaxValue);
        HasTitle("ChatFiles");
        await world.ChatDirectory.MuteAsync(ben.Id, muted, null);
        HasTitle("(1) ChatFiles");
        await world.ChatDirectory.MuteAsync(ben.Id, muted, TimeSpan.FromDays(1));
        HasTitle("ChatFiles");
        _time.Advance(TimeSpan.FromDays(1));
        HasTitle("(1) ChatFiles");

        void HasTitle(string title) =>
            head.WaitForAssertion(() => head.Find("title").TextContent.ShouldBe(title), Screen.Patience);
    }

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    private Task<ChatWorld> BeginAsync() => ChatWorld.BeginAsync(change: services => services.AddSingleton<TimeProvider>(_time));

    private static async Task<string> IdOfStrangerAsync(ChatWorld world) => (await world.PersonAsync("eve")).Id;

    private static IRenderedComponent<Bell> Bell(Screen screen, long chat, Person person) =>
        screen.Render<Bell>(bell => bell.Add(b => b.ChatId, chat).Add(b => b.UserId, person.Id).Add(b => b.Setting, new NotifySetting(NotifyLevel.Mentions, null)));

    private static void Says(IRenderedComponent<Bell> bell, string what) =>
        bell.WaitForAssertion(() => bell.Find("button").GetAttribute("aria-label").ShouldBe($"Notifications: {what}"), Screen.Patience);

    private static void Choose(IRenderedComponent<MudPopoverProvider> menu, string item) => menu.On(".mud-menu-item", e => e.TextContent.Trim() == item, e => e.Click());
}
