using System.Globalization;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Upkeep;

/// <summary>
/// Removes blobs that no row knows: a process died between storing the bytes and committing the message. The intent of
/// an upload is in its blob's key, which begins with its hour, so that only the hours since the last sweep are looked
/// through; a marker in the database remembers how far that was.
/// </summary>
internal sealed class OrphanSweeper(
    IDbContextFactory<ChatDbContext> databases,
    Markers markers,
    IFileStore store,
    UploadsInFlight inFlight,
    IBlobIntents intents,
    TimeProvider time,
    ILogger<OrphanSweeper> logger
) : BackgroundService
{
    private const int BatchSize = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Where several processes write, what others are writing is not in this list; they take down themselves what they begin.
        if (intents != inFlight)
            return;
        inFlight.HasLeftovers = true; // of the process before
        while (true)
        {
            try
            {
                if (inFlight.HasLeftovers)
                    await SweepAsync(stoppingToken);
                else
                    await MoveOnAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(failure, "Looking for orphaned blobs failed; it is tried again");
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    /// <summary>Looks through the hours since the last sweep and returns how many orphans it removed.</summary>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        inFlight.HasLeftovers = false;
        try
        {
            var removed = await RemoveOrphansAsync(cancellationToken);
            await MoveOnAsync(cancellationToken);
            return removed;
        }
        catch
        {
            inFlight.HasLeftovers = true;
            throw;
        }
    }

    /// <summary>All is well up to the hour before the oldest upload under way; a crash from now on leaves orphans only after it.</summary>
    private async Task MoveOnAsync(CancellationToken cancellationToken)
    {
        var until = Hour(inFlight.Oldest ?? time.GetUtcNow());
        // Asked after the oldest: an upload that failed before that has left its mark by now.
        if (inFlight.HasLeftovers)
            return;
        if (await markers.GetTimeAsync(Marker.SweptUntil, cancellationToken) is not { } from || until > from)
            await markers.SetAsync(Marker.SweptUntil, $"{until.ToString("O", CultureInfo.InvariantCulture)}", cancellationToken);
    }

    private async Task<int> RemoveOrphansAsync(CancellationToken cancellationToken)
    {
        var from = await markers.GetTimeAsync(Marker.SweptUntil, cancellationToken) ?? Hour(time.GetUtcNow());
        var removed = 0;
        for (var hour = from; hour <= time.GetUtcNow(); hour = hour.AddHours(1))
        {
            var keys = store.ListAsync(BlobKey.HourPrefix(hour), cancellationToken);
            await foreach (var batch in keys.Where(key => !inFlight.Has(key)).Chunk(BatchSize).WithCancellation(cancellationToken))
                removed += await RemoveOrphansAsync(batch, cancellationToken);
        }

        if (removed > 0)
        {
            var before = await markers.GetNumberAsync(Marker.OrphansRemoved, cancellationToken);
            await markers.SetAsync(Marker.OrphansRemoved, $"{before + removed}", CancellationToken.None);
        }

        return removed;
    }

    private async Task<int> RemoveOrphansAsync(string[] keys, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var known = await db.Attachments.Where(a => keys.Contains(a.BlobKey)).Select(a => a.BlobKey).ToListAsync(cancellationToken);
        known.AddRange(
            await db.Attachments.Where(a => keys.Contains(a.ThumbnailKey)).Select(a => a.ThumbnailKey).ToListAsync(cancellationToken)
        );
        known.AddRange(await db.OwnPictures.Where(p => keys.Contains(p.BlobKey)).Select(p => p.BlobKey).ToListAsync(cancellationToken));
        var orphans = keys.Except(known).OfType<string>().ToList();
        foreach (var orphan in orphans)
        {
            logger.LogInformation("Removing the orphaned blob {BlobKey}", orphan);
            await store.DeleteAsync(orphan, cancellationToken);
        }

        return orphans.Count;
    }

    /// <summary>The start of the hour before: keys are made a moment before the bytes arrive.</summary>
    private static DateTimeOffset Hour(DateTimeOffset time) =>
        new DateTimeOffset(time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour), TimeSpan.Zero).AddHours(-1);
}
