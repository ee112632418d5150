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
/// Reads the words in files soon after they were sent, and puts them into the index: plain texts many at once, all others
/// one after another. What was there before it began comes in between, slowly and the newest first. How far it has come is
/// remembered; a file that can't be read is remembered as well and not tried again. While the store is away it waits; one
/// that only can't be read now is put off, and so are those of people whose last ones took long: others come first.
/// </summary>
internal sealed class ContentReader(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    TrustedBlobs blobs,
    FileReader reader,
    SlowAuthors slow,
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

    /// <summary>Characters; what is put in or taken out for more than that is a write that others notice.</summary>
    private const int ManyTerms = 64 * 1024;

    /// <summary>That the store does not answer for one file, before others have their turn.</summary>
    private const int MaxStoreFailures = 3;

    /// <summary>Of whatever else: then it is the file.</summary>
    private const int MaxFailures = 2;

    /// <summary>What is kept of a file's text, in bytes, for each of the file's own: quotas count only these.</summary>
    private const long MaxTextPerByte = 20;

    private const int MinTextBytes = 4 * 1024;

    /// <summary>Until one that was put off is tried again.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>For those that were put off; whatever else there is to do wakes it.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _wake = new(1);

    /// <summary>The file at which it has failed last, and how often.</summary>
    private (Guid FileId, int Failures) _trouble;

    /// <summary>What the last step has read was all that was new: others may gather before it looks for more.</summary>
    private bool _hasAllNew;

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
                    while (await StepAsync(stoppingToken))
                    {
                        if (_hasAllNew)
                            await Task.Delay(Gathering, time, stoppingToken);
                    }

                    failures = 0;
                    await _wake.WaitAsync(LookAgain, stoppingToken);
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

    /// <summary>
    /// Attends to one file that has changed, some that are new and one that was put off, so that none of them wait for many
    /// of the others; else to one that was there before. Returns whether there may be more.
    /// </summary>
    internal async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        var hasChanged = await ReadChangedAsync(cancellationToken);
        var isNew = await ReadNewAsync(cancellationToken);
        var wasPutOff = await ReadPutOffAsync(cancellationToken);
        return hasChanged || isNew || wasPutOff || await ReadOldAsync(cancellationToken);
    }

    private async Task<bool> ReadNewAsync(CancellationToken cancellationToken)
    {
        List<Attachment> files;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            var all = await db.Dialect.FullText.FindNewAsync(db, cancellationToken);
            files = await all
                .OrderBy(a => a.MessageId)
                .ThenBy(a => a.Position)
                .Take(BatchSize)
                .AsNoTracking()
                .ToListAsync(cancellationToken);
        }

        var done = await ReadFirstAsync(
            files,
            (scope, until) => ContentIndex.EndNew(scope, [.. files.Select(KeyOf).Where(key => key.Value <= until.Value)]),
            BatchSize,
            cancellationToken
        );
        _hasAllNew = done > 0 && done == files.Count && done < BatchSize;
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

        await ReadFirstAsync(files, ContentIndex.MoveOldest, 1, cancellationToken);
        if (files.Exists(MayHaveWords))
            await Task.Delay(Rest, time, cancellationToken);
        return files.Count > 0;
    }

    /// <summary>
    /// Looks into the first that may hold words and, where that is a plain text, into those that follow: they come in great
    /// numbers, and each by itself costs a flush to the disk. Returns how many of the files are done with.
    /// </summary>
    /// <param name="most">So many at once.</param>
    private async Task<int> ReadFirstAsync(List<Attachment> files, Func<WriteScope, ContentKey, bool> move, int most, CancellationToken cancellationToken)
    {
        var found = new List<Looked>();
        var done = 0;
        foreach (var file in files)
        {
            var isAlone = MayHaveWords(file) && !FileText.IsPlain(file.ContentType);
            if (found.Count > 0 && isAlone)
                break;
            try
            {
                if (await LookIntoAsync(file, cancellationToken) is { } looked)
                    found.Add(looked);
            }
            catch (Exception) when (found.Count > 0 && !cancellationToken.IsCancellationRequested)
            {
                // The next time it is the first, and judged as such.
                break;
            }

            done++;
            if (found.Count >= most || (isAlone && found.Count > 0) || found.Sum(looked => looked.Length) > ManyTerms)
                break;
        }

        if (done > 0)
            await WriteAsync(found, move, KeyOf(files[done - 1]), cancellationToken);
        return done;
    }

    private async Task<bool> ReadPutOffAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await ContentIndex.FindDueAsync(db, time.GetUtcNow().ToUnixTimeSeconds(), cancellationToken) is not { } due)
            return false;
        var key = new ContentKey(due.Key);
        var (messageId, position) = (key.MessageId, key.Position);
        var file = await db
            .Attachments.Where(a => a.MessageId == messageId && a.Position == position && a.State == AttachmentState.Ready)
            .AsNoTracking()
            .SingleOrDefaultAsync(cancellationToken);
        if (file is null)
            await writer.WriteDirectlyAsync(scope => ContentIndex.EndPuttingOff(scope, key), cancellationToken);
        else
            await ReadAsync(file, ContentIndex.EndPuttingOff, cancellationToken, due.Tries);
        return true;
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
            await ReadAsync(file, ContentIndex.Settle, cancellationToken);
        else if (file is not null)
            await writer.WriteDirectlyAsync(scope => ContentIndex.Settle(scope, key), cancellationToken);
        else
            await RemoveAsync(db, key, cancellationToken);
        return true;
    }

    private async Task RemoveAsync(ChatDbContext db, ContentKey key, CancellationToken cancellationToken)
    {
        var kept = await ContentIndex.ReadKeptAsync(db, key, cancellationToken);
        (string Name, string Text)? terms = kept?.Text is null ? null : TermsOf(kept.FileName, kept.Text);
        await writer.WriteDirectlyAsync(scope => ContentIndex.Remove(scope, key, terms), cancellationToken);
        // Overwriting the words of a long text takes the index up to half a second, in which nobody writes.
        if (terms is { Text.Length: > ManyTerms })
            await Task.Delay(Rest, time, cancellationToken);
    }

    /// <param name="move">Records that this file is done.</param>
    /// <param name="tries">So often it was put off because it could not be read.</param>
    private async Task ReadAsync(Attachment file, Func<WriteScope, ContentKey, bool> move, CancellationToken cancellationToken, int tries = 0)
    {
        var found = await LookIntoAsync(file, cancellationToken, tries) is { } looked ? new List<Looked> { looked } : [];
        await WriteAsync(found, move, KeyOf(file), cancellationToken);
    }

    /// <summary>Puts in what was found, and records that it is done up to this file.</summary>
    private async Task WriteAsync(List<Looked> found, Func<WriteScope, ContentKey, bool> move, ContentKey until, CancellationToken cancellationToken)
    {
        await writer.WriteDirectlyAsync(
            scope =>
            {
                var hasMoved = move(scope, until);
                found.ForEach(looked => looked.Put(scope));
                return hasMoved;
            },
            cancellationToken
        );
        if (found.Sum(looked => looked.Length) > ManyTerms)
            await Task.Delay(Rest, time, cancellationToken);
    }

    /// <summary>What is to be put in for a file; null where there is nothing to look for, or somebody has looked.</summary>
    private async Task<Looked?> LookIntoAsync(Attachment file, CancellationToken cancellationToken, int tries = 0)
    {
        var key = KeyOf(file);
        if (!MayHaveWords(file))
            return null;
        var known = await FindKnownAsync(key, file.Sha256, cancellationToken);
        if (known.IsRead)
            return null;
        if (!FileText.IsPlain(file.ContentType) && slow.WaitUntil(file.AuthorId) is { } othersFirst)
            return PutOff(tries, othersFirst);
        bool isThere;
        string? text;
        try
        {
            (isThere, text) = known.IsKnown ? (true, known.Text) : await ReadTextAsync(file, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && IsOver(file, failure, tries))
        {
            // Whatever it is, the others must not wait for it for ever.
            if (failure is StoreUnavailableException || (failure is ReadingCutShortException && tries == 0))
            {
                logger.LogWarning(failure, "What is in file {FileId} can't be read now; others are read first", file.Id);
                return PutOff(tries + 1, time.GetUtcNow() + GrowingPauses<Guid>.After(tries, FirstPause, LongestPause));
            }

            logger.LogWarning(failure, "What is in file {FileId} can't be read", file.Id);
            (isThere, text) = (true, null);
        }

        if (!isThere)
            return null;
        (string Name, string Text) terms = text is null ? ("", "") : TermsOf(file.FileName, text);
        return new Looked(scope => ContentIndex.Put(scope, key, file.Sha256, file.FileName, text, terms), terms.Text.Length);

        Looked PutOff(int tries, DateTimeOffset until) => new(scope => ContentIndex.PutOff(scope, key, tries, until.ToUnixTimeSeconds()), Length: 0);
    }

    /// <summary>Whether it is no use to try the file once more at once. That no process can be started is never up to a file.</summary>
    private bool IsOver(Attachment file, Exception failure, int tries)
    {
        if (failure is ReadingUnavailableException)
            return false;
        _trouble = (file.Id, (_trouble.FileId == file.Id ? _trouble.Failures : 0) + 1);
        return failure is ReadingCutShortException
            || (failure is StoreUnavailableException ? tries > 0 || _trouble.Failures >= MaxStoreFailures : _trouble.Failures >= MaxFailures);
    }

    private static ContentKey KeyOf(Attachment file) => new(file.MessageId, file.Position);

    private static bool MayHaveWords(Attachment file) =>
        file.State == AttachmentState.Ready && file.Size <= FileText.MaxFileBytes && FileText.MayHave(file.ContentType);

    private async Task<ContentIndex.KnownContent> FindKnownAsync(ContentKey key, string sha256, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await ContentIndex.FindKnownAsync(db, key, sha256, cancellationToken);
    }

    /// <summary>What is in the file; nothing is there where its blob is missing.</summary>
    private async Task<(bool IsThere, string? Text)> ReadTextAsync(Attachment file, CancellationToken cancellationToken)
    {
        await using var blob = await blobs.OpenAsync(file, cancellationToken);
        if (blob is null)
            return (false, null);
        var maxBytes = (int)Math.Clamp(file.Size * MaxTextPerByte, MinTextBytes, FileText.MaxBytes);
        if (FileText.IsPlain(file.ContentType))
        {
            var bytes = await BlobCheck.ReadAsync(() => new ValueTask<byte[]>(PlainText.ReadAsync(blob.Content, cancellationToken)), cancellationToken);
            return (true, PlainText.TextOf(bytes, maxBytes));
        }

        var reading = await reader.ReadAsync(ReadingKind.Text, file.ContentType, blob.Content, FileText.MaxBytes, cancellationToken);
        reading.ThrowIfCutShort();
        slow.Note(file.AuthorId, reading.Took);
        return (true, reading.Outcome == ReadingOutcome.Done ? TextOf(reading.Output.Span, maxBytes) : null);
    }

    /// <summary>What the child says is not believed to be text.</summary>
    private static string? TextOf(ReadOnlySpan<byte> output, int maxBytes)
    {
        var sink = new TextSink(maxBytes);
        sink.Append(Encoding.UTF8.GetString(output));
        return sink.ToString() is { Length: > 0 } text ? text : null;
    }

    private static (string Name, string Text) TermsOf(string fileName, string text) => (SearchTerms.Of(fileName), SearchTerms.Of(text, FileText.MaxBytes));

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

    /// <summary>What a look into a file leads to.</summary>
    /// <param name="Length">Of the terms that are put in.</param>
    private sealed record Looked(Action<WriteScope> Put, int Length);
}
