using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Data;

public sealed class FairTurnsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Who_comes_with_many_is_served_after_who_comes_with_one()
    {
        var turns = new FairTurns(count: 1, perPerson: 1, _time);
        var first = (await EnterAsync(turns, "eve")).Value;
        var eves = Enumerable.Range(0, 5).Select(_ => EnterAsync(turns, "eve")).ToList();
        var anns = EnterAsync(turns, "ann");

        first.Dispose();

        (await anns).Value.Dispose();
        foreach (var turn in eves)
            (await turn).Value.Dispose();
    }

    [Fact]
    public async Task A_person_never_has_more_turns_than_their_share()
    {
        var turns = new FairTurns(count: 3, perPerson: 2, _time);
        var eves = Enumerable.Range(0, 3).Select(_ => EnterAsync(turns, "eve")).ToList();

        (await Task.WhenAll(eves[0], eves[1])).ShouldAllBe(turn => turn.Refusal == null);
        eves[2].IsCompleted.ShouldBeFalse();
        (await EnterAsync(turns, "ann")).Refusal.ShouldBeNull();

        (await eves[0]).Value.Dispose();
        (await eves[2]).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_refused_and_one_that_does_not_move_given_up()
    {
        var turns = new FairTurns(count: 1, perPerson: 1, _time);
        using var first = (await EnterAsync(turns, "eve")).Value;
        var waiting = Enumerable.Range(0, 16).Select(_ => EnterAsync(turns, "eve")).ToList();
        (await EnterAsync(turns, "eve")).Refusal!.Reason.ShouldBe(RefusalReason.TooManyRequests);
        var anns = EnterAsync(turns, "ann");

        _time.Advance(TimeSpan.FromSeconds(3));

        foreach (var turn in waiting.Append(anns))
            (await turn).Refusal!.Reason.ShouldBe(RefusalReason.SearchTooSlow);
    }

    [Fact]
    public async Task Who_goes_away_leaves_their_place_to_others()
    {
        var turns = new FairTurns(count: 1, perPerson: 1, _time);
        var first = (await EnterAsync(turns, "ann")).Value;
        using var leaving = new CancellationTokenSource();
        var gone = Enumerable.Range(0, 16).Select(_ => turns.EnterAsync("ann", leaving.Token)).ToList();

        await leaving.CancelAsync();
        foreach (var turn in gone)
            await Should.ThrowAsync<OperationCanceledException>(turn);
        var next = EnterAsync(turns, "ann");
        first.Dispose();

        (await next).Refusal.ShouldBeNull();
    }

    private static Task<Result<FairTurns.Place>> EnterAsync(FairTurns turns, string userId) => turns.EnterAsync(userId, CancellationToken.None);
}
