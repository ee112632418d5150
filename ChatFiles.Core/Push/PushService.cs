using System.Net;
using Lib.Net.Http.WebPush;
using Lib.Net.Http.WebPush.Authentication;
using Subscription = ChatFiles.Core.Model.PushSubscription;

namespace ChatFiles.Core.Push;

/// <summary>Hands notices to push services (RFC 8030), encrypted for the browser that they are for (RFC 8291).</summary>
public sealed class PushService : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>A push service is tried once more.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(4);

    /// <summary>How long it may wait there for a device that is off: what is older is no news.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly HttpClient _http;
    private readonly PushServiceClient _client;
    private readonly string? _subject;
    private VapidAuthentication? _authentication;

    /// <param name="subject">By whom push services can be told who sends: an https address or a <c>mailto:</c>; null: nobody is named.</param>
    /// <param name="handler">What requests go out by; it follows no redirects: those would lead where no setting allows it.</param>
    public PushService(TimeProvider time, string? subject, HttpMessageHandler? handler = null)
    {
        (Time, _subject) = (time, subject);
        handler ??= new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(10) };
        _http = new HttpClient(new WholeOrigin(this) { InnerHandler = handler }) { Timeout = Patience };
        _client = new PushServiceClient(_http) { AutoRetryAfter = false };
    }

    internal TimeProvider Time { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _authentication?.Dispose();
        _http.Dispose();
    }

    /// <summary>By which push services know who sends.</summary>
    internal VapidAuthentication AuthenticationBy(PushKeys.KeyPair keys) =>
        _authentication ??= new VapidAuthentication(keys.Public, keys.Private) { Subject = _subject };

    /// <summary>False when the push service knows the subscription no more.</summary>
    /// <exception cref="HttpRequestException">It can't be reached.</exception>
    /// <exception cref="PushServiceClientException">It does not take it.</exception>
    internal async Task<bool> SendAsync(Subscription subscription, string notice, VapidAuthentication authentication, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var to = new Lib.Net.Http.WebPush.PushSubscription { Endpoint = subscription.Endpoint };
                to.SetKey(PushEncryptionKeyName.P256DH, subscription.P256dh);
                to.SetKey(PushEncryptionKeyName.Auth, subscription.Auth);
                var message = new PushMessage(notice) { TimeToLive = (int)Lifetime.TotalSeconds, Urgency = PushMessageUrgency.High };
                await _client.RequestPushMessageDeliveryAsync(to, message, authentication, VapidAuthenticationScheme.Vapid, cancellationToken);
                return true;
            }
            catch (PushServiceClientException failure) when (failure.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            {
                return false;
            }
            catch (Exception failure) when (tries == 1 && MayPass(failure) && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(Pause, Time, cancellationToken);
            }
        }
    }

    private static bool MayPass(Exception failure) =>
        failure is HttpRequestException or OperationCanceledException
        || failure is PushServiceClientException { StatusCode: >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests };

    /// <summary>The library leaves the port out of whom its token is for; RFC 8292 wants the whole origin.</summary>
    private sealed class WholeOrigin(PushService service) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri is { IsDefaultPort: false } to && service._authentication is { } authentication)
            {
                var origin = to.GetLeftPart(UriPartial.Authority);
                request.Headers.Authorization = new("vapid", authentication.GetVapidSchemeAuthenticationHeaderValueParameter(origin));
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
