using System.Collections.Concurrent;
using System.Collections.Immutable;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Live;

/// <summary>
/// In memory only: who has which chat open, and who is writing in it. Whoever has a seat in a chat sees the others who
/// have one; only opening a chat gives seats, and only to members. Who sits at another process is known by what that one
/// tells.
/// </summary>
public sealed class Presence : IDisposable
{
    /// <summary>For so long somebody counts as writing after they last said so.</summary>
    public static readonly TimeSpan TypingLasts = TimeSpan.FromSeconds(6);

    /// <summary>That somebody begins to write reaches others once in so long, whatever their pages send.</summary>
    public static readonly TimeSpan TypingPause = TimeSpan.FromSeconds(2);

    /// <summary>In a room with more seats, comings and goings are told together.</summary>
    internal const int CrowdedFrom = 50;

    /// <summary>In a crowded room everybody hears of comings and goings once in so long.</summary>
    internal static readonly TimeSpan CrowdedPause = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Elsewhere _elsewhere;
    private readonly ConcurrentDictionary<long, Room> _rooms = new();
    private readonly Lock _typing = new();
    private readonly Dictionary<string, long> _typedAt = [];

    /// <param name="nodes">The other processes; none: all sit here.</param>
    public Presence(TimeProvider time, OtherNodes? nodes = null)
    {
        _time = time;
        _elsewhere = new Elsewhere(nodes ?? new OtherNodes(), time, chatId => Change(chatId, _ => []), TellAgain);
    }

    /// <inheritdoc/>
    public void Dispose() => _elsewhere.Dispose();

    /// <summary>Everything, for a process that has not heard it.</summary>
    private void TellAgain()
    {
        foreach (var (chatId, room) in _rooms)
        {
            lock (room.Gate)
            {
                room.Told.Clear();
                _elsewhere.Tell(chatId, room.Seats, room.Told);
            }
        }
    }

    /// <param name="since">The chat's seq at that moment: what was committed before is over.</param>
    internal Seat Enter(string userId, string name, long chatId, long since, string? picture = null)
    {
        var seat = new Seat(this, _time, new AuthorView(userId, name) { Picture = picture }, chatId, since);
        Change(
            chatId,
            room =>
            {
                room.Seats.Add(seat);
                return [];
            },
            isEntering: true
        );
        return seat;
    }

    /// <summary>A message ends its author's writing; who is no longer a member is no longer here.</summary>
    internal void Heed(RoomEvent roomEvent)
    {
        if (roomEvent is { Type: ChatEventType.MessageCreated, Message.Author.UserId: var author })
            Change(roomEvent.ChatId, room => room.Seats.FindAll(s => s.UserId == author && s.HasWritten()) is [] ? null : []);
        else if (roomEvent.Type == ChatEventType.MemberLeft)
            Change(roomEvent.ChatId, room => EndSeats(room, s => s.UserId == roomEvent.UserId && s.Since < roomEvent.Seq));
    }

    /// <summary>
    /// Costs nobody anything when there is nothing new in it, however often a page says it. Returns after which time it
    /// may be told, where that is not now.
    /// </summary>
    internal TimeSpan SetTyping(Seat seat, bool isTyping)
    {
        var pause = TimeSpan.Zero;
        Change(
            seat.ChatId,
            _ =>
            {
                if (seat.IsTyping == isTyping || seat.HasEnded || (isTyping && (pause = PauseOf(seat.UserId)) > TimeSpan.Zero))
                    return null;
                seat.IsTyping = isTyping;
                return [];
            }
        );
        return pause;
    }

    internal void SetAway(Seat seat, bool isAway) =>
        Change(
            seat.ChatId,
            _ =>
            {
                (seat.IsAway, seat.IsTyping) = (isAway, seat.IsTyping && !isAway);
                return [];
            }
        );

    internal void End(Seat seat) => Change(seat.ChatId, room => EndSeats(room, s => s == seat));

    private static List<Seat> EndSeats(Room room, Predicate<Seat> isOver)
    {
        var over = room.Seats.FindAll(isOver);
        foreach (var seat in over)
            seat.HasEnded = true;
        room.Seats.RemoveAll(isOver);
        return over;
    }

