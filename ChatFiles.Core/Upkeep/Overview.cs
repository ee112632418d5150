using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Upkeep;

/// <summary>How the house stands, for its operator.</summary>
/// <param name="StorageBytes">Of all files and thumbnails that are not deleted.</param>
/// <param name="FailingJobs">Those that have failed at least once, the most often failed first; 50 at the most.</param>
/// <param name="MissingFiles">The newest first; 50 at the most.</param>
/// <param name="OrphansRemoved">Blobs without a row that the sweeper has removed so far.</param>
/// <param name="PresenceCheckedAt">When the last round ended that looked whether all blobs are there.</param>
/// <param name="ContentCheckedAt">When the last round ended that read all bytes.</param>
/// <param name="FilesToLookInto">So many were not looked into yet for words that are in them; null where that is turned off.</param>
public sealed record Overview(
    int People,
    int Chats,
    int Messages,
    int Files,
    long StorageBytes,
    int QueueLength,
    IReadOnlyList<Job> FailingJobs,
    int MissingCount,
    IReadOnlyList<MissingFile> MissingFiles,
    long OrphansRemoved,
    DateTimeOffset? PresenceCheckedAt,
    DateTimeOffset? ContentCheckedAt,
    int? FilesToLookInto
);

public sealed record MissingFile(long ChatId, Guid FileId, string FileName, long Size);

/// <summary>Gathers the operator's overview.</summary>
public sealed class OverviewReader
{
    private const int MaxRows = 50;

    private readonly IDbContextFactory<ChatDbContext> _databases;
    private readonly Markers _markers;
    private readonly bool _hasContents;

    internal OverviewReader(IDbContextFactory<ChatDbContext> databases, Markers markers, bool hasContents) =>
        (_databases, _markers, _hasContents) = (databases, markers, hasContents);

    public async Task<Overview> ReadAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await _databases.CreateDbContextAsync(cancellationToken);
        var missing = db.Attachments.Where(a => a.State == AttachmentState.Missing);
        return new Overview(
            await db.Users.CountAsync(cancellationToken),
            await db.Chats.CountAsync(cancellationToken),
            await db.Messages.CountAsync(m => !m.Deleted, cancellationToken),
            await db.Attachments.CountAsync(a => a.State != AttachmentState.Deleted, cancellationToken),
            await db.Chats.SumAsync(c => c.StorageBytes, cancellationToken),
            await db.Jobs.CountAsync(cancellationToken),
            await db.Jobs.Where(j => j.Attempts > 0).OrderByDescending(j => j.Attempts).Take(MaxRows).AsNoTracking().ToListAsync(cancellationToken),
            await missing.CountAsync(cancellationToken),
            await missing
                .OrderByDescending(a => a.MessageId)
                .Take(MaxRows)
                .Select(a => new MissingFile(a.ChatId, a.Id, a.FileName, a.Size))
                .ToListAsync(cancellationToken),
            await _markers.GetNumberAsync(Marker.OrphansRemoved, cancellationToken),
            await _markers.GetTimeAsync(CheckRound.EndMarker(DriftCheck.PresenceRound), cancellationToken),
            await _markers.GetTimeAsync(CheckRound.EndMarker(DriftCheck.ContentRound), cancellationToken),
            _hasContents ? await CountToLookIntoAsync(db, cancellationToken) : null
        );
    }

    private static async Task<int> CountToLookIntoAsync(ChatDbContext db, CancellationToken cancellationToken)
    {
        var progress = await ContentIndex.ReadProgressAsync(db, cancellationToken);
        var (newest, oldest) = (new ContentKey(progress.Newest), new ContentKey(progress.Oldest));
        var ready = db.Attachments.Where(a => a.State == AttachmentState.Ready);
        var old = ready.Where(a => a.MessageId < oldest.MessageId || (a.MessageId == oldest.MessageId && a.Position < oldest.Position));
        var recent = ready.Where(a => a.MessageId > newest.MessageId || (a.MessageId == newest.MessageId && a.Position > newest.Position));
        return await old.CountAsync(cancellationToken) + await recent.CountAsync(cancellationToken);
    }
}
