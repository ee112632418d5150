namespace ChatFiles.Web.Components.Messages;

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
