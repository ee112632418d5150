using ChatFiles.Core.Upkeep;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Upkeep;

public sealed class GrowingPausesTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Each_pause_is_twice_as_long_up_to_the_longest_and_all_is_forgotten_after_a_day_without()
    {
        var pauses = new GrowingPauses<string>(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3), _time);
        pauses.Until("a").ShouldBeNull();

        foreach (var minutes in new[] { 1, 2, 3, 3 })
        {
            pauses.Begin("a");
            _time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
            pauses.Waiting().ShouldBe(["a"]);
            _time.Advance(TimeSpan.FromSeconds(1));
            pauses.Until("a").ShouldBeNull();
        }

        pauses.Waiting().ShouldBeEmpty();
        _time.Advance(TimeSpan.FromHours(25));
        pauses.Begin("a");
        pauses.Until("a").ShouldBe(_time.GetUtcNow() + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Only_who_has_sent_a_file_that_took_long_has_to_wait()
    {
        var slow = new SlowAuthors(_time);

        slow.Note("a", TimeSpan.FromSeconds(20));
        slow.Note("b", TimeSpan.FromSeconds(1));

        slow.Waiting().ShouldBe(["a"]);
        slow.WaitUntil("b").ShouldBeNull();
    }
}
