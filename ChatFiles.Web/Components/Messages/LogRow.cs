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
