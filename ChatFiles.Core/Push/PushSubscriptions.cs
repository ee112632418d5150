using System.Buffers.Text;
using System.Security.Cryptography;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Push;

/// <summary>Which browsers want to be told what happens while no page is open.</summary>
public sealed class PushSubscriptions(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    PersonLimits limits,
    TimeProvider time,
    IOptions<PushOptions> options
)
{
    /// <summary>Of a person; those that are oldest go first.</summary>
    private const int MaxPerPerson = 50;

    private static readonly Refusal InvalidEndpoint = new(
        RefusalReason.InvalidEndpoint,
        "The endpoint is no https address of a push service that this server sends to (Push:AllowedHosts)."
    );

    private static readonly Refusal InvalidKeys = new(
        RefusalReason.InvalidKeys,
        "The keys are “p256dh”, a point of the curve P-256 in 65 bytes, and “auth”, 16 bytes, each in Base64url."
    );

    private volatile bool _hasLooked;
    private volatile bool _areThere;

    /// <summary>Keeps a subscription of a session; one that is there already becomes this person's.</summary>
    public async Task<Result<Done>> PutAsync(string userId, string sessionId, string? endpoint, string? p256dh, string? auth)
    {
        if (await limits.CountMessageAsync(userId) is { } tooMany)
            return tooMany;
        if (endpoint is null || !IsAllowed(endpoint))
            return InvalidEndpoint;
        if (!IsPoint(p256dh) || Decode(auth) is not { Length: 16 })
            return InvalidKeys;
        _areThere = true;
        return await writer.WriteAsync<Result<Done>>(async db =>
        {
            await db.PushSubscriptions.Where(s => s.Endpoint == endpoint).ExecuteDeleteAsync();
            var mine = db.PushSubscriptions.Where(s => s.UserId == userId);
            await mine.OrderByDescending(s => s.CreatedAt).ThenBy(s => s.Endpoint).Skip(MaxPerPerson - 1).ExecuteDeleteAsync();
            db.PushSubscriptions.Add(
                new PushSubscription
                {
                    Endpoint = endpoint,
                    UserId = userId,
                    SessionId = sessionId,
                    P256dh = p256dh!,
                    Auth = auth!,
                    CreatedAt = time.GetUtcNow().UtcDateTime,
                }
            );
            await db.SaveChangesAsync(CancellationToken.None);
            return new Done();
        });
    }

    /// <summary>Ends a subscription of the person; that there is none is no error.</summary>
    public async Task<Result<Done>> EndAsync(string userId, string? endpoint)
    {
        if (await limits.CountMessageAsync(userId) is { } tooMany)
            return tooMany;
        if (endpoint?.IsText() != true)
            return InvalidEndpoint;
        await writer.WriteAsync(db => db.PushSubscriptions.Where(s => s.Endpoint == endpoint && s.UserId == userId).ExecuteDeleteAsync());
        return new Done();
    }

    /// <summary>Their push service knows them no more, or their session has ended.</summary>
    internal Task ForgetAsync(IReadOnlyCollection<string> endpoints) =>
        writer.WriteAsync(db => db.PushSubscriptions.Where(s => endpoints.Contains(s.Endpoint)).ExecuteDeleteAsync());

    /// <summary>Whether anybody may have one: where nobody has, a message costs nothing here.</summary>
    internal async Task<bool> AreThereAsync(CancellationToken cancellationToken)
    {
        if (_hasLooked || _areThere)
            return _areThere;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        _areThere |= await db.PushSubscriptions.AnyAsync(cancellationToken);
        _hasLooked = true;
        return _areThere;
    }

    /// <summary>Those of people who want to be told of a message. Their sessions may have ended.</summary>
    internal async Task<List<PushSubscription>> WantingAsync(MessageView message, bool isDirect, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var (chatId, authorId) = (message.ChatId, message.Author.UserId);
        var named = message.Mentions.Select(m => m.UserId).ToList();
        var now = time.GetUtcNow().UtcDateTime;
        return await (
            from subscription in db.PushSubscriptions
            join member in db.Members.WhoHear(now) on subscription.UserId equals member.UserId
            where
                member.ChatId == chatId
                && member.UserId != authorId
                && member.User.Active
                && (
                    member.Notify == NotifyLevel.All
                    || (member.Notify == null && isDirect)
                    || named.Contains(member.UserId)
                )
            select subscription
        )
            .AsNoTracking()
            .ToListAsync(cancellationToken);
    }

    /// <summary>Those of somebody who was added to a chat, unless they want to hear nothing of it; of what was before it was made, none tells.</summary>
    internal async Task<List<PushSubscription>> OfAddedAsync(long chatId, string userId, DateTime addedAt, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        return await db
            .PushSubscriptions.Where(s =>
                s.UserId == userId
                && s.CreatedAt < addedAt
                && db.Members.WhoHear(now).Any(m => m.ChatId == chatId && m.UserId == userId && m.User.Active)
            )
            .AsNoTracking()
            .ToListAsync(cancellationToken);
    }

    private bool IsAllowed(string endpoint) =>
        endpoint.Length <= PushSubscription.MaxEndpointLength && IsPlain(endpoint) && Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && options.Value.Allows(url);

    /// <summary>As a push service writes it: what is only read as the same address would be told everything once more.</summary>
    private static bool IsPlain(string endpoint) =>
        endpoint.StartsWith("https://", StringComparison.Ordinal) && endpoint.All(c => c is > ' ' and < '\u007f' and not ('#' or '\\'));

    private static bool IsPoint(string? key)
    {
        if (Decode(key) is not { Length: 65 } bytes || bytes[0] != 4)
            return false;
        try
        {
            using var _ = ECDiffieHellman.Create(
                new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = bytes[1..33], Y = bytes[33..] } }
            );
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static byte[]? Decode(string? text)
    {
        try
        {
            return text is { Length: <= 100 } ? Base64Url.DecodeFromChars(text) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
