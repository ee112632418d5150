using System.Collections.Concurrent;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Live;

public sealed class SubscriptionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_was_missed_and_what_comes_live_arrives_once_and_in_order_while_eight_write()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await SendTextsAsync(world, ann, chat, 10);
        await world.StartAsync<EventDispatcher>();
        using var subscription = (await world.Live.SubscribeAsync(ann.Id, chat, after: 0)).Value;

        var reading = TakeAsync(subscription, 170);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendTextsAsync(world, ann, chat, 20)));
        var events = await reading;

        events.Select(e => e.Seq).ShouldBe(Seqs(1, 170));
        events.Select(e => e.MessageId).Distinct().Count().ShouldBe(170);
    }

    [Fact]
    public async Task A_reader_too_slow_for_its_inbox_reads_the_log_instead()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.StartAsync<EventDispatcher>();
        var published = 0;
        using var watching = world.Services.GetRequiredService<RoomBroadcaster>().Watch(_ => Interlocked.Increment(ref published));
        using var subscription = (await world.Live.SubscribeAsync(ann.Id, chat, after: null)).Value;
        using var enough = new CancellationTokenSource(Patience);
        var goOn = new TaskCompletionSource();
        var heard = new List<long>();
        var deliveries = 0;
        var delivering = subscription.DeliverAsync(
            async events =>
            {
                heard.AddRange(events.Select(e => e.Seq));
                deliveries++;
                await goOn.Task;
                if (heard.Count == 300)
                    await enough.CancelAsync();
            },
            () => Task.CompletedTask,
            enough.Token
        );

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => SendTextsAsync(world, ann, chat, 30)));
        await Eventually.HoldsAsync(() => Volatile.Read(ref published) == 300, "all events are published");
        goOn.SetResult();

        await Should.ThrowAsync<OperationCanceledException>(delivering);
        heard.ShouldBe(Seqs(1, 300));
        deliveries.ShouldBeLessThan(10, "what has come meanwhile is delivered at once");
    }

    /// <summary>1,024 commits wait for who tells of them; of what comes then more is left over than one reading of the log brings.</summary>
    [Fact]
    public async Task What_has_no_room_among_the_news_is_told_to_the_last_event()
    {
        const int events = 1_350;
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.StartAsync<EventDispatcher>();
        using var goOn = new ManualResetEventSlim();
        var told = new ConcurrentQueue<long>();
        using var watching = world
            .Services.GetRequiredService<RoomBroadcaster>()
            .Watch(news =>
            {
                goOn.Wait();
                if (news.Event is { } e)
                    told.Enqueue(e.Seq);
            });

        await SendTextsAsync(world, ann, chat, events);
        goOn.Set();

        await Eventually.HoldsAsync(() => told.Count >= events, "all were told");
        told.ShouldBe(Seqs(1, events));
    }

    [Fact]
    public async Task Cut_and_resumed_twenty_times_nothing_is_lost_or_doubled()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.StartAsync<EventDispatcher>();
        var random = new Random(20);
        var heard = new List<long>();

        var writing = SendTextsAsync(world, ann, chat, 200);
        for (var cut = 1; cut <= 20; cut++)
        {
            using var subscription = (await world.Live.SubscribeAsync(ann.Id, chat, heard.LastOrDefault())).Value;
            var events = await TakeAsync(subscription, cut < 20 ? random.Next(1, 11) : 200 - heard.Count);
            heard.AddRange(events.Select(e => e.Seq));
        }

        await writing;
        heard.ShouldBe(Seqs(1, 200));
    }

    [Fact]
    public async Task A_receiver_that_throws_is_tried_again_after_growing_pauses_and_skips_nothing()
    {
        var time = new FakeTimeProvider();
        await using var world = await ChatWorld.BeginAsync(change: services => services.AddSingleton<TimeProvider>(time));
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await SendTextsAsync(world, ann, chat, 3);
        using var subscription = (await world.Live.SubscribeAsync(ann.Id, chat, after: 0)).Value;
        using var enough = new CancellationTokenSource(Patience);
        var attempts = new List<(long Seq, DateTimeOffset At)>();

        var delivering = subscription.DeliverAsync(
            async events =>
            {
                attempts.Add((events[^1].Seq, time.GetUtcNow()));
                if (attempts.Count < 5)
                    throw new InvalidOperationException("The receiver is not well.");
                await enough.CancelAsync();
            },
            () => Task.CompletedTask,
            enough.Token
        );
        await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(20));
                return delivering.IsCompleted;
            },
            "everything is delivered"
        );

        attempts.Select(a => a.Seq).ShouldBe([3, 3, 3, 3, 3]);
        (attempts[1].At - attempts[0].At).TotalSeconds.ShouldBeGreaterThanOrEqualTo(0.1);
        (attempts[2].At - attempts[1].At).TotalSeconds.ShouldBeGreaterThanOrEqualTo(0.2);
        (attempts[3].At - attempts[2].At).TotalSeconds.ShouldBeGreaterThanOrEqualTo(0.4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_is_removed_hears_nothing_more_and_the_subscription_ends(bool isIdle)
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        await world.StartAsync<EventDispatcher>();
        using var subscription = (await world.Live.SubscribeAsync(bob.Id, chat, after: null)).Value;
        var reading = isIdle ? TakeAsync(subscription, int.MaxValue) : null;
        await SendTextsAsync(world, ann, chat, 1);
        if (isIdle)
            await Eventually.HoldsAsync(() => subscription.Position == 2, "bob has read the message");

        (await world.Members.RemoveMemberAsync(ann.Id, chat, bob.Id)).Refusal.ShouldBeNull();
        await SendTextsAsync(world, ann, chat, 5);

        reading ??= TakeAsync(subscription, int.MaxValue);
        (await reading).Select(e => e.Seq).ShouldBe(isIdle ? [2L] : []);
    }

    [Fact]
    public async Task Replay_never_brings_back_what_was_deleted()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var message = (await world.SendAsync(ann, chat, null, Parts.File("secret.txt", "psst"), Parts.Caption("hush"))).Value;
        var other = await world.SendFileAsync(ann, chat, "other.txt");
        await world.Chats.DeleteMessageAsync(ann.Id, chat, message.Id);
        await world.Chats.DeleteFileAsync(ann.Id, chat, other.Attachments[0].Id);

        using var subscription = (await world.Live.SubscribeAsync(ann.Id, chat, after: 0)).Value;
        var events = await TakeAsync(subscription, 4);

        var replayed = events[0].Message!;
        (replayed.Deleted, replayed.Text).ShouldBe((true, ""));
        replayed.Attachments.ShouldBe([message.Attachments[0].Deleted()]);
        events[1].Message!.Attachments.ShouldBe([other.Attachments[0].Deleted()]);
    }

    [Theory]
    [InlineData(-1, RefusalReason.InvalidSeq)]
    [InlineData(4, RefusalReason.InvalidSeq)]
    [InlineData(3, null)]
    [InlineData(0, null)]
    public async Task Only_a_place_that_the_chat_has_reached_can_be_resumed_at(long after, RefusalReason? refused)
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, eve) = (await world.PersonAsync("ann"), await world.PersonAsync("eve"));
        var chat = await world.ChatAsync(ann);
        await SendTextsAsync(world, ann, chat, 3);

        (await world.Live.SubscribeAsync(ann.Id, chat, after)).Refusal?.Reason.ShouldBe(refused!.Value);
        (await world.Live.SubscribeAsync(ann.Id, chat, after)).Succeeded(out _, out _).ShouldBe(refused is null);
        (await world.Live.SubscribeAsync(eve.Id, chat, after)).Refusal.ShouldBe(Refusal.ChatNotFound);
    }

    [Fact]
    public async Task A_restart_in_between_loses_nothing()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.StartAsync<EventDispatcher>();
        await SendTextsAsync(world, ann, chat, 4);
        await world.RestartAsync();
        await SendTextsAsync(world, ann, chat, 4);
        await world.StartAsync<EventDispatcher>();

        using var subscription = (await world.Live.SubscribeAsync(ann.Id, chat, after: 2)).Value;
        var reading = TakeAsync(subscription, 10);
        await SendTextsAsync(world, ann, chat, 4);

        (await reading).Select(e => e.Seq).ShouldBe(Seqs(3, 12));
    }

    private static async Task SendTextsAsync(ChatWorld world, Person author, long chat, int count)
    {
        var chats = world.Chats;
        for (var i = 0; i < count; i++)
            (await chats.SendTextAsync(author.Id, chat, $"text {i}")).Refusal.ShouldBeNull();
    }

    /// <summary>The next events; fewer only when the subscription ends.</summary>
    private static async Task<List<RoomEvent>> TakeAsync(RoomSubscription subscription, int count)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var taken = new List<RoomEvent>();
        await foreach (var roomEvent in subscription.ReadAsync(timeout.Token))
        {
            taken.Add(roomEvent);
            if (taken.Count == count)
                break;
        }

        return taken;
    }

    private static IEnumerable<long> Seqs(int first, int last) => Enumerable.Range(first, last - first + 1).Select(n => (long)n);
}
