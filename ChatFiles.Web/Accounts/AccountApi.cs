using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json.Serialization;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Web.Api;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Accounts;

/// <summary>Accounts for programs: register, and tokens in exchange for a password or a refresh token.</summary>
internal static class AccountApi
{
    /// <summary>Of a body; whoever sends it need not have an account.</summary>
    private const int MaxBytes = 64 * 1024;

    private static readonly Refusal InvalidRefreshToken = new(
        RefusalReason.InvalidCredentials,
        "The refresh token is not valid any more; sign in again."
    );

    public static void MapAccountApi(this WebApplication app)
    {
        var account = app.MapGroup("/account").AllowAnonymous().WithTags("Accounts");
        account
            .MapPost("/register", RegisterAsync)
            .Named("register", "Create an account")
            .Takes<Credentials>()
            .Produces(200)
            .Refuses(RefusalReason.InvalidRegistration, RefusalReason.RegistrationClosed, RefusalReason.LocalSignInOff, RefusalReason.TooManyRequests);
        account
            .MapPost("/login", LoginAsync)
            .Named("login", "Get a bearer token")
            .Takes<Credentials>()
            .Produces<AccessTokenResponse>()
            .Refuses(RefusalReason.InvalidCredentials, RefusalReason.LocalSignInOff, RefusalReason.TooManyRequests);
        account
            .MapPost("/refresh", RefreshAsync)
            .Named("refresh", "Get a new bearer token")
            .Takes<RefreshToken>()
            .Produces<AccessTokenResponse>()
            .Refuses(RefusalReason.InvalidCredentials, RefusalReason.TooManyRequests);
        account
            .MapPost("/forgot", AskForLinkAsync)
            .Named("forgotPassword", "Ask for a one-time link by mail, to set another password")
            .Takes<Address>()
            .Produces(202)
            .Refuses(RefusalReason.MailNotSet, RefusalReason.LocalSignInOff, RefusalReason.TooManyRequests);

        var mine = app.MapSignedIn("/account").WithTags("Accounts");
        mine.MapGet("/profile", GetProfileAsync).Named("getProfile", "My account").Produces<Profile>().Refuses();
        mine.MapPut("/profile", ChangeProfileAsync)
            .Named("changeProfile", "Change my display name")
            .Takes<NewProfile>()
            .Produces(204)
            .Refuses(RefusalReason.InvalidName, RefusalReason.NameTaken);
        mine.MapPost("/tokens", MakeTokenAsync)
            .Named("makeToken", "Make an access token for a script; it is shown this once")
            .Takes<WantedToken>()
            .Produces<NewToken>(201)
            .Answers("Location", "The token's address.")
            .Refuses(RefusalReason.InvalidName, RefusalReason.InvalidDays, RefusalReason.NotAllowed, RefusalReason.TooManyTokens);
        mine.MapGet("/tokens", ListTokensAsync).Named("listTokens", "My access tokens").Produces<TokenList>().Refuses();
        mine.MapDelete("/tokens/{tokenId}", EndTokenAsync).Named("endToken", "End an access token").Produces(204).Refuses(RefusalReason.TokenNotFound);
        mine.MapPost("/sign-out-everywhere", SignOutEverywhereAsync).Named("signOutEverywhere", "End all of my sessions and tokens").Produces(204).Refuses();
    }

    private static async Task<IResult> RegisterAsync(HttpContext context, Enrolment enrolment)
    {
        if (!(await context.ReadJsonAsync<Credentials>(MaxBytes)).Succeeded(out var credentials, out var refusal))
            return Problems.Of(refusal);
        var registered = await enrolment.RegisterAsync(credentials.Email, credentials.Password);
        return registered.Refusal is { } refused ? Problems.Of(refused) : Results.Ok();
    }

    private static async Task<IResult> LoginAsync(HttpContext context, AccountService accounts)
    {
        if (!(await context.ReadJsonAsync<Credentials>(MaxBytes)).Succeeded(out var credentials, out var refusal))
            return Problems.Of(refusal);
        if ((Requests.CheckIsText(credentials.Email, "email") ?? Requests.CheckIsText(credentials.Password, "password")) is { } noText)
            return Problems.Of(noText);
        var refused = await accounts.SignInForTokenAsync(credentials.Email, credentials.Password);
        return refused is null ? Results.Empty : Problems.Of(refused);
    }

