using System.Diagnostics.Metrics;
using ChatFiles.Core.Data;
using ChatFiles.Core.Live;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;

namespace ChatFiles.Core.Upkeep;

/// <summary>What is looked up when somebody asks for metrics, and never else. Ends with the program that it looks at.</summary>
public sealed class Gauges : IDisposable
{
    private readonly Meter _meter = new(Measures.Name);

    public Gauges(PersonLimits limits, EventLag lag, PreparedReads reads)
    {
        _meter.CreateObservableGauge("chatfiles.event.lag", () => lag.Current.TotalSeconds, "s", "How far live delivery is behind the commits.");
        _meter.CreateObservableGauge("chatfiles.streams.open", () => limits.OpenStreams, unit: null, "Event streams that programs have open.");
        _meter.CreateObservableGauge("chatfiles.circuits.open", () => limits.OpenCircuits, unit: null, "Live pages that people have open.");
        _meter.CreateObservableGauge("chatfiles.queue.length", () => Wait(reads.CountJobsAsync()), unit: null, "Side jobs, as deleting blobs, that are still to be done.");
        _meter.CreateObservableGauge("chatfiles.files.missing", () => Wait(reads.CountMissingFilesAsync()), unit: null, "Files whose bytes are gone.");
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>The framework asks for a gauge on a thread that waits for it, the one of whoever wants the metrics.</summary>
    private static long Wait(ValueTask<long> count) => count.AsTask().GetAwaiter().GetResult();
}
