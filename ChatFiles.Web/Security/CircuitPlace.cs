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
    private Task<IDisposable?>? _place;

    public CircuitPlace(AuthenticationStateProvider identity, PersonLimits limits)
    {
        (_identity, _limits) = (identity, limits);
        identity.AuthenticationStateChanged += Take;
    }

    /// <summary>The person has as many circuits as they may.</summary>
    public bool IsRefused => _place is { IsCompletedSuccessfully: true, Result: null };

    public void Dispose()
    {
        _identity.AuthenticationStateChanged -= Take;
        if (_place is { } place)
            _ = GiveBackAsync(place);
    }

    /// <summary>At the latest here: nothing is drawn yet. Where nobody can say how many there are, there is one more.</summary>
    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Take(Task.FromResult(await _identity.GetAuthenticationStateAsync()));
        if (_place is { } place)
            await ((Task)place).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Called while the circuit is made, with an answer that is there already.</summary>
    private void Take(Task<AuthenticationState> identity)
    {
        if (_place is null && identity.IsCompletedSuccessfully && identity.Result.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } userId)
            _place = _limits.OpenCircuitAsync(userId).AsTask();
    }

    private static async Task GiveBackAsync(Task<IDisposable?> taken)
    {
        await ((Task)taken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (taken.IsCompletedSuccessfully)
            (await taken)?.Dispose();
    }
}
