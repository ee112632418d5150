using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.Live;

public sealed class MembershipAndDeliveryTests
{
    [Fact]
    public async Task Who_was_removed_and_has_come_back_is_not_sent_away_by_the_old_leaving_that_is_delivered_late()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        await world.Members.RemoveMemberAsync(ann.Id, chat, ben.Id);
        await world.Members.AddMemberAsync(ann.Id, chat, ben.Email);
        using var changes = (await world.Live.SubscribeAsync(ben.Id, chat, after: null)).Value;

        // The dispatcher, which does not run here, has been behind until now.
        var late = (await world.EventsAsync(chat)).Single(e => e.Type == ChatEventType.MemberLeft);
        world
            .Services.GetRequiredService<RoomBroadcaster>()
            .Publish(new RoomEvent(chat, late.Seq, late.Type, null, null, late.UserId, late.UserName, null));
        var sent = (await world.Chats.SendTextAsync(ann.Id, chat, "welcome back")).Value;

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        (await changes.ReadAsync(timeout.Token).FirstAsync(timeout.Token)).Seq.ShouldBe(sent.Seq);
    }

    [Fact]
    public async Task Who_is_removed_in_the_middle_of_catching_up_gets_nothing_that_came_after_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        await world.StartAsync<EventDispatcher>();
        for (var i = 0; i < 150; i++)
            await world.Chats.SendTextAsync(ann.Id, chat, "before");
        using var changes = (await world.Live.SubscribeAsync(ben.Id, chat, after: 0)).Value;
        var isTold = new TaskCompletionSource();
        using var watching = world
            .Services.GetRequiredService<RoomBroadcaster>()
            .Watch(news => _ = news.UserId == ben.Id && isTold.TrySetResult());

        var texts = new List<string?>();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        await foreach (var change in changes.ReadAsync(timeout.Token))
        {
            texts.Add(change.Message?.Text);
            if (texts.Count != 100)
                continue;
            await world.Members.RemoveMemberAsync(ann.Id, chat, ben.Id);
            await world.Chats.SendTextAsync(ann.Id, chat, "secret");
            await isTold.Task.WaitAsync(timeout.Token);
        }

        // The subscription has ended by itself, in the middle of what it had read from the log already.
        texts.Count.ShouldBe(100);
        (await world.Live.SubscribeAsync(ben.Id, chat, after: 0)).Refusal.ShouldBe(Refusal.ChatNotFound);
    }

    [Fact]
    public async Task The_lobby_hears_of_new_chats_of_what_happens_in_them_and_of_read_positions()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        await world.StartAsync<EventDispatcher>();
        var news = new System.Collections.Concurrent.ConcurrentQueue<LobbyNews>();
        var watching = world.Services.GetRequiredService<RoomBroadcaster>().Watch(news.Enqueue);

        var chat = await world.ChatAsync(ann, ben);
        var sent = (await world.Chats.SendTextAsync(ann.Id, chat, "x")).Value;
        await world.ChatDirectory.MarkReadAsync(ben.Id, chat, sent.Id);

        LobbyNews[] expected = [new(chat, ann.Id), new(chat, ben.Id), new(chat, null), new(chat, ben.Id, ReadTo: sent.Id)];
        await Eventually.HoldsAsync(() => news.Count == expected.Length, "all of it is heard of");
        news.Select(n => n with { Event = null }).ShouldBe(expected, ignoreOrder: true); // neither a new chat nor a read position is an event of the log

        watching.Dispose();
        (await world.Chats.SendTextAsync(ann.Id, chat, "y")).Refusal.ShouldBeNull();
        using var changes = (await world.Live.SubscribeAsync(ben.Id, chat, after: 0)).Value;
        await world.Chats.SendTextAsync(ann.Id, chat, "z");
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        await changes.ReadAsync(timeout.Token).FirstAsync(e => e.Message?.Text == "z", timeout.Token);
        news.Count.ShouldBe(expected.Length);
    }
}
