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
/// them in the database; what a file does to whoever reads it costs it its picture and nothing else. Files of people whose
/// last ones took long, and those that can't be read from the store now, wait while others have their turn.
/// </summary>
internal sealed class PictureMaker(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    TrustedBlobs blobs,
    Pictures pictures,
    MadePictures kept,
    SlowAuthors slow,
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

    /// <summary>When there are none but those that have to wait.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _wake = new(0);

    /// <summary>Files that could not be read, through no fault of theirs.</summary>
    private readonly GrowingPauses<Guid> _unread = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10), time);

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
                        await _wake.WaitAsync(LookAgain, stoppingToken);
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
        var (files, authors) = (_unread.Waiting(), slow.Waiting());
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db
            .Attachments.Where(a => a.Picture != PictureState.Settled && a.State == AttachmentState.Ready)
            .Where(a => !files.Contains(a.Id) && !authors.Contains(a.AuthorId))
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
        if (await OpenAsync(file, cancellationToken) is not { } opened)
            return;
        await using var blob = opened;
        await kept.RememberTryAsync(file);
        try
        {
            if (await pictures.MakeAsync(file.ContentType, blob.Content, took => slow.Note(file.AuthorId, took), cancellationToken) is { } made)
                await kept.KeepAsync(file, made, cancellationToken);
        }
        catch (ReadingCutShortException)
        {
            // One that was tried for the first time stays begun: there is one more try.
            _unread.Begin(file.Id);
            return;
        }
        // Nothing of this is the file's fault.
        catch (Exception failure) when (failure is ReadingUnavailableException or StoreUnavailableException or StoreFullException)
        {
            await kept.ForgetTryAsync(file);
            if (failure is StoreUnavailableException)
                _unread.Begin(file.Id);
            throw;
        }

        await kept.SettleAsync(file);
    }

    /// <summary>One that can't be read must not keep all others waiting: next time it is their turn.</summary>
    private async Task<StoredBlob?> OpenAsync(Attachment file, CancellationToken cancellationToken)
    {
        try
        {
            return await blobs.OpenAsync(file, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            _unread.Begin(file.Id);
            throw;
        }
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
