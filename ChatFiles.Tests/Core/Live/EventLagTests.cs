using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Live;

public sealed class EventLagTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(60);

    [Fact]
    public void It_grows_while_an_event_waits_is_told_for_a_minute_and_is_nothing_then()
    {
        var time = new FakeTimeProvider(Start);
        var lag = new EventLag(time);
        lag.Current.ShouldBe(TimeSpan.Zero);

        var committed = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(2));
        lag.Begin(committed);
        time.Advance(TimeSpan.FromSeconds(3));
        lag.Current.ShouldBe(TimeSpan.FromSeconds(5));
        lag.End();

        time.Advance(TimeSpan.FromSeconds(59));
        lag.Current.ShouldBe(TimeSpan.FromSeconds(5));
        time.Advance(TimeSpan.FromSeconds(2));
        lag.Current.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task It_is_measured_from_the_commit_to_the_last_room_that_was_told()
    {
        var time = new FakeTimeProvider(Start);
        await using var world = await ChatWorld.BeginAsync(change: services => services.AddSingleton<TimeProvider>(time));
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.StartAsync<EventDispatcher>();
        using var slow = world.Services.GetRequiredService<RoomBroadcaster>().Watch(_ => time.Advance(TimeSpan.FromSeconds(4)));

        await world.SendFileAsync(ann, chat);

        await Eventually.HoldsAsync(() => world.Services.GetRequiredService<EventLag>().Current == TimeSpan.FromSeconds(4), "the event was delivered");
    }
}
