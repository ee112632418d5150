using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.People;

/// <summary>
/// Identity's store; a new account and its membership of General are one transaction. The first account is the
/// operator's.
/// </summary>
public sealed class PersonStore(ChatDbContext context, DatabaseWriter writer, TimeProvider time, IdentityErrorDescriber describer)
    : UserOnlyStore<Person, ChatDbContext>(context, describer)
{
    public override async Task<IdentityResult> CreateAsync(Person user, CancellationToken cancellationToken = default)
    {
        var taken = await writer.WriteAsync(
            async db =>
            {
                // Looked up again inside the gate: two registrations of one address may run at the same time.
                if (await db.Users.AnyAsync(p => p.NormalizedEmail == user.NormalizedEmail))
                    return true;
                if (!await db.Users.AnyAsync())
                    db.UserClaims.Add(Role(user, Person.OperatorRole));
                db.Users.Add(user);
                db.PersonStates.Add(new PersonState { UserId = user.Id });
                var general = await db.Chats.SingleAsync(c => c.Id == Chat.GeneralId);
                await db.JoinAsync(general, user, time.GetUtcNow().UtcDateTime);
                await db.SaveChangesAsync(CancellationToken.None);
                return false;
            },
            cancellationToken
        );
        return taken ? IdentityResult.Failed(ErrorDescriber.DuplicateEmail(user.Email ?? "")) : IdentityResult.Success;
    }

    private static IdentityUserClaim<string> Role(Person person, string role) =>
        new()
        {
            UserId = person.Id,
            ClaimType = ClaimTypes.Role,
            ClaimValue = role,
        };
}