    /// <summary>A person is one, whatever number of pages they have. Where there is no pause to keep, the next one begins.</summary>
    private TimeSpan PauseOf(string userId)
    {
        lock (_typing)
        {
            var now = _time.GetTimestamp();
            if (_typedAt.TryGetValue(userId, out var before) && TypingPause - _time.GetElapsedTime(before, now) is var left && left > TimeSpan.Zero)
                return left;
            if (_typedAt.Count > 1000)
            {
                foreach (var (past, at) in _typedAt.ToList())
                {
                    if (_time.GetElapsedTime(at, now) >= TypingPause)
                        _typedAt.Remove(past);
                }
            }

            _typedAt[userId] = now;
            return TimeSpan.Zero;
        }
    }

    /// <summary>
    /// Everything that changes a room passes here. The company is found once for all who see it, and those who see
    /// something new are told outside of the lock.
    /// </summary>
    /// <param name="change">Returns whose seats are over; null where nothing is another now.</param>
    private void Change(long chatId, Func<Room, IReadOnlyList<Seat>?> change, bool isEntering = false)
    {
        IReadOnlyList<Seat> toTell;
        while (true)
        {
            var room = isEntering ? _rooms.GetOrAdd(chatId, static _ => new Room()) : _rooms.GetValueOrDefault(chatId);
            if (room is null)
                return;
            lock (room.Gate)
            {
                // The last one has left it just now: there is another, or none.
                if (room.IsOver)
                    continue;
                if (change(room) is not { } over)
                    return;
                _elsewhere.Tell(chatId, room.Seats, room.Told);
                if (room.Seats.Count == 0)
                {
                    room.IsOver = true;
                    _rooms.TryRemove(KeyValuePair.Create(chatId, room));
                }

                toTell = [.. Look(chatId, room), .. over];
            }

            break;
        }

        foreach (var seat in toTell)
            seat.Tell();
    }

    /// <summary>Looks round; returns who has to be told now.</summary>
    private IEnumerable<Seat> Look(long chatId, Room room)
    {
        var (before, now) = (room.Company, Company.Of(room.Seats, _elsewhere.In(chatId)));
        room.Company = now;
        foreach (var seat in room.Seats)
            seat.See(now);
        if (!before.Typing.SequenceEqual(now.Typing))
        {
            // Nobody is told of their own writing.
            var changed = before.Typing.Except(now.Typing).Union(now.Typing.Except(before.Typing)).ToHashSet(StringComparer.Ordinal);
            if (before.Here.SequenceEqual(now.Here))
                return room.Seats.Where(s => changed.Count > 1 || !changed.Contains(s.UserId));
        }
        else if (before.Here.SequenceEqual(now.Here))
        {
            return [];
        }

        if (room.Seats.Count <= CrowdedFrom)
            return room.Seats;
        room.Later ??= _time.CreateTimer(_ => TellAll(room), null, CrowdedPause, Timeout.InfiniteTimeSpan);
        return [];
    }

    private static void TellAll(Room room)
    {
        List<Seat> toTell;
        lock (room.Gate)
        {
            room.Later?.Dispose();
            room.Later = null;
            toTell = [.. room.Seats];
        }

        foreach (var seat in toTell)
            seat.Tell();
    }

    private sealed class Room
    {
        public Lock Gate { get; } = new();

        /// <summary>Nobody is in it any more, and nobody enters it.</summary>
        public bool IsOver { get; set; }

        /// <summary>In the order of their coming.</summary>
        public List<Seat> Seats { get; } = [];

        /// <summary>What the other processes know of who sits here.</summary>
        public Dictionary<string, Sits> Told { get; } = new(StringComparer.Ordinal);

        public Company Company { get; set; } = Company.Nobody;

        /// <summary>Runs while there is something to be told together.</summary>
        public ITimer? Later { get; set; }
    }
}

