using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Files;

/// <summary>Room in the quotas while others come, are committed and go.</summary>
public sealed class QuotaReservationsTests
{
    private readonly QuotaReservations _all = new();

    [Fact]
    public async Task Many_at_the_same_instant_get_no_more_than_there_is()
    {
        var taken = await AtOnce.RunAsync(16, i => Task.FromResult(Take($"person {i % 2}", chat: 1, bytes: 10, room: (1000, 45))));

        taken.Count(t => t.Left is not null).ShouldBe(4);
        taken.Select(t => t.Left).OfType<long>().Min().ShouldBe(5);
    }

    [Fact]
    public void The_person_and_the_chat_each_have_their_own_room()
    {
        Take("ann", chat: 1, bytes: 10, room: (15, long.MaxValue)).Left.ShouldBe(5);
        Take("ann", chat: 2, bytes: 10, room: (15, long.MaxValue)).Left.ShouldBeNull();
        Take("bob", chat: 1, bytes: 10, room: (15, 15)).Left.ShouldBeNull();
        Take("bob", chat: 2, bytes: 10, room: (15, 15)).Left.ShouldBe(5);
    }

    [Fact]
    public void What_is_given_back_is_there_again_once()
    {
        var reservation = _all.Open("ann", 1);
        _all.TryTake(reservation, 10, 10, (15, 15), _all.Moment).Left.ShouldBe(5);
        reservation.Dispose();
        reservation.Dispose();
        Take("ann", chat: 1, bytes: 15, room: (15, 15)).Left.ShouldBe(0);
        Take("ann", chat: 1, bytes: 1, room: (15, 15)).Left.ShouldBeNull();
    }

    [Fact]
    public void Whoever_read_what_is_stored_before_another_ended_reads_again()
    {
        var other = _all.Open("bob", 1);
        _all.TryTake(other, 10, 10, (15, 15), _all.Moment);
        var before = _all.Moment;
        other.Dispose();

        var taken = _all.TryTake(_all.Open("ann", 1), 1, 1, (15, 15), before);

        (taken.Left, taken.LookAgain?.IsCompleted).ShouldBe((null, true));
    }

    [Fact]
    public void Whoever_finds_no_room_while_another_is_being_committed_looks_again_after_that()
    {
        using var other = _all.Open("bob", 1);
        _all.TryTake(other, 10, 10, (15, 15), _all.Moment);
        var settling = _all.Settle("bob", 1);

        // The other's 10 bytes are stored by now, so that they count twice.
        var taken = _all.TryTake(_all.Open("ann", 1), 5, 5, (15, 5), _all.Moment);
        taken.Left.ShouldBeNull();
        taken.LookAgain!.IsCompleted.ShouldBeFalse();
        Take("eve", chat: 2, bytes: 10, room: (5, 5)).LookAgain.ShouldBeNull("it has nothing to do with the other");
        other.Dispose();
        settling.Dispose();

        taken.LookAgain!.IsCompleted.ShouldBeTrue();
        Take("ann", chat: 1, bytes: 5, room: (15, 5)).Left.ShouldBe(0);
        Take("ann", chat: 1, bytes: 1, room: (15, 5)).ShouldBe(new RoomTaken(Left: null, LookAgain: null), "nothing more is settled");
    }

    [Fact]
    public void One_that_wants_more_keeps_what_it_has_and_takes_the_rest()
    {
        var reservation = _all.Open("ann", 1);
        _all.TryTake(reservation, 10, 10, (20, 20), _all.Moment).Left.ShouldBe(10);
        _all.TryTake(reservation, 15, 15, (20, 20), _all.Moment).Left.ShouldBe(5);
        reservation.Bytes.ShouldBe(15);
        Take("ann", chat: 1, bytes: 6, room: (20, 20)).Left.ShouldBeNull();
        Take("ann", chat: 1, bytes: 5, room: (20, 20)).Left.ShouldBe(0);
    }

    [Fact]
    public void The_end_of_one_that_has_nothing_makes_nobody_read_again()
    {
        var before = _all.Moment;
        _all.Open("ann", 1).Dispose();
        _all.Moment.ShouldBe(before);
    }

    private RoomTaken Take(string person, long chat, long bytes, (long Person, long Chat) room) =>
        _all.TryTake(_all.Open(person, chat), bytes, bytes, room, _all.Moment);
}
