using System.Globalization;
using ChatFiles.Core.Model;

namespace ChatFiles.Web.Components.Messages;

/// <summary>What a line says that nobody wrote.</summary>
internal static class LineWords
{
    public static string Of(TimelineLine line) =>
        (line.Type, line.ActorName) switch
        {
            (ChatEventType.MemberJoined, null) => $"{People(line)} joined",
            (ChatEventType.MemberJoined, { } actor) => $"{actor} added {People(line)}",
            (ChatEventType.MemberLeft, null) => $"{People(line)} left",
            (ChatEventType.MemberLeft, { } actor) => $"{actor} removed {People(line)}",
            _ => $"{line.ActorName} renamed the chat to {line.Names[0]}",
        };

    /// <summary>All of three, and of more the first two.</summary>
    private static string People(TimelineLine line)
    {
        var names = line.Count > TimelineLine.MaxNames
            ? [.. line.Names.Take(TimelineLine.MaxNames - 1), string.Create(CultureInfo.CurrentCulture, $"{line.Count - TimelineLine.MaxNames + 1} others")]
            : line.Names;
        return names.Count == 1 ? names[0] : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";
    }
}
