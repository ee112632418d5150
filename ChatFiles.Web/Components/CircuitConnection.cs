using Microsoft.AspNetCore.Components.Server.Circuits;

namespace ChatFiles.Web.Components;

/// <summary>Whether the browser behind this circuit can be reached. A circuit outlives its connection for some minutes.</summary>
public sealed class CircuitConnection : CircuitHandler
{
    /// <summary>The browser is gone (false) or back (true).</summary>
    public event Action<bool>? Changed;

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Changed?.Invoke(true);
        return Task.CompletedTask;
    }

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Changed?.Invoke(false);
        return Task.CompletedTask;
    }
}
