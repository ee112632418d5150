using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;

namespace ChatFiles.Web.Components;

/// <summary>Some rows of a list, in its order.</summary>
/// <param name="Next">Ask for the rows behind it next; null on the last page.</param>
internal sealed record Page<TRow, TKey>(IReadOnlyList<TRow> Rows, TKey? Next);

/// <summary>
/// Reads a list page by page into a window that stays small, however far somebody scrolls: what is loaded at its end
/// makes room at its beginning. A later reading ends an earlier one, which makes room for it.
/// </summary>
/// <param name="comparer">The order of the list; rows that are equal in it are the same row.</param>
/// <typeparam name="TKey">Behind what the next page begins; has a null.</typeparam>
internal sealed class PagedReading<TRow, TKey>(Turns turns, IComparer<TRow> comparer, Func<TRow, TKey> keyOf) : IDisposable
{
    /// <summary>So many rows are held at the most.</summary>
    public const int MaxRows = 300;

    private CancellationTokenSource _reading = new();
    private ReadPage? _read;
    private TKey? _next;
    private List<TRow> _rows = [];

    /// <summary>Reads the page behind a key; with none, the first.</summary>
    public delegate Task<Result<Page<TRow, TKey>>> ReadPage(TKey? after, CancellationToken ending);

    public IReadOnlyList<TRow> Rows => _rows;

    /// <summary>There are rows after the last one.</summary>
    public bool HasNext => _next is not null;

    /// <summary>The list's first row is no longer in the window.</summary>
    public bool HasPrevious { get; private set; }

    /// <summary>The next page is on its way.</summary>
    public bool IsReadingMore { get; private set; }

    /// <summary>Why the last reading gave nothing; null when it did.</summary>
    public Refusal? Refusal { get; private set; }

    /// <summary>
    /// Begins anew with the first page; until that is there, the rows are what they were. False when a later reading has
    /// ended this one.
    /// </summary>
    public async Task<bool> BeginAsync(ReadPage read)
    {
        using var earlier = _reading;
        _reading = new CancellationTokenSource();
        var ending = _reading.Token;
        await earlier.CancelAsync();
        return await ReadAsync(
            () => read(default, ending),
            page =>
            {
                (_read, _rows, HasPrevious) = (read, [], false);
                Append(page);
            },
            ending
        );
    }

    /// <summary>Puts the next page behind.</summary>
    public async Task ReadMoreAsync()
    {
        if (!HasNext || IsReadingMore)
            return;
        IsReadingMore = true;
        var ending = _reading.Token;
        try
        {
            await ReadAsync(() => _read!(_next, ending), Append, ending);
        }
        finally
        {
            IsReadingMore = false;
        }
    }

    /// <summary>Shows nothing.</summary>
    public void Clear() => (_rows, _next, HasPrevious) = ([], default, false);

    public void Dispose() => _reading.Cancel();

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

    /// <summary>In its turn, unless what would be read is no longer wanted: then it gives false.</summary>
    private async Task<bool> ReadAsync(Func<Task<Result<Page<TRow, TKey>>>> read, Action<Page<TRow, TKey>> put, CancellationToken ending)
    {
        try
        {
            await turns.TakeAsync(async () =>
            {
                ending.ThrowIfCancellationRequested();
                var refusal = await UseCase.TryAsync(async () =>
                {
                    var answer = await read();
                    ending.ThrowIfCancellationRequested();
                    if (answer.Succeeded(out var page, out _))
                        put(page);
                    return answer.Refusal;
                });
                ending.ThrowIfCancellationRequested();
                Refusal = refusal;
            });
            return true;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Append(Page<TRow, TKey> page)
    {
        _rows = [.. _rows, .. page.Rows];
        _next = page.Next;
        if (_rows.Count > MaxRows)
            MakeRoom(fromBeginning: true);
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
            _next = keyOf(_rows[^1]);
        }
    }
}
