using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Data.Sqlite;

/// <summary>Lets one at a time write to the database, and says so in the log when somebody stays too long.</summary>
internal sealed class WriterGate : IDisposable
{
    /// <summary>No write takes that long: whoever has the gate then is waiting for something, and everybody for them.</summary>
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _alarm;
    private volatile string _holder = "";
    private long _heldSince;

    public WriterGate(TimeProvider time, ILogger logger)
    {
        (_time, _logger) = (time, logger);
        _alarm = time.CreateTimer(_ => Report(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What is done by whoever has the gate, for the log.</summary>
    public string Holder
    {
        set => _holder = value;
    }

    /// <summary>The gate, until it is disposed; null when somebody has it.</summary>
    public IDisposable? TryEnter() => _gate.Wait(0) ? Begin() : null;

    /// <summary>The gate, until it is disposed; null when it was not to be had in time.</summary>
    public async Task<IDisposable?> EnterAsync(string holder, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!await _gate.WaitAsync(patience, cancellationToken))
            return null;
        Holder = holder;
        return Begin();
    }

    public void Dispose()
    {
        _alarm.Dispose();
        _gate.Dispose();
    }

    private Turn Begin()
    {
        Volatile.Write(ref _heldSince, _time.GetTimestamp());
        _alarm.Change(TooLong, TooLong);
        return new Turn(this);
    }

    private void Report() =>
        _logger.LogError(
            "{Holder} has held the gate to the database for {Seconds:0} s; nothing can be written meanwhile",
            _holder,
            _time.GetElapsedTime(Volatile.Read(ref _heldSince)).TotalSeconds
        );

    private void Leave()
    {
        _alarm.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _gate.Release();
    }

    private sealed class Turn(WriterGate gate) : IDisposable
    {
        private WriterGate? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Leave();
    }
}