    private static async Task<IResult> RefreshAsync(
        HttpContext context,
        AccountService accounts,
        IOptionsMonitor<BearerTokenOptions> options,
        TimeProvider time
    )
    {
        if (!(await context.ReadJsonAsync<RefreshToken>(MaxBytes)).Succeeded(out var request, out var refusal))
            return Problems.Of(refusal);
        if (Requests.CheckIsText(request.Token, "refreshToken") is { } noText)
            return Problems.Of(noText);
        var ticket = options.Get(IdentityConstants.BearerScheme).RefreshTokenProtector.Unprotect(request.Token);
        var isCurrent = ticket?.Properties.ExpiresUtc is { } expires && time.GetUtcNow() < expires;
        return isCurrent && await accounts.RenewAsync(ticket!.Principal) is { } person
            ? TypedResults.SignIn(person, authenticationScheme: IdentityConstants.BearerScheme)
            : Problems.Of(InvalidRefreshToken);
    }

    /// <summary>Accepted, whether the address has an account or not.</summary>
    private static async Task<IResult> AskForLinkAsync(HttpContext context, ForgottenPasswords forgotten)
    {
        if (forgotten.Closed is { } closed)
            return Problems.Of(closed);
        if (!(await context.ReadJsonAsync<Address>(MaxBytes)).Succeeded(out var address, out var refusal))
            return Problems.Of(refusal);
        return forgotten.Ask(address.Email) is { } refused ? Problems.Of(refused) : Results.Accepted();
    }

    private static async Task<IResult> GetProfileAsync(ClaimsPrincipal user, Profiles profiles, CancellationToken cancellationToken) =>
        await profiles.FindAsync(user.UserId(), cancellationToken) is { } profile ? Results.Ok(profile) : Problems.NotSignedIn;

    private static async Task<IResult> ChangeProfileAsync(HttpContext context, ClaimsPrincipal user, Profiles profiles) =>
        (await context.ReadJsonAsync<NewProfile>(MaxBytes)).Succeeded(out var wanted, out var refusal)
            ? (await profiles.RenameAsync(user.UserId(), wanted.Name)).ToNoContent()
            : Problems.Of(refusal);

    private static async Task<IResult> SignOutEverywhereAsync(ClaimsPrincipal user, AccountService accounts)
    {
        await accounts.SignOutEverywhereAsync(user);
        return Results.NoContent();
    }

    private static async Task<IResult> MakeTokenAsync(HttpContext context, ClaimsPrincipal user, AccessTokens tokens)
    {
        if (!(await context.ReadJsonAsync<WantedToken>(MaxBytes)).Succeeded(out var wanted, out var refusal))
            return Problems.Of(refusal);
        return (await tokens.MakeAsync(user.UserId(), user.SessionId(), wanted.Name, wanted.Days ?? AccessTokens.DefaultDays)).Succeeded(out var made, out refusal)
            ? Results.Created($"/account/tokens/{made.Id}", made)
            : Problems.Of(refusal);
    }

    private static async Task<IResult> ListTokensAsync(ClaimsPrincipal user, AccessTokens tokens, CancellationToken cancellationToken) =>
        Results.Ok(new TokenList(await tokens.ListAsync(user.UserId(), cancellationToken)));

    private static async Task<IResult> EndTokenAsync(string tokenId, ClaimsPrincipal user, AccessTokens tokens) =>
        (await tokens.EndAsync(user.UserId(), Requests.ParseFileId(tokenId))).ToNoContent();

    internal sealed record WantedToken([property: Required] string? Name, [property: Range(1, AccessTokens.MaxDays), DefaultValue((long)AccessTokens.DefaultDays), JsonConverter(typeof(Requests.WholeNumber))] long? Days);

    internal sealed record TokenList(IReadOnlyList<ListedToken> Tokens);

    internal sealed record NewProfile([property: Required] string? Name);

    internal sealed record Credentials([property: Required] string? Email, [property: Required] string? Password);

    internal sealed record Address([property: Required] string? Email);

    internal sealed record RefreshToken([property: Required, JsonPropertyName("refreshToken")] string? Token);
}
