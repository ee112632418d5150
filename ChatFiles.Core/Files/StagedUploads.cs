using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>Resumable uploads that are not sent yet, whole or not.</summary>
public abstract class StagedUploads
{
    /// <summary>What each costs beside its bytes is the same, however short it is.</summary>
    private protected const int MaxPerPerson = 100;

    private protected static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private protected static readonly Refusal TooMany = new(
        RefusalReason.QuotaExceeded,
        $"You have {MaxPerPerson} uploads that are not sent yet; send or end some of them first."
    );

    private protected StagedUploads() { }

    /// <summary>Finds what earlier processes left. Before anything else is called.</summary>
    internal virtual void Load() { }

    /// <summary>What is reserved for them in the quotas beside <see cref="QuotaReservations"/>.</summary>
    internal virtual ValueTask<(long OfPerson, long OfChat)> ReservedAsync(string userId, long chatId) => ValueTask.FromResult((0L, 0L));

    /// <summary>Begins an upload of as many bytes as are reserved for it.</summary>
    /// <param name="reservation">Is the upload's from now on, if there is one.</param>
    internal abstract Task<Result<StagedUpload>> BeginAsync(string fileName, string? metadata, QuotaReservations.Reservation reservation, CancellationToken cancellationToken);

    /// <summary>The upload, for whoever began it; null for everybody else, and when it is over.</summary>
    internal abstract ValueTask<StagedUpload?> FindAsync(string userId, long chatId, Guid id, CancellationToken cancellationToken);

    /// <summary>Removes an upload with its bytes; that it is gone already is not an error.</summary>
    internal abstract Task RemoveAsync(Guid id);

    /// <summary>Removes those whose time is over; returns how many.</summary>
    internal abstract Task<int> RemoveExpiredAsync(CancellationToken cancellationToken);
}
