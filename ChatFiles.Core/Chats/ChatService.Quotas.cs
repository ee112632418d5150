using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Chats;

public sealed partial class ChatService
{
    private static readonly Refusal FirstTryUnderWay = new(
        RefusalReason.TooManyRequests,
        "The same is still arriving by an earlier request; wait until that one has ended."
    );

    private UploadRoom RoomFor(QuotaReservations.Reservation reservation) =>
        new(reservation, (least, wish, cancellationToken) => TakeRoomAsync(reservation, least, wish, cancellationToken));

    /// <summary>See <see cref="QuotaReservations"/>; gives what is left for others, null when there is not enough.</summary>
    private async Task<long?> TakeRoomAsync(QuotaReservations.Reservation reservation, long least, long wish, CancellationToken cancellationToken)
    {
        while (true)
        {
            var moment = reservations.Moment;
            var room = ReadRoom(reservation.UserId, reservation.ChatId);
            var taken = reservations.TryTake(reservation, least, wish, room, moment);
            if (taken.LookAgain is null)
                return taken.Left;
            await taken.LookAgain.WaitAsync(cancellationToken);
        }
    }

    private (long Person, long Chat) ReadRoom(string userId, long chatId)
    {
        if (quotas.Value is { BytesPerUser: 0, BytesPerChat: 0 })
            return RoomLeft(personBytes: 0, chatBytes: 0);
        var stored = reads.ReadStored(userId, chatId);
        return RoomLeft(stored.Person, stored.Chat);
    }

    /// <summary>What is stored leaves so many bytes.</summary>
    private (long Person, long Chat) RoomLeft(long personBytes, long chatBytes)
    {
        var (perUser, perChat) = (quotas.Value.BytesPerUser, quotas.Value.BytesPerChat);
        return (perUser == 0 ? long.MaxValue : perUser - personBytes, perChat == 0 ? long.MaxValue : perChat - chatBytes);
    }
}
