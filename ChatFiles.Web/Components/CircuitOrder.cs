using Microsoft.AspNetCore.Components.Server.Circuits;

namespace ChatFiles.Web.Components;

/// <summary>
/// Takes what a browser says in the order in which it said it. The framework puts events in the line of what the circuit
/// has to do, but hears on another thread that a drawing has arrived: where that is heard before the drawing is quite
/// put away, the handlers that it replaced are gone at once, and the events for them that stand in the line before it,
/// such as the letters of somebody who types fast, find nobody any more.
/// </summary>
public sealed class CircuitOrder(CircuitDrawing drawing) : CircuitHandler
{
    /// <inheritdoc/>
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) =>
        activity => drawing.Batch is { } page ? page.Dispatcher.InvokeAsync(() => next(activity)) : next(activity);
}
