namespace ChatFiles.Tests.Stage;

/// <summary>Bytes made on the way, as a request's body arrives: forward only, of no known length, asynchronous.</summary>
internal sealed class GeneratedStream(long length, Exception? atEnd = null) : Stream
{
    private long _position;

    /// <summary>Called once, when half of the bytes have been read.</summary>
    public Action? AtHalf { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        if (_position == length && atEnd is not null)
            throw atEnd;
        var count = (int)Math.Min(buffer.Length, length - _position);
        for (var i = 0; i < count; i++)
            buffer.Span[i] = (byte)((_position + i) * 31 >> 5);
        _position += count;
        if (_position >= length / 2 && AtHalf is { } atHalf)
        {
            AtHalf = null;
            atHalf();
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
