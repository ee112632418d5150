namespace ChatFiles.Web.Components;

/// <summary>
/// The rows of a list that is read page by page: a window that stays small, however far somebody scrolls. What is loaded
/// at its end makes room at its beginning.
/// </summary>
/// <param name="comparer">The order of the list; rows that are equal in it are the same row.</param>
/// <typeparam name="TKey">Behind what the next page begins.</typeparam>
internal sealed class PagedList<TRow, TKey>(IComparer<TRow> comparer, Func<TRow, TKey> keyOf)
{
    /// <summary>So many rows are held at the most.</summary>
    public const int MaxRows = 300;

    private List<TRow> _rows = [];

    public IReadOnlyList<TRow> Rows => _rows;

    /// <summary>There are rows after the last one: those behind this one. <see cref="HasNext"/> says whether it counts.</summary>
    public TKey? Next { get; private set; }

    public bool HasNext { get; private set; }

    /// <summary>The list's first row is no longer in the window.</summary>
    public bool HasPrevious { get; private set; }

    /// <summary>Begins anew with the first page.</summary>
    public void Begin(IEnumerable<TRow> rows, TKey? next, bool hasNext)
    {
        (_rows, HasPrevious) = ([], false);
        Append(rows, next, hasNext);
    }

    /// <summary>Puts the next page behind.</summary>
    public void Append(IEnumerable<TRow> rows, TKey? next, bool hasNext)
    {
        _rows = [.. _rows, .. rows];
        (Next, HasNext) = (next, hasNext);
        if (_rows.Count > MaxRows)
            MakeRoom(fromBeginning: true);
    }

    /// <summary>Takes rows out; returns whether there were any.</summary>
    public bool Remove(Predicate<TRow> isGone)
    {
        var rows = _rows.FindAll(row => !isGone(row));
        var hasChanged = rows.Count < _rows.Count;
        _rows = rows;
        return hasChanged;
    }

    /// <summary>Puts a row where it belongs, if that is inside of the window; one that is there already is replaced.</summary>
    public void Put(TRow row)
    {
        var place = _rows.BinarySearch(row, comparer);
        var rows = _rows.ToList();
        if (place >= 0)
        {
            rows[place] = row;
        }
        else
        {
            place = ~place;
            if ((place == 0 && HasPrevious) || (place == rows.Count && HasNext))
                return;
            rows.Insert(place, row);
        }

        _rows = rows;
        if (rows.Count > MaxRows)
            MakeRoom(fromBeginning: place > MaxRows / 2);
    }

    private void MakeRoom(bool fromBeginning)
    {
        if (fromBeginning)
        {
            _rows = _rows[(_rows.Count - MaxRows)..];
            HasPrevious = true;
        }
        else
        {
            _rows = _rows[..MaxRows];
            (Next, HasNext) = (keyOf(_rows[^1]), true);
        }
    }
}
