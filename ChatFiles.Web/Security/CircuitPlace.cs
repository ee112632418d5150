using System.Security.Claims;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace ChatFiles.Web.Security;

/// <summary>
/// This circuit's place among those of its person. It is taken when the circuit hears whose it is, before anything is
/// drawn, and given back with the circuit's services: at once when a tab is closed, after the retention when a line is
/// lost. A circuit that got none only says so (Routes.razor).
/// </summary>
public sealed class CircuitPlace : CircuitHandler, IDisposable
{
    private readonly AuthenticationStateProvider _identity;
    private readonly PersonLimits _limits;
    private IDisposable? _place;

    public CircuitPlace(AuthenticationStateProvider identity, PersonLimits limits)
    {
        (_identity, _limits) = (identity, limits);
        identity.AuthenticationStateChanged += Take;
    }

    /// <summary>The person has as many circuits as they may.</summary>
    public bool IsRefused { get; private set; }

    public void Dispose()
    {
        _identity.AuthenticationStateChanged -= Take;
        _place?.Dispose();
    }

    /// <summary>At the latest here: nothing is drawn yet.</summary>
    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken) =>
        Take(Task.FromResult(await _identity.GetAuthenticationStateAsync()));

    /// <summary>Called while the circuit is made, with an answer that is there already.</summary>
    private void Take(Task<AuthenticationState> identity)
    {
        if (_place is not null || IsRefused || !identity.IsCompletedSuccessfully)
            return;
        if (identity.Result.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } userId)
            IsRefused = (_place = _limits.OpenCircuit(userId)) is null;
    }
}
