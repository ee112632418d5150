using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files.Scanning;

/// <summary>
/// Hands a file to the scanner while it is read into the store: a block goes to both at the same time, the next is read
/// once both have taken it. Its end is only told to the store when the scanner has found nothing in all of it.
/// </summary>
internal sealed class ScannedStream(Stream content, ClamAvScan scan) : Stream
{
    private readonly CancellationTokenSource _givingUp = new();
    private Task<Refusal?> _sending = Task.FromResult<Refusal?>(null);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="UploadRefusedException">The scanner found something, or can't tell; or the content breaks off.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (await _sending.WaitAsync(cancellationToken) is { } refusal)
            throw new UploadRefusedException(refusal);
        var count = await content.ReadAsync(buffer, cancellationToken);
        if (count > 0)
            _sending = scan.SendAsync(buffer[..count], _givingUp.Token);
        else if (await scan.EndAsync(cancellationToken) is { } atLast)
            throw new UploadRefusedException(atLast);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Ends the scan, wherever it is; then the last block's buffer can be used again. The content stays its owner's.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _givingUp.CancelAsync();
        await ((Task)_sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await scan.DisposeAsync();
        _givingUp.Dispose();
        await base.DisposeAsync();
    }
}
