using ChatFiles.Core.Model;
using ChatFiles.Web.Components;

namespace ChatFiles.Tests.Web.Components;

/// <summary>The numbers from 1 on, read in pages of 50.</summary>
public sealed class PagedReadingTests : IDisposable
{
    private readonly Turns _turns = new();
    private readonly PagedReading<int, int?> _list;

    public PagedReadingTests() => _list = new PagedReading<int, int?>(_turns, Comparer<int>.Default, row => row);

    public void Dispose() => _list.Dispose();

    [Fact]
    public async Task Pages_follow_on_one_another_until_the_last()
    {
        (await _list.BeginAsync(NumbersTo(70))).ShouldBeTrue();
        _list.Rows.ShouldBe(Enumerable.Range(1, 50));
        _list.HasNext.ShouldBeTrue();

        await _list.ReadMoreAsync();

        _list.Rows.ShouldBe(Enumerable.Range(1, 70));
        _list.HasNext.ShouldBeFalse();
        _list.HasPrevious.ShouldBeFalse();
    }

    [Fact]
    public async Task However_far_somebody_reads_300_rows_are_held_and_a_new_beginning_leads_back()
    {
        await _list.BeginAsync(NumbersTo(1000));
        for (var i = 0; i < 9; i++)
            await _list.ReadMoreAsync();

        _list.Rows.ShouldBe(Enumerable.Range(201, 300));
        _list.HasPrevious.ShouldBeTrue();

        await _list.BeginAsync(NumbersTo(1000));
        _list.Rows.ShouldBe(Enumerable.Range(1, 50));
        _list.HasPrevious.ShouldBeFalse();
    }

    [Fact]
    public async Task Rows_that_come_and_go_stay_in_order_and_in_the_window()
    {
        await _list.BeginAsync(NumbersTo(1000));
        for (var i = 0; i < 9; i++)
            await _list.ReadMoreAsync();

        _list.Remove(row => row == 300).ShouldBeTrue();
        _list.Remove(row => row == 7).ShouldBeFalse();
        _list.Rows.Count.ShouldBe(299);
        _list.Put(300);
        _list.Put(300);
        _list.Put(7);
        _list.Put(900);

        _list.Rows.ShouldBe(Enumerable.Range(201, 300));
    }

    [Fact]
    public async Task A_row_too_many_makes_room_at_the_other_end_and_the_next_page_begins_there()
    {
        await _list.BeginAsync((_, _) => Page([.. Enumerable.Range(1, 300).Select(n => n * 2)], null));

        _list.Put(3);

        _list.Rows.Count.ShouldBe(300);
        _list.Rows[^1].ShouldBe(598);
        _list.HasNext.ShouldBeTrue();
        _list.HasPrevious.ShouldBeFalse();
    }

    [Fact]
    public async Task A_later_reading_ends_an_earlier_one_whose_rows_never_come()
    {
        var wasEnded = false;
        var held = new TaskCompletionSource();
        var earlier = _list.BeginAsync(
            async (_, ending) =>
            {
                await using var listening = ending.Register(held.SetResult);
                await held.Task;
                wasEnded = ending.IsCancellationRequested;
                return await Page([99], null);
            }
        );

        var later = _list.BeginAsync(NumbersTo(3));

        (await earlier).ShouldBeFalse();
        (await later).ShouldBeTrue();
        wasEnded.ShouldBeTrue();
        _list.Rows.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task The_next_page_is_read_once_however_often_it_is_asked_for()
    {
        var mayEnd = new TaskCompletionSource();
        var readings = 0;
        await _list.BeginAsync(
            async (after, _) =>
            {
                readings++;
                if (after is not null)
                    await mayEnd.Task;
                return await Page([after ?? 0], (after ?? 0) + 1);
            }
        );

        var (first, second) = (_list.ReadMoreAsync(), _list.ReadMoreAsync());
        _list.IsReadingMore.ShouldBeTrue();
        mayEnd.SetResult();
        await first;
        await second;

        readings.ShouldBe(2);
        _list.IsReadingMore.ShouldBeFalse();
    }

    [Fact]
    public async Task An_outage_is_a_refusal_that_keeps_the_rows_and_passes()
    {
        var isAway = false;
        PagedReading<int, int?>.ReadPage read = (after, ending) => isAway ? throw new TimeoutException() : NumbersTo(70)(after, ending);
        await _list.BeginAsync(read);
        isAway = true;

        await _list.ReadMoreAsync();
        await _list.BeginAsync(read);

        _list.Refusal.ShouldNotBeNull().Reason.ShouldBe(RefusalReason.StorageUnavailable);
        _list.Rows.Count.ShouldBe(50);
        isAway = false;
        await _list.ReadMoreAsync();
        _list.Refusal.ShouldBeNull();
        _list.Rows.Count.ShouldBe(70);
    }

    [Fact]
    public async Task Leaving_ends_what_is_being_read()
    {
        var reading = _list.BeginAsync(
            async (_, ending) =>
            {
                await Task.Delay(Timeout.Infinite, ending);
                return await Page([1], null);
            }
        );

        _list.Dispose();

        (await reading).ShouldBeFalse();
        _list.Rows.ShouldBeEmpty();
    }

    private static PagedReading<int, int?>.ReadPage NumbersTo(int last) =>
        (after, _) =>
        {
            var rows = Enumerable.Range((after ?? 0) + 1, Math.Min(50, last - (after ?? 0))).ToList();
            return Page(rows, rows[^1] < last ? rows[^1] : null);
        };

    private static Task<Result<Page<int, int?>>> Page(IReadOnlyList<int> rows, int? next) => Task.FromResult<Result<Page<int, int?>>>(new Page<int, int?>(rows, next));
}
