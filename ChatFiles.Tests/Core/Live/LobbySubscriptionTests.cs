using ChatFiles.Core.Live;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Live;

/// <summary>What a receiver hears of all chats.</summary>
public sealed class LobbySubscriptionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task News_that_come_together_are_delivered_together_and_what_does_not_matter_never()
    {
        await using var stage = await StageAsync(matters: news => news.ChatId != 2);
        stage.Tell(1);
        stage.Tell(2);
        stage.Tell(3);

        await stage.MoveOnUntilAsync(() => stage.Heard.Count == 1);

        stage.Heard[0].Select(news => news.ChatId).ShouldBe([1, 3]);
    }

    [Fact]
    public async Task A_delivery_that_fails_comes_again_with_the_same_news_and_the_next_ones_wait()
    {
        await using var stage = await StageAsync();
        stage.Failures = 3;
        stage.Tell(1);
        await stage.MoveOnUntilAsync(() => stage.Failures == 2);
        stage.Tell(2);

        await stage.MoveOnUntilAsync(() => stage.Heard.Count == 2);

        stage.Heard.Select(news => news.Single().ChatId).ShouldBe([1, 2]);
        stage.Failures.ShouldBe(0);
    }

    [Fact]
    public async Task More_news_than_anybody_remembers_are_one_hint_to_look_at_everything()
    {
        await using var stage = await StageAsync();
        for (var chat = 1; chat <= 1000; chat++)
            stage.Tell(chat);

        await stage.MoveOnUntilAsync(() => stage.Heard.Count == 1);

        stage.Heard[0].ShouldBe([LobbyNews.Anything]);
    }

    [Fact]
    public async Task Who_has_left_is_told_nothing_more()
    {
        await using var stage = await StageAsync();
        var asked = stage.Asked;
        stage.Subscription.Dispose();

        stage.Tell(1);

        stage.Asked.ShouldBe(asked);
    }

    private static async Task<LobbyStage> StageAsync(Func<LobbyNews, bool>? matters = null)
    {
        var time = new FakeTimeProvider();
        var world = await ChatWorld.BeginAsync(change: services => services.AddSingleton<TimeProvider>(time));
        return new LobbyStage(world, time, matters ?? (_ => true));
    }

    private sealed class LobbyStage : IAsyncDisposable
    {
        private readonly ChatWorld _world;
        private readonly FakeTimeProvider _time;
        private readonly CancellationTokenSource _end = new(Patience);
        private readonly Task _delivering;

        public LobbyStage(ChatWorld world, FakeTimeProvider time, Func<LobbyNews, bool> matters)
        {
            (_world, _time) = (world, time);
            Subscription = world.Live.WatchChats(news =>
            {
                Asked++;
                return matters(news);
            });
            _delivering = Subscription.DeliverAsync(HearAsync, () => Task.Delay(TimeSpan.FromSeconds(1), _time), _end.Token);
        }

        public LobbySubscription Subscription { get; }

        public int Asked { get; private set; }

        public int Failures { get; set; }

        public List<IReadOnlyList<LobbyNews>> Heard { get; } = [];

        public void Tell(long chat) => _world.Services.GetRequiredService<RoomBroadcaster>().PublishReadPosition("somebody", chat, readTo: 1);

        public Task MoveOnUntilAsync(Func<bool> condition) =>
            Eventually.HoldsAsync(
                () =>
                {
                    _time.Advance(TimeSpan.FromMilliseconds(50));
                    return condition();
                },
                "it is heard"
            );

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(_delivering);
            Subscription.Dispose();
            _end.Dispose();
            await _world.DisposeAsync();
        }

        private Task HearAsync(IReadOnlyList<LobbyNews> news)
        {
            if (Failures > 0)
            {
                Failures--;
                throw new TimeoutException("Storage is away.");
            }

            Heard.Add(news);
            return Task.CompletedTask;
        }
    }
}
