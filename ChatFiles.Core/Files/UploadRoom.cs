using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>
/// The room that one request's bytes have in the quotas. No byte is written before it has its place there; what the
/// request has declared is reserved before the first one arrives, and what was not declared as it comes.
/// </summary>
/// <param name="take">
/// Makes the reservation as large as the second number says, or as there is room for, if that is at least the first; gives
/// what is left for others, or null when there is not enough.
/// </param>
internal sealed class UploadRoom(QuotaReservations.Reservation reservation, Func<long, long, CancellationToken, Task<long?>> take)
{
    public static readonly Refusal QuotaExceeded = new(
        RefusalReason.QuotaExceeded,
        "There is no room left for this: the quota of the person or of the chat would be passed, uploads that are under way "
            + "or not sent yet included. Delete files that are no longer needed, or let the other uploads end."
    );

    /// <summary>Bytes that boundaries, part headers and caption may add to the files themselves.</summary>
    public const int MaxFormOverhead = 64 * 1024;

    /// <summary>What a body of unknown length asks for ahead, so that not every block is a question.</summary>
    private const int Step = 1024 * 1024;

    /// <summary>With less than this left for others nobody takes more than what they need to the byte.</summary>
    private const int Plenty = 64 * Step;

    private long _used;
    private bool _isPlenty;

    /// <summary>Reserves what a form says about its length. How much of that are files shows only later.</summary>
    public async Task<Refusal?> DeclareAsync(long declared, CancellationToken cancellationToken) =>
        await take(declared - MaxFormOverhead, declared, cancellationToken) is null ? QuotaExceeded : null;

    /// <summary>Before these bytes are written.</summary>
    public async ValueTask<Refusal?> UseAsync(long bytes, CancellationToken cancellationToken)
    {
        _used += bytes;
        if (_used <= reservation.Bytes)
            return null;
        if (await take(_used, _isPlenty ? _used + Step : _used, cancellationToken) is not { } left)
            return QuotaExceeded;
        _isPlenty = left > Plenty;
        return null;
    }
}
