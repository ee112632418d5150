using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Upkeep;

/// <summary>
/// Deletes the files that are older than their chat keeps them, just as people delete them: with an event each. And reports
/// that have been done for long, or have waited for very long, with the copies that they hold.
/// </summary>
internal sealed class Retention(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    Leases leases,
    IOptions<RetentionOptions> options,
    TimeProvider time,
    ILogger<Retention> logger
) : BackgroundService
{
    /// <summary>In one transaction, which others wait for.</summary>
    private const int AtOnce = 50;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                if (await leases.HoldAsync(nameof(Retention), stoppingToken) is not null)
                    await RunAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(failure, "Files that are older than their chats keep them could not be deleted; it is tried again");
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        var most = options.Value.MaxDays;
        List<(long Id, int Days)> chats;
        await using (var db = await databases.CreateDbContextAsync(stoppingToken))
        {
            var rows = await db
                .Chats.Where(c => c.KeepDays != null || most != null)
                .Select(c => new { c.Id, c.KeepDays })
                .ToListAsync(stoppingToken);
            chats = rows.ConvertAll(c => (c.Id, options.Value.DaysOf(c.KeepDays)!.Value));
        }

        var now = time.GetUtcNow().UtcDateTime;
        var (done, waiting) = (now - Reports.DoneLifetime, now.AddDays(-Math.Min(most ?? int.MaxValue, Reports.MaxWaitingDays)));
        await writer.WriteAsync(db => db.Reports.Where(r => r.DoneAt < done || (r.DoneAt == null && r.At < waiting)).ExecuteDeleteAsync(), stoppingToken);
        foreach (var (chatId, days) in chats)
        {
            var before = time.GetUtcNow().UtcDateTime.AddDays(-days);
            while (await writer.WriteAsync(chatId, db => DeleteNextAsync(db, chatId, before), stoppingToken) == AtOnce)
            {
                // Others write in between.
            }
        }
    }

    private async Task<int> DeleteNextAsync(ChatDbContext db, long chatId, DateTime before)
    {
        var old = await db
            .Attachments.Include(a => a.Message)
            .Where(a => a.ChatId == chatId && a.State != AttachmentState.Deleted && a.Message.SentAt < before)
            .OrderBy(a => a.MessageId)
            .Take(AtOnce)
            .ToListAsync();
        if (old.Count == 0)
            return 0;
        var chat = await db.Chats.SingleAsync(c => c.Id == chatId);
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var file in old)
        {
            db.Note(AuditAction.FileDeleted, actorId: null, now, file.FileName, file.AuthorId, $"chat {chatId}, file {file.Id}, for its age");
            await db.BuryAsync(file, chat, file.AuthorId, now);
            var deleted = db.AddEvent(chat, ChatEventType.FileDeleted, now);
            (deleted.MessageId, deleted.FileId) = (file.MessageId, file.Id);
        }

        await db.SaveChangesAsync(CancellationToken.None);
        return old.Count;
    }
}
