using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace ChatFiles.Tests.Stage;

/// <summary>Somebody whom the provider knows.</summary>
/// <param name="Subject">What the provider calls them for ever.</param>
/// <param name="Email">Null: it says none.</param>
/// <param name="EmailVerified">Null: it does not say.</param>
public sealed record ProviderPerson(string Subject, string? Email, bool? EmailVerified = true)
{
    public string[] Groups { get; init; } = [];

    /// <summary>What the user info says beside the subject, in whichever types.</summary>
    public Dictionary<string, object?> UserInfo { get; init; } = new(StringComparer.Ordinal);
}

/// <summary>A company's OpenID provider (OpenIddict) on a port of its own: a page to sign in at, codes, signed tokens.</summary>
public sealed class OpenIdProvider : IAsyncDisposable
{
    private const string ClientId = "chatfiles";
    private const string ClientSecret = "known to two";
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    private readonly WebApplication _app;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    private OpenIdProvider(WebApplication app) => _app = app;

    /// <summary>By what they enter on its page.</summary>
    public ConcurrentDictionary<string, ProviderPerson> People { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers nobody in a way that could be used.</summary>
    public bool IsDown { get; set; }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>What ChatFiles has to know of it.</summary>
    public (string Name, string Value)[] Settings =>
        [("Accounts:Oidc:Authority", Address.ToString()), ("Accounts:Oidc:ClientId", ClientId), ("Accounts:Oidc:ClientSecret", ClientSecret)];

    public static async Task<OpenIdProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder
            .Services.AddOpenIddict()
            .AddServer(server =>
            {
                server.SetAuthorizationEndpointUris("authorize").SetTokenEndpointUris("token").SetUserInfoEndpointUris("userinfo").SetPushedAuthorizationEndpointUris("pushed");
                server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
                server.RegisterScopes(Scopes.Email, Scopes.Profile);
                server.AddEphemeralEncryptionKey().AddEphemeralSigningKey();
                // Without a database of clients: the only one is checked here.
                server.EnableDegradedMode();
                server.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(Validate));
                server.AddEventHandler<ValidatePushedAuthorizationRequestContext>(handler => handler.UseInlineHandler(_ => default));
                server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(Validate));
                server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().EnableUserInfoEndpointPassthrough().DisableTransportSecurityRequirement();
            });
        var app = builder.Build();
        var provider = new OpenIdProvider(app);
        app.Use((context, next) => provider.IsDown ? Refuse(context) : next(context));
        app.UseAuthentication();
        app.MapGet("/authorize", ShowPage);
        app.MapPost("/authorize", (Delegate)provider.SignInAsync);
        app.MapGet("/userinfo", (Delegate)provider.TellAsync);
        await app.StartAsync();
        return provider;
    }

    /// <summary>What a browser does there: from the address that it was sent to, by the page, to the one that it is sent back to.</summary>
    /// <param name="login">Null: they think better of it.</param>
    public async Task<Uri> AuthorizeAsync(Uri request, string? login)
    {
        request.GetLeftPart(UriPartial.Path).ShouldBe(new Uri(Address, "authorize").ToString());
        var fields = QueryHelpers.ParseQuery(request.Query).Select(p => KeyValuePair.Create(p.Key, p.Value.ToString()));
        using var form = new FormUrlEncodedContent(fields.Append(login is null ? new("cancel", "1") : new("login", login)));
        using var answer = await _http.PostAsync(new Uri(Address, "authorize"), form);
        answer.StatusCode.ShouldBe(HttpStatusCode.Found, await answer.Content.ReadAsStringAsync());
        return answer.Headers.Location!;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    private static ValueTask Validate(ValidateAuthorizationRequestContext context)
    {
        if (context.ClientId != ClientId || context.RedirectUri is not { } back || new Uri(back) is not { IsLoopback: true, AbsolutePath: "/signin-oidc" })
            context.Reject(Errors.InvalidClient, "This client or its address is not registered.");
        return default;
    }

    private static ValueTask Validate(ValidateTokenRequestContext context)
    {
        if (context.ClientId != ClientId || context.ClientSecret != ClientSecret)
            context.Reject(Errors.InvalidClient, "This is not the client's secret.");
        return default;
    }

    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }

    private static IResult ShowPage(HttpContext context)
    {
        var hidden = context.Request.Query.Select(p => $"<input type=hidden name=\"{WebUtility.HtmlEncode(p.Key)}\" value=\"{WebUtility.HtmlEncode(p.Value)}\">");
        return Results.Content(
            $"<!DOCTYPE html><html lang=en><title>Provider</title><link rel=icon href=\"data:,\"><form method=post action=/authorize>{string.Concat(hidden)}<label>Login <input name=login></label><button>Go on</button></form>",
            "text/html"
        );
    }

    private async Task<IResult> SignInAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        if (!People.TryGetValue(form["login"].ToString(), out var person))
            return Results.Forbid(authenticationSchemes: [Scheme]);
        var identity = new ClaimsIdentity(Scheme);
        identity.SetClaim(Claims.Subject, person.Subject);
        identity.SetClaim(Claims.Email, person.Email);
        if (person.EmailVerified is { } isVerified)
            identity.SetClaim(Claims.EmailVerified, isVerified);
        identity.SetClaims("groups", [.. person.Groups]);
        identity.SetScopes(context.GetOpenIddictServerRequest()!.GetScopes());
        identity.SetDestinations(_ => [Destinations.IdentityToken]);
        return Results.SignIn(new ClaimsPrincipal(identity), authenticationScheme: Scheme);
    }

    private async Task<IResult> TellAsync(HttpContext context)
    {
        var subject = (await context.AuthenticateAsync(Scheme)).Principal!.GetClaim(Claims.Subject)!;
        var said = People.Values.First(person => person.Subject == subject).UserInfo;
        return Results.Json(new Dictionary<string, object?>(said, StringComparer.Ordinal) { [Claims.Subject] = subject });
    }
}
