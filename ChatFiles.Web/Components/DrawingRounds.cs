using System.Collections.Concurrent;

namespace ChatFiles.Web.Components;

/// <summary>
/// When what has changed is drawn, for all circuits of the process. They are drawn in rounds, by as many threads as leave
/// half of the processor to those who are answered; a pause before each round, which grows with how long the last one
/// took, makes one drawing of what comes in a burst. Where nothing has changed, nothing runs.
/// </summary>
public sealed class DrawingRounds(TimeProvider time, ILogger<DrawingRounds> logger)
{
    /// <summary>What belongs together, such as a message and the badge that counts it, comes within so long.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private static readonly int Threads = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly ConcurrentQueue<CircuitDrawing> _waiting = new();
    private int _isRunning;

    internal void Add(CircuitDrawing circuit)
    {
        _waiting.Enqueue(circuit);
        if (Interlocked.Exchange(ref _isRunning, 1) == 0)
            _ = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        do
        {
            var pause = ShortestPause;
            while (!_waiting.IsEmpty)
            {
                await Task.Delay(pause, time);
                var begun = time.GetTimestamp();
                await DrawAllAsync();
                pause = TimeSpan.FromTicks(Math.Clamp(time.GetElapsedTime(begun).Ticks, ShortestPause.Ticks, LongestPause.Ticks));
            }

            Volatile.Write(ref _isRunning, 0);
            // Who was added just before that has started nothing.
        } while (!_waiting.IsEmpty && Interlocked.Exchange(ref _isRunning, 1) == 0);
    }

    /// <summary>All who wait now, each once: who waits again meanwhile is drawn in the next round.</summary>
    private Task DrawAllAsync()
    {
        var left = _waiting.Count;
        return Task.WhenAll(Enumerable.Range(0, Math.Min(left, Threads)).Select(_ => Task.Run(DrawSomeAsync)));

        async Task DrawSomeAsync()
        {
            while (Interlocked.Decrement(ref left) >= 0 && _waiting.TryDequeue(out var circuit))
            {
                try
                {
                    await circuit.DrawAsync();
                }
                catch (Exception failure)
                {
                    logger.LogError(failure, "A page could not be drawn");
                }
            }
        }
    }
}
