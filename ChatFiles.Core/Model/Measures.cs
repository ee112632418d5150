using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ChatFiles.Core.Model;

/// <summary>What is measured where it happens. While nobody listens to the meter it costs a look at a field.</summary>
public static class Measures
{
    /// <summary>Of the meter.</summary>
    public const string Name = "ChatFiles";

    internal static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> Uploads = Meter.CreateCounter<long>("chatfiles.uploads", description: "Files that were sent.");

    internal static readonly Counter<long> UploadBytes = Meter.CreateCounter<long>("chatfiles.upload.bytes", description: "Bytes of the files that were sent.");

    internal static readonly Counter<long> Refusals = Meter.CreateCounter<long>(
        "chatfiles.refusals",
        description: "Requests that were refused, by the slug of the answer."
    );

    internal static readonly Duration Store = new("chatfiles.store.duration", "How long the file store takes; how long a sender takes is not in it.");

    internal static readonly Duration Database = new("chatfiles.database.duration", "How long commits and the readings of everybody's every step take.");

    /// <summary>A histogram of seconds, by operation.</summary>
    internal sealed class Duration(string name, string description)
    {
        private readonly Histogram<double> _seconds = Meter.CreateHistogram(
            name,
            "s",
            description,
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] }
        );

        public bool IsWanted => _seconds.Enabled;

        /// <summary>A timestamp for <see cref="End"/>; 0 while nobody wants to know.</summary>
        public long Begin() => _seconds.Enabled ? Stopwatch.GetTimestamp() : 0;

        public void End(long began, string operation)
        {
            if (began != 0)
                Record(Stopwatch.GetElapsedTime(began), operation);
        }

        public void Record(TimeSpan duration, string operation) => _seconds.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("operation", operation));
    }
}
