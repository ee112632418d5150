namespace ChatFiles.Web.Components;

/// <summary>
/// What of one circuit is to be drawn anew. All that comes until its turn in the <see cref="DrawingRounds"/> is one
/// drawing, and goes to the browser in one batch.
/// </summary>
public sealed class CircuitDrawing(DrawingRounds rounds)
{
    private readonly Lock _gate = new();
    private HashSet<Action> _asked = [];
    private Func<Action, Task>? _dispatch;
    private List<TaskCompletionSource> _gathering = [];
    private bool _isWaiting;

    /// <summary>Draws several in one batch; where it is missing each has a batch of its own.</summary>
    internal OneBatch? Batch { get; set; }

    /// <summary>
    /// Ends when it is this circuit's turn: whoever is about to take changes in takes what has come until then. What is
    /// asked for before they wait for something else is drawn in the same turn.
    /// </summary>
    internal Task GatherAsync()
    {
        // One for each who gathers: of those who await the same one only one goes on on the thread that ends it.
        var turn = new TaskCompletionSource();
        bool isNew;
        lock (_gate)
        {
            _gathering.Add(turn);
            (isNew, _isWaiting) = (!_isWaiting, true);
        }

        if (isNew)
            rounds.Add(this);
        return turn.Task;
    }

    /// <summary>May be called from any thread, and as often as one likes.</summary>
    /// <param name="draw">The component's StateHasChanged.</param>
    /// <param name="dispatch">Its InvokeAsync.</param>
    internal void Ask(Action draw, Func<Action, Task> dispatch)
    {
        bool isNew;
        lock (_gate)
        {
            _asked.Add(draw);
            _dispatch = dispatch;
            (isNew, _isWaiting) = (!_isWaiting, true);
        }

        if (isNew)
            rounds.Add(this);
    }

    internal async Task DrawAsync()
    {
        List<TaskCompletionSource> gathering;
        lock (_gate)
            (gathering, _gathering) = (_gathering, []);
        // Whoever gathers takes in what there is on this thread, before this returns, unless they have to read something.
        foreach (var turn in gathering)
            turn.SetResult();

        HashSet<Action> asked;
        bool gathersAgain;
        lock (_gate)
        {
            (asked, _asked) = (_asked, []);
            _isWaiting = gathersAgain = _gathering.Count > 0;
        }

        if (gathersAgain)
            rounds.Add(this);
        if (asked.Count > 0)
            await _dispatch!(() => Draw(asked));
    }

    private void Draw(HashSet<Action> asked)
    {
        if (Batch is { } batch)
            batch.Draw(asked);
        else
            DrawEach(asked);
    }

    internal static void DrawEach(IEnumerable<Action> asked)
    {
        foreach (var draw in asked)
            draw();
    }
}
