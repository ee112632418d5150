using ChatFiles.Core.Model;

namespace ChatFiles.Web.Components.Messages;

/// <summary>Where the timeline is to go, once. Going there again is another instance.</summary>
public sealed class Place
{
    private Place(string kind, long messageId = 0) => (Kind, MessageId) = (kind, messageId);

    internal string Kind { get; }

    internal long MessageId { get; }

    /// <summary>The newest message.</summary>
    public static Place End() => new("end");

    /// <summary>The line above the first message that was unread.</summary>
    public static Place NewLine() => new("line");

    /// <summary>A message that somebody looked for.</summary>
    public static Place Message(long id) => new("message", id);
}
