using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Upkeep;

/// <summary>
/// Finds blobs that vanished or changed behind our back before somebody stumbles over them, and notices when they are
/// back. Three rounds, one after another: the missing files every minute, that all blobs are there, and, slowly, that
/// all bytes are right. Where a round was is remembered, so that a restart goes on and does not begin again.
/// </summary>
internal sealed class DriftCheck(
    IDbContextFactory<ChatDbContext> databases,
    IFileStore store,
    TrustedBlobs blobs,
    FileStates states,
    Markers markers,
    IOptions<UpkeepOptions> options,
    TimeProvider time,
    ILogger<DriftCheck> logger
) : BackgroundService
{
    public const string PresenceRound = "presence-check";
    public const string ContentRound = "content-check";

    /// <summary>A whole message has at most so many files: a batch always gets beyond one message.</summary>
    private const int BatchSize = 10 * Attachment.MaxPerMessage;

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MissingCheckEvery = TimeSpan.FromSeconds(30);

    private readonly CheckRound _presence = new(PresenceRound, options.Value.PresenceCheckEvery);
    private readonly CheckRound _content = new(ContentRound, options.Value.ContentCheckEvery);
    private DateTimeOffset _missingCheckedAt;
    private long? _term;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await StepAsync(stoppingToken);
            }
            catch (StoreUnavailableException failure)
            {
                // An outage is no loss: no state changes, and the round goes on when the store is back.
                logger.LogWarning(failure, "The check of the blobs waits for the file store");
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogError(failure, "The check of the blobs failed; it is tried again");
            }

            await Task.Delay(Tick, time, stoppingToken);
        }
    }

    /// <summary>Whatever is due: the missing files, a round of presence, a batch of contents.</summary>
    internal async Task StepAsync(CancellationToken cancellationToken)
    {
        if (!await IsOursAsync(cancellationToken))
            return;
        if (time.GetUtcNow() - _missingCheckedAt >= MissingCheckEvery)
        {
            await LookForMissingAsync(cancellationToken);
            _missingCheckedAt = time.GetUtcNow();
        }

        while (await AdvanceAsync(_presence, CheckPresenceAsync, cancellationToken)) { }
        await AdvanceAsync(_content, CheckContentAsync, cancellationToken);
    }

    /// <summary>One process checks for all; one that takes over goes on where the other was.</summary>
    private async Task<bool> IsOursAsync(CancellationToken cancellationToken)
    {
        var term = await markers.HoldAsync(nameof(DriftCheck), cancellationToken);
        if (term is not null && term != _term)
        {
            _presence.Forget();
            _content.Forget();
        }

        _term = term ?? _term;
        return term is not null;
    }

    /// <summary>Missing files that are there again, whole, become ready.</summary>
    private async Task LookForMissingAsync(CancellationToken cancellationToken)
    {
        List<Attachment> missing;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            missing = await db
                .Attachments.Where(a => a.State == AttachmentState.Missing)
                .OrderBy(a => a.MessageId)
                .AsNoTracking()
                .ToListAsync(cancellationToken);
        }

        foreach (var file in missing)
        {
            if (await blobs.OpenAsync(file, cancellationToken) is { } blob)
                await blob.DisposeAsync();
            await PauseAsync(0, cancellationToken);
        }
    }

    /// <summary>Checks the next batch of a round that is due; returns whether the round goes on.</summary>
    private async Task<bool> AdvanceAsync(CheckRound round, Func<Attachment, CancellationToken, Task> check, CancellationToken cancellationToken)
    {
        if (!await IsOursAsync(cancellationToken))
            return false;
        await round.LoadAsync(markers, cancellationToken);
        if (!round.IsDue(time.GetUtcNow()))
            return false;

        List<Attachment> batch;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            batch = await db
                .Attachments.Where(a => a.MessageId > round.Position && a.State == AttachmentState.Ready)
                .OrderBy(a => a.MessageId)
                .Take(BatchSize)
                .AsNoTracking()
                .ToListAsync(cancellationToken);
        }

        foreach (var file in batch)
            await check(file, cancellationToken);
        // A full batch may end in the middle of a message; its files are looked at once more.
        var isLast = batch.Count < BatchSize;
        await round.RememberAsync(markers, isLast ? null : batch[^1].MessageId - 1, time.GetUtcNow());
        return !isLast;
    }

    private async Task CheckPresenceAsync(Attachment file, CancellationToken cancellationToken)
    {
        await using var blob = await store.OpenAsync(file.BlobKey!, cancellationToken);
        if (blob is null || blob.Content.Length != file.Size)
            await states.MarkMissingAsync(file);
        await PauseAsync(0, cancellationToken);
    }

    private async Task CheckContentAsync(Attachment file, CancellationToken cancellationToken)
    {
        await using var blob = await store.OpenAsync(file.BlobKey!, cancellationToken);
        if (blob is null || !await blob.HasBytesAsync(file.Size, file.Sha256, cancellationToken))
            await states.MarkMissingAsync(file);
        await PauseAsync(file.Size, cancellationToken);
    }

    private Task PauseAsync(long bytes, CancellationToken cancellationToken)
    {
        var seconds = Math.Max(1.0 / options.Value.CheckFilesPerSecond, (double)bytes / options.Value.CheckBytesPerSecond);
        return Task.Delay(TimeSpan.FromSeconds(seconds), time, cancellationToken);
    }
}
