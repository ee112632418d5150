using Bunit;
using ChatFiles.Core.Live;
using ChatFiles.Web.Components;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.JSInterop;

namespace ChatFiles.Tests.Web.Components;

/// <summary>A page that follows something, on a subscription that the test plays.</summary>
public sealed class FollowingTests : BunitContext
{
    private readonly Story _story = new();

    public FollowingTests()
    {
        Services.AddSingleton(_story);
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<DrawingRounds>();
        Services.AddSingleton<CircuitDrawing>();
        Services.AddSingleton<CircuitConnection>();
        Services.AddSingleton<PageScripts>();
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    [Fact]
    public async Task The_state_is_read_once_and_many_changes_at_once_are_one_drawing()
    {
        var page = await OpenAsync();
        page.Markup.ShouldBe("0");
        var drawings = page.RenderCount;

        await _story.TellAsync(1, 2, 3);

        page.WaitForAssertion(() => page.Markup.ShouldBe("6"), Screen.Patience);
        page.RenderCount.ShouldBe(drawings + 1);
        _story.Readings.ShouldBe(1);
    }

    [Fact]
    public async Task Changes_that_mean_nothing_to_the_page_draw_nothing()
    {
        var page = await OpenAsync();
        var drawings = page.RenderCount;

        await _story.TellAsync(0, 0);

        page.RenderCount.ShouldBe(drawings);
    }

    [Fact]
    public async Task Who_reads_has_a_turn_and_a_change_waits_for_its_end()
    {
        var page = await OpenAsync();
        var mayEnd = new TaskCompletionSource();
        var reading = page.InvokeAsync(() => page.Instance.SetLaterAsync(mayEnd.Task, 10));

        var telling = _story.TellAsync(1);
        page.Markup.ShouldBe("0");
        page.Instance.IsBusy.ShouldBeTrue();
        mayEnd.SetResult();
        await reading;
        await telling;

        // The change is not hidden by what was read before it.
        page.WaitForAssertion(() => page.Markup.ShouldBe("11"), Screen.Patience);
        page.Instance.IsBusy.ShouldBeFalse();
    }

    [Fact]
    public async Task A_delivery_that_fails_reaches_whoever_delivers_and_the_next_one_is_taken()
    {
        var page = await OpenAsync();

        await Should.ThrowAsync<TimeoutException>(() => _story.TellAsync(-1));
        await _story.TellAsync(4);

        page.WaitForAssertion(() => page.Markup.ShouldBe("4"), Screen.Patience);
    }

    [Fact]
    public async Task When_there_is_nothing_to_follow_any_more_the_page_says_so_and_has_left()
    {
        var page = await OpenAsync();

        _story.End();

        page.WaitForAssertion(() => page.Markup.ShouldBe("ended"), Screen.Patience);
        _story.IsLeft.ShouldBeTrue();
    }

    [Fact]
    public void Where_there_is_nothing_for_the_person_nothing_is_read()
    {
        _story.IsThere = false;

        Render<Sum>().Markup.ShouldBe("unknown");

        _story.Readings.ShouldBe(0);
    }

    [Fact]
    public void Before_there_is_a_circuit_the_page_reads_and_does_not_listen()
    {
        SetRendererInfo(new RendererInfo("Static", isInteractive: false));

        Render<Sum>().Markup.ShouldBe("0");

        _story.Listeners.ShouldBe(0);
    }

    [Fact]
    public async Task Who_leaves_while_the_page_begins_to_listen_has_left()
    {
        _story.Beginning = new TaskCompletionSource();
        Render<Sum>();

        await DisposeComponentsAsync();
        _story.Beginning.SetResult();

        await Stage.Eventually.HoldsAsync(() => _story.IsLeft, "the subscription is given back");
        _story.Readings.ShouldBe(0);
    }

    [Fact]
    public async Task Who_leaves_while_something_is_read_has_left_and_hears_no_more()
    {
        var page = await OpenAsync();
        var sum = page.Instance;
        var mayEnd = new TaskCompletionSource();
        var reading = page.InvokeAsync(() => sum.SetLaterAsync(mayEnd.Task, 10));
        var telling = _story.TellAsync(1);

        await DisposeComponentsAsync();
        mayEnd.SetResult();
        await reading;
        await telling;

        _story.IsLeft.ShouldBeTrue();
        sum.Heard.ShouldBe(0);
        await Stage.Eventually.HoldsAsync(() => _story.IsOver, "the delivery is over");
    }

    private async Task<IRenderedComponent<Sum>> OpenAsync()
    {
        var page = Render<Sum>();
        await Stage.Eventually.HoldsAsync(() => _story.IsFollowed, "the page follows");
        return page;
    }

    /// <summary>Adds up what it hears.</summary>
    internal sealed class Sum(Story story) : Following<int>
    {
        private int _sum;

        public int Heard { get; private set; }

        public bool IsBusy => IsReading;

        public Task SetLaterAsync(Task when, int sum) =>
            Turns.TakeAsync(async () =>
            {
                await when;
                _sum = sum;
                StateHasChanged();
            });

        protected override async Task<IChanges<int>?> ListenAsync()
        {
            await story.Beginning.Task;
            return story.IsThere ? story.Listen() : null;
        }

        protected override Task<bool> ReadAsync()
        {
            story.Readings++;
            return Task.FromResult(true);
        }

        protected override Task<bool> HearAsync(IReadOnlyList<int> changes)
        {
            if (changes.Any(change => change < 0))
                throw new TimeoutException("Storage is away.");
            Heard += changes.Count;
            _sum += changes.Sum();
            return Task.FromResult(changes.Sum() > 0);
        }

        protected override void BuildRenderTree(RenderTreeBuilder builder) =>
            builder.AddContent(0, IsUnknown ? "unknown" : HasEnded ? "ended" : $"{_sum}");
    }

    /// <summary>What happens, as the test tells it.</summary>
    internal sealed class Story : IChanges<int>
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Func<IReadOnlyList<int>, Task>? _deliver;

        public Story() => Beginning.SetResult();

        public TaskCompletionSource Beginning { get; set; } = new();

        public bool IsThere { get; set; } = true;

        public int Listeners { get; private set; }

        public int Readings { get; set; }

        public bool IsFollowed => _deliver is not null;

        public bool IsLeft { get; private set; }

        public bool IsOver { get; private set; }

        public Story Listen()
        {
            Listeners++;
            return this;
        }

        public Task TellAsync(params int[] changes) => _deliver!(changes);

        public void End() => _end.SetResult();

        public async Task DeliverAsync(Func<IReadOnlyList<int>, Task> deliver, Func<Task> gather, CancellationToken cancellationToken)
        {
            _deliver = deliver;
            try
            {
                await _end.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                IsOver = true;
            }
        }

        public void Dispose() => IsLeft = true;
    }
}
