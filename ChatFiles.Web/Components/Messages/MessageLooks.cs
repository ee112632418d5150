using ChatFiles.Core.Model;

namespace ChatFiles.Web.Components.Messages;

/// <summary>
/// A message with what its reader, its neighbours and the chat add to it. No object of its own: one is made anew of every
/// message for every change of the log, to see whether it looks as before.
/// </summary>
public readonly record struct MessageLooks
{
    /// <summary>Within so much time an author's next message goes without name and picture.</summary>
    private static readonly TimeSpan Closeness = TimeSpan.FromMinutes(5);

    /// <param name="message">What was written.</param>
    /// <param name="previous">The message before.</param>
    /// <param name="lineAbove">When what nobody wrote happened, which stands between the two.</param>
    /// <param name="isFirstUnread">The line "New" stands above it.</param>
    public MessageLooks(MessageView message, MessageView? previous = null, DateTime? lineAbove = null, bool isFirstUnread = false)
    {
        (Message, IsFirstUnread) = (message, isFirstUnread);
        Day = DayLine.Between(lineAbove ?? previous?.SentAt, message.SentAt);
        Continues =
            !isFirstUnread
            && lineAbove is null
            && previous is { Deleted: false }
            && previous.Author.UserId == message.Author.UserId
            && message.SentAt - previous.SentAt < Closeness;
    }

    /// <summary>What was written.</summary>
    public MessageView Message { get; }

    /// <summary>What may stand above it.</summary>
    public DayLine? Day { get; }

    /// <summary>The same author wrote the one before, a moment ago.</summary>
    public bool Continues { get; }

    /// <summary>The line "New" stands above it.</summary>
    public bool IsFirstUnread { get; }

    /// <summary>The reader wrote it.</summary>
    public bool IsMine { get; init; }

    /// <summary>The reader may delete it.</summary>
    public bool MayDelete { get; init; }

    /// <summary>When its files are deleted for their age; null: not soon.</summary>
    public string? Goes { get; init; }

    /// <summary>It says how many of so many others have read it; 0: it does not.</summary>
    public int Others { get; init; }

    /// <summary>Its text is being edited.</summary>
    public MessageEditing? Editor { get; init; }

    /// <inheritdoc cref="ReactionBar.Own" />
    public IReadOnlyCollection<string> OwnReactions { get; init; } = [];
}
