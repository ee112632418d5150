using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>A chat as operators see it: what it is called and how large it is, and nothing of what is said in it.</summary>
/// <param name="Name">Of a direct chat: the two names.</param>
/// <param name="Members">How many.</param>
/// <param name="StorageBytes">Of its files.</param>
/// <param name="LastMessageAt">Null: nobody has written anything yet.</param>
public sealed record ListedChat(long Id, string Name, bool Direct, int Members, long StorageBytes, DateTime? LastMessageAt);

/// <summary>A page of all chats, newest first.</summary>
/// <param name="NextBefore">Ask for those before this one next; null on the last page.</param>
public sealed record AllChatsPage(IReadOnlyList<ListedChat> Chats, long? NextBefore);

/// <summary>All chats of this installation, for its operators.</summary>
public sealed class AllChats(IDbContextFactory<ChatDbContext> databases, LongReads longReads)
{
    /// <summary>The chats, newest first, or those before one of them.</summary>
    /// <param name="text">A part of the name; of a direct chat, of one of the two names. Case and accents make no difference.</param>
    /// <param name="limit">1 to 200.</param>
    public async Task<Result<AllChatsPage>> ListAsync(
        Operator by,
        string? text = null,
        long? before = null,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(by);
        if (Texts.CheckQuery(text) is { } noText)
            return noText;
        // By a part of a name all may have to be looked at.
        if (!string.IsNullOrWhiteSpace(text))
            return await longReads.RunAsync(by.UserId ?? "", ReadAsync, cancellationToken);
        await using var reading = await databases.CreateDbContextAsync(cancellationToken);
        return await ReadAsync(reading);

        async Task<Result<AllChatsPage>> ReadAsync(ChatDbContext db)
        {
            if (before is not null && !await db.Chats.AnyAsync(c => c.Id == before, cancellationToken))
                return new Refusal(RefusalReason.InvalidQuery, "“before” is the id of a chat.");
            var chats = db.Chats.Where(c => before == null || c.Id < before);
            if (!string.IsNullOrWhiteSpace(text))
            {
                var part = SearchWords.Fold(text.Trim());
                chats = chats.Where(c => c.DirectKey == null ? c.FoldedName.Contains(part) : c.Members.Any(m => m.User.FoldedName.Contains(part)));
            }

            var rows = await chats
                .OrderByDescending(c => c.Id)
                .Take(limit + 1)
                .Select(c => new
                {
                    c.Id,
                    c.Name,
                    c.DirectKey,
                    c.MemberCount,
                    c.StorageBytes,
                    LastMessageAt = db.Messages.Where(m => m.ChatId == c.Id).OrderByDescending(m => m.Id).Select(m => (DateTime?)m.SentAt).FirstOrDefault(),
                })
                .ToListAsync(cancellationToken);
            var ids = rows.Where(r => r.DirectKey is not null).SelectMany(r => r.DirectKey!.Split(' ')).Distinct(StringComparer.Ordinal).ToList();
            var names = await db.Users.Where(p => ids.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.DisplayName, cancellationToken);
            var page = rows.Take(limit)
                .Select(r => new ListedChat(
                    r.Id,
                    r.DirectKey is null ? r.Name : string.Join(", ", r.DirectKey.Split(' ').Select(id => names.GetValueOrDefault(id, "")).Order(StringComparer.Ordinal)),
                    r.DirectKey is not null,
                    r.MemberCount,
                    r.StorageBytes,
                    r.LastMessageAt
                ))
                .ToList();
            return new AllChatsPage(page, rows.Count > limit ? page[^1].Id : null);
        }
    }
}
