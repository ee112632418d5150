using ChatFiles.Core.Model;

namespace ChatFiles.Web.Components.Messages;

/// <summary>What stands at one place of the log, with all that shows of it there: equal ones look the same.</summary>
/// <param name="Seq">Its place in the chat.</param>
/// <param name="MayBeginDay">Somewhere on earth a day may begin above it; the browser knows whether it does where the reader is.</param>
/// <param name="Above">When what stands above was sent or happened, where that shows; null at the beginning.</param>
public abstract record LogRow(long Seq, bool MayBeginDay, DateTime? Above)
{
    private protected static (bool MayBeginDay, DateTime? Above) DayOf(DateTime at, DateTime? above) =>
        above is not { } before || Times.MayDifferInDay(before, at) ? (true, above) : (false, null);
}

/// <summary>What happened to the chat, which nobody wrote.</summary>
public sealed record LineRow : LogRow
{
    /// <param name="line">What happened.</param>
    /// <param name="above">When what stands above it was sent or happened.</param>
    public LineRow(TimelineLine line, DateTime? above)
        : base(line.Seq, MayBeginDay: false, Above: null)
    {
        Line = line;
        (MayBeginDay, Above) = DayOf(line.At, above);
    }

    /// <summary>What happened.</summary>
    public TimelineLine Line { get; }
}

/// <summary>A message with what its reader, its neighbours and the chat add to it.</summary>
public sealed record MessageRow : LogRow
{
    /// <summary>Within so much time an author's next message goes without name and picture.</summary>
    private static readonly TimeSpan Closeness = TimeSpan.FromMinutes(5);

    /// <param name="message">What was written.</param>
    /// <param name="previous">The message before.</param>
    /// <param name="lineAbove">When what nobody wrote happened, which stands between the two.</param>
    /// <param name="isFirstUnread">The line "New" stands above it.</param>
    public MessageRow(MessageView message, MessageView? previous = null, DateTime? lineAbove = null, bool isFirstUnread = false)
        : base(message.Seq, MayBeginDay: false, Above: null)
    {
        (Message, IsFirstUnread) = (message, isFirstUnread);
        (MayBeginDay, Above) = DayOf(message.SentAt, lineAbove ?? previous?.SentAt);
        Continues =
            !isFirstUnread
            && lineAbove is null
            && previous is { Deleted: false }
            && previous.Author.UserId == message.Author.UserId
            && message.SentAt - previous.SentAt < Closeness;
    }

    /// <summary>What was written.</summary>
    public MessageView Message { get; }

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

/// <summary>A stretch of the log; the same object as long as nothing in it has changed.</summary>
/// <param name="Number">Where in the chat it is, whatever else is loaded.</param>
/// <param name="Rows">What stands in it, oldest first.</param>
public sealed record LogPart(long Number, IReadOnlyList<LogRow> Rows)
{
    /// <summary>
    /// So many places of a chat are drawn together: for each change in a stretch all its rows are looked at, and each
    /// stretch costs a component.
    /// </summary>
    private const int Size = 16;

    /// <summary>Divides rows into stretches, which are those of before where they have not changed.</summary>
    public static List<LogPart> Divide(IEnumerable<LogRow> rows, IReadOnlyList<LogPart> before)
    {
        var parts = new List<LogPart>();
        var (next, known) = (new List<LogRow>(), 0);
        foreach (var row in rows)
        {
            if (next.Count > 0 && NumberOf(row) != NumberOf(next[0]))
                Close();
            next.Add(row);
        }

        if (next.Count > 0)
            Close();
        return parts;

        void Close()
        {
            var number = NumberOf(next[0]);
            while (known < before.Count && before[known].Number < number)
                known++;
            var old = known < before.Count && before[known].Number == number ? before[known] : null;
            parts.Add(old is not null && old.Rows.SequenceEqual(next) ? old : new LogPart(number, [.. next]));
            next.Clear();
        }
    }

    private static long NumberOf(LogRow row) => row.Seq / Size;
}
