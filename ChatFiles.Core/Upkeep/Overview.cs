using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

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
)
{
    /// <summary>Bytes that are left on the disk of the data folder.</summary>
    public required long FreeDiskBytes { get; init; }

    /// <summary>How far live delivery is behind.</summary>
    public required TimeSpan EventLag { get; init; }

    /// <summary>What requests were refused for since midnight UTC, or since the start; the most frequent first.</summary>
    public required IReadOnlyList<(string Slug, int Count)> Refusals { get; init; }

    /// <summary>By their files; 5 at the most.</summary>
    public required IReadOnlyList<Holder> LargestChats { get; init; }

    /// <summary>By their files; 5 at the most.</summary>
    public required IReadOnlyList<Holder> LargestPeople { get; init; }

    /// <summary>Of SQLite.</summary>
    public required string DatabaseVersion { get; init; }
}

/// <summary>A chat or a person and the bytes of their files.</summary>
public sealed record Holder(string Name, long StorageBytes);

public sealed record MissingFile(long ChatId, Guid FileId, string FileName, long Size);

/// <summary>Gathers the operator's overview.</summary>
public sealed class OverviewReader(
    IDbContextFactory<ChatDbContext> databases,
    Markers markers,
    DataDirectory data,
    EventLag lag,
    RefusalsOfToday refusals,
    IOptions<SearchOptions> search
)
{
    private const int MaxRows = 50;

    private const int MaxLargest = 5;

    public async Task<Overview> ReadAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
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
            await markers.GetNumberAsync(Marker.OrphansRemoved, cancellationToken),
            await markers.GetTimeAsync(CheckRound.EndMarker(DriftCheck.PresenceRound), cancellationToken),
            await markers.GetTimeAsync(CheckRound.EndMarker(DriftCheck.ContentRound), cancellationToken),
            search.Value.Contents ? await CountToLookIntoAsync(db, cancellationToken) : null
        )
        {
            FreeDiskBytes = new DriveInfo(data.Root).AvailableFreeSpace,
            EventLag = lag.Current,
            Refusals = refusals.Read(),
            LargestChats = await LargestChatsAsync(db, cancellationToken),
            LargestPeople = await LargestPeopleAsync(db, cancellationToken),
            DatabaseVersion = db.Database.GetDbConnection().ServerVersion,
        };
    }

    private static async Task<IReadOnlyList<Holder>> LargestChatsAsync(ChatDbContext db, CancellationToken cancellationToken)
    {
        var chats = await db
            .Chats.Where(c => c.StorageBytes > 0)
            .OrderByDescending(c => c.StorageBytes)
            .Take(MaxLargest)
            .Select(c => new
            {
                c.Name,
                c.StorageBytes,
                // A direct chat's name is the two names.
                Pair = c.DirectKey == null ? null : c.Members.Select(m => m.User.DisplayName).ToList(),
            })
            .ToListAsync(cancellationToken);
        return [.. chats.Select(c => new Holder(c.Pair is null ? c.Name : string.Join(", ", c.Pair.Order(StringComparer.Ordinal)), c.StorageBytes))];
    }

    private static async Task<IReadOnlyList<Holder>> LargestPeopleAsync(ChatDbContext db, CancellationToken cancellationToken) =>
        await db
            .PersonStates.Where(s => s.StorageBytes > 0)
            .OrderByDescending(s => s.StorageBytes)
            .Take(MaxLargest)
            .Select(s => new Holder(db.Users.Where(p => p.Id == s.UserId).Select(p => p.DisplayName).Single(), s.StorageBytes))
            .ToListAsync(cancellationToken);

    private static async Task<int> CountToLookIntoAsync(ChatDbContext db, CancellationToken cancellationToken)
    {
        var progress = await ContentIndex.ReadProgressAsync(db, cancellationToken);
        var oldest = new ContentKey(progress.Oldest);
        var ready = db.Attachments.Where(a => a.State == AttachmentState.Ready);
        var old = ready.Where(a => a.MessageId < oldest.MessageId || (a.MessageId == oldest.MessageId && a.Position < oldest.Position));
        var recent = await db.Dialect.FullText.FindNewAsync(db, cancellationToken);
        return await old.CountAsync(cancellationToken) + await recent.CountAsync(a => a.State == AttachmentState.Ready, cancellationToken);
    }
}
