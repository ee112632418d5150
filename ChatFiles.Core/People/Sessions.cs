using System.Collections.Concurrent;
using System.Collections.Immutable;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.People;

/// <summary>
/// Who is signed in. The database is the truth: every request asks it (what it said is good for two seconds), and what
/// lasts longer than a request is watched, looked up every two seconds, and ended when its session is. So it makes no
/// difference who ends a session, or in which process.
/// </summary>
public sealed class Sessions(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    OtherNodes nodes,
    TimeProvider time,
    ILogger<Sessions> logger
) : BackgroundService
{
    /// <summary>Of a person; those that were not used for longest go first. Somebody who signs in without end fills no disk.</summary>
    private const int MaxPerPerson = 10_000;

    private const string TokenPrefix = "token-";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan SeenPrecision = TimeSpan.FromHours(1);

    /// <summary>Longer than a cookie or a refresh token is valid without being used.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(31);

    private readonly ConcurrentDictionary<string, long> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _kept = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<SessionWatch, bool> _watches = new();
    private readonly SemaphoreSlim _look = new(0);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>A new session of a person who has just proved who they are; its id.</summary>
    /// <param name="how">For the audit log.</param>
    public Task<string> BeginAsync(Person person, string how = "")
    {
        var session = new Session
        {
            Id = Guid.NewGuid().ToString("N"),
            UserId = person.Id,
            Stamp = person.SecurityStamp ?? "",
            CreatedAt = Now,
            SeenAt = Now,
        };
        return writer.WriteAsync(async db =>
        {
            await RemoveOldAsync(db, person.Id);
            db.Sessions.Add(session);
            db.Note(AuditAction.SignIn, person.Id, session.CreatedAt, person.Email ?? "", person.Id, how);
            await db.SaveChangesAsync(CancellationToken.None);
            await NoteThereAsync(db.PersonStates.Where(s => s.UserId == person.Id));
            return session.Id;
        });
    }

    /// <summary>What is done with an access token is a session too: it ends with the token.</summary>
    public static string OfToken(Guid tokenId) => TokenPrefix + tokenId.ToString("N");

    internal static bool IsOfToken(string sessionId) => sessionId.StartsWith(TokenPrefix, StringComparison.Ordinal);

    public async Task<bool> IsLiveAsync(string? sessionId, CancellationToken cancellationToken = default)
    {
        if (sessionId is null)
            return false;
        if (_known.TryGetValue(sessionId, out var since) && time.GetElapsedTime(since) < Interval)
            return true;
        var asked = time.GetTimestamp();
        if ((await FindEndedAsync([sessionId], cancellationToken)).Count > 0)
            return false;
        _known[sessionId] = asked;
        return true;
    }

    /// <summary>Ends one session.</summary>
    public async Task EndAsync(string sessionId)
    {
        await writer.WriteAsync(async db =>
        {
            var person = await db.Users.Where(p => db.Sessions.Any(s => s.Id == sessionId && s.UserId == p.Id)).FirstOrDefaultAsync();
            if (person is not null)
                db.Note(AuditAction.SignOut, person.Id, Now, person.Email ?? "", person.Id);
            await db.Sessions.Where(s => s.Id == sessionId).ExecuteDeleteAsync();
            return await db.SaveChangesAsync(CancellationToken.None);
        });
        LookAgain();
    }

    /// <summary>Ends all sessions of a person, bearer and refresh tokens with them, and their access tokens.</summary>
    /// <param name="by">An operator, where it is not the person.</param>
    public async Task<Result<Done>> EndAllAsync(string userId, Operator? by = null)
    {
        var ended = await writer.WriteAsync<Result<Done>>(async db =>
        {
            if (by is not null && !await Operators.IsStillAsync(db, by))
                return Operators.NotAnOperator;
            if (await db.Users.SingleOrDefaultAsync(p => p.Id == userId) is not { } person)
                return PeopleService.NoSuchPerson;
            await EndAllAsync(db, person);
            db.Note(AuditAction.SignOut, by is null ? userId : by.UserId, Now, person.Email ?? "", userId, "everywhere");
            await db.SaveChangesAsync(CancellationToken.None);
            return new Done();
        });
        LookAgain();
        return ended;
    }

    /// <summary>The same in the writer's transaction, by another stamp; to be saved.</summary>
    internal static async Task EndAllAsync(ChatDbContext db, Person person)
    {
        (person.SecurityStamp, person.ConcurrencyStamp) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString());
        await db.AccessTokens.Where(t => t.UserId == person.Id).ExecuteDeleteAsync();
    }

    /// <summary>To be called where an account's stamp was changed: its sessions end at once, not only in two seconds.</summary>
    public void LookAgain()
    {
        LookHere();
        nodes.Tell(new SessionsMoved());
    }

    private void LookHere()
    {
        _known.Clear();
        _look.Release();
    }

    private void Hear(NodeNews news)
    {
        if (news is SessionsMoved)
            LookHere();
    }

    /// <summary>Lets one session outlive a change of its account's stamp: the one that the person changes it in.</summary>
    /// <param name="change">Returns the new stamp; null when it did not come to a change.</param>
    public async Task KeepAsync(string sessionId, Func<Task<string?>> change)
    {
        _kept[sessionId] = true;
        try
        {
            if (await change() is { } stamp)
                await writer.WriteAsync(async db =>
                {
                    var person = await db.Users.SingleOrDefaultAsync(p => p.SecurityStamp == stamp);
                    if (person is not null)
                        db.Note(AuditAction.PasswordChanged, person.Id, Now, person.Email ?? "", person.Id);
                    await db.Sessions.Where(s => s.Id == sessionId).ExecuteUpdateAsync(set => set.SetProperty(s => s.Stamp, stamp));
                    return await db.SaveChangesAsync(CancellationToken.None);
                });
        }
        finally
        {
            _kept.TryRemove(sessionId, out _);
            LookAgain();
        }
    }

    /// <summary>Watches a session for something that must end with it. Dispose it with that.</summary>
    public SessionWatch Watch(string sessionId)
    {
        var watch = new SessionWatch(sessionId, gone => _watches.TryRemove(gone, out _));
        _watches[watch] = true;
        return watch;
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        nodes.Heard += Hear;
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        nodes.Heard -= Hear;
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _look.WaitAsync(Interval, stoppingToken);
            while (_look.Wait(0, CancellationToken.None))
            {
                // One look is for all who asked for one.
            }

            try
            {
                await EndWatchesAsync(stoppingToken);
                await NoteSeenAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("Sessions could not be looked up; it is tried again: {Message}", failure.Message);
            }
        }
    }

    public override void Dispose()
    {
        _look.Dispose();
        base.Dispose();
    }

    private async Task EndWatchesAsync(CancellationToken cancellationToken)
    {
        foreach (var stale in _known.Where(known => time.GetElapsedTime(known.Value) >= Interval))
            _known.TryRemove(stale);
        foreach (var some in _watches.Keys.ToLookup(watch => watch.SessionId, StringComparer.Ordinal).Chunk(500))
        {
            var ended = await FindEndedAsync([.. some.Select(watches => watches.Key)], cancellationToken);
            foreach (var watch in some.Where(watches => ended.Contains(watches.Key)).SelectMany(watches => watches))
                watch.End();
        }
    }

    internal async Task<IReadOnlySet<string>> FindEndedAsync(string[] sessionIds, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var missing = await FindMissingAsync(db, sessionIds, cancellationToken);
        missing.RemoveAll(_kept.ContainsKey);
        // Looked up once more, for one that was about to be kept at the first look and is not about to be any more.
        return missing.Count == 0 ? ImmutableHashSet<string>.Empty : (await FindMissingAsync(db, missing, cancellationToken)).ToHashSet(StringComparer.Ordinal);
    }

    private async Task<List<string>> FindMissingAsync(ChatDbContext db, IReadOnlyCollection<string> sessionIds, CancellationToken cancellationToken)
    {
        var live = await Live(db)
            .Where(s => sessionIds.Contains(s.Id))
            .Select(s => new { s.Id, s.SeenAt })
            .ToDictionaryAsync(s => s.Id, s => s.SeenAt, StringComparer.Ordinal, cancellationToken);
        var tokenIds = TokensOf(sessionIds);
        if (tokenIds.Count > 0)
        {
            var now = Now;
            var tokens = await db
                .AccessTokens.Where(t => tokenIds.Contains(t.Id) && t.ExpiresAt > now)
                .Select(t => new { t.Id, t.LastUsedAt })
                .ToListAsync(cancellationToken);
            foreach (var token in tokens)
                live[OfToken(token.Id)] = token.LastUsedAt ?? DateTime.MinValue;
        }

        foreach (var (id, _) in live.Where(session => Now - session.Value > SeenPrecision))
            _seen[id] = true;
        return [.. sessionIds.Where(id => !live.ContainsKey(id))];
    }

    private static List<Guid> TokensOf(IEnumerable<string> sessionIds) =>
        [.. sessionIds.Where(IsOfToken).Select(id => Guid.ParseExact(id[TokenPrefix.Length..], "N"))];

    private async Task NoteSeenAsync(CancellationToken cancellationToken)
    {
        var ids = _seen.Keys.Take(500).ToArray();
        if (ids.Length == 0)
            return;
        var tokenIds = TokensOf(ids);
        await writer.WriteAsync(
            async db =>
            {
                await db.Sessions.Where(s => ids.Contains(s.Id)).ExecuteUpdateAsync(set => set.SetProperty(s => s.SeenAt, Now));
                await db.AccessTokens.Where(t => tokenIds.Contains(t.Id)).ExecuteUpdateAsync(set => set.SetProperty(t => t.LastUsedAt, Now));
                var people = db
                    .Sessions.Where(s => ids.Contains(s.Id))
                    .Select(s => s.UserId)
                    .Concat(db.AccessTokens.Where(t => tokenIds.Contains(t.Id)).Select(t => t.UserId));
                return await NoteThereAsync(db.PersonStates.Where(s => people.Contains(s.UserId)));
            },
            cancellationToken
        );
        foreach (var id in ids)
            _seen.TryRemove(id, out _);
    }

    private Task<int> NoteThereAsync(IQueryable<PersonState> people) =>
        people.ExecuteUpdateAsync(set => set.SetProperty(s => s.LastSeenAt, Now));

    internal static IQueryable<Session> Live(ChatDbContext db) =>
        db.Sessions.Where(s => db.Users.Any(p => p.Id == s.UserId && p.SecurityStamp == s.Stamp));

    private async Task RemoveOldAsync(ChatDbContext db, string userId)
    {
        var unused = Now - Lifetime;
        var all = db.Sessions.Where(s => s.UserId == userId);
        await all.Where(s => s.SeenAt < unused || !db.Users.Any(p => p.Id == userId && p.SecurityStamp == s.Stamp)).ExecuteDeleteAsync();
        await all.OrderByDescending(s => s.SeenAt).ThenBy(s => s.Id).Skip(MaxPerPerson - 1).ExecuteDeleteAsync();
    }
}
