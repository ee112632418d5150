using System.Text.Json.Serialization;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.People;

/// <summary>An account as operators see it.</summary>
/// <param name="LastSeenAt">To the hour; null: never.</param>
/// <param name="StorageBytes">Of their files in all chats.</param>
/// <param name="QuotaBytes">Their own; see <see cref="PersonState.QuotaBytes"/>.</param>
public sealed record ListedPerson(
    string UserId,
    string Email,
    string Name,
    bool Operator,
    bool Active,
    DateTime CreatedAt,
    DateTime? LastSeenAt,
    long StorageBytes,
    [property: JsonIgnore] long? QuotaBytes
);

/// <summary>A page of accounts, newest first.</summary>
/// <param name="NextBefore">Ask for those before this one next; null on the last page.</param>
public sealed record PeoplePage(IReadOnlyList<ListedPerson> People, string? NextBefore);

/// <summary>What an operator changes of an account; what is not named stays.</summary>
/// <param name="SetsQuota">Whether <see cref="QuotaBytes"/> was named.</param>
/// <param name="QuotaBytes">Null: the general one, 0: none.</param>
/// <param name="ForgetsPassword">
/// Whether the password, and all that was opened with it, ends: the next sign-on of a company's provider with that address has the account.
/// </param>
public sealed record PersonChange(bool? Active = null, bool? Operator = null, bool SetsQuota = false, long? QuotaBytes = null, bool ForgetsPassword = false)
{
    /// <summary>In words, for the audit log.</summary>
    public override string ToString() =>
        string.Join(
            ", ",
            new[]
            {
                Active switch { true => "activated", false => "deactivated", null => null },
                Operator switch { true => "made operator", false => "dismissed as operator", null => null },
                SetsQuota ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"quota {(QuotaBytes is null ? "general" : QuotaBytes)}") : null,
                ForgetsPassword ? "password forgotten" : null,
            }.OfType<string>()
        );
}

/// <summary>Whether an address can have an account.</summary>
public enum AddressState
{
    Free,
    Taken,

    /// <summary>Another one before it, of those asked for, is the same.</summary>
    Repeated,
}

