using ChatFiles.Core;
using ChatFiles.Web.Components.Accounts;
using ChatFiles.Web.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace ChatFiles.Web.Accounts;

/// <summary>Sign-on with a company's provider by OpenID Connect: code flow with PKCE.</summary>
internal static class CompanySignOnServices
{
    /// <summary>What the provider has to know us by, behind our address.</summary>
    public const string CallbackPath = "/signin-oidc";

    public const string StartPath = "/sign-in/company";

    private const string Scheme = "Company";

    /// <summary>Goes to the provider and back within the state.</summary>
    private const int MaxReturnUrlLength = 1000;

    /// <summary>Until the provider has said where its page is; a person waits for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>For each of its answers after that. Who has signed in there would have to do it again.</summary>
    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(30);

    public static void AddCompanySignOn(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<OidcOptions>(configuration, OidcOptions.Section);
        services.AddScoped<CompanySignOn>();
        services.Configure<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions>(
            IdentityConstants.ExternalScheme,
            waiting =>
            {
                waiting.Cookie.Name = "chatfiles-sign-on";
                waiting.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                waiting.ExpireTimeSpan = TimeSpan.FromMinutes(10);
                waiting.SlidingExpiration = false;
            }
        );
        // Without it no request has to be compared with the callback's.
        if (configuration.GetSection(OidcOptions.Section).Get<OidcOptions>()?.IsOn != true)
            return;
        services.AddAuthentication().AddOpenIdConnect(Scheme, displayName: null, _ => { });
        services.AddOptions<OpenIdConnectOptions>(Scheme).Configure<IOptions<OidcOptions>>((handler, options) => Set(handler, options.Value));
    }

    /// <summary>What comes back from the provider, before anything reads it.</summary>
    public static void UseCompanySignOn(this WebApplication app)
    {
        if (!IsOn(app))
            return;
        var limits = app.Services.GetRequiredService<RateLimits>();
        app.Use(
            async (context, next) =>
            {
                if (!context.Request.Path.Equals(CallbackPath, StringComparison.OrdinalIgnoreCase))
                    await next(context);
                // A form would be read by the framework, however large it is.
                else if (!HttpMethods.IsGet(context.Request.Method))
                    (context.Response.StatusCode, context.Response.Headers.Allow) = (StatusCodes.Status405MethodNotAllowed, HttpMethods.Get);
                else
                    await limits.CountAsync(context, next);
            }
        );
    }

    public static void MapCompanySignOn(this WebApplication app)
    {
        if (IsOn(app))
            app.MapGet(StartPath, StartAsync).AllowAnonymous().ExcludeFromDescription();
        else if (!app.Services.GetRequiredService<IOptions<Core.People.AccountOptions>>().Value.LocalSignIn)
            app.Logger.LogWarning("Nobody can sign in by a page: Accounts:LocalSignIn is false, and Accounts:Oidc is not set");
    }

    private static bool IsOn(WebApplication app) => app.Services.GetRequiredService<IOptions<OidcOptions>>().Value.IsOn;

    private static void Set(OpenIdConnectOptions handler, OidcOptions options)
    {
        handler.Authority = options.Authority;
        handler.RequireHttpsMetadata = new Uri(options.Authority!).Scheme == Uri.UriSchemeHttps;
        (handler.ClientId, handler.ClientSecret) = (options.ClientId, options.ClientSecret);
        handler.ResponseType = OpenIdConnectResponseType.Code;
        // Comes back as a request of its own, with our cookies; a form would come from the provider's page and without them.
        handler.ResponseMode = OpenIdConnectResponseMode.Query;
        // The link would make the server ask the provider something, as often as anybody follows it.
        handler.PushedAuthorizationBehavior = PushedAuthorizationBehavior.Disable;
        handler.CorrelationCookie.SameSite = handler.NonceCookie.SameSite = SameSiteMode.Lax;
        handler.CorrelationCookie.SecurePolicy = handler.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        handler.CallbackPath = CallbackPath;
        // Anybody's link would sign people out.
        handler.RemoteSignOutPath = handler.SignedOutCallbackPath = default;
        handler.SignInScheme = IdentityConstants.ExternalScheme;
        handler.Scope.Add(OpenIdConnectScope.Email);
        handler.MapInboundClaims = false;
        handler.DisableTelemetry = true;
        handler.BackchannelTimeout = LongPatience;
        // Where the ID token does not say it, the user info may. Each says it for itself: see ProviderClaims.
        handler.GetClaimsFromUserInfoEndpoint = true;
        handler.ClaimActions.Clear();
        foreach (var type in new[] { ProviderClaims.Email, ProviderClaims.EmailVerified, options.Operators?.Type }.OfType<string>())
            handler.ClaimActions.MapJsonKey(type, type);
        handler.Events = new OpenIdConnectEvents
        {
            OnTicketReceived = EnterAsync,
            OnAccessDenied = denied =>
            {
                GiveUp(denied, SignOnProblem.Cancelled, denied.ReturnUrl);
                return Task.CompletedTask;
            },
            OnRemoteFailure = failed =>
            {
                LogFailure(failed.HttpContext, failed.Failure);
                GiveUp(failed, ProblemOf(failed.Failure), failed.Properties?.RedirectUri);
                return Task.CompletedTask;
            },
        };
    }

    private static async Task StartAsync(HttpContext context, string? returnUrl, IOptionsMonitor<OpenIdConnectOptions> handler)
    {
        var goOn = Short(ReturnUrls.OnlyOurs(returnUrl));
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            patience.CancelAfter(Patience);
            // Where it is not known yet, those who ask at once wait for each other, and the first does not look at the token.
            await handler.Get(Scheme).ConfigurationManager!.GetConfigurationAsync(patience.Token).WaitAsync(patience.Token);
            await context.ChallengeAsync(Scheme, new AuthenticationProperties { RedirectUri = goOn });
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            LogFailure(context, failure);
            context.Response.Redirect(SignOnProblems.Page(SignOnProblem.Unavailable, goOn));
        }
    }

    /// <summary>The provider's word is taken for one sign-in of ours, and nothing of it is kept.</summary>
    private static async Task EnterAsync(TicketReceivedContext ticket)
    {
        var signOn = ticket.HttpContext.RequestServices.GetRequiredService<CompanySignOn>();
        ticket.Response.Redirect(await signOn.EnterAsync(ticket.HttpContext, ticket.Principal!, ReturnUrls.OnlyOurs(ticket.ReturnUri)));
        ticket.HandleResponse();
    }

    private static void GiveUp(HandleRequestContext<RemoteAuthenticationOptions> context, SignOnProblem problem, string? returnUrl)
    {
        context.Response.Redirect(SignOnProblems.Page(problem, ReturnUrls.OnlyOurs(returnUrl)));
        context.HandleResponse();
    }

    private static SignOnProblem ProblemOf(Exception? failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is HttpRequestException or OperationCanceledException or IOException)
                return SignOnProblem.Unavailable;
        }

        return SignOnProblem.Failed;
    }

    private static void LogFailure(HttpContext context, Exception? failure) =>
        context
            .RequestServices.GetRequiredService<ILogger<CompanySignOn>>()
            .LogWarning("A sign-on came to nothing: {Reason} {Cause}", failure?.Message, failure?.InnerException?.Message ?? "");

    /// <summary>What no header or address takes is not gone back to.</summary>
    private static string Short(string returnUrl) => returnUrl.Length <= MaxReturnUrlLength && returnUrl.All(char.IsAscii) ? returnUrl : "/";
}
