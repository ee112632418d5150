using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Data;

/// <summary>
/// Reads a chat as one of its members sees it. A <see cref="Member"/> is looked up once, and is the proof of access in all
/// that follows.
/// </summary>
internal static class ChatQueries
{
    /// <summary>From so many members on it is cheaper to go through all people by name and to ask who is a member.</summary>
    private const int ManyMembers = 1000;

    /// <summary>The person's place in the chat, to be read by; null when they have none: then the chat does not exist for them.</summary>
    public static Task<Member?> ReadMemberAsync(this ChatDbContext db, string userId, long chatId, CancellationToken cancellationToken) =>
        db.Members.Include(m => m.Chat).AsNoTracking().SingleOrDefaultAsync(m => m.ChatId == chatId && m.UserId == userId, cancellationToken);

    /// <summary>The same within a change: the member and the chat are tracked.</summary>
    public static Task<Member?> FindMemberAsync(this ChatDbContext db, string userId, long chatId) =>
        db.Members.Include(m => m.Chat).SingleOrDefaultAsync(m => m.ChatId == chatId && m.UserId == userId);

    /// <summary>Whether they have the owner's rights: the owner's own, or an operator's in every chat that they are in.</summary>
    public static async Task<bool> RulesAsync(this ChatDbContext db, Member member, CancellationToken cancellationToken = default) =>
        member.Role == MemberRole.Owner || await db.ActiveOperators().AnyAsync(c => c.UserId == member.UserId, cancellationToken);

    /// <summary>Costs the same in a chat of 30,000 as in one of 30: of the members only those who are wanted are read.</summary>
    public static async Task<ChatView> ViewAsync(
        this ChatDbContext db,
        Member member,
        int members,
        CancellationToken cancellationToken
    )
    {
        var chat = member.Chat;
        var names = chat.DirectKey is null ? null : await db.DirectNamesAsync(member.UserId, [chat.DirectKey], cancellationToken);
        return new ChatView(
            chat.Id,
            names?.GetValueOrDefault(chat.DirectKey!) ?? chat.Name,
            names is not null,
            chat.Open,
            chat.LastSeq,
            chat.KeepDays,
            chat.MemberCount,
            await db.ReadFirstMembersAsync(member, members, cancellationToken),
            await db.RulesAsync(member, cancellationToken)
        )
        {
            NotifySetting = Member.NotifySettingIn(chat.IsDirect, member.Notify, member.MutedUntil),
        };
    }

    /// <summary>What the caller's direct chats are called: by the other person, also when that one has left.</summary>
    public static async Task<Dictionary<string, string>> DirectNamesAsync(
        this ChatDbContext db,
        string userId,
        IEnumerable<string> directKeys,
        CancellationToken cancellationToken
    ) => (await db.DirectPeopleAsync(userId, directKeys, cancellationToken)).ToDictionary(pair => pair.Key, pair => pair.Value.Name, StringComparer.Ordinal);

    /// <summary>Whom the caller's direct chats are with.</summary>
    public static async Task<Dictionary<string, AuthorView>> DirectPeopleAsync(
        this ChatDbContext db,
        string userId,
        IEnumerable<string> directKeys,
        CancellationToken cancellationToken
    )
    {
        var others = directKeys.ToDictionary(key => key, key => key.Split(' ').Single(id => id != userId), StringComparer.Ordinal);
        if (others.Count == 0)
            return [];
        var people = await db
            .Users.Where(p => others.Values.Contains(p.Id))
            .Select(p => new AuthorView(p.Id, p.DisplayName) { Picture = p.PictureStamp })
            .ToDictionaryAsync(p => p.UserId, StringComparer.Ordinal, cancellationToken);
        return others.ToDictionary(pair => pair.Key, pair => people.GetValueOrDefault(pair.Value, new AuthorView(pair.Value, "")), StringComparer.Ordinal);
    }

    /// <summary>The caller, the owner, and then as many others by name.</summary>
    private static async Task<IReadOnlyList<MemberView>> ReadFirstMembersAsync(
        this ChatDbContext db,
        Member member,
        int others,
        CancellationToken cancellationToken
    )
    {
        var first = await db
            .Members.Where(m => m.ChatId == member.ChatId && m.UserId == member.UserId)
            .Concat(db.Members.Where(m => m.ChatId == member.ChatId && m.Role == MemberRole.Owner && m.UserId != member.UserId))
            .Select(m => new MemberView(m.UserId, m.User.DisplayName, m.Role, m.User.Active) { Picture = m.User.PictureStamp })
            .ToListAsync(cancellationToken);
        first.Sort((one, other) => (other.UserId == member.UserId).CompareTo(one.UserId == member.UserId));
        if (others <= first.Count)
            return first;
        var byName = await db.MembersByName(member, text: null, after: null, withAddresses: false).Take(others).ToListAsync(cancellationToken);
        return [.. first, .. byName.Where(m => first.TrueForAll(f => f.UserId != m.UserId)).Take(others - first.Count)];
    }

    /// <summary>In the order of the index over their names.</summary>
    private static IQueryable<Person> PeopleByName(ChatDbContext db, string? text, Person? after)
    {
        var people = db.Users.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(text))
        {
            var part = SearchWords.Fold(text.Trim());
            people = people.Where(p => p.FoldedName.Contains(part));
        }

        if (after is not null)
        {
#pragma warning disable CA1309 // The database compares; it knows no other way than by bytes.
            people = people.Where(p =>
                string.Compare(p.FoldedName, after.FoldedName) >= 0
                && (string.Compare(p.FoldedName, after.FoldedName) > 0 || string.Compare(p.Id, after.Id) > 0)
            );
#pragma warning restore CA1309
        }

        return people;
    }

    /// <summary>The members of the member's chat by name, narrowed to a part of it and to those after somebody. Which end to begin at is said here: the database does not know how many members a chat has.</summary>
    /// <param name="withAddresses">For whoever has the owner's rights.</param>
    public static IQueryable<MemberView> MembersByName(this ChatDbContext db, Member member, string? text, Person? after, bool withAddresses)
    {
        var (chatId, people) = (member.ChatId, PeopleByName(db, text, after));
        return member.Chat.MemberCount >= ManyMembers
            ? people
                .Where(p => db.Members.Any(m => m.ChatId == chatId && m.UserId == p.Id))
                .OrderBy(p => p.FoldedName)
                .ThenBy(p => p.Id)
                .Select(p => new MemberView(
                    p.Id,
                    p.DisplayName,
                    db.Members.Where(m => m.ChatId == chatId && m.UserId == p.Id).Select(m => m.Role).First(),
                    p.Active
                )
                {
                    Email = withAddresses ? p.Email : null,
                    Picture = p.PictureStamp,
                })
            : db
                .Members.Where(m => m.ChatId == chatId)
                .Join(people, m => m.UserId, p => p.Id, (m, p) => new { Person = p, m.Role })
                .OrderBy(m => m.Person.FoldedName)
                .ThenBy(m => m.Person.Id)
                .Select(m => new MemberView(m.Person.Id, m.Person.DisplayName, m.Role, m.Person.Active)
                {
                    Email = withAddresses ? m.Person.Email : null,
                    Picture = m.Person.PictureStamp,
                });
    }
}
