using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.People;

/// <summary>An access token as its owner sees it.</summary>
/// <param name="LastUsedAt">To the hour; null: never.</param>
public sealed record ListedToken(Guid Id, string Name, DateTime ExpiresAt, DateTime? LastUsedAt);

/// <summary>An access token that was just made.</summary>
/// <param name="Token">Shown this once.</param>
public sealed record NewToken(Guid Id, string Name, string Token, DateTime ExpiresAt);

/// <summary>Whom a token stands for.</summary>
public sealed record TokenOwner(Guid TokenId, Person Person);

/// <summary>What people make for their scripts, so that no password stands in one.</summary>
public sealed class AccessTokens(IDbContextFactory<ChatDbContext> databases, DatabaseWriter writer, Sessions sessions, TimeProvider time)
{
    /// <summary>What every one begins with: it is told from other bearer tokens by it, and found by those who look for secrets in sources.</summary>
    public const string Prefix = "chatfiles_";

    public const int DefaultDays = 90;

    /// <summary>A token ends, even one that nobody takes back.</summary>
    public const int MaxDays = 366;

    private static readonly Refusal TokensMakeNone = new(
        RefusalReason.NotAllowed,
        "A token makes no tokens; sign in with your password, or on your profile page."
    );

    private static readonly Refusal NoToken = new(RefusalReason.TokenNotFound, "You have no such token.");

    private static readonly Refusal TooMany = new(
        RefusalReason.TooManyTokens,
        $"You have {AccessToken.MaxPerPerson} tokens, which is as many as one person may have; end some of them first."
    );

    /// <summary>
    /// Makes one. What has expired makes room. Only in a session that somebody signed in for and that still lasts: a token
    /// that makes tokens would never end, nor would one that is made while everything else is being ended.
    /// </summary>
    /// <param name="sessionId">Of whoever asks for it.</param>
    /// <param name="days">1 to 366.</param>
    public async Task<Result<NewToken>> MakeAsync(string userId, string? sessionId, string? name, long days)
    {
        if (sessionId is null || Sessions.IsOfToken(sessionId))
            return TokensMakeNone;
        var trimmed = name?.Trim() ?? "";
        if (trimmed.Length is 0 or > Chat.MaxNameLength || !trimmed.IsText() || trimmed.Any(char.IsControl))
            return new Refusal(RefusalReason.InvalidName, $"A token's name has 1 to {Chat.MaxNameLength} characters, none of them a control character.");
        if (days is < 1 or > MaxDays)
            return new Refusal(RefusalReason.InvalidDays, $"“days” is a number from 1 to {MaxDays}.");
        var secret = Prefix + Secrets.New();
        var now = Times.ToTheMillisecond(time.GetUtcNow().UtcDateTime);
        return await writer.WriteAsync<Result<NewToken>>(async db =>
        {
            if (!await Sessions.Live(db).AnyAsync(s => s.Id == sessionId))
                return TokensMakeNone;
            var mine = db.AccessTokens.Where(t => t.UserId == userId);
            await mine.Where(t => t.ExpiresAt <= now).ExecuteDeleteAsync();
            if (await mine.CountAsync() >= AccessToken.MaxPerPerson)
                return TooMany;
            var token = new AccessToken
            {
                Id = Guid.CreateVersion7(time.GetUtcNow()),
                UserId = userId,
                Name = trimmed,
                TokenHash = Secrets.HashOf(secret),
                CreatedAt = now,
                ExpiresAt = now.AddDays(days),
            };
            db.AccessTokens.Add(token);
            await db.SaveChangesAsync(CancellationToken.None);
            return new NewToken(token.Id, token.Name, secret, token.ExpiresAt);
        });
    }

    /// <summary>The person's tokens, newest first.</summary>
    public async Task<IReadOnlyList<ListedToken>> ListAsync(string userId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        return await db
            .AccessTokens.Where(t => t.UserId == userId && t.ExpiresAt > now)
            .OrderByDescending(t => t.CreatedAt)
            .ThenByDescending(t => t.Id)
            .Select(t => new ListedToken(t.Id, t.Name, t.ExpiresAt, t.LastUsedAt))
            .ToListAsync(cancellationToken);
    }

    /// <summary>Ends one, and the streams that were opened with it.</summary>
    public async Task<Result<Done>> EndAsync(string userId, Guid tokenId)
    {
        var ended = await writer.WriteAsync(db => db.AccessTokens.Where(t => t.Id == tokenId && t.UserId == userId).ExecuteDeleteAsync());
        sessions.LookAgain();
        return ended > 0 ? new Done() : NoToken;
    }

    /// <summary>Whom the token stands for; null when it is none, or none any more.</summary>
    public async Task<TokenOwner?> FindOwnerAsync(string token, CancellationToken cancellationToken = default)
    {
        var hash = Secrets.HashOf(token);
        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db
            .AccessTokens.Where(t => t.TokenHash == hash && t.ExpiresAt > now)
            .Join(db.Users.Where(p => p.Active), t => t.UserId, p => p.Id, (t, p) => new TokenOwner(t.Id, p))
            .AsNoTracking()
            .SingleOrDefaultAsync(cancellationToken);
    }
}
