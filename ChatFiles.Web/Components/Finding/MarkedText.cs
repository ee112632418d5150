using ChatFiles.Core.Model;


namespace ChatFiles.Web.Components.Finding;

/// <summary>A piece of a text that was found, or of what is around it.</summary>
internal sealed record MarkedText(string Text, bool IsFound)
{
    /// <summary>Cuts a text into pieces at the words that were searched for; a long one is shortened around the first.</summary>
    public static IEnumerable<MarkedText> Of(string text, SearchWords words, int maxLength)
    {
        var found = words.FindIn(text).Select(place => place.GetOffsetAndLength(text.Length)).ToList();
        var (start, end) = Window(text, found.Count == 0 ? 0 : found[0].Offset, maxLength);
        if (start > 0)
            yield return new MarkedText("…", false);
        var done = start;
        foreach (var (offset, length) in found.Where(place => place.Offset >= start && place.Offset + place.Length <= end))
        {
            if (offset > done)
                yield return new MarkedText(text[done..offset], false);
            done = offset + length;
            yield return new MarkedText(text[offset..done], true);
        }

        if (done < end)
            yield return new MarkedText(text[done..end], false);
        if (end < text.Length)
            yield return new MarkedText("…", false);
    }

    /// <summary>A third of it goes before the word; no character is cut in two.</summary>
    private static (int Start, int End) Window(string text, int first, int maxLength)
    {
        if (text.Length <= maxLength)
            return (0, text.Length);
        var start = Math.Min(Math.Max(0, first - (maxLength / 3)), text.Length - maxLength);
        var end = start + maxLength;
        return (IsCut(text, start) ? start - 1 : start, IsCut(text, end) ? end - 1 : end);
    }

    private static bool IsCut(string text, int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]);
}
