using System.Text;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Upkeep;

/// <summary>
/// Reads the words in files, one file after another, soon after they were sent, and puts them into the index. What was
/// there before it began comes in between, slowly and the newest first. How far it has come is remembered; a file that
/// can't be read is remembered as well and not tried again. While the store is away it waits.
/// </summary>
internal sealed class ContentReader(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    TrustedBlobs blobs,
    FileReader reader,
    IOptions<SearchOptions> options,
    TimeProvider time,
    ILogger<ContentReader> logger
) : BackgroundService
{
    private const int BatchSize = 50;

    /// <summary>Others that come at the same moment may come along.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);

    /// <summary>Between two files that were there already, and after one was taken out: nobody waits for them.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(300);

    private readonly SemaphoreSlim _wake = new(1);

    /// <summary>The file at which it has failed last.</summary>
    private Guid? _troublesome;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Contents)
            return;
        writer.Committed += OnCommitted;
        try
        {
            var failures = 0;
            while (true)
            {
                try
                {
                    while (await StepAsync(stoppingToken)) { }
                    failures = 0;
                    await _wake.WaitAsync(stoppingToken);
                    await Task.Delay(Gathering, time, stoppingToken);
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    var isAway = failure is StoreUnavailableException or ReadingUnavailableException;
                    logger.Log(isAway ? LogLevel.Warning : LogLevel.Error, failure, "What is in files can't be read now; it is tried again");
                    await Pauses.WaitAsync(++failures, time, stoppingToken);
                }
            }
        }
        finally
        {
            writer.Committed -= OnCommitted;
        }
    }

    /// <summary>Reads what is new, what has changed, or else one of the others; returns whether there may be more.</summary>
    internal async Task<bool> StepAsync(CancellationToken cancellationToken) =>
        await ReadNewAsync(cancellationToken) || await ReadChangedAsync(cancellationToken) || await ReadOldAsync(cancellationToken);

    private async Task<bool> ReadNewAsync(CancellationToken cancellationToken)
    {
        List<Attachment> files;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            var newest = new ContentKey((await ContentIndex.ReadProgressAsync(db, cancellationToken)).Newest);
            var (messageId, position) = (newest.MessageId, newest.Position);
            files = await db
                .Attachments.Where(a => a.MessageId >= messageId && (a.MessageId > messageId || a.Position > position))
                .OrderBy(a => a.MessageId)
                .ThenBy(a => a.Position)
                .Take(BatchSize)
                .AsNoTracking()
                .ToListAsync(cancellationToken);
        }

        foreach (var file in files)
            await ReadAsync(file, ContentIndex.MoveNewest, isLast: file == files[^1], cancellationToken);
        return files.Count > 0;
    }

    private async Task<bool> ReadOldAsync(CancellationToken cancellationToken)
    {
        List<Attachment> files;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            var oldest = new ContentKey((await ContentIndex.ReadProgressAsync(db, cancellationToken)).Oldest);
            var (messageId, position) = (oldest.MessageId, oldest.Position);
            files = await db
                .Attachments.Where(a => a.MessageId <= messageId && (a.MessageId < messageId || a.Position < position))
                .OrderByDescending(a => a.MessageId)
                .ThenByDescending(a => a.Position)
                .Take(BatchSize)
                .AsNoTracking()
                .ToListAsync(cancellationToken);
        }

        // Those that hold no words are passed over at once, the others one by one.
        foreach (var file in files)
        {
            var mayHave = MayHaveWords(file);
            await ReadAsync(file, ContentIndex.MoveOldest, isLast: mayHave || file == files[^1], cancellationToken);
            if (!mayHave)
                continue;
            await Task.Delay(Rest, time, cancellationToken);
            break;
        }

        return files.Count > 0;
    }

    /// <summary>Files that are gone are taken out; one that is ready again is read, if nobody has.</summary>
    private async Task<bool> ReadChangedAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var keys = await ContentIndex.ReadBehindAsync(db, limit: 1, cancellationToken);
        if (keys is not [var key])
            return false;
        var (messageId, position) = (key.MessageId, key.Position);
        var file = await db
            .Attachments.Where(a => a.MessageId == messageId && a.Position == position && a.State != AttachmentState.Deleted)
            .AsNoTracking()
            .SingleOrDefaultAsync(cancellationToken);
        if (file is { State: AttachmentState.Ready })
            await ReadAsync(file, ContentIndex.Settle, isLast: true, cancellationToken);
        else if (file is not null)
            await writer.WriteDirectlyAsync(scope => ContentIndex.Settle(scope, key), cancellationToken);
        else
            await RemoveAsync(db, key, cancellationToken);
        return true;
    }

    private async Task RemoveAsync(ChatDbContext db, ContentKey key, CancellationToken cancellationToken)
    {
        var kept = await ContentIndex.ReadKeptAsync(db, key, cancellationToken);
        (string, string)? terms = kept?.Text is null ? null : TermsOf(kept.FileName, kept.Text);
        await writer.WriteDirectlyAsync(scope => ContentIndex.Remove(scope, key, terms), cancellationToken);
        // Overwriting the words of a long text takes the index up to half a second, in which nobody writes.
        if (terms is not null)
            await Task.Delay(Rest, time, cancellationToken);
    }

    /// <param name="move">Records that this file is done.</param>
    /// <param name="isLast">Of a batch: that it is done is recorded even when there was nothing to read.</param>
    private async Task ReadAsync(Attachment file, Func<WriteScope, ContentKey, bool> move, bool isLast, CancellationToken cancellationToken)
    {
        var key = new ContentKey(file.MessageId, file.Position);
        if (!MayHaveWords(file) || await IsReadAsync(key, cancellationToken))
        {
            if (isLast)
                await writer.WriteDirectlyAsync(scope => move(scope, key), cancellationToken);
            return;
        }

        var (isThere, text) = await FindTextAsync(file, cancellationToken);
        var terms = text is null ? ("", "") : TermsOf(file.FileName, text);
        await writer.WriteDirectlyAsync(
            scope =>
            {
                if (isThere)
                    ContentIndex.Put(scope, key, file.Sha256, file.FileName, text, terms);
                return move(scope, key);
            },
            cancellationToken
        );
    }

    private static bool MayHaveWords(Attachment file) =>
        file.State == AttachmentState.Ready && file.Size <= FileText.MaxFileBytes && FileText.MayHave(file.ContentType);

    private async Task<bool> IsReadAsync(ContentKey key, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await ContentIndex.IsReadAsync(db, key, cancellationToken);
    }

    /// <summary>What is in the file, which the same bytes may have told before; nothing is there where its blob is missing.</summary>
    private async Task<(bool IsThere, string? Text)> FindTextAsync(Attachment file, CancellationToken cancellationToken)
    {
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            if (await ContentIndex.FindKnownAsync(db, file.Sha256, cancellationToken) is { } known)
                return (true, known.Text);
        }

        try
        {
            return await ReadTextAsync(file, cancellationToken);
        }
        catch (Exception failure)
            when (failure is not (StoreUnavailableException or ReadingUnavailableException)
                && !cancellationToken.IsCancellationRequested
                && _troublesome == file.Id
            )
        {
            // Whatever it is, the others must not wait for it for ever.
            logger.LogWarning(failure, "What is in file {FileId} can't be read", file.Id);
            return (true, null);
        }
        catch
        {
            _troublesome = file.Id;
            throw;
        }
    }

    private async Task<(bool IsThere, string? Text)> ReadTextAsync(Attachment file, CancellationToken cancellationToken)
    {
        await using var blob = await blobs.OpenAsync(file, cancellationToken);
        if (blob is null)
            return (false, null);
        if (FileText.IsPlain(file.ContentType))
            return (true, await BlobCheck.ReadAsync(() => new ValueTask<string?>(PlainText.ReadAsync(blob.Content, FileText.MaxBytes, cancellationToken)), cancellationToken));
        var reading = await reader.ReadAsync(ReadingKind.Text, file.ContentType, blob.Content, FileText.MaxBytes, cancellationToken);
        return (true, reading.Outcome == ReadingOutcome.Done ? TextOf(reading.Output.Span) : null);
    }

    /// <summary>What the child says is not believed to be text.</summary>
    private static string? TextOf(ReadOnlySpan<byte> output)
    {
        var sink = new TextSink(FileText.MaxBytes);
        sink.Append(Encoding.UTF8.GetString(output));
        return sink.ToString() is { Length: > 0 } text ? text : null;
    }

    private static (string Name, string Text) TermsOf(string fileName, string text) => (SearchTerms.Of(fileName), SearchTerms.Of(text));

    private void OnCommitted(Commit commit)
    {
        var matters =
            commit.IsUnsure
            || commit.HasJobs
            || commit.Events.Any(e => e.Event is null or { Type: ChatEventType.FileRestored } or { Message.Attachments.Count: > 0 });
        if (matters && _wake.CurrentCount == 0)
            _wake.Release();
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }
}
