using ChatFiles.Core.Chats;
using ChatFiles.Web.Api;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Accounts;

/// <summary>Accounts for programs: register, and tokens in exchange for a password or a refresh token.</summary>
internal static class AccountApi
{
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
    }

    private static async Task<IResult> RegisterAsync(HttpContext context, AccountService accounts)
    {
        if (!(await context.ReadJsonAsync<Credentials>()).Succeeded(out var credentials, out var refusal))
            return Problems.Of(refusal);
        var registered = await accounts.RegisterAsync(credentials.Email, credentials.Password);
        return registered.Refusal is { } refused ? Problems.Of(refused) : Results.Ok();
    }

    private static async Task<IResult> LoginAsync(HttpContext context, AccountService accounts)
    {
        if (!(await context.ReadJsonAsync<Credentials>()).Succeeded(out var credentials, out var refusal))
            return Problems.Of(refusal);
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
        if (!(await context.ReadJsonAsync<RefreshToken>()).Succeeded(out var request, out var refusal))
            return Problems.Of(refusal);
        var ticket = options.Get(IdentityConstants.BearerScheme).RefreshTokenProtector.Unprotect(request.Token);
        var isCurrent = ticket?.Properties.ExpiresUtc is { } expires && time.GetUtcNow() < expires;
        return isCurrent && await accounts.RenewAsync(ticket!.Principal) is { } person
            ? TypedResults.SignIn(person, authenticationScheme: IdentityConstants.BearerScheme)
            : Problems.Of(InvalidRefreshToken);
    }

    internal sealed record Credentials(string? Email, string? Password);

    internal sealed record RefreshToken([property: System.Text.Json.Serialization.JsonPropertyName("refreshToken")] string? Token);
}
