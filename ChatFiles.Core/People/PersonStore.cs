using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.People;

/// <summary>
/// Identity's store; a new account and its membership of General are one transaction. The first who registers is
/// operator, where the settings name none.
/// </summary>
public sealed class PersonStore(
    ChatDbContext context,
    DatabaseWriter writer,
    TimeProvider time,
    IdentityErrorDescriber describer,
    IOptions<AccountOptions> options
) : UserOnlyStore<Person, ChatDbContext>(context, describer)
{
    public override async Task<IdentityResult> CreateAsync(Person user, CancellationToken cancellationToken = default)
    {
        var taken = await writer.WriteAsync(
            async db =>
            {
                // Looked up again inside the gate: two registrations of one address may run at the same time.
                if (await db.Users.AnyAsync(p => p.NormalizedEmail == user.NormalizedEmail))
                    return true;
                var now = time.GetUtcNow().UtcDateTime;
                // Who registers has a password; who was added by an operator has none yet, and is what that one says.
                if (user.PasswordHash is not null && !options.Value.NamesOperators && !await db.Users.AnyAsync())
                {
                    db.UserClaims.Add(Operators.RoleOf(user.Id));
                    db.Note(AuditAction.PersonChanged, user.Id, now, user.Email ?? "", user.Id, "made operator, the first to register");
                }

                var isAdded = user.PasswordHash is null;
                await NewAccount.AddAsync(db, user, now, isAdded ? null : user.Id, isAdded ? "added by an operator" : "");
                await db.SaveChangesAsync(CancellationToken.None);
                return false;
            },
            cancellationToken
        );
        return taken ? IdentityResult.Failed(ErrorDescriber.DuplicateEmail(user.Email ?? "")) : IdentityResult.Success;
    }

    /// <summary>
    /// Saves what was changed and nothing else. Where somebody else has saved the account meanwhile, the change is made
    /// once more to what it is now: two changes at once both hold, and of two to the same field the last.
    /// </summary>
    public override async Task<IdentityResult> UpdateAsync(Person user, CancellationToken cancellationToken = default)
    {
        var entry = Context.Entry(user);
        if (entry.State == EntityState.Detached)
            return await base.UpdateAsync(user, cancellationToken);
        user.ConcurrencyStamp = Guid.NewGuid().ToString();
        while (true)
        {
            try
            {
                await SaveChanges(cancellationToken);
                return IdentityResult.Success;
            }
            catch (DbUpdateConcurrencyException)
            {
                if (!await TryCatchUpAsync(entry, cancellationToken))
                    return IdentityResult.Failed(ErrorDescriber.ConcurrencyFailure());
            }
        }
    }

    /// <summary>
    /// Gives the account the values that it has by now, with the own changes on top. What was decided by the old password
    /// does not outlive it: where that was changed meanwhile, only another change of it goes on.
    /// </summary>
    private static async Task<bool> TryCatchUpAsync(EntityEntry<Person> entry, CancellationToken cancellationToken)
    {
        if (await entry.GetDatabaseValuesAsync(cancellationToken) is not { } now)
            return false;
        var stamp = entry.Property(p => p.SecurityStamp);
        if (!stamp.IsModified && now.GetValue<string?>(stamp.Metadata) != stamp.OriginalValue)
            return false;
        var untouched = entry.Properties.Where(p => !p.IsModified).ToList();
        entry.OriginalValues.SetValues(now);
        foreach (var property in untouched)
            (property.CurrentValue, property.IsModified) = (now[property.Metadata], false);
        return true;
    }
}
