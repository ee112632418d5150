using System.Collections.Concurrent;
using System.Collections.Immutable;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Live;

/// <summary>
/// In memory: who is listening to which chat. It is only the faster way to hear of events that stand in the log anyway,
/// and may forget everything at any moment without harm.
/// </summary>
public sealed class RoomBroadcaster
{
    private readonly ConcurrentDictionary<long, ImmutableList<RoomInbox>> _rooms = new();
    private ImmutableList<Action<LobbyNews>> _lobby = [];

    /// <summary>
    /// Tells <paramref name="onNews"/> that something changed in some chat: a hint to look again, not the news itself.
    /// It is called on the dispatcher's thread; it must be quick and not throw.
    /// </summary>
    public IDisposable Watch(Action<LobbyNews> onNews)
    {
        ImmutableInterlocked.Update(ref _lobby, static (lobby, watcher) => lobby.Add(watcher), onNews);
        return new Leaving(() => ImmutableInterlocked.Update(ref _lobby, static (lobby, watcher) => lobby.Remove(watcher), onNews));
    }

    internal void Join(RoomInbox inbox) =>
        _rooms.AddOrUpdate(inbox.ChatId, static (_, added) => [added], static (_, inboxes, added) => inboxes.Add(added), inbox);

    internal void Leave(RoomInbox inbox)
    {
        while (_rooms.TryGetValue(inbox.ChatId, out var inboxes))
        {
            var rest = inboxes.Remove(inbox);
            var left = rest.IsEmpty
                ? _rooms.TryRemove(KeyValuePair.Create(inbox.ChatId, inboxes))
                : _rooms.TryUpdate(inbox.ChatId, rest, inboxes);
            if (left)
                return;
        }
    }

    /// <summary>Hands an event to everyone in its room. Nobody is waited for: a full inbox catches up from the log.</summary>
    internal void Publish(RoomEvent roomEvent)
    {
        foreach (var inbox in _rooms.GetValueOrDefault(roomEvent.ChatId, []))
            inbox.Put(roomEvent);
        TellLobby(new LobbyNews(roomEvent.ChatId, roomEvent.UserId, roomEvent));
    }

    /// <summary>A chat begins with its members, without an event of their joining.</summary>
    internal void PublishNewChat(long chatId, params IEnumerable<string> memberIds)
    {
        foreach (var userId in memberIds)
            TellLobby(new LobbyNews(chatId, userId));
    }

    /// <summary>A chat is gone, without an event: its receivers end, and its members have one chat less.</summary>
    internal void PublishEnd(long chatId, IEnumerable<string> memberIds)
    {
        foreach (var inbox in _rooms.GetValueOrDefault(chatId, []))
            inbox.End();
        foreach (var userId in memberIds)
            TellLobby(new LobbyNews(chatId, userId));
    }

    internal void PublishReadPosition(string userId, long chatId, long readTo) => TellLobby(new LobbyNews(chatId, userId, ReadTo: readTo));

    /// <summary>
    /// What a chat is to that person alone is another now: they have unread messages there again, or want to be told of
    /// others. Their pages can only read it.
    /// </summary>
    internal void PublishOwn(string userId, long chatId) => TellLobby(new LobbyNews(chatId, userId));

    private void TellLobby(LobbyNews news)
    {
        foreach (var watcher in _lobby)
            watcher(news);
    }

    private sealed class Leaving(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}

/// <summary>Something changed in a chat.</summary>
/// <param name="UserId">Whom it is about, where it is about a member.</param>
/// <param name="Event">What happened; null where it is no event of the chat.</param>
/// <param name="ReadTo">The message up to which the member has read, where that is the news.</param>
public sealed record LobbyNews(long ChatId, string? UserId, RoomEvent? Event = null, long? ReadTo = null)
{
    /// <summary>So much happened that nobody remembers what: look at everything.</summary>
    public static readonly LobbyNews Anything = new(0, null);
}
