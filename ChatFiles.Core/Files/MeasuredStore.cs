using System.Diagnostics;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>Measures how long the store takes.</summary>
internal sealed class MeasuredStore(IFileStore store) : IFileStore
{
    public async Task<Result<string>> WriteAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        if (!Measures.Store.IsWanted)
            return await store.WriteAsync(key, content, cancellationToken);
        var began = Stopwatch.GetTimestamp();
        await using var waited = new WaitedStream(content);
        try
        {
            return await store.WriteAsync(key, waited, cancellationToken);
        }
        finally
        {
            Measures.Store.Record(Stopwatch.GetElapsedTime(began) - waited.Waited, "write");
        }
    }

    public async Task<StoredBlob?> OpenAsync(string key, CancellationToken cancellationToken)
    {
        var began = Measures.Store.Begin();
        try
        {
            return await store.OpenAsync(key, cancellationToken);
        }
        finally
        {
            Measures.Store.End(began, "open");
        }
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var began = Measures.Store.Begin();
        try
        {
            await store.DeleteAsync(key, cancellationToken);
        }
        finally
        {
            Measures.Store.End(began, "delete");
        }
    }

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => store.ListAsync(prefix, cancellationToken);

    public Task DiscardUnfinishedAsync(CancellationToken cancellationToken) => store.DiscardUnfinishedAsync(cancellationToken);

    public Task CheckAsync(CancellationToken cancellationToken) => store.CheckAsync(cancellationToken);

    /// <summary>Knows how long the content was waited for: its sender is not the store.</summary>
    private sealed class WaitedStream(Stream content) : Stream
    {
        public TimeSpan Waited { get; private set; }

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
            var began = Stopwatch.GetTimestamp();
            try
            {
                return await content.ReadAsync(buffer, cancellationToken);
            }
            finally
            {
                Waited += Stopwatch.GetElapsedTime(began);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
