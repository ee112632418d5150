using ChatFiles.Core.People;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.People;

public sealed class MinuteCounterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Who_did_nothing_for_a_minute_is_forgotten()
    {
        var counter = new MinuteCounter(1, _time);
        counter.Count("ann").ShouldBeNull();
        _time.Advance(TimeSpan.FromMinutes(1));
        counter.Count("ben").ShouldBeNull();
        counter.Counted.ShouldBe(1);
    }

    [Fact]
    public void However_many_addresses_somebody_has_so_many_are_remembered()
    {
        var counter = new MinuteCounter(1, _time);
        for (var i = 0; i <= MinuteCounter.MaxCounted; i++)
            counter.Count($"2001:db8::{i}").ShouldBeNull();

        counter.Counted.ShouldBeInRange(1, MinuteCounter.MaxCounted);
    }
}
