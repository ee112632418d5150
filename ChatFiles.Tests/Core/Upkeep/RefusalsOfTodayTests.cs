using ChatFiles.Core.Upkeep;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Upkeep;

public sealed class RefusalsOfTodayTests
{
    [Fact]
    public void A_day_s_refusals_are_counted_by_reason_and_a_new_day_begins_at_midnight_UTC()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 29, 23, 59, 0, TimeSpan.Zero));
        var refusals = new RefusalsOfToday(time);

        foreach (var slug in new[] { "empty-file", "no-file", "no-file" })
            refusals.Note(slug);
        refusals.Read().ShouldBe([("no-file", 2), ("empty-file", 1)]);

        time.Advance(TimeSpan.FromMinutes(1));
        refusals.Read().ShouldBeEmpty();
        refusals.Note("no-file");
        refusals.Read().ShouldBe([("no-file", 1)]);
    }
}
