using System.Text.Json.Serialization;

namespace ChatFiles.Core.Data;

/// <summary>
/// The other processes that serve the same database, to be told what they would else find out later. Nothing may depend on
/// it: news get lost. This one knows none, as where there can be none.
/// </summary>
public class OtherNodes
{
    /// <summary>This process, as the others know it.</summary>
    internal string Name { get; } = Guid.NewGuid().ToString("N");

    /// <summary>There may be others.</summary>
    internal virtual bool Exist => false;

    /// <summary>From here on the others are heard; what they told before may have been missed.</summary>
    internal event Action? Listening;

    /// <summary>Another process has told something. Handlers must be quick and not throw.</summary>
    internal event Action<NodeNews>? Heard;

    /// <summary>Returns at once.</summary>
    internal virtual void Tell(NodeNews news) { }

    private protected void Hear(NodeNews news) => Heard?.Invoke(news);

    private protected void BeginToListen() => Listening?.Invoke();
}

/// <summary>What processes tell each other: small, and to be looked up where more is to be known.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "t")]
[JsonDerivedType(typeof(ChatMoved), "e")]
[JsonDerivedType(typeof(ChatHint), "h")]
[JsonDerivedType(typeof(ChatEnded), "x")]
[JsonDerivedType(typeof(HasRead), "r")]
[JsonDerivedType(typeof(MembersMoved), "m")]
[JsonDerivedType(typeof(SessionsMoved), "o")]
[JsonDerivedType(typeof(IsAlive), "a")]
[JsonDerivedType(typeof(Sits), "s")]
internal abstract record NodeNews;

/// <summary>A chat's log goes up to this event now.</summary>
internal sealed record ChatMoved(long Chat, long Seq) : NodeNews;

/// <summary>What a chat is to that person is another now, without an event.</summary>
/// <param name="ReadTo">The message up to which they have read, where that is all.</param>
internal sealed record ChatHint(long Chat, string User, long? ReadTo = null) : NodeNews;

/// <summary>A chat is gone.</summary>
internal sealed record ChatEnded(long Chat) : NodeNews;

/// <summary>Somebody has come to a chat, or left it.</summary>
internal sealed record MembersMoved(long Chat) : NodeNews;

/// <summary>Sessions may have ended.</summary>
internal sealed record SessionsMoved : NodeNews;

/// <summary>Somebody has read further, and it is written.</summary>
internal sealed record HasRead(long Chat, string User, long Message) : NodeNews;

/// <summary>A process is there.</summary>
/// <param name="Asks">It wants to know who sits where.</param>
internal sealed record IsAlive(string Node, bool Asks) : NodeNews;

/// <summary>How somebody sits in a chat, by the pages that they have at that process.</summary>
/// <param name="IsHere">Can be reached.</param>
internal sealed record Sits(string Node, long Chat, string User, string Name, string? Picture, bool IsHere, bool IsTyping) : NodeNews;
