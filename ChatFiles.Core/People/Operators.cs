using System.Security.Claims;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.People;

/// <summary>Somebody who runs this installation: to have one is the proof of it.</summary>
/// <param name="UserId">Null: whoever sits at the machine.</param>
public sealed record Operator
{
    /// <summary>Who calls the program on the data folder could as well change the database.</summary>
    public static readonly Operator AtTheMachine = new((string?)null);

    internal Operator(string? userId) => UserId = userId;

    public string? UserId { get; }
}

/// <summary>
/// Who runs this installation. The database is asked each time: a role that was taken away does not live on in a cookie, a
/// token or an open page.
/// </summary>
public sealed class Operators(IDbContextFactory<ChatDbContext> databases, DatabaseWriter writer, TimeProvider time)
{
    private const string ByClaim = "role-by-claim";

    internal static readonly Refusal NotAnOperator = new(RefusalReason.NotAllowed, "Only operators of this site can do this.");

    /// <summary>The person as operator, or that they are none.</summary>
    public async Task<Result<Operator>> FindAsync(string userId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.ActiveOperators().AnyAsync(c => c.UserId == userId, cancellationToken) ? new Operator(userId) : NotAnOperator;
    }

    /// <summary>Makes the person an operator; again does no harm.</summary>
    /// <param name="why">For the audit log.</param>
    public Task AppointAsync(string userId, string why) =>
        writer.WriteAsync(async db =>
        {
            if (await db.OperatorRoles().AnyAsync(c => c.UserId == userId))
                return new Done();
            await SetAsync(db, userId, isOperator: true);
            var address = await db.Users.Where(p => p.Id == userId).Select(p => p.Email).SingleAsync();
            db.Note(AuditAction.PersonChanged, actorId: null, time.GetUtcNow().UtcDateTime, address ?? "", userId, $"made operator, {why}");
            await db.SaveChangesAsync(CancellationToken.None);
            return new Done();
        });

    /// <summary>Ends a role that a claim of the company's provider has lent, when the person comes without one.</summary>
    /// <param name="why">For the audit log.</param>
    public async Task EndLentAsync(string userId, string why)
    {
        // Nearly nobody has one: only who has waits for their turn to write.
        await using (var db = await databases.CreateDbContextAsync())
            if (!await RolesByClaim(db).AnyAsync(c => c.UserId == userId))
                return;
        await writer.WriteAsync(async db =>
        {
            if (await RolesByClaim(db).AnyAsync(c => c.UserId == userId))
                await EndAsync(db, await db.Users.SingleAsync(p => p.Id == userId), time.GetUtcNow().UtcDateTime, why);
            return await db.SaveChangesAsync(CancellationToken.None);
        });
    }

    /// <summary>In the writer's transaction; to be saved.</summary>
    internal static async Task EndAsync(ChatDbContext db, Person person, DateTime now, string why)
    {
        await SetAsync(db, person.Id, isOperator: false);
        db.Note(AuditAction.PersonChanged, actorId: null, now, person.Email ?? "", person.Id, $"dismissed as operator, {why}");
    }

    /// <summary>Whether they still are, asked in the writer's transaction: a request may take its time between being let in and being done.</summary>
    internal static async Task<bool> IsStillAsync(ChatDbContext db, Operator by) =>
        by.UserId is null || await db.ActiveOperators().AnyAsync(c => c.UserId == by.UserId);

    /// <summary>In the writer's transaction; to be saved.</summary>
    /// <param name="isByClaim">It ends with the claim; see <see cref="SignOns"/>.</param>
    internal static async Task SetAsync(ChatDbContext db, string userId, bool isOperator, bool isByClaim = false)
    {
        var roles = await db.OperatorRoles().Where(c => c.UserId == userId).ToListAsync();
        if (isOperator && roles.Count == 0)
            db.UserClaims.Add(RoleOf(userId));
        else if (!isOperator)
            db.UserClaims.RemoveRange(roles);
        // Whoever is made operator by hand stays one, whatever becomes of the claim.
        db.UserClaims.RemoveRange(await RolesByClaim(db).Where(c => c.UserId == userId).ToListAsync());
        if (isOperator && isByClaim)
            db.UserClaims.Add(new() { UserId = userId, ClaimType = ByClaim, ClaimValue = Person.OperatorRole });
    }

    /// <summary>Of whom the role is only lent by a claim of the company's provider.</summary>
    internal static IQueryable<IdentityUserClaim<string>> RolesByClaim(ChatDbContext db) => db.UserClaims.Where(c => c.ClaimType == ByClaim);

    internal static IdentityUserClaim<string> RoleOf(string userId) =>
        new()
        {
            UserId = userId,
            ClaimType = ClaimTypes.Role,
            ClaimValue = Person.OperatorRole,
        };
}
