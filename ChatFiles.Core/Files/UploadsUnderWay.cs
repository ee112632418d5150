using ChatFiles.Core.Model;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Files;

/// <summary>
/// The requests whose bytes are being received, by person: whoever lets them hang holds a limited number of the server's
/// connections and buffers. A resumable upload that nothing is arriving for is none of them.
/// </summary>
public sealed class UploadsUnderWay(IOptions<LimitOptions> limits, IOpenCounters counters)
{
    private const int RepeatsForATry = 4;

    private readonly Lock _lock = new();
    private readonly IOpenCounter _tries = counters.Of("uploads", limits.Value.UploadsUnderWayPerPerson);
    private readonly Dictionary<string, int> _repeats = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ofPurposes = new(StringComparer.Ordinal);

    /// <summary>Before the first byte is read; disposing it says that the last one was.</summary>
    /// <param name="purpose">
    /// Two requests for the same purpose are a try and its repeat; null: there is no other for it. Of repeats there may be
    /// more: the try before may be one that only the server does not know to be lost.
    /// </param>
    internal async ValueTask<Result<UploadUnderWay>> BeginAsync(string userId, string? purpose = null)
    {
        var most = limits.Value.UploadsUnderWayPerPerson;
        var underWay = Enter(userId, purpose, most);
        try
        {
            if (underWay.TakesRepeat || (underWay.Place = await _tries.OpenAsync(userId)) is not null)
                return underWay;
        }
        catch
        {
            underWay.Dispose();
            throw;
        }

        underWay.Dispose();
        return new Refusal(
            RefusalReason.TooManyRequests,
            $"You have {most} uploads under way at the same time, which is as many as may be; wait until one of them has ended."
        );
    }

    private UploadUnderWay Enter(string userId, string? purpose, int most)
    {
        lock (_lock)
        {
            var isRepeat = purpose is not null && _ofPurposes.ContainsKey(purpose);
            var takesRepeat = isRepeat && _repeats.GetValueOrDefault(userId) < most * RepeatsForATry;
            if (takesRepeat)
                Count(_repeats, userId, 1);
            if (purpose is not null)
                Count(_ofPurposes, purpose, 1);
            return new UploadUnderWay(this, userId, purpose, isRepeat, takesRepeat);
        }
    }

    private void Leave(UploadUnderWay underWay)
    {
        underWay.Place?.Dispose();
        lock (_lock)
        {
            if (underWay.TakesRepeat)
                Count(_repeats, underWay.UserId, -1);
            if (underWay.Purpose is { } purpose)
                Count(_ofPurposes, purpose, -1);
        }
    }

    private static void Count(Dictionary<string, int> counts, string key, int change)
    {
        if ((counts[key] = counts.GetValueOrDefault(key) + change) == 0)
            counts.Remove(key);
    }

    internal sealed class UploadUnderWay(UploadsUnderWay all, string userId, string? purpose, bool isRepeat, bool takesRepeat) : IDisposable
    {
        private bool _isOver;

        /// <summary>Whether another request for the same purpose was under way here when this one began.</summary>
        public bool IsRepeat => isRepeat;

        /// <summary>It has one of the places for repeats, and no other.</summary>
        internal bool TakesRepeat => takesRepeat;

        internal string UserId => userId;

        internal string? Purpose => purpose;

        internal IDisposable? Place { get; set; }

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _isOver, true))
                all.Leave(this);
        }
    }
}
