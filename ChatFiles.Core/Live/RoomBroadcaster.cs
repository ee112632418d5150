using System.Collections.Concurrent;
using System.Collections.Immutable;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Live;

/// <summary>
/// In memory: who is listening to which chat. It is only the faster way to hear of events that stand in the log anyway,
/// and may forget everything at any moment without harm.
/// </summary>
public sealed class RoomBroadcaster
{
    private readonly ConcurrentDictionary<long, ImmutableList<RoomInbox>> _rooms = new();
    private readonly OtherNodes _nodes;
    private ImmutableList<Action<LobbyNews>> _lobby = [];

    /// <param name="nodes">Where the people of a chat may be connected, too.</param>
    public RoomBroadcaster(OtherNodes nodes)
    {
        _nodes = nodes;
        nodes.Heard += Hear;
    }

    /// <summary>Chats that somebody listens to.</summary>
    internal List<long> Followed => [.. _rooms.Keys];

    /// <summary>Somebody wants to hear of whatever happens.</summary>
    internal bool IsWatched => !_lobby.IsEmpty;

    /// <summary>Somebody wants to hear of that chat.</summary>
    internal bool IsHeard(long chatId) => IsWatched || _rooms.ContainsKey(chatId);

    /// <summary>Somebody came to that chat before it had this event.</summary>
    internal bool IsNews(long chatId, long seq) => _rooms.GetValueOrDefault(chatId, []).Exists(inbox => inbox.Since < seq);

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
            TellEverybody(new LobbyNews(chatId, userId));
    }

    /// <summary>A chat is gone, without an event: its receivers end, and its members have one chat less.</summary>
    internal void PublishEnd(long chatId, IEnumerable<string> memberIds)
    {
        End(chatId);
        _nodes.Tell(new ChatEnded(chatId));
        foreach (var userId in memberIds)
            TellEverybody(new LobbyNews(chatId, userId));
    }

    /// <summary>The receivers of a chat that is gone end.</summary>
    internal void End(long chatId)
    {
        foreach (var inbox in _rooms.GetValueOrDefault(chatId, []))
            inbox.End();
    }

    internal void PublishReadPosition(string userId, long chatId, long readTo) => TellEverybody(new LobbyNews(chatId, userId, ReadTo: readTo));

    /// <summary>
    /// What a chat is to that person alone is another now: they have unread messages there again, or want to be told of
    /// others. Their pages can only read it.
    /// </summary>
    internal void PublishOwn(string userId, long chatId) => TellEverybody(new LobbyNews(chatId, userId));

    /// <summary>What is no event is looked up by nobody: the others are told.</summary>
    private void TellEverybody(LobbyNews news)
    {
        TellLobby(news);
        _nodes.Tell(new ChatHint(news.ChatId, news.UserId!, news.ReadTo));
    }

    private void Hear(NodeNews news)
    {
        if (news is ChatHint hint)
            TellLobby(new LobbyNews(hint.Chat, hint.User, ReadTo: hint.ReadTo));
        else if (news is ChatEnded ended)
            End(ended.Chat);
    }

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
