using ChatFiles.Core.Model;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.People;

/// <summary>
/// One person's share of the servers: how much they do in a minute, and how much they have open. API and pages
/// count together, because both come through here. There is no timer behind it: an idle server sleeps.
/// </summary>
public sealed class PersonLimits(IOptions<RateLimitOptions> rates, IOptions<LimitOptions> limits, IMinuteCounters counters, IOpenCounters places)
{
    private readonly IMinuteCounter _messages = counters.Of("messages", rates.Value.MessagesPerMinute);
    private readonly IMinuteCounter _searches = counters.Of("searches", rates.Value.SearchesPerMinute);
    private readonly IOpenCounter _streams = places.Of("streams", limits.Value.StreamsPerPerson);
    private readonly IOpenCounter _circuits = places.Of("circuits", limits.Value.CircuitsPerPerson);
    private readonly IOpenCounter _connections = places.Of("connections", 2 * limits.Value.CircuitsPerPerson);

    /// <summary>In this process, of all people together.</summary>
    public int OpenStreams => _streams.Here;

    /// <summary>In this process, of all people together.</summary>
    public int OpenCircuits => _circuits.Here;

    /// <summary>Counts a text, an edit, a deletion, a new chat or a change of members; a refusal when it is one too many.</summary>
    public ValueTask<Refusal?> CountMessageAsync(string userId) => CountAsync(_messages, userId, "messages and changes");

    /// <summary>Counts a search; a refusal when it is one too many.</summary>
    public ValueTask<Refusal?> CountSearchAsync(string userId) => CountAsync(_searches, userId, "searches");

    /// <summary>An event stream, to be disposed at its end; null when the person has as many as they may.</summary>
    public ValueTask<IDisposable?> OpenStreamAsync(string userId) => _streams.OpenAsync(userId);

    /// <summary>A circuit, to be disposed at its end; null when the person has as many as they may.</summary>
    public ValueTask<IDisposable?> OpenCircuitAsync(string userId) => _circuits.OpenAsync(userId);

    /// <summary>
    /// A circuit's connection, to be disposed at its end; null when the person has more than their circuits can need. A
    /// page that lost its line comes back over a new connection before the old one is given up, so each may have two.
    /// </summary>
    public ValueTask<IDisposable?> OpenConnectionAsync(string userId) => _connections.OpenAsync(userId);

    /// <summary>Those of the people who have a page that can be reached now.</summary>
    public ValueTask<IReadOnlySet<string>> WithPageAsync(IReadOnlyCollection<string> userIds) => _connections.FindAsync(userIds);

    private static async ValueTask<Refusal?> CountAsync(IMinuteCounter counter, string userId, string what) =>
        await counter.CountAsync(userId) is { } pause
            ? new Refusal(
                RefusalReason.TooManyRequests,
                $"One person may send {counter.Limit} {what} in a minute; try again in {Math.Ceiling(pause.TotalSeconds)} seconds."
            )
            {
                RetryAfter = pause,
            }
            : null;
}
