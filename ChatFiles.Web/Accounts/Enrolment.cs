using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Accounts;

/// <summary>How an account comes to be: somebody registers, or an operator adds them and they set a password by a link.</summary>
public sealed class Enrolment(UserManager<Person> users, PasswordLinks links, IOptions<AccountOptions> options, IOptions<OidcOptions> oidc)
{
    internal static readonly Refusal NoText = Invalid("A password holds no NUL and no half of a surrogate pair.");

    private static readonly Refusal NoAddress = Invalid("This is not an e-mail address.");

    /// <summary>Whoever registers next is the first, and becomes operator.</summary>
    public async Task<bool> MakesOperatorAsync() => options.Value is { AllowRegistration: true, LocalSignIn: true, NamesOperators: false } && !await users.Users.AnyAsync();

    /// <summary>Operators add people, who set a password by a link.</summary>
    public bool AddsPeople => options.Value.LocalSignIn;

    /// <summary>What the company's sign-on is called, where people come by it too; null where they don't.</summary>
    public string? Company => oidc.Value.IsOn ? oidc.Value.DisplayName : null;

    /// <summary>Creates an account, which is a member of General from then on.</summary>
    public async Task<Result<Person>> RegisterAsync(string? email, string? password)
    {
        var address = email?.Trim() ?? "";
        if (options.Value.RefuseLocal() is { } off)
            return off;
        if (WhileClosed() is { } closed)
            return closed;
        if (!Addresses.IsOne(address))
            return NoAddress;
        if (password?.IsText() == false)
            return NoText;
        if (!IsAllowedDomain(address))
            return Closed($"Only addresses of {string.Join(", ", options.Value.Domains)} can register here.");
        // Whoever came first would rule: it is not proved whose address it is.
        if (options.Value.IsLikeOperator(address))
            return Closed("This address gets its account from an operator, by a link.");
        var person = NewPerson(address, DisplayNames.Of(address));
        var created = await users.CreateAsync(person, password ?? "");
        return created.Succeeded ? person : Invalid(created);
    }

    /// <summary>Why nobody can register by themselves; null: they can.</summary>
    public Refusal? WhileClosed() =>
        options.Value.AllowRegistration ? null : Closed("New accounts can't be created here; an operator of this site gives you a link.");

    /// <summary>Makes an account for somebody else, with a link by which they set its password; registration may be closed to all.</summary>
    /// <param name="name">What they are called at first; null: as their address begins.</param>
    public async Task<Result<NewPasswordLink>> AddPersonAsync(Operator by, string? email, string? name)
    {
        var address = email?.Trim() ?? "";
        if (options.Value.RefuseLocal() is { } off)
            return off;
        if (!Addresses.IsOne(address))
            return NoAddress;
        var displayName = DisplayNames.Of(address);
        if (!string.IsNullOrWhiteSpace(name) && !DisplayNames.Clean(name).Succeeded(out displayName!, out var refusal))
            return Invalid(refusal.Detail);
        var person = NewPerson(address, displayName);
        var created = await users.CreateAsync(person);
        return created.Succeeded ? await links.MakeAsync(by, person.Id, PasswordLinks.FirstLifetime) : Invalid(created);
    }

    /// <summary>Sets the password that a link is for; gives whose it is.</summary>
    public async Task<Result<Person>> SetPasswordAsync(string? token, string? password)
    {
        if (!(await links.FindAsync(token)).Succeeded(out var person, out var refusal))
            return refusal;
        if (password?.IsText() == false)
            return NoText;
        foreach (var rule in users.PasswordValidators)
        {
            var judged = await rule.ValidateAsync(users, person, password ?? "");
            if (!judged.Succeeded)
                return Invalid(judged);
        }

        var used = await links.UseAsync(token, users.PasswordHasher.HashPassword(person, password!));
        return used.Refusal is { } tooLate ? tooLate : person;
    }

    /// <summary>The user name is the address here, so what Identity says of it is said already.</summary>
    internal static Refusal Invalid(IdentityResult result) =>
        Invalid(
            string.Join(" ", result.Errors.Where(e => e.Code != nameof(IdentityErrorDescriber.DuplicateUserName)).Select(e => e.Description))
        );

    private static Person NewPerson(string address, string name) =>
        new()
        {
            UserName = address,
            Email = address,
            DisplayName = name,
        };

    private bool IsAllowedDomain(string address)
    {
        var domain = address[(address.LastIndexOf('@') + 1)..];
        return !options.Value.Domains.Any() || options.Value.Domains.Contains(domain, StringComparer.OrdinalIgnoreCase);
    }

    private static Refusal Closed(string detail) => new(RefusalReason.RegistrationClosed, detail);

    private static Refusal Invalid(string detail) => new(RefusalReason.InvalidRegistration, detail);
}
