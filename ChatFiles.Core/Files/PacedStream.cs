using ChatFiles.Core.Model;


namespace ChatFiles.Core.Files;

/// <summary>
/// What a sender's request brings, as long as it brings something: one that holds a connection, a place among the uploads
/// under way and a part of the quota for next to nothing is ended. Only the time counts in which the sender was waited
/// for; that the store is slow is not held against them.
/// </summary>
public sealed class PacedStream(Stream source, TimeProvider time) : Stream
{
    private const int Seconds = 30;
    private const int BytesPerSecond = 1024;

    private static readonly Refusal TooSlow = new(
        RefusalReason.UploadTooSlow,
        $"Less than 1 KiB a second has arrived for {Seconds} seconds, so this upload was ended. Try again with a better connection."
    );

    /// <summary>Bytes by the second of waiting in which they came: second n in place n modulo the window's length.</summary>
    private readonly long[] _arrived = new long[Seconds];

    // Its timer only runs during a read, so there is nothing to dispose of.
    private readonly CancellationTokenSource _patience = new(Timeout.InfiniteTimeSpan, time);
    private TimeSpan _waited;

    /// <summary>Whether its end was met.</summary>
    public bool HasEnded { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="UploadRefusedException">The sender is too slow.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var began = time.GetTimestamp();
        _patience.CancelAfter(Patience());
        try
        {
            await using var givingUp = cancellationToken.UnsafeRegister(static patience => ((CancellationTokenSource)patience!).Cancel(), _patience);
            var count = await source.ReadAsync(buffer, _patience.Token);
            HasEnded |= count == 0 && buffer.Length > 0;
            Arrive(count, time.GetElapsedTime(began));
            return count;
        }
        catch (OperationCanceledException) when (_patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new UploadRefusedException(TooSlow);
        }
        finally
        {
            _patience.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>How much longer to wait if nothing at all arrives: until the seconds of the window together have brought too little.</summary>
    private TimeSpan Patience()
    {
        var sum = _arrived.Sum();
        var end = (long)_waited.TotalSeconds + 1;
        while (end < Seconds || sum >= Seconds * BytesPerSecond)
        {
            // The oldest second falls out of the window.
            sum -= _arrived[end % Seconds];
            end++;
        }

        return TimeSpan.FromSeconds(end) - _waited;
    }

    private void Arrive(int count, TimeSpan waited)
    {
        var before = (long)_waited.TotalSeconds;
        _waited += waited;
        var now = (long)_waited.TotalSeconds;
        for (var second = before + 1; second <= now; second++)
            _arrived[second % Seconds] = 0;
        _arrived[now % Seconds] += count;
    }
}
