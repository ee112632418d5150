using ChatFiles.Core.Model;

namespace ChatFiles.Core.Upkeep;

/// <summary>Counts what requests were refused for, in memory; a day begins at midnight UTC.</summary>
public sealed class RefusalsOfToday(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private DateOnly _day;

    /// <param name="slug">One of the contract's, so that there are only so many.</param>
    public void Note(string slug)
    {
        Measures.Refusals.Add(1, new KeyValuePair<string, object?>("reason", slug));
        lock (_gate)
        {
            Turn();
            _counts[slug] = _counts.GetValueOrDefault(slug) + 1;
        }
    }

    /// <summary>Since midnight, or since the start if that is later; the most frequent first.</summary>
    public IReadOnlyList<(string Slug, int Count)> Read()
    {
        lock (_gate)
        {
            Turn();
            return [.. _counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key, c.Value))];
        }
    }

    private void Turn()
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        if (today == _day)
            return;
        _day = today;
        _counts.Clear();
    }
}
