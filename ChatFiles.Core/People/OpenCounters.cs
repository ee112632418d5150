using ChatFiles.Core.Model;

namespace ChatFiles.Core.People;

/// <summary>Counters in memory, where there is one process.</summary>
public sealed class OpenCounters : IOpenCounters
{
    /// <inheritdoc/>
    public IOpenCounter Of(string what, int limit) => new OpenCounter(limit);

    private sealed class OpenCounter(int limit) : IOpenCounter
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, int> _people = new(StringComparer.Ordinal);
        private int _count;

        public int Here => Volatile.Read(ref _count);

        public ValueTask<IDisposable?> OpenAsync(string who) => ValueTask.FromResult<IDisposable?>(Open(who));

        public ValueTask<IReadOnlySet<string>> FindAsync(IReadOnlyCollection<string> people)
        {
            lock (_gate)
                return ValueTask.FromResult<IReadOnlySet<string>>(people.Where(_people.ContainsKey).ToHashSet(StringComparer.Ordinal));
        }

        private Place? Open(string who)
        {
            lock (_gate)
            {
                var open = _people.GetValueOrDefault(who);
                if (limit != 0 && open >= limit)
                    return null;
                _people[who] = open + 1;
                _count++;
                return new Place(this, who);
            }
        }

        private void Close(string who)
        {
            lock (_gate)
            {
                _count--;
                var open = _people[who] - 1;
                if (open == 0)
                    _people.Remove(who);
                else
                    _people[who] = open;
            }
        }

        private sealed class Place(OpenCounter counter, string who) : IDisposable
        {
            private int _isClosed;

            public void Dispose()
            {
                if (Interlocked.Exchange(ref _isClosed, 1) == 0)
                    counter.Close(who);
            }
        }
    }
}
