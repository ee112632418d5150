using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Upkeep;

/// <summary>
/// Makes pictures of files that came without one, one after another and the newest first. Which ones these are stands with
/// them in the database; what a file does to whoever reads it costs it its picture and nothing else.
/// </summary>
internal sealed class PictureMaker(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    TrustedBlobs blobs,
    Pictures pictures,
    MadePictures kept,
    TimeProvider time,
    ILogger<PictureMaker> logger
) : BackgroundService
{
    /// <summary>Somebody may wait for the picture of a file that is not older.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    /// <summary>Of the time between two older ones, so much is spent on them.</summary>
    private const int ShareOfTime = 4;

    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UntilTriedAgain = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _wake = new(0);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        writer.Committed += OnCommitted;
        try
        {
            var failures = 0;
            while (true)
            {
                try
                {
                    if (await FindNextAsync(stoppingToken) is not { } next)
                    {
                        await _wake.WaitAsync(stoppingToken);
                        continue;
                    }

                    var begun = time.GetTimestamp();
                    await MakeAsync(next, stoppingToken);
                    failures = 0;
                    if (time.GetUtcNow().UtcDateTime - next.Message.SentAt > Fresh)
                        await RestAsync(time.GetElapsedTime(begun), stoppingToken);
                }
                catch (ReadingUnavailableException failure)
                {
                    logger.LogWarning(failure, "No pictures can be made of files now");
                    await Task.Delay(UntilTriedAgain, time, stoppingToken);
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    logger.LogWarning(failure, "A picture could not be made of a file now; it is tried again");
                    await Pauses.WaitAsync(++failures, time, stoppingToken);
                }
            }
        }
        finally
        {
            writer.Committed -= OnCommitted;
        }
    }

    private async Task<Attachment?> FindNextAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db
            .Attachments.Where(a => a.Picture != PictureState.Settled && a.State == AttachmentState.Ready)
            .OrderByDescending(a => a.MessageId)
            .ThenBy(a => a.Position)
            .Include(a => a.Message)
            .AsNoTracking()
            .FirstOrDefaultAsync(cancellationToken);
    }

    private async Task MakeAsync(Attachment file, CancellationToken cancellationToken)
    {
        if (!Pictures.MayBeMadeOf(file.ContentType))
        {
            await kept.SettleAsync(file);
            return;
        }

        // One that is gone turns out to be missing; it waits until it is back.
        if (await blobs.OpenAsync(file, cancellationToken) is not { } opened)
            return;
        await using var blob = opened;
        await kept.RememberTryAsync(file);
        try
        {
            if (await pictures.MakeAsync(file.ContentType, blob.Content, cancellationToken) is { } made)
                await kept.KeepAsync(file, made, cancellationToken);
        }
        // Nothing of this is the file's fault.
        catch (Exception failure) when (failure is ReadingUnavailableException or StoreUnavailableException or StoreFullException)
        {
            await kept.ForgetTryAsync(file);
            throw;
        }

        await kept.SettleAsync(file);
    }

    /// <summary>What was there before an upgrade takes its time, and gives way to what is sent meanwhile.</summary>
    private async Task RestAsync(TimeSpan worked, CancellationToken cancellationToken)
    {
        using var resting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var rest = worked * ShareOfTime;
        await Task.WhenAny(Task.Delay(rest > ShortestRest ? rest : ShortestRest, time, resting.Token), _wake.WaitAsync(resting.Token));
        await resting.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void OnCommitted(Commit commit)
    {
        if (commit.IsUnsure || commit.Events.Any(e => IsAboutPictures(e.Event)))
            Wake();
    }

    private static bool IsAboutPictures(RoomEvent? committed) =>
        committed?.Type == ChatEventType.FileRestored
        || committed?.Message?.Attachments.Any(file => file.Thumbnail is null && Pictures.MayBeMadeOf(file.ContentType ?? "")) == true;

    private void Wake()
    {
        if (_wake.CurrentCount == 0)
            _wake.Release();
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }
}
