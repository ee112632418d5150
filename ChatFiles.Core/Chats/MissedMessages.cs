using System.Globalization;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

/// <summary>
/// What people have missed for half an hour, of what was for them: direct messages, and others that name them. Every message
/// is looked at once, by when it is that old, and the people who have missed it are noted; each is told at most once an hour.
/// What is asked grows with the messages that were sent and with who has missed some, and not with how many people there are.
/// </summary>
public sealed class MissedMessages(IDbContextFactory<ChatDbContext> databases, DatabaseWriter writer, ReadPositions readPositions, PersonLimits limits, TimeProvider time)
{
    /// <summary>What was sent so long ago and is still unread has been missed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>Between two mails to one person.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    /// <summary>Where mail is turned on, what is older is not told: nobody is told of years.</summary>
    public static readonly TimeSpan MostBefore = TimeSpan.FromDays(1);

    /// <summary>
    /// Who has a page open is reading, and what is for them shows on it. Nobody reads for so long without looking at it: then
    /// it is a screen that somebody has left.
    /// </summary>
    public static readonly TimeSpan MostReading = TimeSpan.FromHours(4);

    /// <summary>After which somebody who was reading is looked at again.</summary>
    private static readonly TimeSpan WhileReading = TimeSpan.FromMinutes(5);

    /// <summary>A mail server that does not take a mail now, as those do that do not know the sender yet, is asked again so much later.</summary>
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(15);

    /// <summary>A mail that no server has taken for so long is given up.</summary>
    private static readonly TimeSpan MostTrying = TimeSpan.FromDays(1);

    /// <summary>Messages that are looked at together.</summary>
    private const int AtOnce = 500;

    /// <summary>People who are noted in one transaction, which others wait for.</summary>
    private const int NotedAtOnce = 200;

    private const int TakenAtOnce = 50;

