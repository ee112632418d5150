using System.Security.Claims;
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
        account.MapPost("/register", RegisterAsync).Takes<Credentials>().WithSummary("Create an account");
        account
            .MapPost("/login", LoginAsync)
            .Takes<Credentials>()
            .Produces<AccessTokenResponse>()
            .WithSummary("Get a bearer token");
        account
            .MapPost("/refresh", RefreshAsync)
            .Takes<RefreshToken>()
            .Produces<AccessTokenResponse>()
            .WithSummary("Get a new bearer token");
        account.MapPost("/forgot", AskForLinkAsync).Takes<Address>().Produces(202).WithSummary("Ask for a one-time link by mail, to set another password");

        var mine = app.MapSignedIn("/account").WithTags("Accounts");
        mine.MapGet("/profile", GetProfileAsync).Produces<Profile>().WithSummary("My account");
        mine.MapPut("/profile", ChangeProfileAsync).Takes<NewProfile>().Produces(204).WithSummary("Change my display name");
        mine.MapPost("/tokens", MakeTokenAsync).Takes<WantedToken>().Produces<NewToken>(201).WithSummary("Make an access token for a script; it is shown this once");
        mine.MapGet("/tokens", ListTokensAsync).Produces<TokenList>().WithSummary("My access tokens");
        mine.MapDelete("/tokens/{id}", EndTokenAsync).Produces(204).WithSummary("End an access token");
        mine.MapPost("/sign-out-everywhere", SignOutEverywhereAsync).Produces(204).WithSummary("End all of my sessions and tokens");
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

    private static async Task<IResult> EndTokenAsync(string id, ClaimsPrincipal user, AccessTokens tokens) =>
        (await tokens.EndAsync(user.UserId(), Requests.ParseFileId(id))).ToNoContent();

    internal sealed record WantedToken(string? Name, [property: System.Text.Json.Serialization.JsonConverter(typeof(Requests.WholeNumber))] long? Days);

    internal sealed record TokenList(IReadOnlyList<ListedToken> Tokens);

    internal sealed record NewProfile(string? Name);

    internal sealed record Credentials(string? Email, string? Password);

    internal sealed record Address(string? Email);

    internal sealed record RefreshToken([property: System.Text.Json.Serialization.JsonPropertyName("refreshToken")] string? Token);
}
