using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.People;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Accounts;

/// <summary>What people do with their account; the API and the pages both come through here.</summary>
public sealed class AccountService(
    UserManager<Person> users,
    SignInManager<Person> signIn,
    ChatDbContext database,
    GuessTurns guesses,
    IOptions<AccountOptions> options
)
{
    private const int MaxEmailLength = 254; // RFC 5321, section 4.5.3.1.3

    private static readonly Refusal WrongCredentials = new(
        RefusalReason.InvalidCredentials,
        "E-mail address and password don't fit together, or the account is locked for some minutes after too many wrong passwords."
    );

    /// <summary>Verified where there is no password to verify.</summary>
    private static readonly Lazy<string> NobodysPasswordHash = new(() => new PasswordHasher<Person>().HashPassword(new Person(), "nobody's"));

    /// <summary>Creates an account, which is a member of General from then on.</summary>
    public async Task<Result<Person>> RegisterAsync(string? email, string? password)
    {
        var address = email?.Trim() ?? "";
        if (!options.Value.AllowRegistration)
            return new Refusal(RefusalReason.RegistrationClosed, "New accounts can't be created here; ask the operator.");
        if (!IsAddress(address))
            return Invalid("This is not an e-mail address.");
        if (!IsAllowedDomain(address))
            return new Refusal(
                RefusalReason.RegistrationClosed,
                $"Only addresses of {string.Join(", ", AllowedDomains)} can register here."
            );
        var localPart = address[..address.LastIndexOf('@')];
        var person = new Person
        {
            UserName = address,
            Email = address,
            DisplayName = localPart.Length > Chat.MaxNameLength ? localPart[..Chat.MaxNameLength] : localPart,
        };
        var created = await users.CreateAsync(person, password ?? "");
        return created.Succeeded ? person : Invalid(Describe(created));
    }

    /// <summary>Signs in with a cookie, for the pages. Null when it worked.</summary>
    public Task<Refusal?> SignInAsync(string? email, string? password) =>
        SignInAsync(email, password, IdentityConstants.ApplicationScheme);

    /// <summary>Signs in with a bearer token, which is written to the response when it worked.</summary>
    public Task<Refusal?> SignInForTokenAsync(string? email, string? password) =>
        SignInAsync(email, password, IdentityConstants.BearerScheme);

    /// <summary>The person that a valid ticket belongs to; a changed password makes it invalid.</summary>
    public async Task<ClaimsPrincipal?> RenewAsync(ClaimsPrincipal? ticket) =>
        await signIn.ValidateSecurityStampAsync(ticket) is { } person ? await signIn.CreateUserPrincipalAsync(person) : null;

    public Task SignOutAsync() => signIn.SignOutAsync();

    /// <summary>Changes the display name. Null when it worked.</summary>
    public async Task<Refusal?> ChangeNameAsync(ClaimsPrincipal caller, string? name)
    {
        var trimmed = name?.Trim() ?? "";
        if (trimmed.Length is 0 or > Chat.MaxNameLength || trimmed.Any(char.IsControl))
            return new Refusal(RefusalReason.InvalidName, $"A name has 1 to {Chat.MaxNameLength} characters.");
        if (await users.GetUserAsync(caller) is not { } person)
            return WrongCredentials;
        person.DisplayName = trimmed;
        var changed = await users.UpdateAsync(person);
        return changed.Succeeded ? null : Invalid(Describe(changed));
    }

    /// <summary>Changes the password; every other device has to sign in again. Null when it worked.</summary>
    public async Task<Refusal?> ChangePasswordAsync(ClaimsPrincipal caller, string? current, string? replacement)
    {
        if (await users.GetUserAsync(caller) is not { } person)
            return WrongCredentials;
        var changed = await users.ChangePasswordAsync(person, current ?? "", replacement ?? "");
        if (!changed.Succeeded)
            return Invalid(Describe(changed));
        await signIn.RefreshSignInAsync(person);
        return null;
    }

    private IEnumerable<string> AllowedDomains =>
        options.Value.AllowedEmailDomains.SelectMany(list =>
            list.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        );

    private async Task<Refusal?> SignInAsync(string? email, string? password, string scheme)
    {
        var person = await users.FindByEmailAsync(email?.Trim() ?? "");
        if (!await IsRightPasswordAsync(person, password))
            return WrongCredentials;
        // Outside the account's turn: a token is written to the client, who may take their time.
        signIn.AuthenticationScheme = scheme;
        await signIn.SignInAsync(person!, isPersistent: true);
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

    private static bool IsAddress(string address) =>
        address.Length <= MaxEmailLength
        && new EmailAddressAttribute().IsValid(address)
        && !address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));

    private bool IsAllowedDomain(string address)
    {
        var domain = address[(address.LastIndexOf('@') + 1)..];
        return !AllowedDomains.Any() || AllowedDomains.Contains(domain, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The user name is the address here, so what Identity says of it is said already.</summary>
    private static string Describe(IdentityResult result) =>
        string.Join(" ", result.Errors.Where(e => e.Code != nameof(IdentityErrorDescriber.DuplicateUserName)).Select(e => e.Description));

    private static Refusal Invalid(string detail) => new(RefusalReason.InvalidRegistration, detail);
}
