using System.Security.Claims;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.People;

/// <summary>Somebody's own account, as they see it.</summary>
/// <param name="Operator">Runs this installation.</param>
public sealed record Profile(string UserId, string Email, string Name, bool Operator);

/// <summary>What people are called.</summary>
public sealed class Profiles(IDbContextFactory<ChatDbContext> databases, DatabaseWriter writer)
{
    /// <summary>Null when there is no such account.</summary>
    public async Task<Profile?> FindAsync(string userId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db
            .Users.Where(p => p.Id == userId)
            .Select(p => new Profile(
                p.Id,
                p.Email!,
                p.DisplayName,
                db.UserClaims.Any(c => c.UserId == p.Id && c.ClaimType == ClaimTypes.Role && c.ClaimValue == Person.OperatorRole)
            ))
            .SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>Gives the person another display name, which nobody else has.</summary>
    public async Task<Result<Done>> RenameAsync(string userId, string? name, CancellationToken cancellationToken = default)
    {
        if (!DisplayNames.Clean(name).Succeeded(out var cleaned, out var refusal))
            return refusal;
        var key = DisplayNames.KeyOf(cleaned);
        return await writer.WriteAsync<Result<Done>>(
            async db =>
            {
                // Inside the gate, so that of two who want the same name at once only one gets it.
                if (await db.Users.AnyAsync(p => p.NameKey == key && p.Id != userId))
                    return new Refusal(RefusalReason.NameTaken, $"Somebody else is called “{cleaned}”, or nearly so; choose another name.");
                if (await db.Users.SingleOrDefaultAsync(p => p.Id == userId) is not { } person)
                    return Refusal.UserNotFound;
                (person.DisplayName, person.ConcurrencyStamp) = (cleaned, Guid.NewGuid().ToString());
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );
    }
}
