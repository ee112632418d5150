using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Live;

public sealed class PresenceTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Whoever_has_the_chat_open_is_here_until_they_close_it()
    {
        var presence = new Presence(_time);
        using var ann = presence.Enter("ann", "ann", 7, since: 0);
        var told = CountChanges(ann);

        var ben = presence.Enter("ben", "ben", 7, since: 0);
        ann.Company.Here.ShouldBe(["ann", "ben"]);
        told().ShouldBe(1);

        ben.Dispose();
        ann.Company.Here.ShouldBe(["ann"]);
        told().ShouldBe(2);
    }

    [Fact]
    public void Several_pages_of_one_person_count_once()
    {
        var presence = new Presence(_time);
        using var ann = presence.Enter("ann", "ann", 7, since: 0);
        var first = presence.Enter("ben", "ben", 7, since: 0);
        var told = CountChanges(ann);

        using var second = presence.Enter("ben", "ben", 7, since: 0);
        first.Dispose();

        ann.Company.Here.ShouldBe(["ann", "ben"]);
        told().ShouldBe(0, "nothing new to see");
    }

    [Fact]
    public void What_happens_in_one_chat_is_not_seen_in_another()
    {
        var presence = new Presence(_time);
        using var ann = presence.Enter("ann", "ann", 7, since: 0);
        var told = CountChanges(ann);

        using var ben = presence.Enter("ben", "ben", 8, since: 0);
        ben.Type();

        ann.Company.Here.ShouldBe(["ann"]);
        ann.Company.Typing.ShouldBeEmpty();
        told().ShouldBe(0);
    }

    [Fact]
    public void Writing_ends_six_seconds_after_the_last_word_of_it()
    {
        var presence = new Presence(_time);
        using var ann = presence.Enter("ann", "ann", 7, since: 0);
        using var ben = presence.Enter("ben", "ben", 7, since: 0);
        var told = CountChanges(ann);

        ben.Type();
        ann.Company.Typing.ShouldBe(["ben"]);
        ben.Company.Typing.ShouldBeEmpty("nobody is told of themself");

        _time.Advance(TimeSpan.FromSeconds(4));
        ben.Type();
        _time.Advance(TimeSpan.FromSeconds(5));
        ann.Company.Typing.ShouldBe(["ben"]);
        told().ShouldBe(1, "the same is not told twice");

        _time.Advance(TimeSpan.FromSeconds(1));
        ann.Company.Typing.ShouldBeEmpty();
        told().ShouldBe(2);
    }

    [Fact]
    public void A_page_that_closes_takes_its_writing_along()
    {
        var presence = new Presence(_time);
        using var ann = presence.Enter("ann", "ann", 7, since: 0);
        using var otherPage = presence.Enter("ben", "ben", 7, since: 0);
        var ben = presence.Enter("ben", "ben", 7, since: 0);

        ben.Type();
        ben.Dispose();
        ann.Company.Typing.ShouldBeEmpty();
        ann.Company.Here.ShouldBe(["ann", "ben"]);

        ben.Type();
        ann.Company.Typing.ShouldBeEmpty("a closed page says nothing any more");
    }

    [Fact]
    public void A_browser_that_cannot_be_reached_is_away_until_it_is_back()
    {
        var presence = new Presence(_time);
        using var ann = presence.Enter("ann", "ann", 7, since: 0);
        using var ben = presence.Enter("ben", "ben", 7, since: 0);
        ben.Type();

        ben.StepAway();
        ann.Company.Here.ShouldBe(["ann"]);
        ann.Company.Typing.ShouldBeEmpty();

        ben.ComeBack();
        ann.Company.Here.ShouldBe(["ann", "ben"]);
        ann.Company.Typing.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_locked_while_others_are_told()
    {
        var presence = new Presence(_time);
        using var ann = presence.Enter("ann", "ann", 7, since: 0);
        Company? seenMeanwhile = null;
        ann.Changed += () => Task.Run(() => presence.Enter("carl", "carl", 8, since: 0).Dispose()).Wait(TimeSpan.FromSeconds(10)).ShouldBeTrue();
        ann.Changed += () => seenMeanwhile = ann.Company;

        using var ben = presence.Enter("ben", "ben", 7, since: 0);

        seenMeanwhile.ShouldNotBeNull().Here.ShouldBe(["ann", "ben"]);
    }

    [Fact]
    public async Task A_message_ends_its_authors_writing_on_all_their_pages_and_nobody_elses()
    {
        await using var room = await RoomAsync();
        room.Ben.Type();
        room.Carl.Type();
        room.Ann.Company.Typing.ShouldBe([room.Ben.UserId, room.Carl.UserId]);

        await room.World.Chats.SendTextAsync(room.Ben.UserId, room.Chat, "done");

        await Eventually.HoldsAsync(() => room.Ann.Company.Typing is [var only] && only == room.Carl.UserId, "only carl is still writing");
    }

    [Fact]
    public async Task Who_is_removed_from_the_chat_neither_is_seen_nor_sees_anybody()
    {
        await using var room = await RoomAsync();
        room.Ben.Type();
        var told = CountChanges(room.Ben);

        (await room.World.Members.RemoveMemberAsync(room.Ann.UserId, room.Chat, room.Ben.UserId)).Refusal.ShouldBeNull();

        await Eventually.HoldsAsync(() => room.Ben.Company.Here.IsEmpty, "ben sees nobody");
        room.Ann.Company.Here.ShouldBe([room.Ann.UserId, room.Carl.UserId]);
        room.Ann.Company.Typing.ShouldBeEmpty();
        told().ShouldBe(1);

        room.Ben.Type();
        room.Carl.Type();
        room.Ann.Company.Typing.ShouldBe([room.Carl.UserId]);
        room.Ben.Company.Typing.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void An_earlier_leaving_that_is_delivered_late_is_over_for_who_has_come_back(long left)
    {
        var presence = new Presence(_time);
        using var ann = presence.Enter("ann", "ann", 7, since: 12);
        using var ben = presence.Enter("ben", "ben", 7, since: 12);

        presence.Heed(new RoomEvent(7, left, ChatEventType.MemberLeft, null, null, "ben", "ben", null));

        ann.Company.Here.ShouldBe(["ann", "ben"]);
    }

    [Fact]
    public async Task Only_members_get_a_seat()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var eve = await world.PersonAsync("eve");
        var chat = await world.ChatAsync(ann);
        using var open = (await world.Live.OpenChatAsync(ann.Id, chat)).Value;

        (await world.Live.OpenChatAsync(eve.Id, chat)).Refusal.ShouldBe(Refusal.ChatNotFound);

        open.Seat.Company.Here.ShouldBe([ann.Id]);
    }

    [Fact]
    public async Task Many_pages_that_open_and_close_at_the_same_time_leave_nobody_behind()
    {
        var presence = new Presence(_time);
        await AtOnce.RunAsync(
            16,
            n =>
            {
                for (var i = 0; i < 200; i++)
                {
                    using var seat = presence.Enter($"p{n % 5}", "p", 7 + i % 2, since: 0);
                    seat.Type();
                }

                return Task.CompletedTask;
            }
        );

        using var last = presence.Enter("last", "last", 7, since: 0);
        last.Company.Here.ShouldBe(["last"]);
    }

    [Fact]
    public void Who_begins_to_write_is_told_nothing_of_it_also_while_somebody_else_writes()
    {
        var presence = new Presence(_time);
        using var ann = presence.Enter("ann", "ann", 7, since: 0);
        using var ben = presence.Enter("ben", "ben", 7, since: 0);
        ann.Type();
        var (toldAnn, toldBen) = (CountChanges(ann), CountChanges(ben));

        ben.Type();

        (toldAnn(), toldBen()).ShouldBe((1, 0));
        ann.Company.Typing.ShouldBe(["ben"]);
        ben.Company.Typing.ShouldBe(["ann"]);
    }

    [Fact]
    public void Typing_reaches_others_once_in_two_seconds_a_person_whatever_their_pages_send()
    {
        var presence = new Presence(_time);
        using var ann = presence.Enter("ann", "ann", 7, since: 0);
        using var ben = presence.Enter("ben", "ben", 7, since: 0);
        using var benElsewhere = presence.Enter("ben", "ben", 7, since: 0);
        var told = CountChanges(ann);

        for (var i = 0; i < 100; i++)
        {
            foreach (var page in new[] { ben, benElsewhere })
            {
                page.Type();
                page.StopTyping();
            }
        }

        told().ShouldBe(2, "that it began and that it ended");
        benElsewhere.Type();
        ann.Company.Typing.ShouldBeEmpty();
        _time.Advance(Presence.TypingPause);
        ann.Company.Typing.ShouldBe(["ben"], "who went on writing is told of once the pause is over");
        told().ShouldBe(3);
    }

    [Fact]
    public void In_a_crowd_all_who_come_within_a_second_are_told_together()
    {
        var presence = new Presence(_time);
        using var ann = presence.Enter("ann", "ann", 7, since: 0);
        for (var i = 0; i < Presence.CrowdedFrom; i++)
            presence.Enter($"p{i}", $"p{i}", 7, since: 0);
        _time.Advance(Presence.CrowdedPause);
        var told = CountChanges(ann);

        for (var i = 0; i < 200; i++)
            presence.Enter($"q{i}", $"q{i}", 7, since: 0);

        told().ShouldBe(0);
        _time.Advance(Presence.CrowdedPause);
        told().ShouldBe(1);
        ann.Company.Here.Length.ShouldBe(251);
        _time.Advance(TimeSpan.FromMinutes(1));
        told().ShouldBe(1);
    }

    private async Task<Room> RoomAsync()
    {
        var world = await ChatWorld.BeginAsync(change: services => services.AddSingleton<TimeProvider>(_time));
        await world.StartAsync<EventDispatcher>();
        var people = new List<Person>();
        foreach (var name in new[] { "ann", "ben", "carl" })
            people.Add(await world.PersonAsync(name));
        var chat = await world.ChatAsync([.. people]);
        var seats = new List<Seat>();
        foreach (var person in people)
            seats.Add((await world.Live.OpenChatAsync(person.Id, chat)).Value.Seat);
        return new Room(world, chat, seats[0], seats[1], seats[2]);
    }

    private static Func<int> CountChanges(Seat seat)
    {
        var changes = 0;
        seat.Changed += () => Interlocked.Increment(ref changes);
        return () => Volatile.Read(ref changes);
    }

    private sealed record Room(ChatWorld World, long Chat, Seat Ann, Seat Ben, Seat Carl) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => World.DisposeAsync();
    }
}
