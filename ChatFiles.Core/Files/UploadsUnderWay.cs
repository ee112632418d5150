using ChatFiles.Core.Model;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Files;

/// <summary>
/// The requests whose bytes are being received, by person: whoever lets them hang holds a limited number of the server's
/// connections and buffers. A resumable upload that nothing is arriving for is none of them.
/// </summary>
public sealed class UploadsUnderWay(IOptions<LimitOptions> limits)
{
    private const int RepeatsForATry = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string UserId, bool AsRepeat), int> _ofPeople = [];
    private readonly Dictionary<string, int> _ofPurposes = new(StringComparer.Ordinal);

    /// <summary>Before the first byte is read; disposing it says that the last one was.</summary>
    /// <param name="purpose">
    /// Two requests for the same purpose are a try and its repeat; null: there is no other for it. Of repeats there may be
    /// more: the try before may be one that only the server does not know to be lost.
    /// </param>
    internal Result<UploadUnderWay> Begin(string userId, string? purpose = null)
    {
        var most = limits.Value.UploadsUnderWayPerPerson;
        lock (_lock)
        {
            var isRepeat = purpose is not null && _ofPurposes.ContainsKey(purpose);
            var place = (userId, AsRepeat: isRepeat && _ofPeople.GetValueOrDefault((userId, true)) < most * RepeatsForATry);
            if (most > 0 && !place.AsRepeat && _ofPeople.GetValueOrDefault(place) >= most)
                return new Refusal(
                    RefusalReason.TooManyRequests,
                    $"You have {most} uploads under way at the same time, which is as many as may be; wait until one of them has ended."
                );
            Count(_ofPeople, place, 1);
            if (purpose is not null)
                Count(_ofPurposes, purpose, 1);
            return new UploadUnderWay(this, place, purpose, isRepeat);
        }
    }

    private void End((string UserId, bool AsRepeat) place, string? purpose)
    {
        lock (_lock)
        {
            Count(_ofPeople, place, -1);
            if (purpose is not null)
                Count(_ofPurposes, purpose, -1);
        }
    }

    private static void Count<T>(Dictionary<T, int> counts, T key, int change)
        where T : notnull
    {
        if ((counts[key] = counts.GetValueOrDefault(key) + change) == 0)
            counts.Remove(key);
    }

    internal sealed class UploadUnderWay(UploadsUnderWay all, (string UserId, bool AsRepeat) place, string? purpose, bool isRepeat) : IDisposable
    {
        private bool _isOver;

        /// <summary>Whether another request for the same purpose was under way when this one began.</summary>
        public bool IsRepeat => isRepeat;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _isOver, true))
                all.End(place, purpose);
        }
    }
}
