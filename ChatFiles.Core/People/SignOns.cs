using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.People;

/// <summary>Whom the company's provider says somebody is.</summary>
/// <param name="Issuer">The provider.</param>
/// <param name="Subject">What the provider calls them for ever; an address may become somebody else's.</param>
/// <param name="Address">Theirs, as the provider has verified.</param>
/// <param name="IsOperator">They have the claim that makes operators.</param>
public sealed record SignOn(string Issuer, string Subject, string Address, bool IsOperator);

/// <summary>What comes of a sign-on.</summary>
public enum SignOnEnd
{
    /// <summary>The account is found or made, and whose it is.</summary>
    Entered,

    /// <summary>An account with a password has the address: only who knows it may link it.</summary>
    PasswordWanted,

    /// <summary>The account is not active.</summary>
    ShutOut,

    /// <summary>Somebody else of this provider has the account of this address.</summary>
    SomebodyElses,
}

/// <param name="Person">The account that it is about.</param>
public sealed record SignOnResult(SignOnEnd End, Person Person);

/// <summary>
/// The accounts of people whom a company's provider knows. One is found by issuer and subject; by its address only once,
/// when the two are linked: who is given another's address later gets no account with it.
/// </summary>
public sealed class SignOns(DatabaseWriter writer, TimeProvider time, IOptions<AccountOptions> options)
{
    private const string Via = "by company sign-on";

    /// <summary>Finds the account or makes one, and gives or takes the operator's role: all of it or nothing.</summary>
    /// <param name="proved">Whose password was just proved.</param>
    public Task<SignOnResult> EnterAsync(SignOn who, Person? proved = null) =>
        writer.WriteAsync(async db =>
        {
            var now = time.GetUtcNow().UtcDateTime;
            var person = await db.Users.SingleOrDefaultAsync(p =>
                db.UserLogins.Any(l => l.LoginProvider == who.Issuer && l.ProviderKey == who.Subject && l.UserId == p.Id)
            );
            if (person is null)
            {
                var key = PersonQueries.AddressKey(who.Address);
                person = await db.Users.SingleOrDefaultAsync(p => p.NormalizedEmail == key);
                if (person is null)
                    person = await AddAsync(db, who, now);
                else if (await RefuseLinkAsync(db, person, who, proved) is { } end)
                    return new SignOnResult(end, person);
                await LinkAsync(db, person, who, now);
            }

            if (!person.Active)
                return new SignOnResult(SignOnEnd.ShutOut, person);
            await SetRoleAsync(db, person, who, now);
            await db.SaveChangesAsync(CancellationToken.None);
            return new SignOnResult(SignOnEnd.Entered, person);
        });

    private static async Task<Person> AddAsync(ChatDbContext db, SignOn who, DateTime now)
    {
        var key = PersonQueries.AddressKey(who.Address);
        var person = new Person
        {
            UserName = who.Address,
            NormalizedUserName = key,
            Email = who.Address,
            NormalizedEmail = key,
            DisplayName = DisplayNames.Of(who.Address),
            SecurityStamp = Guid.NewGuid().ToString("N"),
            LockoutEnabled = true,
        };
        await NewAccount.AddAsync(db, person, now, person.Id, Via);
        return person;
    }

    private static async Task<SignOnEnd?> RefuseLinkAsync(ChatDbContext db, Person person, SignOn who, Person? proved)
    {
        if (!person.Active)
            return SignOnEnd.ShutOut;
        if (!Mailbox.AreSame(person.Email ?? "", who.Address))
            return SignOnEnd.SomebodyElses;
        // Whoever registered the address may not be who owns it, and the other way round.
        if (person.PasswordHash is not null)
            return proved?.Id == person.Id && proved.SecurityStamp == person.SecurityStamp ? null : SignOnEnd.PasswordWanted;
        return await db.UserLogins.AnyAsync(l => l.UserId == person.Id && l.LoginProvider == who.Issuer) ? SignOnEnd.SomebodyElses : null;
    }

    private static async Task LinkAsync(ChatDbContext db, Person person, SignOn who, DateTime now)
    {
        db.UserLogins.RemoveRange(await db.UserLogins.Where(l => l.UserId == person.Id && l.LoginProvider == who.Issuer).ToListAsync());
        db.UserLogins.Add(
            new IdentityUserLogin<string>
            {
                LoginProvider = who.Issuer,
                ProviderKey = who.Subject,
                UserId = person.Id,
            }
        );
        // It was for an account that nobody had come for; whoever else has the link gets nothing by it any more.
        if (person.PasswordHash is null)
            await db.PasswordLinks.Where(l => l.UserId == person.Id).ExecuteDeleteAsync();
        db.Note(AuditAction.PersonChanged, person.Id, now, person.Email ?? "", person.Id, $"linked with {who.Subject} at {who.Issuer}");
    }

    /// <summary>Takes only what it has given: who was made operator in another way stays one.</summary>
    private async Task SetRoleAsync(ChatDbContext db, Person person, SignOn who, DateTime now)
    {
        var isNamed = options.Value.IsOperator(person.Email);
        var isOperator = await db.OperatorRoles().AnyAsync(c => c.UserId == person.Id);
        if (!isOperator && (who.IsOperator || isNamed))
        {
            await Operators.SetAsync(db, person.Id, isOperator: true, isByClaim: !isNamed);
            db.Note(AuditAction.PersonChanged, actorId: null, now, person.Email ?? "", person.Id, $"made operator, {(isNamed ? "named by the settings" : Via)}");
        }
        else if (isOperator && !who.IsOperator && !isNamed && await Operators.RolesByClaim(db).AnyAsync(c => c.UserId == person.Id))
        {
            await Operators.EndAsync(db, person, now, Via);
        }
    }
}
