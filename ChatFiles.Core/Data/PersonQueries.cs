using System.Security.Claims;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

/// <summary>Finds people as others speak of them; who is not active is found by nobody.</summary>
internal static class PersonQueries
{
    /// <summary>The same for all ways to write one address, as Identity makes it.</summary>
    public static string AddressKey(string address)
    {
        try
        {
            return address.Trim().Normalize().ToUpperInvariant();
        }
        catch (ArgumentException)
        {
            return address; // no Unicode, and so nobody's
        }
    }

    /// <summary>Who has that address; null when nobody has.</summary>
    public static async Task<Person?> FindPersonAsync(this ChatDbContext db, string? email)
    {
        if (email?.IsText() != true)
            return null;
        var normalized = AddressKey(email);
        return await db.Users.SingleOrDefaultAsync(p => p.NormalizedEmail == normalized && p.Active);
    }

    /// <summary>What contains an @ is an address and never a name: nobody is found by calling themself like another's address.</summary>
    public static Task<Person?> FindByNameOrEmailAsync(this ChatDbContext db, string? nameOrEmail)
    {
        if (nameOrEmail?.IsText() != true || DisplayNames.LooksLikeAddress(nameOrEmail))
            return db.FindPersonAsync(nameOrEmail);
        var key = DisplayNames.KeyOf(nameOrEmail);
        return db.Users.SingleOrDefaultAsync(p => p.NameKey == key && p.Active);
    }

    /// <summary>Whose name has a part, without case and accents, or whose address has it, without case.</summary>
    public static IQueryable<Person> WithNameOrAddress(this IQueryable<Person> people, string part)
    {
        var (name, address) = (SearchWords.Fold(part.Trim()), AddressKey(part));
        return people.Where(p => p.FoldedName.Contains(name) || p.NormalizedEmail!.Contains(address));
    }

    /// <summary>The operator's role of those who can sign in.</summary>
    public static IQueryable<IdentityUserClaim<string>> ActiveOperators(this ChatDbContext db) =>
        db.OperatorRoles().Where(c => db.Users.Any(p => p.Id == c.UserId && p.Active));

    public static IQueryable<IdentityUserClaim<string>> OperatorRoles(this ChatDbContext db) =>
        db.UserClaims.Where(c => c.ClaimType == ClaimTypes.Role && c.ClaimValue == Person.OperatorRole);

    /// <summary>The person's display name; null when there is no such account.</summary>
    public static Task<string?> NameOfAsync(this ChatDbContext db, string userId, CancellationToken cancellationToken = default) =>
        db.Users.Where(p => p.Id == userId).Select(p => p.DisplayName).SingleOrDefaultAsync(cancellationToken);
}