/// <summary>The people of this installation, as its operators look after them.</summary>
public sealed class PeopleService(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    LongReads longReads,
    Sessions sessions,
    TimeProvider time
)
{
    internal static readonly Refusal NoSuchPerson = new(RefusalReason.UserNotFound, "There is no such account.");

    private static readonly Refusal TheLastOperator = new(
        RefusalReason.LastOperator,
        "This is the last operator who can sign in; make somebody else one first."
    );

    /// <summary>The accounts, newest first, or those before one of them.</summary>
    /// <param name="text">A part of name or address; case and accents of a name make no difference.</param>
    /// <param name="limit">1 to 200.</param>
    public async Task<Result<PeoplePage>> ListAsync(
        Operator by,
        string? text = null,
        string? before = null,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(by);
        if (Texts.CheckQuery(text, before) is { } noText)
            return noText;
        // By a part of a name or address all may have to be looked at.
        return string.IsNullOrWhiteSpace(text)
            ? await WithDatabaseAsync()
            : await longReads.RunAsync(by.UserId ?? "", ReadAsync, cancellationToken);

        async Task<Result<PeoplePage>> WithDatabaseAsync()
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            return await ReadAsync(db);
        }

        async Task<Result<PeoplePage>> ReadAsync(ChatDbContext db)
        {
            var states = db.PersonStates.AsNoTracking();
            if (before is not null)
            {
                if (await states.SingleOrDefaultAsync(s => s.UserId == before, cancellationToken) is not { } last)
                    return new Refusal(RefusalReason.InvalidQuery, "“before” is the id of somebody who has an account.");
#pragma warning disable CA1309 // The database compares; it knows no other way than by bytes.
                states = states.Where(s =>
                    s.CreatedAt <= last.CreatedAt && (s.CreatedAt < last.CreatedAt || string.Compare(s.UserId, last.UserId) < 0)
                );
#pragma warning restore CA1309
            }

            var sought = string.IsNullOrWhiteSpace(text) ? db.Users : db.Users.WithNameOrAddress(text);
            var people = states.Join(sought, s => s.UserId, p => p.Id, (s, p) => new { State = s, Person = p });
            var roles = db.OperatorRoles();
            var page = await people
                .OrderByDescending(x => x.State.CreatedAt)
                .ThenByDescending(x => x.State.UserId)
                .Take(limit + 1)
                .Select(x => new ListedPerson(
                    x.Person.Id,
                    x.Person.Email!,
                    x.Person.DisplayName,
                    roles.Any(c => c.UserId == x.Person.Id),
                    x.Person.Active,
                    x.State.CreatedAt,
                    x.State.LastSeenAt,
                    x.State.StorageBytes,
                    x.State.QuotaBytes
                ))
                .ToListAsync(cancellationToken);
            return page.Count > limit ? new PeoplePage(page[..limit], page[limit - 1].UserId) : new PeoplePage(page, NextBefore: null);
        }
    }

    /// <summary>Who has that address, active or not.</summary>
    public async Task<Result<string>> FindIdAsync(Operator by, string? email, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var address = PersonQueries.AddressKey(email ?? "");
        return await db.Users.Where(p => p.NormalizedEmail == address).Select(p => p.Id).SingleOrDefaultAsync(cancellationToken) is { } id
            ? id
            : NoSuchPerson;
    }

    /// <summary>Which of these addresses have an account, or are the same as one before, however they are written.</summary>
    public async Task<IReadOnlyList<AddressState>> JudgeAddressesAsync(Operator by, IReadOnlyList<string> emails, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        var keys = emails.Select(PersonQueries.AddressKey).ToList();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var taken = await db.Users.Where(p => keys.Contains(p.NormalizedEmail!)).Select(p => p.NormalizedEmail).ToHashSetAsync(cancellationToken);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return keys.ConvertAll(key => !seen.Add(key) ? AddressState.Repeated : taken.Contains(key) ? AddressState.Taken : AddressState.Free);
    }

    /// <summary>Shuts somebody out or lets them in again, gives or takes the operator's role, sets a quota, forgets a password: all of it or nothing.</summary>
    public async Task<Result<Done>> ChangeAsync(Operator by, string userId, PersonChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        if (change is { SetsQuota: true, QuotaBytes: < 0 })
            return new Refusal(RefusalReason.InvalidJson, "“quotaBytes” is a number of bytes, 0 for none or null for the general one.");
        // It changes nothing but a role that is lent, and who has borrowed it does not make it their own.
        if (change.Operator == true && userId == by.UserId)
            change = change with { Operator = null };
        var changed = await writer.WriteAsync<Result<Done>>(
            async db =>
            {
                if (!await Operators.IsStillAsync(db, by))
                    return Operators.NotAnOperator;
                if (await db.Users.SingleOrDefaultAsync(p => p.Id == userId) is not { } person)
                    return NoSuchPerson;
                // Asked here, where nobody else can write: two operators who shut each other out at once are not both gone.
                var isLost = change.Active == false || change.Operator == false;
                if (isLost && person.Active && await IsLastOperatorAsync(db, userId))
                    return TheLastOperator;
                change = await WithoutWhatIsSoAsync(db, person, change);
                if (change.Active is { } active)
                {
                    (person.Active, person.ConcurrencyStamp) = (active, Guid.NewGuid().ToString());
                    if (!active)
                        await Sessions.EndAllAsync(db, person);
                }

                if (change.ForgetsPassword)
                {
                    (person.PasswordHash, person.LockoutEnd, person.AccessFailedCount) = (null, null, 0);
                    await Sessions.EndAllAsync(db, person);
                    await db.PasswordLinks.Where(l => l.UserId == userId).ExecuteDeleteAsync();
                }

                if (change == new PersonChange())
                    return new Done();
                db.Note(AuditAction.PersonChanged, by.UserId, time.GetUtcNow().UtcDateTime, person.Email ?? "", userId, change.ToString());
                if (change.Operator is { } isOperator)
                    await Operators.SetAsync(db, userId, isOperator);
                if (change.SetsQuota)
                    await db
                        .PersonStates.Where(s => s.UserId == userId)
                        .ExecuteUpdateAsync(set => set.SetProperty(s => s.QuotaBytes, change.QuotaBytes));
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );
        sessions.LookAgain();
        return changed;
    }

    /// <summary>Ends all sessions and tokens of a person.</summary>
    public Task<Result<Done>> SignOutAsync(Operator by, string userId)
    {
        ArgumentNullException.ThrowIfNull(by);
        return sessions.EndAllAsync(userId, by);
    }

    /// <summary>What is so already is no change, and nothing to be noted.</summary>
    private static async Task<PersonChange> WithoutWhatIsSoAsync(ChatDbContext db, Person person, PersonChange change)
    {
        if (change.Active == person.Active)
            change = change with { Active = null };
        // A role that is only lent becomes their own.
        if (
            change.Operator is { } isOperator
            && await db.OperatorRoles().AnyAsync(c => c.UserId == person.Id) == isOperator
            && !await Operators.RolesByClaim(db).AnyAsync(c => c.UserId == person.Id)
        )
            change = change with { Operator = null };
        if (change.SetsQuota && await db.PersonStates.AnyAsync(s => s.UserId == person.Id && s.QuotaBytes == change.QuotaBytes))
            change = change with { SetsQuota = false, QuotaBytes = null };
        return change;
    }

    private static async Task<bool> IsLastOperatorAsync(ChatDbContext db, string userId)
    {
        var operators = db.ActiveOperators();
        return await operators.AnyAsync(c => c.UserId == userId) && !await operators.AnyAsync(c => c.UserId != userId);
    }
}
