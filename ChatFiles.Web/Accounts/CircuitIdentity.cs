using System.Security.Claims;
using ChatFiles.Core.People;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace ChatFiles.Web.Accounts;

/// <summary>Who is at the other end of a circuit: nobody any more once their session has ended. The whole page leaves then.</summary>
internal sealed class CircuitIdentity : ServerAuthenticationStateProvider, IDisposable
{
    private static readonly AuthenticationState Nobody = new(new ClaimsPrincipal(new ClaimsIdentity()));

    private readonly Sessions _sessions;
    private SessionWatch? _watch;

    public CircuitIdentity(Sessions sessions)
    {
        _sessions = sessions;
        AuthenticationStateChanged += changing => _ = FollowAsync(changing);
    }

    public void Dispose() => Interlocked.Exchange(ref _watch, null)?.Dispose();

    private async Task FollowAsync(Task<AuthenticationState> changing)
    {
        var session = (await changing).User.SessionId();
        var watch = session is null ? null : _sessions.Watch(session);
        Interlocked.Exchange(ref _watch, watch)?.Dispose();
        watch?.Ended.Register(() => SetAuthenticationState(Task.FromResult(Nobody)));
    }
}
