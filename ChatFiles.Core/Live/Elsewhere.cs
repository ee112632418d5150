using System.Collections.Concurrent;
using System.Collections.Immutable;
using ChatFiles.Core.Data;

namespace ChatFiles.Core.Live;

/// <summary>
/// Who sits in chats at other processes. Each tells what changes there, and now and then that it is alive; of one that is
/// silent for long, nobody is here any more.
/// </summary>
internal sealed class Elsewhere : IDisposable
{
    internal static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);

    internal static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    private readonly OtherNodes _nodes;
    private readonly TimeProvider _time;
    private readonly Action<long> _changed;
    private readonly Action _tellAgain;
    private readonly ITimer? _timer;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _heardAt = new(StringComparer.Ordinal);

    /// <summary>By chat, in the order of their coming. Changed under the lock.</summary>
    private readonly ConcurrentDictionary<long, ImmutableList<Sits>> _guests = new();

    /// <param name="changed">Somebody has come to a chat, or gone.</param>
    /// <param name="tellAgain">Another process wants to know who sits here.</param>
    public Elsewhere(OtherNodes nodes, TimeProvider time, Action<long> changed, Action tellAgain)
    {
        (_nodes, _time, _changed, _tellAgain) = (nodes, time, changed, tellAgain);
        nodes.Heard += Hear;
        nodes.Listening += Ask;
        if (nodes.Exist)
            _timer = time.CreateTimer(_ => Live(), null, SignOfLife, SignOfLife);
    }

    /// <summary>Who sits there.</summary>
    public ImmutableList<Sits> In(long chatId) => _guests.GetValueOrDefault(chatId, []);

    /// <summary>Tells the others how people sit here now.</summary>
    /// <param name="told">What they know; it is that afterwards.</param>
    public void Tell(long chatId, List<Seat> seats, Dictionary<string, Sits> told)
    {
        if (!_nodes.Exist)
            return;
        var now = seats
            .GroupBy(seat => seat.UserId, StringComparer.Ordinal)
            .ToDictionary(
                own => own.Key,
                own => new Sits(_nodes.Name, chatId, own.Key, own.First().Person.Name, own.First().Person.Picture, own.Any(seat => !seat.IsAway), own.Any(seat => seat.IsTyping)),
                StringComparer.Ordinal
            );
        foreach (var gone in told.Values.Where(before => !now.ContainsKey(before.User)).ToList())
        {
            told.Remove(gone.User);
            _nodes.Tell(gone with { IsHere = false, IsTyping = false });
        }

        foreach (var (userId, sits) in now)
        {
            if (told.GetValueOrDefault(userId) == sits)
                continue;
            told[userId] = sits;
            _nodes.Tell(sits);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Ask() => _nodes.Tell(new IsAlive(_nodes.Name, Asks: true));

    private void Live()
    {
        _nodes.Tell(new IsAlive(_nodes.Name, Asks: false));
        List<string> silent;
        lock (_gate)
        {
            silent = [.. _heardAt.Where(node => _time.GetElapsedTime(node.Value) > Silence).Select(node => node.Key)];
            silent.ForEach(node => _heardAt.Remove(node));
        }

        if (silent.Count == 0)
            return;
        foreach (var (chatId, guests) in _guests)
        {
            if (guests.Exists(guest => silent.Contains(guest.Node, StringComparer.Ordinal)))
                Change(chatId, before => before.RemoveAll(guest => silent.Contains(guest.Node, StringComparer.Ordinal)));
        }
    }

    private void Hear(NodeNews news)
    {
        switch (news)
        {
            case IsAlive alive:
                // One that was thought gone, or that is new, has not been told either.
                if (Meet(alive.Node) || alive.Asks)
                    _tellAgain();
                break;
            case Sits sits:
                Meet(sits.Node);
                Change(sits.Chat, guests => Put(guests, sits));
                break;
        }
    }

    /// <summary>Whether it is one that was not known; it is asked who sits there then.</summary>
    private bool Meet(string node)
    {
        bool isNew;
        lock (_gate)
        {
            isNew = !_heardAt.ContainsKey(node);
            _heardAt[node] = _time.GetTimestamp();
        }

        if (isNew)
            Ask();
        return isNew;
    }

    private static ImmutableList<Sits> Put(ImmutableList<Sits> guests, Sits sits)
    {
        var place = guests.FindIndex(guest => guest.Node == sits.Node && guest.User == sits.User);
        if (!sits.IsHere && !sits.IsTyping)
            return place < 0 ? guests : guests.RemoveAt(place);
        return place < 0 ? guests.Add(sits) : guests.SetItem(place, sits);
    }

    private void Change(long chatId, Func<ImmutableList<Sits>, ImmutableList<Sits>> change)
    {
        lock (_gate)
        {
            var guests = change(In(chatId));
            if (guests.IsEmpty)
                _guests.TryRemove(chatId, out _);
            else
                _guests[chatId] = guests;
        }

        _changed(chatId);
    }
}
