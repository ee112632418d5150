using System.Collections.Immutable;
using ChatFiles.Core.Chats;

namespace ChatFiles.Core.Live;

/// <summary>
/// In memory only: who has which chat open, and who is writing in it. Whoever has a seat in a chat sees the others who
/// have one; only <see cref="ChatService.OpenChatAsync"/> gives seats, and only to members.
/// </summary>
public sealed class Presence(TimeProvider time)
{
    /// <summary>For so long somebody counts as writing after they last said so.</summary>
    public static readonly TimeSpan TypingLasts = TimeSpan.FromSeconds(6);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, List<Seat>> _rooms = [];

    /// <param name="since">The chat's seq at that moment: what was committed before is over.</param>
    internal Seat Enter(string userId, long chatId, long since)
    {
        var seat = new Seat(this, time, userId, chatId, since);
        Change(chatId, seats => seats.Add(seat), isEntering: true);
        return seat;
    }

    /// <summary>A message ends its author's writing; who is no longer a member is no longer here.</summary>
    internal void Heed(RoomEvent roomEvent)
    {
        if (roomEvent is { Type: ChatEventType.MessageCreated, Message.Author.UserId: var author })
            Change(roomEvent.ChatId, seats => SetTyping(seats.Where(s => s.UserId == author), isTyping: false));
        else if (roomEvent.Type == ChatEventType.MemberLeft)
            Change(roomEvent.ChatId, seats => EndSeats(seats, s => s.UserId == roomEvent.UserId && s.Since < roomEvent.Seq));
    }

    internal void SetTyping(Seat seat, bool isTyping) =>
        Change(seat.ChatId, seats => SetTyping(seats.Where(s => s == seat), isTyping));

    internal void SetAway(Seat seat, bool isAway) =>
        Change(
            seat.ChatId,
            seats =>
            {
                foreach (var found in seats.Where(s => s == seat))
                    (found.IsAway, found.IsTyping) = (isAway, found.IsTyping && !isAway);
            }
        );

    internal void End(Seat seat) => Change(seat.ChatId, seats => EndSeats(seats, s => s == seat));

    private static void SetTyping(IEnumerable<Seat> seats, bool isTyping)
    {
        foreach (var seat in seats)
            seat.IsTyping = isTyping;
    }

    private static void EndSeats(List<Seat> seats, Predicate<Seat> isOver)
    {
        foreach (var seat in seats.FindAll(isOver))
            seat.See([]);
        seats.RemoveAll(isOver);
    }

    /// <summary>Everything that changes a room passes here. Those who see something new are told outside of the lock.</summary>
    private void Change(long chatId, Action<List<Seat>> change, bool isEntering = false)
    {
        List<Seat> toTell;
        lock (_gate)
        {
            if (!_rooms.TryGetValue(chatId, out var seats))
            {
                if (!isEntering)
                    return;
                _rooms[chatId] = seats = [];
            }

            var before = seats.ToList();
            change(seats);
            if (seats.Count == 0)
                _rooms.Remove(chatId);
            toTell = [.. seats.Where(s => s.See(seats)), .. before.Except(seats)];
        }

        foreach (var seat in toTell)
            seat.Tell();
    }
}

/// <summary>One open page of one chat; dispose it when the page is closed. The person's other pages have their own.</summary>
public sealed class Seat : IDisposable
{
    private readonly Presence _presence;
    private readonly ITimer _silence;
    private volatile Company _company = Company.Nobody;

    internal Seat(Presence presence, TimeProvider time, string userId, long chatId, long since)
    {
        (_presence, UserId, ChatId, Since) = (presence, userId, chatId, since);
        _silence = time.CreateTimer(_ => StopTyping(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The company is another one now. Called on any thread; it must be quick and not throw.</summary>
    public event Action? Changed;

    /// <summary>Who else is here, as seen from this seat; nobody once it has ended.</summary>
    public Company Company => _company;

    internal string UserId { get; }

    internal long ChatId { get; }

    internal long Since { get; }

    internal bool IsTyping { get; set; }

    internal bool IsAway { get; set; }

    /// <summary>The person is writing; holds for <see cref="Presence.TypingLasts"/> and ends with their next message.</summary>
    public void Type()
    {
        _presence.SetTyping(this, isTyping: true);
        _silence.Change(Presence.TypingLasts, Timeout.InfiniteTimeSpan);
    }

    public void StopTyping() => _presence.SetTyping(this, isTyping: false);

    /// <summary>The browser can't be reached; it may come back.</summary>
    public void StepAway() => _presence.SetAway(this, isAway: true);

    public void ComeBack() => _presence.SetAway(this, isAway: false);

    public void Dispose()
    {
        _presence.End(this);
        _silence.Dispose();
    }

    /// <summary>Looks round; returns whether there is something new to see.</summary>
    internal bool See(IReadOnlyCollection<Seat> seats)
    {
        var here = seats.Where(s => !s.IsAway).Select(s => s.UserId).Distinct().ToImmutableArray();
        var typing = seats.Where(s => s.IsTyping && s.UserId != UserId).Select(s => s.UserId).Distinct().ToImmutableArray();
        var before = _company;
        if (before.Here.SequenceEqual(here) && before.Typing.SequenceEqual(typing))
            return false;
        _company = new Company(here, typing);
        return true;
    }

    internal void Tell() => Changed?.Invoke();
}

/// <summary>The people of a chat's open pages, by user id; each once.</summary>
/// <param name="Here">In the order of their coming.</param>
/// <param name="Typing">Others only.</param>
public sealed record Company(ImmutableArray<string> Here, ImmutableArray<string> Typing)
{
    public static readonly Company Nobody = new([], []);
}
