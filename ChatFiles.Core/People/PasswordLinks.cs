using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.People;

/// <summary>A one-time link, as its maker hands it on.</summary>
/// <param name="Token">Known to nobody else; see <see cref="Model.PasswordLink"/>.</param>
public sealed record NewPasswordLink(string UserId, string Token, DateTime ExpiresAt);

/// <summary>One-time links by which people set their password: the first one, or another when it was forgotten.</summary>
public sealed class PasswordLinks(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    Sessions sessions,
    TimeProvider time,
    IOptions<AccountOptions> options
)
{
    /// <summary>Of an account that is new.</summary>
    public static readonly TimeSpan FirstLifetime = TimeSpan.FromDays(7);

    /// <summary>Of one that had a password.</summary>
    public static readonly TimeSpan ResetLifetime = TimeSpan.FromHours(24);

    /// <summary>Of one that somebody asked for who has forgotten it.</summary>
    public static readonly TimeSpan ForgottenLifetime = TimeSpan.FromHours(1);

    /// <summary>Said of a link that is wrong, used, replaced or too old, and of one whose account is shut: who has none learns nothing.</summary>
    private static readonly Refusal NoLink = new(
        RefusalReason.InvalidCredentials,
        "This link is not valid any more: it was used, or replaced by a newer one, or it is too old. Ask for another one."
    );

    /// <summary>Makes a link, which ends those before. The password that there is works until the link is used.</summary>
    public async Task<Result<NewPasswordLink>> MakeAsync(Operator by, string userId, TimeSpan lifetime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        if (options.Value.RefuseLocal() is { } off)
            return off;
        return await writer.WriteAsync<Result<NewPasswordLink>>(
            async db =>
            {
                if (!await Operators.IsStillAsync(db, by))
                    return Operators.NotAnOperator;
                if (await db.Users.Where(p => p.Id == userId).Select(p => p.Email).SingleOrDefaultAsync() is not { } email)
                    return PeopleService.NoSuchPerson;
                db.Note(AuditAction.PasswordReset, by.UserId, time.GetUtcNow().UtcDateTime, email, userId, "a link was made");
                return await ReplaceAsync(db, userId, PasswordLinkKind.ByOperator, lifetime);
            },
            cancellationToken
        );
    }

    /// <summary>Who has that address and may sign in; null when nobody has.</summary>
    public async Task<Person?> FindOwnerAsync(string email, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.FindPersonAsync(email);
    }

    /// <summary>
    /// Makes a link, which ends the one of its kind before, for somebody who has forgotten their password, to be told to nobody but them; null when they can't sign in,
    /// or can with a company's provider, be it beside a password: it may have given the address to somebody else.
    /// </summary>
    public Task<NewPasswordLink?> MakeForgottenAsync(string userId) =>
        writer.WriteAsync<NewPasswordLink?>(async db =>
        {
            var known = db.Users.Where(p => p.Id == userId && p.Active && !db.UserLogins.Any(l => l.UserId == p.Id));
            if (await known.Select(p => p.Email).SingleOrDefaultAsync() is not { } email)
                return null;
            // Who asked is not known.
            db.Note(AuditAction.PasswordReset, actorId: null, time.GetUtcNow().UtcDateTime, email, userId, "a link was asked for by mail");
            return await ReplaceAsync(db, userId, PasswordLinkKind.ByMail, ForgottenLifetime);
        });

    /// <summary>Whose password the link sets; nothing is used up.</summary>
    public async Task<Result<Person>> FindAsync(string? token, CancellationToken cancellationToken = default)
    {
        if (options.Value.RefuseLocal() is { } off)
            return off;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await FindAsync(db, token, cancellationToken) is { } person ? person : NoLink;
    }

    /// <summary>
    /// Uses the link up and sets the password, which ends all sessions and tokens of the person. Of two who use it at once
    /// one comes too late.
    /// </summary>
    /// <param name="passwordHash">Of a password that was judged before.</param>
    public async Task<Result<Done>> UseAsync(string? token, string passwordHash)
    {
        if (options.Value.RefuseLocal() is { } off)
            return off;
        var used = await writer.WriteAsync<Result<Done>>(async db =>
        {
            if (await FindAsync(db, token, CancellationToken.None) is not { } found)
                return NoLink;
            var person = await db.Users.SingleAsync(p => p.Id == found.Id);
            person.PasswordHash = passwordHash;
            (person.LockoutEnd, person.AccessFailedCount) = (null, 0);
            await Sessions.EndAllAsync(db, person);
            db.Note(AuditAction.PasswordReset, person.Id, time.GetUtcNow().UtcDateTime, person.Email ?? "", person.Id, "set by the link");
            await db.PasswordLinks.Where(l => l.UserId == person.Id).ExecuteDeleteAsync();
            await db.SaveChangesAsync(CancellationToken.None);
            return new Done();
        });
        sessions.LookAgain();
        return used;
    }

    /// <summary>In the writer's transaction, and saves it.</summary>
    private async Task<NewPasswordLink> ReplaceAsync(ChatDbContext db, string userId, PasswordLinkKind kind, TimeSpan lifetime)
    {
        var made = new NewPasswordLink(userId, Secrets.New(), Times.ToTheMillisecond(time.GetUtcNow().UtcDateTime) + lifetime);
        await db.PasswordLinks.Where(l => l.UserId == userId && (kind == PasswordLinkKind.ByOperator || l.Kind == kind)).ExecuteDeleteAsync();
        db.PasswordLinks.Add(
            new PasswordLink
            {
                UserId = userId,
                Kind = kind,
                TokenHash = Secrets.HashOf(made.Token),
                ExpiresAt = made.ExpiresAt,
            }
        );
        await db.SaveChangesAsync(CancellationToken.None);
        return made;
    }

    private async Task<Person?> FindAsync(ChatDbContext db, string? token, CancellationToken cancellationToken)
    {
        if (token is null || !token.IsText())
            return null;
        var (hash, now) = (Secrets.HashOf(token), time.GetUtcNow().UtcDateTime);
        return await db
            .Users.AsNoTracking()
            .SingleOrDefaultAsync(
                p => p.Active && db.PasswordLinks.Any(l => l.UserId == p.Id && l.TokenHash == hash && l.ExpiresAt > now),
                cancellationToken
            );
    }
}