/// <summary>One open page of one chat; dispose it when the page is closed. The person's other pages have their own.</summary>
public sealed class Seat : IDisposable
{
    private readonly Presence _presence;
    private readonly ITimer _silence;
    private readonly ITimer _later;
    private volatile Company _company = Company.Nobody;

    internal Seat(Presence presence, TimeProvider time, AuthorView person, long chatId, long since)
    {
        (_presence, Person, ChatId, Since) = (presence, person, chatId, since);
        _silence = time.CreateTimer(_ => StopTyping(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _later = time.CreateTimer(_ => Type(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The company is another one now. Called on any thread; it must be quick and not throw.</summary>
    public event Action? Changed;

    /// <summary>Who else is here, as seen from this seat; nobody once it has ended.</summary>
    public Company Company => HasEnded ? Company.Nobody : _company.SeenBy(UserId);

    internal string UserId => Person.UserId;

    /// <summary>As they were called and looked when they came.</summary>
    internal AuthorView Person { get; }

    internal long ChatId { get; }

    internal long Since { get; }

    internal bool IsTyping { get; set; }

    internal bool IsAway { get; set; }

    internal bool HasEnded { get; set; }

    /// <summary>The person is writing; holds for <see cref="Presence.TypingLasts"/> and ends with their next message.</summary>
    public void Type()
    {
        var pause = _presence.SetTyping(this, isTyping: true);
        if (IsTyping)
            _silence.Change(Presence.TypingLasts, Timeout.InfiniteTimeSpan);
        else if (pause > TimeSpan.Zero)
            _later.Change(pause, Timeout.InfiniteTimeSpan);
    }

    public void StopTyping()
    {
        _later.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _presence.SetTyping(this, isTyping: false);
    }

    /// <summary>The browser can't be reached; it may come back.</summary>
    public void StepAway() => _presence.SetAway(this, isAway: true);

    public void ComeBack() => _presence.SetAway(this, isAway: false);

    public void Dispose()
    {
        _presence.End(this);
        _silence.Dispose();
        _later.Dispose();
    }

    /// <summary>Returns whether the person was writing until now.</summary>
    internal bool HasWritten()
    {
        _later.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var wasTyping = IsTyping;
        IsTyping = false;
        return wasTyping;
    }

    internal void See(Company company) => _company = company;

    internal void Tell() => Changed?.Invoke();
}

/// <summary>The people of a chat's open pages, by user id; each once. It is one and the same for all who see it.</summary>
/// <param name="Here">In the order of their coming.</param>
/// <param name="Typing">Others only.</param>
/// <param name="People">All of them, by their ids.</param>
public sealed record Company(ImmutableArray<string> Here, ImmutableArray<string> Typing, IReadOnlyDictionary<string, AuthorView> People)
{
    public static readonly Company Nobody = new([], [], new Dictionary<string, AuthorView>());

    /// <summary>Whether somebody is here.</summary>
    public bool Has(string userId) => People.ContainsKey(userId);

    /// <param name="elsewhere">Who sits at other processes.</param>
    internal static Company Of(IReadOnlyList<Seat> seats, IReadOnlyCollection<Sits> elsewhere)
    {
        var people = new Dictionary<string, AuthorView>(StringComparer.Ordinal);
        var here = ImmutableArray.CreateBuilder<string>();
        foreach (var seat in seats)
        {
            if (!seat.IsAway && people.TryAdd(seat.UserId, seat.Person))
                here.Add(seat.UserId);
        }

        foreach (var guest in elsewhere)
        {
            if (guest.IsHere && people.TryAdd(guest.User, new AuthorView(guest.User, guest.Name) { Picture = guest.Picture }))
                here.Add(guest.User);
        }

        var typing = seats.Where(s => s.IsTyping).Select(s => s.UserId).Concat(elsewhere.Where(guest => guest.IsTyping).Select(guest => guest.User));
        return new Company(here.ToImmutable(), [.. typing.Distinct(StringComparer.Ordinal)], people);
    }

    internal Company SeenBy(string userId) => Typing.Contains(userId) ? this with { Typing = Typing.Remove(userId) } : this;
}
