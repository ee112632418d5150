using ChatFiles.Core.Model;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.People;

/// <summary>
/// One person's share of the server: how much they do in a minute, and how much they have open in this process. API and pages
/// count together, because both come through here. There is no timer behind it: an idle server sleeps.
/// </summary>
public sealed class PersonLimits(IOptions<RateLimitOptions> rates, IOptions<LimitOptions> limits, IMinuteCounters counters)
{
    private readonly IMinuteCounter _messages = counters.Of("messages", rates.Value.MessagesPerMinute);
    private readonly IMinuteCounter _searches = counters.Of("searches", rates.Value.SearchesPerMinute);
    private readonly OpenCounter _streams = new(limits.Value.StreamsPerPerson);
    private readonly OpenCounter _circuits = new(limits.Value.CircuitsPerPerson);
    private readonly OpenCounter _connections = new(2 * limits.Value.CircuitsPerPerson);

    /// <summary>Of all people together.</summary>
    public int OpenStreams => _streams.Count;

    /// <summary>Of all people together.</summary>
    public int OpenCircuits => _circuits.Count;

    /// <summary>Counts a text, an edit, a deletion, a new chat or a change of members; a refusal when it is one too many.</summary>
    public Refusal? CountMessage(string userId) => Count(_messages, userId, "messages and changes");

    /// <summary>Counts a search; a refusal when it is one too many.</summary>
    public Refusal? CountSearch(string userId) => Count(_searches, userId, "searches");

    /// <summary>An event stream, to be disposed at its end; null when the person has as many as they may.</summary>
    public IDisposable? OpenStream(string userId) => _streams.Open(userId);

    /// <summary>A circuit, to be disposed at its end; null when the person has as many as they may.</summary>
    public IDisposable? OpenCircuit(string userId) => _circuits.Open(userId);

    /// <summary>
    /// A circuit's connection, to be disposed at its end; null when the person has more than their circuits can need. A
    /// page that lost its line comes back over a new connection before the old one is given up, so each may have two.
    /// </summary>
    public IDisposable? OpenConnection(string userId) => _connections.Open(userId);

    /// <summary>Whether one of the person's pages can be reached now.</summary>
    public bool HasPage(string userId) => _connections.Has(userId);

    private static Refusal? Count(IMinuteCounter counter, string userId, string what) =>
        counter.Count(userId) is { } pause
            ? new Refusal(
                RefusalReason.TooManyRequests,
                $"One person may send {counter.Limit} {what} in a minute; try again in {Math.Ceiling(pause.TotalSeconds)} seconds."
            )
            {
                RetryAfter = pause,
            }
            : null;

    /// <summary>So many open at the same time.</summary>
    private sealed class OpenCounter(int limit)
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, int> _people = new(StringComparer.Ordinal);
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public bool Has(string userId)
        {
            lock (_gate)
                return _people.ContainsKey(userId);
        }

        public IDisposable? Open(string userId)
        {
            lock (_gate)
            {
                var open = _people.GetValueOrDefault(userId);
                if (limit != 0 && open >= limit)
                    return null;
                _people[userId] = open + 1;
                _count++;
                return new Place(this, userId);
            }
        }

        private void Close(string userId)
        {
            lock (_gate)
            {
                _count--;
                var open = _people[userId] - 1;
                if (open == 0)
                    _people.Remove(userId);
                else
                    _people[userId] = open;
            }
        }

        private sealed class Place(OpenCounter counter, string userId) : IDisposable
        {
            private int _isClosed;

            public void Dispose()
            {
                if (Interlocked.Exchange(ref _isClosed, 1) == 0)
                    counter.Close(userId);
            }
        }
    }
}
