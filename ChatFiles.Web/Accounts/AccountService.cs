using System.Security.Claims;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Web.Api;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Accounts;

/// <summary>What people do with their account; the API and the pages both come through here.</summary>
public sealed class AccountService(
    UserManager<Person> users,
    SignInManager<Person> signIn,
    ChatDbContext database,
    GuessTurns guesses,
    Sessions sessions,
    Operators operators,
    AuditLog audit,
    IOptions<AccountOptions> options
)
{
    private static readonly Refusal WrongCredentials = new(
        RefusalReason.InvalidCredentials,
        "E-mail address and password don't fit together, or the account is locked for some minutes after too many wrong passwords."
    );

    private static readonly Refusal WrongPassword = new(
        RefusalReason.InvalidCredentials,
        "This is not your current password, or your account is locked for some minutes after too many wrong passwords."
    );

    /// <summary>Verified where there is no password to verify.</summary>
    private static readonly Lazy<string> NobodysPasswordHash = new(() => new PasswordHasher<Person>().HashPassword(new Person(), "nobody's"));

    /// <summary>Signs in with a cookie, for the pages. Null when it worked.</summary>
    /// <param name="isKept">For 30 days after the last use; else until the browser closes.</param>
    public Task<Refusal?> SignInAsync(string? email, string? password, bool isKept) =>
        SignInAsync(email, password, isKept, IdentityConstants.ApplicationScheme);

    /// <summary>Signs in with a bearer token, which is written to the response when it worked.</summary>
    public Task<Refusal?> SignInForTokenAsync(string? email, string? password) =>
        SignInAsync(email, password, isKept: false, IdentityConstants.BearerScheme);

    /// <summary>The person that a refresh token belongs to, for another turn of the same session; null when it has ended.</summary>
    public async Task<ClaimsPrincipal?> RenewAsync(ClaimsPrincipal ticket)
    {
        if (!await sessions.IsLiveAsync(ticket.SessionId()) || await users.GetUserAsync(ticket) is not { } person)
            return null;
        var renewed = await signIn.CreateUserPrincipalAsync(person);
        renewed.CarryOver(ticket);
        return renewed;
    }

    /// <summary>Whether there is a password to change.</summary>
    public async Task<bool> HasPasswordAsync(ClaimsPrincipal caller) => options.Value.LocalSignIn && (await users.GetUserAsync(caller))?.PasswordHash is not null;

    /// <summary>Ends the caller's session: in all tabs of this browser, and for whoever has a copy of its cookie.</summary>
    public async Task SignOutAsync(ClaimsPrincipal caller)
    {
        if (caller.SessionId() is { } session)
            await sessions.EndAsync(session);
        await signIn.SignOutAsync();
    }

    /// <summary>Ends all sessions of the caller, and their tokens with them.</summary>
    public async Task SignOutEverywhereAsync(ClaimsPrincipal caller)
    {
        await sessions.EndAllAsync(caller.UserId());
        await signIn.SignOutAsync();
    }

    /// <summary>Changes the password, which ends all sessions but the one it is changed in. Null when it worked.</summary>
    public async Task<Refusal?> ChangePasswordAsync(ClaimsPrincipal caller, string? current, string? replacement)
    {
        if (options.Value.RefuseLocal() is { } off)
            return off;
        // A guess like any other: counted, and none is looked at while the account is locked.
        if (await users.GetUserAsync(caller) is not { } person || !await IsRightPasswordAsync(person, current))
            return WrongPassword;
        if (replacement?.IsText() == false)
            return Enrolment.NoText;
        var changed = IdentityResult.Success;
        await sessions.KeepAsync(
            caller.SessionId() ?? "",
            async () =>
            {
                changed = await users.ChangePasswordAsync(person, current ?? "", replacement ?? "");
                return changed.Succeeded ? person.SecurityStamp : null;
            }
        );
        return changed.Succeeded ? null : Enrolment.Invalid(changed);
    }

    /// <summary>Whose password it is. A wrong one is counted and noted.</summary>
    internal async Task<Result<Person>> ProveAsync(string? email, string? password)
    {
        var address = email?.Trim() ?? "";
        var person = Addresses.MayHaveAccount(address) ? await users.FindByEmailAsync(address) : null;
        if (await IsRightPasswordAsync(person, password) && person!.Active)
            return person;
        audit.Note(AuditAction.SignInFailed, person?.Id, Addresses.IsOne(address) ? address : "");
        return WrongCredentials;
    }

    private async Task<Refusal?> SignInAsync(string? email, string? password, bool isKept, string scheme)
    {
        if (options.Value.RefuseLocal() is { } off)
            return off;
        if (!(await ProveAsync(email, password)).Succeeded(out var person, out var refusal))
            return refusal;
        if (options.Value.IsOperator(person.Email))
            await operators.AppointAsync(person.Id, "named by the settings");
        else
            await operators.EndLentAsync(person.Id, "by a sign-in with the password");
        // Outside the account's turn: a token is written to the client, who may take their time.
        signIn.AuthenticationScheme = scheme;
        await signIn.SignInWithClaimsAsync(person, isKept, [SessionClaims.New(await sessions.BeginAsync(person))]);
        return null;
    }

    /// <summary>Hashes one password whatever comes of it: the time taken does not tell which addresses have an account.</summary>
    private async Task<bool> IsRightPasswordAsync(Person? person, string? password)
    {
        if (person?.PasswordHash is not null && await GuessAsync(person, password) is { } isRight)
            return isRight;
        users.PasswordHasher.VerifyHashedPassword(new Person(), NobodysPasswordHash.Value, password ?? "");
        return false;
    }

    /// <summary>Whether it is the password; a wrong one is counted. Null while no more are looked at, after too many wrong ones.</summary>
    private async Task<bool?> GuessAsync(Person person, string? password)
    {
        using var turn = await guesses.EnterAsync(person.Id);
        await database.Entry(person).ReloadAsync();
        if (await users.IsLockedOutAsync(person))
            return null;
        return (await signIn.CheckPasswordSignInAsync(person, password ?? "", lockoutOnFailure: true)).Succeeded;
    }
}
