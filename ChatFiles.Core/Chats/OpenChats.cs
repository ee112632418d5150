using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>A chat that everybody finds.</summary>
/// <param name="Members">How many.</param>
/// <param name="Joined">Whoever asks is one of them.</param>
public sealed record OpenChatView(long Id, string Name, int Members, bool Joined);

/// <summary>A page of the open chats, newest first.</summary>
/// <param name="NextBefore">Ask for those before this one next; null on the last page.</param>
public sealed record OpenChatPage(IReadOnlyList<OpenChatView> Chats, long? NextBefore);

/// <summary>Chats that everybody finds and may join by themself.</summary>
public sealed class OpenChats(IDbContextFactory<ChatDbContext> databases, DatabaseWriter writer, PersonLimits limits, TimeProvider time)
{
    /// <summary>The open chats, newest first, without those that the person was taken out of.</summary>
    /// <param name="text">A part of the name; case and accents make no difference.</param>
    /// <param name="limit">1 to 200.</param>
    public async Task<Result<OpenChatPage>> ListAsync(
        string userId,
        string? text = null,
        long? before = null,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        if ((UseCase.CheckLimit(limit) ?? await limits.CountSearchAsync(userId, text)) is { } refusal)
            return refusal;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var chats = db.Chats.Where(c => c.Open && (before == null || c.Id < before));
        chats = chats.Where(c => !db.RemovedMembers.Any(r => r.ChatId == c.Id && r.UserId == userId));
        if (!string.IsNullOrWhiteSpace(text))
        {
            var part = SearchWords.Fold(text.Trim());
            chats = chats.Where(c => c.FoldedName.Contains(part));
        }

        var page = await chats
            .OrderByDescending(c => c.Id)
            .Take(limit + 1)
            .Select(c => new OpenChatView(c.Id, c.Name, c.MemberCount, c.Members.Any(m => m.UserId == userId)))
            .ToListAsync(cancellationToken);
        return page.Count > limit ? new OpenChatPage(page[..limit], page[limit - 1].Id) : new OpenChatPage(page, NextBefore: null);
    }

    /// <summary>Makes the person a member of an open chat; that they are one already is no error, whatever it is now.</summary>
    public Task<Result<Done>> JoinAsync(string userId, long chatId, CancellationToken cancellationToken = default) =>
        writer.ChangeAsync<Done>(
            limits,
            userId,
            chatId,
            async db =>
            {
                if (await db.Members.AnyAsync(m => m.ChatId == chatId && m.UserId == userId))
                    return new Done();
                if (await db.Chats.SingleOrDefaultAsync(c => c.Id == chatId && c.Open) is not { } chat)
                    return Refusal.ChatNotFound;
                if (await db.RemovedMembers.AnyAsync(r => r.ChatId == chatId && r.UserId == userId))
                    return Refusal.ChatNotFound;
                var person = await db.Users.SingleAsync(p => p.Id == userId);
                await db.JoinAsync(chat, person, time.Now());
                db.Note(AuditAction.MemberAdded, userId, time.Now(), person.Email ?? "", userId, $"chat {chatId}, joined");
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );
}
