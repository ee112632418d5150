namespace ChatFiles.Core.Files;

/// <summary>
/// The tracks of a WebM file. What a browser records of a voice begins as a film does: that there is nothing to be seen in
/// it, only the list of its tracks says, which stands in front of what is in them.
/// </summary>
internal static class WebmTracks
{
    // Ids of elements, and the type of a track, as the format has them (RFC 9559).
    private const long Segment = 0x18538067;
    private const long Tracks = 0x1654AE6B;
    private const long Track = 0xAE;
    private const long TrackType = 0x83;
    private const byte Sound = 2;

    /// <summary>In bytes; one more would have room for a length below zero.</summary>
    private const int LongestNumber = 8;

    /// <summary>Whether all of them are sounds.</summary>
    /// <param name="head">What of the first bytes is there.</param>
    public static Fit AreSounds(ReadOnlySpan<byte> head)
    {
        long at = 0;
        long trackEnd = 0;
        var tracksEnd = long.MaxValue;
        var hasSound = false;
        // Each round leads further in, whatever a hostile file says of its lengths.
        while (at < tracksEnd)
        {
            if (!TryReadNumber(head, ref at, isId: true, out var id) || !TryReadNumber(head, ref at, isId: false, out var length))
                return Fit.NotYet;
            switch (id)
            {
                // What is in these is looked at next.
                case Segment:
                    break;
                case Tracks:
                    tracksEnd = at + length;
                    break;
                case Track:
                    trackEnd = at + length;
                    break;
                case TrackType when at >= trackEnd:
                    return Fit.No;
                case TrackType when at >= head.Length:
                    return Fit.NotYet;
                case TrackType when head[(int)at] != Sound:
                    return Fit.No;
                case TrackType:
                    (at, hasSound) = (trackEnd, true);
                    break;
                default:
                    at += length;
                    break;
            }
        }

        return hasSound ? Fit.Yes : Fit.No;
    }

    /// <summary>Its first byte says by the number of zeros in front how many follow; the one behind them is part of an id alone.</summary>
    private static bool TryReadNumber(ReadOnlySpan<byte> head, ref long at, bool isId, out long number)
    {
        number = 0;
        if (at >= head.Length)
            return false;
        var first = head[(int)at];
        var length = byte.LeadingZeroCount(first) + 1;
        if (length > LongestNumber || at + length > head.Length)
            return false;
        number = isId ? first : first & (0xFF >> length);
        foreach (var next in head.Slice((int)at + 1, length - 1))
            number = number << 8 | next;
        at += length;
        return true;
    }
}
