using ChatFiles.Core.Data;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>Somebody who could be added to a chat.</summary>
public sealed record FoundPerson(string UserId, string Name, string Email);

public sealed partial class ChatService
{
    /// <summary>Makes the person with that address a member; that they are one already is no error.</summary>
    public Task<Result<Done>> AddMemberAsync(string userId, long chatId, string? email, CancellationToken cancellationToken = default) =>
        AddMemberAsync(userId, chatId, db => FindPersonAsync(db, email), cancellationToken);

    /// <summary>Makes the person a member who is meant by an address, or by a display name that only one person has.</summary>
    public Task<Result<Done>> AddMemberByNameAsync(
        string userId,
        long chatId,
        string? nameOrEmail,
        CancellationToken cancellationToken = default
    ) => AddMemberAsync(userId, chatId, async db => await FindPersonAsync(db, nameOrEmail) ?? await FindByNameAsync(db, nameOrEmail), cancellationToken);

    /// <summary>People whose name or address contains the text and who are not members yet; 8 at the most.</summary>
    public async Task<IReadOnlyList<FoundPerson>> FindPeopleAsync(
        string userId,
        long chatId,
        string text,
        CancellationToken cancellationToken = default
    )
    {
        text = text.Trim();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (text.Length == 0 || !await IsMemberAsync(db, userId, chatId, cancellationToken))
            return [];
        var pattern = "%" + text.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_") + "%";
        return await db
            .Users.Where(p => EF.Functions.Like(p.DisplayName, pattern, "\\") || EF.Functions.Like(p.Email!, pattern, "\\"))
            .Where(p => !db.Members.Any(m => m.ChatId == chatId && m.UserId == p.Id))
            .OrderBy(p => p.DisplayName)
            .Take(8)
            .Select(p => new FoundPerson(p.Id, p.DisplayName, p.Email!))
            .ToListAsync(cancellationToken);
    }

    /// <summary>The person's display name; empty when there is no such account.</summary>
    public async Task<string> NameOfAsync(string userId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Users.Where(p => p.Id == userId).Select(p => p.DisplayName).SingleOrDefaultAsync(cancellationToken) ?? "";
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

    private Task<Result<Done>> AddMemberAsync(
        string userId,
        long chatId,
        Func<ChatDbContext, Task<Person?>> findPerson,
        CancellationToken cancellationToken
    ) =>
        writer.WriteAsync<Result<Done>>(
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
                if (await db.Members.AnyAsync(m => m.ChatId == chatId && m.UserId == person.Id))
                    return new Done();

                await db.JoinAsync(caller.Chat, person, Now);
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
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

    private static async Task<Person?> FindByNameAsync(ChatDbContext db, string? name)
    {
        var trimmed = name?.Trim();
        var people = await db.Users.Where(p => p.DisplayName == trimmed).Take(2).ToListAsync();
        return people is [var only] ? only : null;
    }
}
