using ChatFiles.Core.Model;


namespace ChatFiles.Core.Data;

/// <summary>
/// A limited number of turns, shared out among people: who has many waiting is served after those who have few, so that
/// nobody's many keep others from theirs. The line is bounded, and so is the time spent in it.
/// </summary>
internal sealed class FairTurns(int count, int perPerson, TimeProvider time)
{
    private const int MaxWaiting = 256;
    private const int MaxWaitingOfPerson = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly Refusal Busy = new(
        RefusalReason.SearchTooSlow,
        "Too much is being searched for at this moment; try again in a few seconds."
    );

    private readonly Lock _lock = new();
    private readonly List<Place> _line = [];
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);
    private int _free = count;
    private long _round;

    /// <summary>A turn of the person, until it is disposed.</summary>
    public async Task<Result<Place>> EnterAsync(string userId, CancellationToken cancellationToken)
    {
        if (!TryLineUp(userId).Succeeded(out var place, out var refusal))
            return refusal;
        try
        {
            await place.Turn.WaitAsync(Patience, time, cancellationToken);
            return place;
        }
        catch (TimeoutException)
        {
            place.Dispose();
            return Busy;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    private Result<Place> TryLineUp(string userId)
    {
        lock (_lock)
        {
            var waiting = _line.Count(p => p.UserId == userId);
            if (waiting >= MaxWaitingOfPerson)
                return Refusal.TooManyRequests;
            if (_line.Count >= MaxWaiting)
                return Busy;
            // Each further one of the same person comes a round later.
            var place = new Place(this, userId, _round + waiting + _taken.GetValueOrDefault(userId));
            _line.Add(place);
            HandOut();
            return place;
        }
    }

    private void HandOut()
    {
        while (_free > 0 && _line.Where(p => _taken.GetValueOrDefault(p.UserId) < perPerson).MinBy(p => p.Round) is { } next)
        {
            _line.Remove(next);
            _free--;
            _taken[next.UserId] = _taken.GetValueOrDefault(next.UserId) + 1;
            _round = Math.Max(_round, next.Round);
            next.Begin();
        }
    }

    private void Leave(Place place)
    {
        lock (_lock)
        {
            if (_line.Remove(place))
                return; // It never had its turn.
            _free++;
            if (--_taken[place.UserId] == 0)
                _taken.Remove(place.UserId);
            HandOut();
        }
    }

    /// <summary>One's place in the line, and then the turn.</summary>
    internal sealed class Place(FairTurns turns, string userId, long round) : IDisposable
    {
        private readonly TaskCompletionSource _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private FairTurns? _turns = turns;

        public string UserId => userId;

        public long Round => round;

        public Task Turn => _turn.Task;

        public void Begin() => _turn.SetResult();

        public void Dispose() => Interlocked.Exchange(ref _turns, null)?.Leave(this);
    }
}
