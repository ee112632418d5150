using ChatFiles.Core.Model;

namespace ChatFiles.Web.Components.Messages;

/// <summary>What stands at one place of the log.</summary>
/// <param name="Seq">Its place in the chat.</param>
public abstract record LogRow(long Seq);

/// <summary>What happened to the chat, which nobody wrote.</summary>
/// <param name="Line">What happened.</param>
/// <param name="Day">What may stand above it.</param>
public sealed record LineRow(TimelineLine Line, DayLine? Day) : LogRow(Line.Seq);

/// <summary>A message.</summary>
/// <param name="Looks">All that shows of it: equal ones look the same.</param>
public sealed record MessageRow(MessageLooks Looks) : LogRow(Looks.Message.Seq);

/// <summary>Where somewhere on earth a day may begin: only the browser knows whether it does where the reader is.</summary>
/// <param name="After">When what stands above was sent or happened; null at the beginning.</param>
public readonly record struct DayLine(DateTime? After)
{
    /// <summary>The line above what was sent or happened; null where it is the same day everywhere.</summary>
    public static DayLine? Between(DateTime? above, DateTime at) => above is not { } before || Times.MayDifferInDay(before, at) ? new(above) : null;
}

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
            if (next.Count > 0 && NumberOf(row.Seq) != NumberOf(next[0].Seq))
                Close();
            next.Add(row);
        }

        if (next.Count > 0)
            Close();
        return parts;

        void Close()
        {
            var number = NumberOf(next[0].Seq);
            while (known < before.Count && before[known].Number < number)
                known++;
            var old = known < before.Count && before[known].Number == number ? before[known] : null;
            parts.Add(old is not null && old.Rows.SequenceEqual(next) ? old : new LogPart(number, [.. next]));
            next.Clear();
        }
    }

    /// <summary>The rows of stretches, asked for from the first on.</summary>
    public static Func<long, LogRow?> Finder(IReadOnlyList<LogPart> parts)
    {
        var (part, row) = (0, 0);
        return seq =>
        {
            while (part < parts.Count)
            {
                if (row == parts[part].Rows.Count)
                    (part, row) = (part + 1, 0);
                else if (parts[part].Rows[row].Seq < seq)
                    row++;
                else
                    return parts[part].Rows[row].Seq == seq ? parts[part].Rows[row] : null;
            }

            return null;
        };
    }

    private static long NumberOf(long seq) => seq / Size;
}
