using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>
/// What uploads that are no message yet have been promised of the quotas: declared, staged or arrived. What is stored
/// stands in the database; this is in memory only, so a new process begins with what it finds staged.
/// <para>
/// Who wants room first asks for the <see cref="Moment"/>, then reads what is stored, then takes room as of that moment.
/// Between a commit and the end of its reservation the same bytes would count twice; who finds no room meanwhile looks
/// again when that is over, so that nobody is refused for it.
/// </para>
/// </summary>
public sealed class QuotaReservations
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _ofPeople = new(StringComparer.Ordinal);
    private readonly Dictionary<long, long> _ofChats = [];
    private readonly HashSet<Settlement> _settlements = [];
    private long _ended;

    /// <summary>Passes on whenever a reservation ends: what was read of the stored bytes before may be out of date.</summary>
    public long Moment
    {
        get
        {
            lock (_lock)
                return _ended;
        }
    }

    /// <summary>A reservation of no bytes yet; disposing it gives back whatever it has by then.</summary>
    public Reservation Open(string userId, long chatId) => new(this, userId, chatId);

    /// <summary>
    /// Lets the reservation have as many bytes as are wished for, or as there is room for, if these are enough. Checked
    /// and taken in one, so that two at the same instant can't both have the last of the room.
    /// </summary>
    /// <param name="least">Bytes in all, without which the upload is of no use.</param>
    /// <param name="wish">Bytes in all.</param>
    /// <param name="room">What is stored leaves to the person and to the chat, as read after <paramref name="moment"/>.</param>
    internal RoomTaken TryTake(Reservation reservation, long least, long wish, (long Person, long Chat) room, long moment)
    {
        lock (_lock)
        {
            if (_ended != moment)
                return new RoomTaken(Left: null, Task.CompletedTask);
            var left = Math.Min(
                room.Person - _ofPeople.GetValueOrDefault(reservation.UserId),
                room.Chat - _ofChats.GetValueOrDefault(reservation.ChatId)
            );
            var most = reservation.Bytes + Math.Max(0, left);
            if (least > most)
                return new RoomTaken(Left: null, _settlements.FirstOrDefault(s => s.Concerns(reservation))?.Over);
            if (Math.Min(wish, most) is var bytes && bytes > reservation.Bytes)
                Add(reservation, bytes - reservation.Bytes);
            return new RoomTaken(most - reservation.Bytes, LookAgain: null);
        }
    }

    /// <summary>Promised before, by an earlier process: not asked again whether there is room.</summary>
    internal Reservation OpenAnyway(string userId, long chatId, long bytes)
    {
        var reservation = Open(userId, chatId);
        lock (_lock)
            Add(reservation, bytes);
        return reservation;
    }

    /// <summary>Around the commit that turns reserved bytes into stored ones, and the end of their reservations.</summary>
    internal Settlement Settle(string userId, long chatId)
    {
        var settlement = new Settlement(this, userId, chatId);
        lock (_lock)
            _settlements.Add(settlement);
        return settlement;
    }

    private void Add(Reservation reservation, long bytes)
    {
        Book(_ofPeople, reservation.UserId, bytes);
        Book(_ofChats, reservation.ChatId, bytes);
        reservation.Bytes += bytes;
    }

    private static void Book<T>(Dictionary<T, long> accounts, T whose, long bytes)
        where T : notnull
    {
        if ((accounts[whose] = accounts.GetValueOrDefault(whose) + bytes) == 0)
            accounts.Remove(whose);
    }

    private void End(Reservation reservation)
    {
        lock (_lock)
        {
            if (reservation.Bytes == 0)
                return;
            Add(reservation, -reservation.Bytes);
            _ended++;
        }
    }

    private void End(Settlement settlement)
    {
        lock (_lock)
            _settlements.Remove(settlement);
    }

    /// <summary>Bytes that one upload may fill.</summary>
    public sealed class Reservation : IDisposable
    {
        private readonly QuotaReservations _all;

        internal Reservation(QuotaReservations all, string userId, long chatId) => (_all, UserId, ChatId) = (all, userId, chatId);

        public string UserId { get; }

        public long ChatId { get; }

        public long Bytes { get; internal set; }

        public void Dispose() => _all.End(this);
    }

    internal sealed class Settlement(QuotaReservations all, string userId, long chatId) : IDisposable
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Over => _over.Task;

        public bool Concerns(Reservation reservation) => reservation.UserId == userId || reservation.ChatId == chatId;

        public void Dispose()
        {
            all.End(this);
            _over.TrySetResult();
        }
    }
}

/// <summary>Whether there was room.</summary>
/// <param name="Left">Bytes that are left for others; null: there was not enough.</param>
/// <param name="LookAgain">When to read again what is stored, and to try once more; null: there is none.</param>
internal readonly record struct RoomTaken(long? Left, Task? LookAgain);
