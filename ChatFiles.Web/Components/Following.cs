using ChatFiles.Core.Live;
using Microsoft.AspNetCore.Components;

namespace ChatFiles.Web.Components;

/// <summary>
/// A page that follows a chat, a list or a search: its state at one moment and every change after it, one drawing for
/// many changes at once (<see cref="CircuitDrawing"/>), an end, and a comeback after an outage, which loses no change. What derives from it says what
/// it reads and what a change means to it.
/// </summary>
public abstract class Following<TChange> : ScriptedComponent
{
    private readonly CancellationTokenSource _closing = new();
    private IChanges<TChange>? _changes;
    private volatile bool _hasRead;

    /// <summary>There is nothing here for this person.</summary>
    protected bool IsUnknown { get; private set; }

    /// <summary>There was, until now.</summary>
    protected bool HasEnded { get; private set; }

    /// <summary>What is shown may be older than what is read just now. May be asked from any thread.</summary>
    protected bool IsReading => !_hasRead || Turns.AreTaken;

    /// <summary>Whoever reads, and puts in what was read, takes one; every delivery of changes has its own.</summary>
    private protected Turns Turns { get; } = new();

    /// <summary>
    /// So long more changes are waited for after the first, before the circuit's turn is: many that come together are one
    /// reading. Who takes changes in without reading anything needs none.
    /// </summary>
    protected virtual TimeSpan Gathering => TimeSpan.FromMilliseconds(150);

    [Inject]
    private CircuitDrawing Drawing { get; set; } = null!;

    [Inject]
    private protected TimeProvider Time { get; set; } = null!;

    /// <inheritdoc/>
    protected override Script? Script => null;

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _changes?.Dispose();
        _closing.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Begins to listen; null where there is nothing for this person.</summary>
    protected abstract Task<IChanges<TChange>?> ListenAsync();

    /// <summary>
    /// Reads what is to be shown; false where there is nothing for this person. Changes since the listening began come
    /// afterwards, once more if they have been read already. Before the page has a circuit, nothing is listened to.
    /// </summary>
    protected abstract Task<bool> ReadAsync();

    /// <summary>
    /// Takes in what has changed; returns whether there is something new to show. If it throws, it is tried again later
    /// with the same changes.
    /// </summary>
    protected abstract Task<bool> HearAsync(IReadOnlyList<TChange> changes);

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
        {
            _changes = await ListenAsync();
            // Whoever was here may be gone again by now.
            if (_closing.IsCancellationRequested)
            {
                _changes?.Dispose();
                return;
            }
        }

        IsUnknown = (RendererInfo.IsInteractive && _changes is null) || !await ReadAsync();
        _hasRead = true;
        if (!IsUnknown && _changes is not null && !_closing.IsCancellationRequested)
            _ = Task.Run(FollowAsync);
    }

    private async Task FollowAsync()
    {
        try
        {
            await _changes!.DeliverAsync(DeliverAsync, GatherAsync, _closing.Token);
            await InvokeAsync(() =>
            {
                _changes.Dispose();
                HasEnded = true;
                StateHasChanged();
            });
        }
        catch (Exception) when (_closing.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception failure)
        {
            await DispatchExceptionAsync(failure);
        }
    }

    private async Task GatherAsync()
    {
        if (Gathering > TimeSpan.Zero)
            await Task.Delay(Gathering, Time, _closing.Token);
        await Drawing.GatherAsync();
    }

    private Task DeliverAsync(IReadOnlyList<TChange> changes) =>
        InvokeAsync(() =>
            Turns.TakeAsync(async () =>
            {
                if (!_closing.IsCancellationRequested && await HearAsync(changes))
                    Drawing.Ask(StateHasChanged, InvokeAsync);
            })
        );
}
