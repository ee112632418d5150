using ChatFiles.Core.People;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.People;

public sealed class MinuteCounterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Who_did_nothing_for_a_minute_is_forgotten()
    {
        var counter = new MinuteCounter(1, _time);
        (await counter.CountAsync("ann")).ShouldBeNull();
        _time.Advance(TimeSpan.FromMinutes(1));
        (await counter.CountAsync("ben")).ShouldBeNull();
        counter.Counted.ShouldBe(1);
    }

    [Fact]
    public async Task However_many_addresses_somebody_has_so_many_are_remembered()
    {
        var counter = new MinuteCounter(1, _time);
        for (var i = 0; i <= MinuteCounter.MaxCounted; i++)
            (await counter.CountAsync($"2001:db8::{i}")).ShouldBeNull();

        counter.Counted.ShouldBeInRange(1, MinuteCounter.MaxCounted);
    }
}
