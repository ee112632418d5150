using System.Text.Json;
using System.Threading.Channels;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.People;

/// <summary>Who did something.</summary>
public sealed record AuditActor(string UserId, string Email);

/// <summary>An entry as operators read it.</summary>
/// <param name="Action">As the contract writes it, e.g. <c>file-sent</c>.</param>
public sealed record ListedEntry(long Id, DateTime At, string Action, AuditActor? Actor, string? Address, string Subject, string Detail);

/// <summary>A page of entries, newest first.</summary>
/// <param name="NextBefore">Ask for those before this one next; null on the last page.</param>
public sealed record AuditPage(IReadOnlyList<ListedEntry> Entries, long? NextBefore);

/// <summary>What entries are asked for.</summary>
/// <param name="UserId">As actor or as subject.</param>
public sealed record AuditFilter(AuditAction? Action = null, string? UserId = null);

/// <summary>
/// The audit log: reads it, tells each entry on the console too, and lets go of what is too old. What has no transaction of
/// its own, downloads above all, is noted here: nobody waits for that.
/// </summary>
public sealed class AuditLog(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    IOptions<AuditOptions> options,
    TimeProvider time,
    ILoggerFactory loggers,
    ILogger<AuditLog> logger
) : BackgroundService
{
    private const int Capacity = 10_000;
    private const int AtOnce = 200;

    /// <summary>A player reads a film in many pieces; within this time that is one download.</summary>
    private static readonly TimeSpan OneDownload = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(500);
    /// <summary>Others write in between.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan CleaningEvery = TimeSpan.FromHours(1);
    private static readonly JsonSerializerOptions OneLine = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly ILogger _console = loggers.CreateLogger("Audit");
    private readonly Channel<AuditEntry> _toTell = NewChannel(logger);
    private readonly Channel<AuditEntry> _toWrite = NewChannel(logger);

    /// <summary>Taken out of the channel and not written yet.</summary>
    private readonly List<AuditEntry> _atHand = [];

    private readonly Dictionary<(string, Guid), DateTime> _downloads = [];
    private readonly Lock _lock = new();

    /// <summary>The contract's word for an action.</summary>
    public static string WordOf(AuditAction action) =>
        string.Concat(action.ToString().Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : $"{c}"));

    /// <summary>The action of that word; null when there is none.</summary>
    public static AuditAction? ActionOf(string word) =>
        Enum.GetValues<AuditAction>().Cast<AuditAction?>().FirstOrDefault(action => WordOf(action!.Value) == word);

    /// <summary>The entries, newest first, or those before one of them.</summary>
    /// <param name="limit">1 to 200.</param>
    public async Task<Result<AuditPage>> ReadAsync(
        Operator by,
        AuditFilter filter,
        long? before = null,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(by);
        if (Texts.CheckQuery(filter.UserId) is { } noText)
            return noText;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (before is not null && !await db.AuditEntries.AnyAsync(e => e.Id == before, cancellationToken))
            return new Refusal(RefusalReason.InvalidQuery, "“before” is the id of an entry.");
        var entries = db.AuditEntries.Where(e => before == null || e.Id < before);
        // As with the report itself: see Reports.
        if (by.UserId is { } reader && await db.ActiveOperators().AnyAsync(c => c.UserId != reader, cancellationToken))
            entries = entries.Where(e => e.Action != AuditAction.MessageReported || e.SubjectId != reader);
        if (filter.Action is { } action)
            entries = entries.Where(e => e.Action == action);
        if (filter.UserId is { } userId)
        {
            // Each half by its own index: by both at once all of that person's entries would be read and sorted for every page.
            var ids = await entries.Where(e => e.ActorId == userId).OrderByDescending(e => e.Id).Select(e => e.Id).Take(limit + 1).ToListAsync(cancellationToken);
            ids.AddRange(await entries.Where(e => e.SubjectId == userId).OrderByDescending(e => e.Id).Select(e => e.Id).Take(limit + 1).ToListAsync(cancellationToken));
            entries = db.AuditEntries.Where(e => ids.Contains(e.Id));
        }

        var rows = await entries
            .OrderByDescending(e => e.Id)
            .Take(limit + 1)
            .Select(e => new { Entry = e, Email = db.Users.Where(p => p.Id == e.ActorId).Select(p => p.Email).FirstOrDefault() })
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        var page = rows.Take(limit)
            .Select(row => new ListedEntry(
                row.Entry.Id,
                row.Entry.At,
                WordOf(row.Entry.Action),
                row.Entry.ActorId is null ? null : new AuditActor(row.Entry.ActorId, row.Email ?? ""),
                row.Entry.Address,
                row.Entry.Subject,
                row.Entry.Detail
            ))
            .ToList();
        return new AuditPage(page, rows.Count > limit ? page[^1].Id : null);
    }

    /// <summary>Somebody was given a file's bytes. It is written in a moment; a crash before that loses the note.</summary>
    public void NoteDownload(string userId, Guid fileId, string fileName, long chatId)
    {
        var now = time.GetUtcNow().UtcDateTime;
        lock (_lock)
        {
            if (_downloads.TryGetValue((userId, fileId), out var last) && now - last < OneDownload)
                return;
            if (_downloads.Count >= Capacity)
                _downloads.Clear();
            _downloads[(userId, fileId)] = now;
        }

        Note(AuditAction.FileDownloaded, userId, fileName, $"chat {chatId}, file {fileId}");
    }

    /// <summary>Something that no transaction tells of.</summary>
    public void Note(AuditAction action, string? actorId, string subject = "", string detail = "") =>
        _toWrite.Writer.TryWrite(
            new AuditEntry
            {
                At = time.GetUtcNow().UtcDateTime,
                Action = action,
                ActorId = actorId,
                Address = Caller.Address,
                Subject = subject,
                Detail = detail,
            }
        );

    /// <summary>The start ends by these settings. A service manager that tries it again and again is noted once.</summary>
    internal async Task NoteRefusedSettingsAsync(IEnumerable<string> reasons)
    {
        var detail = string.Join("; ", reasons).AsText();
        var entry = new AuditEntry
        {
            At = time.GetUtcNow().UtcDateTime,
            Action = AuditAction.SettingsRefused,
            Subject = detail.Split(": ")[0],
            Detail = detail,
        };
        var isNew = await writer.WriteAsync(async db =>
        {
            if (await db.AuditEntries.OrderByDescending(e => e.Id).FirstOrDefaultAsync() is { Action: AuditAction.SettingsRefused } last && last.Detail == detail)
                return false;
            db.AuditEntries.Add(entry);
            await db.SaveChangesAsync(CancellationToken.None);
            return true;
        });
        if (isNew)
            Tell(entry);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        writer.Committed += Hear;
        try
        {
            await Task.WhenAll(TellAsync(stoppingToken), WriteAsync(stoppingToken), CleanAsync(stoppingToken));
        }
        finally
        {
            await DrainAsync();
            writer.Committed -= Hear;
        }
    }

    /// <summary>What was noted before the end is written, once more tried, and told.</summary>
    private async Task DrainAsync()
    {
        while (_toWrite.Reader.TryRead(out var entry))
            _atHand.Add(entry);
        try
        {
            if (_atHand.Count > 0)
                await PutAsync(CancellationToken.None);
        }
        catch (Exception failure)
        {
            logger.LogWarning(failure, "{Count} entries of the audit log could not be written before the end", _atHand.Count);
        }

        while (_toTell.Reader.TryRead(out var entry))
            Tell(entry);
    }

    /// <summary>That something was lost is said once: where it happens, it happens often.</summary>
    private static Channel<AuditEntry> NewChannel(ILogger logger)
    {
        var hasDropped = 0;
        return Channel.CreateBounded<AuditEntry>(
            new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest },
            _ =>
            {
                if (Interlocked.Exchange(ref hasDropped, 1) == 0)
                    logger.LogWarning("More happens than the audit log takes down: {Count} entries wait, and the oldest of them are lost", Capacity);
            }
        );
    }

    private void Hear(Commit commit)
    {
        foreach (var entry in commit.Audited)
            _toTell.Writer.TryWrite(entry);
    }

    private async Task TellAsync(CancellationToken stoppingToken)
    {
        await foreach (var entry in _toTell.Reader.ReadAllAsync(stoppingToken))
            Tell(entry);
    }

    private void Tell(AuditEntry entry)
    {
        var line = new
        {
            entry.At,
            Action = WordOf(entry.Action),
            UserId = entry.ActorId,
            entry.Address,
            entry.Subject,
            entry.SubjectId,
            entry.Detail,
        };
        _console.LogInformation("{Entry}", JsonSerializer.Serialize(line, OneLine));
    }

    private async Task WriteAsync(CancellationToken stoppingToken)
    {
        while (await _toWrite.Reader.WaitToReadAsync(stoppingToken))
        {
            if (_toWrite.Reader.Count < AtOnce)
                await Task.Delay(Gathering, time, stoppingToken);
            while (_atHand.Count < AtOnce && _toWrite.Reader.TryRead(out var entry))
                _atHand.Add(entry);
            for (var failures = 1; _atHand.Count > 0; failures++)
            {
                try
                {
                    await PutAsync(stoppingToken);
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    logger.LogWarning(failure, "The audit log could not be written; it is tried again");
                    await Live.Pauses.WaitAsync(failures, time, stoppingToken);
                }
            }
        }
    }

    /// <summary>Writes what is at hand. What throws has written nothing.</summary>
    private async Task PutAsync(CancellationToken cancellationToken)
    {
        await writer.WriteAsync(
            db =>
            {
                // Of a try that came to nothing.
                _atHand.ForEach(entry => entry.Id = 0);
                db.AuditEntries.AddRange(_atHand);
                return db.SaveChangesAsync(CancellationToken.None);
            },
            cancellationToken
        );
        _atHand.Clear();
    }

    private static Task<int> DeleteNextAsync(ChatDbContext db, DateTime before)
    {
        var old = db.AuditEntries.Where(e => e.At < before).OrderBy(e => e.At).Select(e => e.Id).Take(AtOnce);
        return db.AuditEntries.Where(e => old.Contains(e.Id)).ExecuteDeleteAsync();
    }

    private async Task CleanAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                var before = time.GetUtcNow().UtcDateTime.AddDays(-options.Value.KeepDays);
                while (await writer.WriteAsync(db => DeleteNextAsync(db, before), stoppingToken) == AtOnce)
                    await Task.Delay(Between, time, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(failure, "Old entries of the audit log could not be deleted; it is tried again");
            }

            await Task.Delay(CleaningEvery, time, stoppingToken);
        }
    }
}