    /// <summary>Takes up the work where it was left, or begins it.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        long position;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            if (await PositionAsync(db, cancellationToken) is not null)
                return;
            var before = time.Now() - MostBefore;
            // From the newest back: it ends where a day does.
            position = await db.Messages.OrderByDescending(m => m.Id).Where(m => m.SentAt <= before).Select(m => m.Id).FirstOrDefaultAsync(cancellationToken);
        }

        await writer.WriteAsync(async db =>
        {
            await db.MissedMails.ExecuteUpdateAsync(set => set.SetProperty(m => m.DueAt, (DateTime?)null).SetProperty(m => m.SendingId, (long?)null));
            db.Markers.Add(new Marker { Name = Marker.MissedUntil, Value = position.ToString(CultureInfo.InvariantCulture) });
            await db.SaveChangesAsync(CancellationToken.None);
        }, cancellationToken);
    }

    /// <summary>No mail is sent here any more: who turns it on again in a year does not want to be told of that year.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            if (await PositionAsync(db, cancellationToken) is null)
                return;
        }

        await writer.WriteAsync(db => db.Markers.Where(m => m.Name == Marker.MissedUntil).ExecuteDeleteAsync(), cancellationToken);
    }

    /// <summary>
    /// Notes who has missed something by now. Returns when there will be more to look at, or somebody is to be told; null when
    /// neither is to be expected.
    /// </summary>
    public async Task<DateTime?> LookAsync(CancellationToken cancellationToken)
    {
        await readPositions.TryWriteAsync();
        while (true)
        {
            var now = time.Now();
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var position = await PositionAsync(db, cancellationToken) ?? 0;
            var next = await db
                .Messages.Where(m => m.Id > position)
                .OrderBy(m => m.Id)
                .Select(m => new { m.Id, m.SentAt })
                .Take(AtOnce)
                .ToListAsync(cancellationToken);
            // A message from the future is one of a clock that went wrong: nothing waits for it.
            var old = next.TakeWhile(m => m.SentAt <= now - Patience || m.SentAt > now + Patience).ToList();
            if (old.Count > 0)
            {
                await NoteAsync(await MissedByAsync(db, old[0].Id, old[^1].Id, cancellationToken), old[^1].Id, cancellationToken);
                continue;
            }

            var due = await db.MissedMails.Where(m => m.DueAt != null).MinAsync(m => m.DueAt, cancellationToken);
            var looked = next.Count > 0 ? next[0].SentAt + Patience : (DateTime?)null;
            return due is null || looked < due ? looked : due;
        }
    }

    /// <summary>
    /// The next people to be told now, and up to what; none when nobody is left. What is taken is told to the end, also after a
    /// crash, until <see cref="DoneAsync"/> or <see cref="PostponeAsync"/>.
    /// </summary>
    public async Task<IReadOnlyList<Telling>> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = time.Now();
            List<MissedMail> due;
            await using (var db = await databases.CreateDbContextAsync(cancellationToken))
            {
                due = await db
                    .MissedMails.Where(m => m.DueAt <= now)
                    .OrderBy(m => m.DueAt)
                    .ThenBy(m => m.UserId)
                    .Take(TakenAtOnce)
                    .AsNoTracking()
                    .ToListAsync(cancellationToken);
            }

            if (due.Count == 0)
                return [];
            var reading = await limits.WithPageAsync(due.Where(m => m.SendingId is null && now - m.Since < MostReading).Select(m => m.UserId).ToList());
            var taken = due.Where(m => !reading.Contains(m.UserId)).ToList();
            var userIds = taken.ConvertAll(m => m.UserId);
            await writer.WriteAsync(async db =>
            {
                var later = now + WhileReading;
                await db.MissedMails.Where(m => reading.Contains(m.UserId)).ExecuteUpdateAsync(set => set.SetProperty(m => m.DueAt, later));
                await db.MissedMails.Where(m => userIds.Contains(m.UserId) && m.SendingId == null).ExecuteUpdateAsync(set => set.SetProperty(m => m.SendingId, m => m.LastId));
            }, cancellationToken);
            if (taken.Count > 0)
                return taken.ConvertAll(m => new Telling(m.UserId, m.FirstId, m.SendingId ?? m.LastId));
        }
    }

    /// <summary>What is to be told, as it is now; null when there is nothing left of it, or they are not to be told any more.</summary>
    public async Task<Missed?> ReadAsync(Telling telling, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(telling);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var moment = await db.HoldMomentAsync(cancellationToken);
        var address = await Reachable(db).Where(p => p.Id == telling.UserId).Select(p => p.Email).SingleOrDefaultAsync(cancellationToken);
        if (address is null)
            return null;
        var missed = await db
            .MissedBetween(telling.FirstId, telling.LastId, time.Now())
            .Where(m => m.UserId == telling.UserId)
            .OrderBy(m => m.Id)
            .Take(Missed.MaxCount + 1)
            .ToListAsync(cancellationToken);
        if (missed.Count == 0)
            return null;
        var byChat = missed.GroupBy(m => m.ChatId).Take(Missed.MaxChats).ToList();
        var shown = byChat.SelectMany(chat => chat.Take(Missed.MaxMessages).Select(m => m.Id)).ToList();
        var views = (await db.Messages.Where(m => shown.Contains(m.Id)).OrderBy(m => m.Id).ToViewsAsync(db, cancellationToken)).ToLookup(m => m.ChatId);
        var chatIds = byChat.ConvertAll(chat => chat.Key);
        var names = await db.Chats.Where(c => chatIds.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.IsDirect ? null : c.Name, cancellationToken);
        return new Missed(address, missed.Count, byChat.ConvertAll(chat => new MissedInChat(chat.Key, names[chat.Key], [.. views[chat.Key]], chat.Count())));
    }

    /// <summary>They have been told, or need not be any more. What they have missed meanwhile waits for the next time.</summary>
    /// <param name="isSent">A mail went out, and the next one an hour later.</param>
    public Task DoneAsync(Telling telling, bool isSent) => ChangeAsync(telling, (missed, now) => Finish(missed, telling, isSent, now));

    /// <summary>It is tried again later, or given up after a day.</summary>
    public Task PostponeAsync(Telling telling) =>
        ChangeAsync(telling, (missed, now) =>
        {
            if (now - missed.Since < MostTrying)
                missed.DueAt = now + Later;
            else // As if it had been: the next one is not tried earlier.
                Finish(missed, telling, isSent: true, now);
        });

    /// <summary>Whether they want mail about what they missed.</summary>
    public async Task<bool> AreWantedAsync(string userId, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return !await db.PersonStates.AnyAsync(s => s.UserId == userId && s.MissedMailOff, cancellationToken);
    }

    /// <summary>From now on they get mail about what they missed, or none.</summary>
    public Task WantAsync(string userId, bool areWanted) =>
        writer.WriteAsync(db => db.PersonStates.Where(s => s.UserId == userId).ExecuteUpdateAsync(set => set.SetProperty(s => s.MissedMailOff, !areWanted)));

    /// <summary>Who can be told by mail and wants to be.</summary>
    private static IQueryable<Person> Reachable(ChatDbContext db) =>
        db.Users.Where(p => p.Active && p.Email != null && !db.PersonStates.Any(s => s.UserId == p.Id && s.MissedMailOff));

    private static async Task<long?> PositionAsync(ChatDbContext db, CancellationToken cancellationToken) =>
        await db.Markers.Where(m => m.Name == Marker.MissedUntil).Select(m => m.Value).SingleOrDefaultAsync(cancellationToken) is { } value
            ? long.Parse(value, CultureInfo.InvariantCulture)
            : null;

    private async Task<List<IGrouping<string, MissedMessage>>> MissedByAsync(ChatDbContext db, long firstId, long lastId, CancellationToken cancellationToken)
    {
        var reachable = Reachable(db);
        var missed = await db
            .MissedBetween(firstId, lastId, time.Now())
            .Where(m => reachable.Any(p => p.Id == m.UserId))
            .OrderBy(m => m.Id)
            .ToListAsync(cancellationToken);
        return [.. missed.GroupBy(m => m.UserId, StringComparer.Ordinal)];
    }

    /// <summary>The position moves with the last of them: what a crash has cut off is noted once more, to the same effect.</summary>
    private async Task NoteAsync(List<IGrouping<string, MissedMessage>> missed, long position, CancellationToken cancellationToken)
    {
        foreach (var some in missed.Chunk(NotedAtOnce).SkipLast(1))
            await writer.WriteAsync(db => NoteAsync(db, some), cancellationToken);
        await writer.WriteAsync(async db =>
        {
            await NoteAsync(db, missed.Chunk(NotedAtOnce).LastOrDefault([]));
            var value = position.ToString(CultureInfo.InvariantCulture);
            await db.Markers.Where(m => m.Name == Marker.MissedUntil).ExecuteUpdateAsync(set => set.SetProperty(m => m.Value, value));
        }, cancellationToken);
    }

    private async Task NoteAsync(ChatDbContext db, IGrouping<string, MissedMessage>[] missed)
    {
        var now = time.Now();
        var userIds = missed.Select(m => m.Key).ToList();
        var noted = await db.MissedMails.Where(m => userIds.Contains(m.UserId)).ToDictionaryAsync(m => m.UserId, StringComparer.Ordinal);
        foreach (var messages in missed)
        {
            if (!noted.TryGetValue(messages.Key, out var mail))
                db.MissedMails.Add(mail = new MissedMail { UserId = messages.Key });
            if (mail.DueAt is null)
                (mail.FirstId, mail.Since, mail.DueAt) = (messages.First().Id, messages.First().SentAt, NextAfter(mail.SentAt, now));
            mail.LastId = messages.Last().Id;
        }

        await db.SaveChangesAsync(CancellationToken.None);
    }

    private static void Finish(MissedMail missed, Telling telling, bool isSent, DateTime now)
    {
        missed.SendingId = null;
        if (isSent)
            missed.SentAt = now;
        // What they have missed since it was taken.
        if (missed.LastId > telling.LastId)
            (missed.FirstId, missed.Since, missed.DueAt) = (telling.LastId + 1, now, NextAfter(missed.SentAt, now));
        else
            missed.DueAt = null;
    }

    private static DateTime NextAfter(DateTime? sentAt, DateTime now) => sentAt is { } sent && sent + Pause > now ? sent + Pause : now;

    private Task ChangeAsync(Telling telling, Action<MissedMail, DateTime> change) =>
        writer.WriteAsync(async db =>
        {
            if (await db.MissedMails.SingleOrDefaultAsync(m => m.UserId == telling.UserId) is { } missed)
                change(missed, time.Now());
            await db.SaveChangesAsync(CancellationToken.None);
        });
}

/// <summary>That somebody is told of what they have missed between two messages.</summary>
public sealed record Telling(string UserId, long FirstId, long LastId);

/// <summary>What somebody has missed, as far as it fits into a mail.</summary>
/// <param name="Address">Theirs.</param>
/// <param name="Count">How many messages; one more than <see cref="MaxCount"/> means that there are more.</param>
/// <param name="Chats">In the order of their first message.</param>
public sealed record Missed(string Address, int Count, IReadOnlyList<MissedInChat> Chats)
{
    /// <summary>So far they are counted.</summary>
    public const int MaxCount = 100;

    /// <summary>So many chats are shown.</summary>
    public const int MaxChats = 10;

    /// <summary>So many messages of a chat are shown, the oldest.</summary>
    public const int MaxMessages = 5;
}

/// <summary>What of it is in one chat.</summary>
/// <param name="Name">Null in a direct chat.</param>
/// <param name="Messages">The first of them, oldest first.</param>
/// <param name="Count">How many there are.</param>
public sealed record MissedInChat(long ChatId, string? Name, IReadOnlyList<MessageView> Messages, int Count);
