using Microsoft.AspNetCore.Components;

namespace ChatFiles.Web.Components;

/// <summary>
/// Shows nothing. What asks to be drawn while something is being drawn goes into the same batch; so this is drawn, and all
/// the others meanwhile.
/// </summary>
public sealed class OneBatch(CircuitDrawing drawing) : IComponent, IDisposable
{
    private RenderHandle _handle;

    /// <summary>The circuit's thread.</summary>
    internal Dispatcher Dispatcher => _handle.Dispatcher;

    /// <inheritdoc/>
    public void Attach(RenderHandle renderHandle) => (_handle, drawing.Batch) = (renderHandle, this);

    /// <inheritdoc/>
    public Task SetParametersAsync(ParameterView parameters) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (drawing.Batch == this)
            drawing.Batch = null;
    }

    internal void Draw(IEnumerable<Action> asked) => _handle.Render(_ => CircuitDrawing.DrawEach(asked));
}
