using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using ChatFiles.Core.Model;
using ChatFiles.Core.Push;
using ChatFiles.Web.Api;

namespace ChatFiles.Web.Accounts;

/// <summary>Browsers that want to be told what happens while no page is open.</summary>
internal static class PushApi
{
    private const int MaxBytes = 16 * 1024;

    public static void MapPushApi(this WebApplication app)
    {
        var push = app.MapSignedIn("/account/push").WithTags("Accounts");
        push.MapGet("/", GetKeyAsync).Named("getPushKey", "The key to subscribe with (VAPID)").Produces<Key>().Refuses();
        push.MapPut("/", PutAsync)
            .Named("subscribe", "Tell this browser what happens while no page is open")
            .Takes<Wanted>()
            .Produces(204)
            .Refuses(RefusalReason.InvalidEndpoint, RefusalReason.InvalidKeys, RefusalReason.TooManyRequests);
        push.MapDelete("/", EndAsync)
            .Named("unsubscribe", "Tell it no more")
            .Takes<Unwanted>()
            .Produces(204)
            .Refuses(RefusalReason.InvalidEndpoint, RefusalReason.TooManyRequests);
    }

    private static async Task<IResult> GetKeyAsync(PushKeys keys, CancellationToken cancellationToken) =>
        Results.Ok(new Key(await keys.PublicKeyAsync(cancellationToken)));

    private static async Task<IResult> PutAsync(HttpContext context, ClaimsPrincipal user, PushSubscriptions subscriptions) =>
        (await context.ReadJsonAsync<Wanted>(MaxBytes)).Succeeded(out var wanted, out var refusal)
            ? (await subscriptions.PutAsync(user.UserId(), user.SessionId() ?? "", wanted.Endpoint, wanted.Keys?.P256dh, wanted.Keys?.Auth)).ToNoContent()
            : Problems.Of(refusal);

    private static async Task<IResult> EndAsync(HttpContext context, ClaimsPrincipal user, PushSubscriptions subscriptions) =>
        (await context.ReadJsonAsync<Unwanted>(MaxBytes)).Succeeded(out var unwanted, out var refusal)
            ? (await subscriptions.EndAsync(user.UserId(), unwanted.Endpoint)).ToNoContent()
            : Problems.Of(refusal);

    internal sealed record Key(string PublicKey);

    /// <summary>As a browser's PushSubscription is in JSON.</summary>
    internal sealed record Wanted([property: Required] string? Endpoint, [property: Required] SubscriptionKeys? Keys);

    internal sealed record SubscriptionKeys(string? P256dh, string? Auth);

    internal sealed record Unwanted([property: Required] string? Endpoint);
}
