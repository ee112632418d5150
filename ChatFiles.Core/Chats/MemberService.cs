using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>Somebody who was looked for.</summary>
/// <param name="IsMember">Of the chat that was asked about, already before.</param>
public sealed record FoundPerson(string UserId, string Name, string Email, bool IsMember)
{
    /// <inheritdoc cref="AuthorView.Picture"/>
    public string? Picture { get; init; }
}

/// <summary>The people of a chat: list, find, add and remove them.</summary>
public sealed class MemberService(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    LongReads longReads,
    PersonLimits limits,
    TimeProvider time
)
{
    /// <summary>So many members come with a chat; the others are read by <see cref="ListMembersAsync"/>.</summary>
    public const int MaxMembersShown = 200;

    /// <summary>The members of a chat by name, the first or those after somebody; with their addresses for whoever has the owner's rights.</summary>
    /// <param name="text">A part of the name; case and accents make no difference.</param>
    /// <param name="after">Somebody who is a member, or was one.</param>
    /// <param name="limit">1 to 200.</param>
    public async Task<Result<MemberPage>> ListMembersAsync(
        string userId,
        long chatId,
        string? text = null,
        string? after = null,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.ReadMemberAsync(userId, chatId, cancellationToken) is not { } member)
            return Refusal.ChatNotFound;
        if ((UseCase.CheckLimit(limit) ?? Texts.CheckQuery(after) ?? await limits.CountSearchAsync(userId, text)) is { } refusal)
            return refusal;
        Person? last = null;
        if (after is not null)
        {
            last = await db.Users.SingleOrDefaultAsync(p => p.Id == after, cancellationToken);
            if (!(await WasMemberAsync(db, userId, chatId, after, cancellationToken)).Succeeded(out var wasMember, out var tooSlow))
                return tooSlow;
            if (last is null || !wasMember)
                return new Refusal(RefusalReason.InvalidQuery, "“after” is the id of somebody who is a member of this chat, or was one.");
        }

        var withAddresses = await db.RulesAsync(member, cancellationToken);
        // By name they are at hand in their order; to find a part of a name, all may have to be looked at.
        return string.IsNullOrWhiteSpace(text)
            ? await ReadMembersAsync(db)
            : await longReads.RunAsync(userId, ReadMembersAsync, cancellationToken);

        async Task<Result<MemberPage>> ReadMembersAsync(ChatDbContext reading)
        {
            var members = await reading.MembersByName(member, text, last, withAddresses).Take(limit + 1).ToListAsync(cancellationToken);
            var page = members.Take(limit).ToList();
            return new MemberPage(page, members.Count > limit ? page[^1].UserId : null);
        }
    }

    /// <summary>Who is one no more is in the log alone, all of which may have to be looked at.</summary>
    private async Task<Result<bool>> WasMemberAsync(ChatDbContext db, string userId, long chatId, string memberId, CancellationToken cancellationToken) =>
        await db.Members.AnyAsync(m => m.ChatId == chatId && m.UserId == memberId, cancellationToken)
            ? true
            : await longReads.RunAsync<bool>(
                userId,
                async reading => await reading.Events.AnyAsync(e => e.ChatId == chatId && e.Type == ChatEventType.MemberLeft && e.UserId == memberId, cancellationToken),
                cancellationToken
            );

    /// <summary>One member.</summary>
    public async Task<Result<MemberView>> GetMemberAsync(
        string userId,
        long chatId,
        string memberId,
        CancellationToken cancellationToken = default
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.ReadMemberAsync(userId, chatId, cancellationToken) is not { } caller)
            return Refusal.ChatNotFound;
        var withAddress = await db.RulesAsync(caller, cancellationToken);
        var member = await db
            .Members.Where(m => m.ChatId == caller.ChatId && m.UserId == memberId)
            .Select(m => new MemberView(m.UserId, m.User.DisplayName, m.Role, m.User.Active) { Email = withAddress ? m.User.Email : null, Picture = m.User.PictureStamp })
            .SingleOrDefaultAsync(cancellationToken);
        return member is null ? NoMember : member;
    }

    /// <summary>Makes the person with that address a member; that they are one already is no error.</summary>
    public async Task<Result<Done>> AddMemberAsync(string userId, long chatId, string? email, CancellationToken cancellationToken = default)
    {
        var added = await AddMemberAsync(userId, chatId, db => db.FindPersonAsync(email), cancellationToken);
        return added.Refusal is { } refusal ? refusal : new Done();
    }

    /// <summary>Makes the person a member who is meant by an address, or by their display name.</summary>
    public Task<Result<FoundPerson>> AddMemberByNameAsync(
        string userId,
        long chatId,
        string? nameOrEmail,
        CancellationToken cancellationToken = default
    ) => AddMemberAsync(userId, chatId, db => db.FindByNameOrEmailAsync(nameOrEmail), cancellationToken);

    /// <summary>
    /// Other people whose name (without case and accents) or address contains the text, 8 at the most; of a chat, those
    /// first who are not in it yet.
    /// </summary>
    public async Task<Result<IReadOnlyList<FoundPerson>>> FindPeopleAsync(
        string userId,
        long? chatId,
        string text,
        CancellationToken cancellationToken = default
    )
    {
        text = text.Trim();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (text.Length == 0 || (chatId is { } id && await db.ReadMemberAsync(userId, id, cancellationToken) is null))
            return Array.Empty<FoundPerson>();
        if (await limits.CountSearchAsync(userId, text) is { } tooMany)
            return tooMany;
        // All people may have to be looked at.
        return await longReads.RunAsync<IReadOnlyList<FoundPerson>>(
            userId,
            async reading =>
                await reading
                    .Users.WithNameOrAddress(text)
                    .Where(p => p.Id != userId && p.Active)
                    .Select(p => new { Person = p, IsMember = reading.Members.Any(m => m.ChatId == chatId && m.UserId == p.Id) })
                    .OrderBy(found => found.IsMember)
                    .ThenBy(found => found.Person.FoldedName)
                    .ThenBy(found => found.Person.Id)
                    .Take(8)
                    .Select(found => new FoundPerson(found.Person.Id, found.Person.DisplayName, found.Person.Email!, found.IsMember)
                    {
                        Picture = found.Person.PictureStamp,
                    })
                    .ToListAsync(cancellationToken),
            cancellationToken
        );
    }

    /// <summary>The person as others see them; without a name when there is no such account.</summary>
    public async Task<AuthorView> LookAtAsync(string userId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Users.Where(p => p.Id == userId).Select(p => new AuthorView(p.Id, p.DisplayName) { Picture = p.PictureStamp }).SingleOrDefaultAsync(cancellationToken)
            ?? new AuthorView(userId, "");
    }

    /// <summary>The person's display name; empty when there is no such account.</summary>
    public async Task<string> NameOfAsync(string userId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.NameOfAsync(userId, cancellationToken) ?? "";
    }

    /// <summary>Ends a membership: the owner removes anyone, a member removes themself. Nobody leaves General.</summary>
    public Task<Result<Done>> RemoveMemberAsync(
        string userId,
        long chatId,
        string memberId,
        CancellationToken cancellationToken = default
    ) =>
        writer.ChangeAsync<Done>(
            limits,
            userId,
            chatId,
            async db =>
            {
                if (await db.FindMemberAsync(userId, chatId) is not { } caller)
                    return Refusal.ChatNotFound;
                if (memberId != userId && !await db.RulesAsync(caller))
                    return new Refusal(RefusalReason.NotAllowed, "Only the chat's owner can remove others.");
                if (chatId == Chat.GeneralId)
                    return new Refusal(RefusalReason.NotAllowed, "Everybody is in General; nobody leaves it.");
                var leaving = await db.Members.Include(m => m.User).SingleOrDefaultAsync(m => m.ChatId == chatId && m.UserId == memberId);
                if (leaving is null)
                    return NoMember;

                await db.LeaveAsync(caller.Chat, leaving, memberId == userId ? null : await db.NameOfAsync(userId), time.Now());
                db.Note(AuditAction.MemberRemoved, userId, time.Now(), leaving.User.Email ?? "", memberId, $"chat {chatId}");
                if (memberId != userId)
                    db.RemovedMembers.Add(new RemovedMember { ChatId = chatId, UserId = memberId });
                if (leaving.Role == MemberRole.Owner)
                    await PassOwnershipOnAsync(db, leaving, caller.Chat);
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );

    internal static readonly Refusal NoMember = new(RefusalReason.UserNotFound, "This person is not a member of the chat.");

    private Task<Result<FoundPerson>> AddMemberAsync(
        string userId,
        long chatId,
        Func<ChatDbContext, Task<Person?>> findPerson,
        CancellationToken cancellationToken
    ) =>
        writer.ChangeAsync<FoundPerson>(
            limits,
            userId,
            chatId,
            async db =>
            {
                if (await db.FindMemberAsync(userId, chatId) is not { } caller)
                    return Refusal.ChatNotFound;
                if (caller.Chat.IsDirect)
                    return new Refusal(RefusalReason.NotAllowed, "A direct chat is between two people; create a new chat for more.");
                if (!await db.RulesAsync(caller))
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

                await db.RemovedMembers.Where(r => r.ChatId == chatId && r.UserId == person.Id).ExecuteDeleteAsync();
                await db.JoinAsync(caller.Chat, person, time.Now(), await db.NameOfAsync(userId));
                db.Note(AuditAction.MemberAdded, userId, time.Now(), person.Email ?? "", person.Id, $"chat {chatId}");
                await db.SaveChangesAsync(CancellationToken.None);
                return added;
            },
            cancellationToken
        );

    /// <summary>To the longest-standing member; to somebody who can't sign in only where there is nobody else.</summary>
    private async Task PassOwnershipOnAsync(ChatDbContext db, Member leaving, Chat chat)
    {
        var heir = await db
            .Members.Where(m => m.ChatId == leaving.ChatId && m.UserId != leaving.UserId)
            .OrderByDescending(m => m.User.Active)
            .ThenBy(m => m.JoinedSeq)
            .FirstOrDefaultAsync();
        if (heir is null)
            return;
        heir.Role = MemberRole.Owner;
        db.AddEvent(chat, ChatEventType.MemberChanged, time.Now()).UserId = heir.UserId;
    }
}
