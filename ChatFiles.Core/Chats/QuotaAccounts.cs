using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Chats;

/// <summary>The room that people and chats have: what is stored, and what uploads have reserved (<see cref="QuotaReservations"/>).</summary>
public sealed class QuotaAccounts(IOptions<QuotaOptions> options, QuotaReservations reservations, StagedUploads staged, PreparedReads reads)
{
    /// <summary>The bytes that one person's files may have in all; null when there is no bound.</summary>
    /// <param name="own">What an operator has set for this person; null: nothing, 0: no bound.</param>
    public long? PerPerson(long? own) => (own ?? options.Value.BytesPerUser) is var bytes and > 0 ? bytes : null;

    /// <summary>The bytes that one chat's files may have in all; null when there is no bound.</summary>
    public long? PerChat => options.Value.BytesPerChat == 0 ? null : options.Value.BytesPerChat;

    internal QuotaReservations.Reservation Open(string userId, long chatId) => reservations.Open(userId, chatId);

    /// <inheritdoc cref="QuotaReservations.Settle"/>
    internal IDisposable Settle(string userId, long chatId) => reservations.Settle(userId, chatId);

    internal UploadRoom RoomFor(QuotaReservations.Reservation reservation) =>
        new(reservation, (least, wish, cancellationToken) => TakeRoomAsync(reservation, least, wish, cancellationToken));

    /// <summary>See <see cref="QuotaReservations"/>; gives what is left for others, null when there is not enough.</summary>
    internal async Task<long?> TakeRoomAsync(QuotaReservations.Reservation reservation, long least, long wish, CancellationToken cancellationToken)
    {
        while (true)
        {
            var moment = reservations.Moment;
            var room = await ReadRoomAsync(reservation.UserId, reservation.ChatId);
            var taken = reservations.TryTake(reservation, least, wish, room, moment);
            if (taken.LookAgain is null)
                return taken.Left;
            await taken.LookAgain.WaitAsync(cancellationToken);
        }
    }

    private async ValueTask<(long Person, long Chat)> ReadRoomAsync(string userId, long chatId)
    {
        var stored = await reads.ReadStoredAsync(userId, chatId);
        // After what is stored: what becomes a message in between counts as neither then, and not as both. The commit counts once more.
        var reserved = await staged.ReservedAsync(userId, chatId);
        return RoomLeft(stored.Person + reserved.OfPerson, stored.OwnQuota, stored.Chat + reserved.OfChat);
    }

    /// <summary>What is stored leaves so many bytes.</summary>
    internal (long Person, long Chat) RoomLeft(long personBytes, long? ownQuota, long chatBytes) =>
        (PerPerson(ownQuota) - personBytes ?? long.MaxValue, PerChat - chatBytes ?? long.MaxValue);
}
