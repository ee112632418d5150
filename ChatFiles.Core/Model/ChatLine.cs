namespace ChatFiles.Core.Model;

/// <summary>
/// What happened to a chat between two messages, as a line of the timeline that nobody wrote: who joined or left, or how it
/// is called now. Events of one kind and by one person that follow on each other are one line, so that a page costs the
/// same however many people have joined: the log, in which all of them stand, would have to be read through. It is
/// changed together with the log, by <see cref="TimelineLine.With"/> as every open page does it.
/// </summary>
public class ChatLine
{
    public long ChatId { get; set; }

    /// <summary>Of the first event.</summary>
    public long Seq { get; set; }

    /// <summary>Of the last event.</summary>
    public long LastSeq { get; set; }

    public ChatEventType Type { get; set; }

    /// <inheritdoc cref="ChatEvent.ActorName"/>
    public string? ActorName { get; set; }

    /// <summary>The first of them, a line each: names have no line breaks.</summary>
    public string Names { get; set; } = "";

    /// <summary>How many events.</summary>
    public int Count { get; set; }

    /// <summary>Of the first event.</summary>
    public DateTime At { get; set; }

    internal static ChatLine Of(long chatId, TimelineLine line)
    {
        var kept = new ChatLine { ChatId = chatId, Seq = line.Seq };
        kept.Take(line);
        return kept;
    }

    internal void Take(TimelineLine line) =>
        (LastSeq, Type, ActorName, Names, Count, At) = (line.LastSeq, line.Type, line.ActorName, string.Join('\n', line.Names), line.Count, line.At);

    internal TimelineLine ToView() => new(Seq, LastSeq, Type, ActorName, Names.Split('\n'), Count, At);
}

/// <summary>A line of the timeline that nobody wrote; see <see cref="ChatLine"/>.</summary>
/// <param name="Names">Of the people it is about, the first of them; of a chat that is called otherwise: its name.</param>
/// <param name="Count">How many people it is about.</param>
public sealed record TimelineLine(long Seq, long LastSeq, ChatEventType Type, string? ActorName, IReadOnlyList<string> Names, int Count, DateTime At)
{
    /// <summary>So many are named; of more, all but one.</summary>
    public const int MaxNames = 3;

    /// <summary>The line with what follows on it; null where that is a line of its own.</summary>
    internal TimelineLine? With(TimelineLine next) =>
        next.Type != Type || next.ActorName != ActorName ? null
        : Type == ChatEventType.ChatChanged ? this with { LastSeq = next.LastSeq, Names = next.Names }
        : this with { LastSeq = next.LastSeq, Count = Count + next.Count, Names = Names.Count < MaxNames ? [.. Names, .. next.Names] : Names };
}
