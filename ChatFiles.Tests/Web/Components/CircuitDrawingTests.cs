using Bunit;
using ChatFiles.Web.Components;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web.Components;

/// <summary>When what has changed is drawn.</summary>
public sealed class CircuitDrawingTests : BunitContext
{
    private readonly FakeTimeProvider _time = new();
    private readonly DrawingRounds _rounds;
    private readonly CircuitDrawing _drawing;

    public CircuitDrawingTests()
    {
        _rounds = new DrawingRounds(_time, NullLogger<DrawingRounds>.Instance);
        _drawing = new CircuitDrawing(_rounds);
        Services.AddSingleton(_drawing);
    }

    [Fact]
    public async Task What_is_asked_for_until_the_turn_comes_is_one_batch_however_many_ask_and_however_often()
    {
        Render<OneBatch>();
        var (one, other) = (Render<Counter>(), Render<Counter>());
        var batches = new Batches(one.Instance, other.Instance);

        for (var i = 0; i < 20; i++)
        {
            one.Instance.Ask(_drawing);
            other.Instance.Ask(_drawing);
        }

        await MoveOnUntilAsync(() => one.Instance.WasTold && other.Instance.WasTold);
        (one.Instance.Drawings, other.Instance.Drawings).ShouldBe((2, 2));
        batches.OfBoth.ShouldBe(1, "both are drawn before either is told that it has been");
    }

    [Fact]
    public async Task Who_gathers_takes_in_what_has_come_and_is_drawn_in_the_same_turn()
    {
        var page = Render<Counter>();
        var hasTakenIn = false;
        var taking = TakeInAsync();
        page.Instance.Ask(_drawing);
        hasTakenIn.ShouldBeFalse();

        await MoveOnUntilAsync(() => page.Instance.Drawings == 2);

        page.Instance.HadTakenIn.ShouldBeTrue();
        await taking;

        async Task TakeInAsync()
        {
            await _drawing.GatherAsync();
            hasTakenIn = true;
            page.Instance.HadTakenIn = true;
            page.Instance.Ask(_drawing);
        }
    }

    [Fact]
    public async Task A_page_that_cannot_be_drawn_keeps_no_other_from_being_drawn()
    {
        var broken = new CircuitDrawing(_rounds);
        broken.Ask(() => { }, _ => throw new InvalidOperationException("There is nobody there."));
        var page = Render<Counter>();

        page.Instance.Ask(_drawing);

        await MoveOnUntilAsync(() => page.Instance.Drawings == 2);
    }

    [Fact]
    public async Task Asked_from_many_threads_at_once_nothing_stays_undrawn()
    {
        var circuits = Enumerable.Range(0, 20).Select(_ => new CircuitDrawing(_rounds)).ToList();
        var drawn = new int[circuits.Count];
        var asked = new int[circuits.Count];
        var asking = Task.Run(() => Parallel.For(0, 4_000, i => Ask(i % circuits.Count)));

        await MoveOnUntilAsync(() => asking.IsCompleted && circuits.Select((_, n) => n).All(n => Volatile.Read(ref drawn[n]) == 200));

        void Ask(int circuit)
        {
            Interlocked.Increment(ref asked[circuit]);
            circuits[circuit].Ask(
                () => Volatile.Write(ref drawn[circuit], Volatile.Read(ref asked[circuit])),
                draw =>
                {
                    draw();
                    return Task.CompletedTask;
                }
            );
        }
    }

    private Task MoveOnUntilAsync(Func<bool> condition) =>
        Stage.Eventually.HoldsAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(10));
                return condition();
            },
            "it is drawn"
        );

    /// <summary>In one batch both have rendered when the first of them hears that it has.</summary>
    private sealed class Batches
    {
        private int _ofBoth;

        public Batches(Counter one, Counter other)
        {
            one.Rendered = () => Count(one, other);
            other.Rendered = () => Count(other, one);
        }

        public int OfBoth => _ofBoth;

        private void Count(Counter told, Counter other)
        {
            if (told.Drawings == other.Drawings && !other.WasTold)
                _ofBoth++;
            told.WasTold = true;
        }
    }

    internal sealed class Counter : ComponentBase
    {
        private bool _isFirst = true;

        public int Drawings { get; private set; }

        public bool HadTakenIn { get; set; }

        public bool WasTold { get; set; }

        public Action? Rendered { get; set; }

        public void Ask(CircuitDrawing drawing) => drawing.Ask(StateHasChanged, InvokeAsync);

        protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, ++Drawings);

        protected override void OnAfterRender(bool firstRender)
        {
            if (!_isFirst)
                Rendered?.Invoke();
            _isFirst = false;
        }
    }
}
