using ChatFiles.Core.Data;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>Somebody who was looked for.</summary>
/// <param name="IsMember">Of the chat that was asked about, already before.</param>
public sealed record FoundPerson(string UserId, string Name, string Email, bool IsMember);

public sealed partial class ChatService
{
    /// <summary>Makes the person with that address a member; that they are one already is no error.</summary>
    public async Task<Result<Done>> AddMemberAsync(string userId, long chatId, string? email, CancellationToken cancellationToken = default)
    {
        var added = await AddMemberAsync(userId, chatId, db => FindPersonAsync(db, email), cancellationToken);
        return added.Refusal is { } refusal ? refusal : new Done();
    }

    /// <summary>Makes the person a member who is meant by an address, or by a display name that only one person has.</summary>
    public Task<Result<FoundPerson>> AddMemberByNameAsync(
        string userId,
        long chatId,
        string? nameOrEmail,
        CancellationToken cancellationToken = default
    ) => AddMemberAsync(userId, chatId, db => FindByNameOrEmailAsync(db, nameOrEmail), cancellationToken);

    /// <summary>
    /// Other people whose name or address contains the text, 8 at the most; of a chat, those first who are not in it yet.
    /// </summary>
    public async Task<IReadOnlyList<FoundPerson>> FindPeopleAsync(
        string userId,
        long? chatId,
        string text,
        CancellationToken cancellationToken = default
    )
    {
        text = text.Trim();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (text.Length == 0 || (chatId is { } id && !await IsMemberAsync(db, userId, id, cancellationToken)))
            return [];
        var pattern = "%" + text.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_") + "%";
        return await db
            .Users.Where(p => EF.Functions.Like(p.DisplayName, pattern, "\\") || EF.Functions.Like(p.Email!, pattern, "\\"))
            .Where(p => p.Id != userId)
            .Select(p => new { Person = p, IsMember = db.Members.Any(m => m.ChatId == chatId && m.UserId == p.Id) })
            .OrderBy(found => found.IsMember)
            .ThenBy(found => found.Person.DisplayName)
            .Take(8)
            .Select(found => new FoundPerson(found.Person.Id, found.Person.DisplayName, found.Person.Email!, found.IsMember))
            .ToListAsync(cancellationToken);
    }

    /// <summary>The person's display name; empty when there is no such account.</summary>
    public async Task<string> NameOfAsync(string userId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Users.Where(p => p.Id == userId).Select(p => p.DisplayName).SingleOrDefaultAsync(cancellationToken) ?? "";
    }

    /// <summary>The person has not sent anything yet to any of their chats.</summary>
    public async Task<bool> IsNewAsync(string userId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return !await db.Members.AnyAsync(
            m => m.UserId == userId && db.Messages.Any(x => x.ChatId == m.ChatId && x.AuthorId == userId),
            cancellationToken
        );
    }

    /// <summary>Ends a membership: the owner removes anyone, a member removes themself. Nobody leaves General.</summary>
    public Task<Result<Done>> RemoveMemberAsync(
        string userId,
        long chatId,
        string memberId,
        CancellationToken cancellationToken = default
    ) =>
        writer.WriteAsync<Result<Done>>(
            async db =>
            {
                if (await FindMembershipAsync(db, userId, chatId) is not { } caller)
                    return Refusal.ChatNotFound;
                if (memberId != userId && caller.Role != MemberRole.Owner)
                    return new Refusal(RefusalReason.NotAllowed, "Only the chat's owner can remove others.");
                if (chatId == Chat.GeneralId)
                    return new Refusal(RefusalReason.NotAllowed, "Everybody is in General; nobody leaves it.");
                var leaving = await db.Members.Include(m => m.User).SingleOrDefaultAsync(m => m.ChatId == chatId && m.UserId == memberId);
                if (leaving is null)
                    return new Refusal(RefusalReason.UserNotFound, "This person is not a member of the chat.");

                var left = db.AddEvent(caller.Chat, ChatEventType.MemberLeft, Now);
                (left.UserId, left.UserName) = (leaving.UserId, leaving.User.DisplayName);
                db.Members.Remove(leaving);
                if (leaving.Role == MemberRole.Owner)
                    await PassOwnershipOnAsync(db, leaving);
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );

    private Task<Result<FoundPerson>> AddMemberAsync(
        string userId,
        long chatId,
        Func<ChatDbContext, Task<Person?>> findPerson,
        CancellationToken cancellationToken
    ) =>
        writer.WriteAsync<Result<FoundPerson>>(
            async db =>
            {
                if (await FindMembershipAsync(db, userId, chatId) is not { } caller)
                    return Refusal.ChatNotFound;
                if (caller.Chat.IsDirect)
                    return new Refusal(RefusalReason.NotAllowed, "A direct chat is between two people; create a new chat for more.");
                if (caller.Role != MemberRole.Owner)
                    return new Refusal(RefusalReason.NotAllowed, "Only the chat's owner can add people.");
                if (await findPerson(db) is not { } person)
                    return Refusal.UserNotFound;
                var added = new FoundPerson(
                    person.Id,
                    person.DisplayName,
                    person.Email!,
                    IsMember: await db.Members.AnyAsync(m => m.ChatId == chatId && m.UserId == person.Id)
                );
                if (added.IsMember)
                    return added;

                await db.JoinAsync(caller.Chat, person, Now);
                await db.SaveChangesAsync(CancellationToken.None);
                return added;
            },
            cancellationToken
        );

    private static async Task PassOwnershipOnAsync(ChatDbContext db, Member leaving)
    {
        var heir = await db
            .Members.Where(m => m.ChatId == leaving.ChatId && m.UserId != leaving.UserId)
            .OrderBy(m => m.JoinedSeq)
            .FirstOrDefaultAsync();
        heir?.Role = MemberRole.Owner;
    }

    private static async Task<Person?> FindByNameOrEmailAsync(ChatDbContext db, string? nameOrEmail)
    {
        if (await FindPersonAsync(db, nameOrEmail) is { } person)
            return person;
        var trimmed = nameOrEmail?.Trim();
        var people = await db.Users.Where(p => p.DisplayName == trimmed).Take(2).ToListAsync();
        return people is [var only] ? only : null;
    }
}
