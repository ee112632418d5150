using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>
/// Blobs in an Azure container. A blob is staged in blocks and committed only when all of them have arrived, so that
/// what breaks off leaves nothing that can be seen; Azure itself drops blocks that are never committed.
/// </summary>
public sealed class AzureFileStore : IFileStore, IGrowingBlobs
{
    private const int BlockSize = 4 * 1024 * 1024;

    private readonly BlobContainerClient _container;
    private volatile bool _containerExists;

    /// <exception cref="FormatException">The connection string is none.</exception>
    public AzureFileStore(AzureStorageOptions options)
    {
        // The service version is the newest that Azurite knows as well. Together the tries stay below the 10 s after
        // which a person is told that storage is unavailable.
        var client = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2023_01_03)
        {
            Retry =
            {
                Mode = RetryMode.Fixed,
                Delay = TimeSpan.FromMilliseconds(300),
                MaxRetries = 1,
                NetworkTimeout = TimeSpan.FromSeconds(3),
            },
        };
        _container = new BlobContainerClient(options.ConnectionString, options.Container, client);
    }

    public async Task<Result<string>> WriteAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        await EnsureContainerAsync(cancellationToken);
        var upload = new BlobUploadOptions
        {
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            TransferOptions = new StorageTransferOptions
            {
                InitialTransferSize = BlockSize,
                MaximumTransferSize = BlockSize,
                MaximumConcurrency = 1,
            },
        };
        var blocks = new OwnBlocks(content);
        try
        {
            BlobContentInfo written = await _container.GetBlobClient(key).UploadAsync(blocks, upload, cancellationToken);
            return written.ETag.ToString();
        }
        catch (UploadRefusedException refused)
        {
            return refused.Refusal;
        }
        catch (Exception failure) when (IsGivenUp(failure, cancellationToken))
        {
            throw new OperationCanceledException("The blob is wanted no longer.", failure, cancellationToken);
        }
        catch (Exception failure) when (!blocks.HaveFailed && !cancellationToken.IsCancellationRequested)
        {
            // Whatever it is: what the client throws when a connection breaks in the middle of a block is written down nowhere.
            throw new StoreUnavailableException("Azure Blob Storage does not take the file.", failure);
        }
    }

    public Task<StoredBlob?> OpenAsync(string key, CancellationToken cancellationToken) =>
        AskAsync(
            async () =>
            {
                await EnsureContainerAsync(cancellationToken);
                var blob = _container.GetBlobClient(key);
                try
                {
                    BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
                    var read = new BlobOpenReadOptions(allowModifications: false)
                    {
                        BufferSize = BlockSize,
                        Conditions = new BlobRequestConditions { IfMatch = properties.ETag },
                    };
                    return new StoredBlob(await blob.OpenReadAsync(read, cancellationToken), properties.ETag.ToString());
                }
                catch (RequestFailedException failure) when (failure.Status == 404)
                {
                    // A HEAD's 404 does not say whether the blob or the whole container is gone; only the former is a missing file.
                    // A container that vanished is not made anew: empty, it would let every other blob seem missing.
                    await EnsureContainerIsThereAsync(cancellationToken);
                    return null;
                }
            },
            cancellationToken
        );

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        AskAsync(() => _container.DeleteBlobIfExistsAsync(key, cancellationToken: cancellationToken), cancellationToken);

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await EnsureContainerAsync(cancellationToken);
        await using var blobs = _container
            .GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await AskAsync(() => blobs.MoveNextAsync().AsTask(), cancellationToken))
            yield return blobs.Current.Name;
    }

    public Task DiscardUnfinishedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task CheckAsync(CancellationToken cancellationToken) =>
        AskAsync(
            async () =>
            {
                await EnsureContainerAsync(cancellationToken);
                return await _container.GetPropertiesAsync(cancellationToken: cancellationToken);
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public async Task CreateAsync(string key, CancellationToken cancellationToken)
    {
        await EnsureContainerAsync(cancellationToken);
        await AskAsync(() => _container.GetAppendBlobClient(key).CreateIfNotExistsAsync(cancellationToken: cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    async Task<Stream?> IGrowingBlobs.OpenAsync(string key, CancellationToken cancellationToken) =>
        await AskAsync(
            async () =>
            {
                try
                {
                    return await _container.GetAppendBlobClient(key).OpenReadAsync(new BlobOpenReadOptions(allowModifications: true) { BufferSize = BlockSize }, cancellationToken);
                }
                catch (RequestFailedException failure) when (failure.Status == 404)
                {
                    await EnsureContainerIsThereAsync(cancellationToken);
                    return null;
                }
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public Task<bool> AppendAsync(string key, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        AskAsync(
            async () =>
            {
                using var block = new MemoryStream(bytes.ToArray(), writable: false);
                var there = new AppendBlobAppendBlockOptions { Conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = offset } };
                try
                {
                    await _container.GetAppendBlobClient(key).AppendBlockAsync(block, there, cancellationToken);
                    return true;
                }
                // Also where this very block was taken and the answer was lost: who asks where to go on is told the truth.
                catch (RequestFailedException failure) when (failure.Status is 404 or 409 or 412)
                {
                    return false;
                }
            },
            cancellationToken
        );

    private async Task EnsureContainerAsync(CancellationToken cancellationToken)
    {
        if (_containerExists)
            return;
        await AskAsync(() => _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken), cancellationToken);
        _containerExists = true;
    }

    private async Task EnsureContainerIsThereAsync(CancellationToken cancellationToken)
    {
        if (!await _container.ExistsAsync(cancellationToken))
            throw new StoreUnavailableException("The container of the blobs is not there.");
    }

    /// <summary>Everything that goes wrong between us and the store means the same: it does not answer.</summary>
    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (Exception failure) when (IsGivenUp(failure, cancellationToken))
        {
            throw new OperationCanceledException("The answer is waited for no longer.", failure, cancellationToken);
        }
        catch (Exception failure) when (IsOutage(failure) && !cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException("Azure Blob Storage does not answer.", failure);
        }
    }

    /// <summary>The client has its own words for that, where it was trying again.</summary>
    private static bool IsGivenUp(Exception failure, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested && failure is AggregateException;

    private static bool IsOutage(Exception failure) =>
        failure is RequestFailedException or AggregateException or OperationCanceledException or IOException or HttpRequestException;

    /// <summary>
    /// What reads along (the hash, the scanner) may use a block until the next one is asked for; the uploader gives its own
    /// buffers away before that. So each is read into one that nobody else has.
    /// </summary>
    private sealed class OwnBlocks(Stream content) : Stream
    {
        private readonly byte[] _block = new byte[128 * 1024];

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        /// <summary>The content could not be read: whoever sends it broke off, or it was refused. The store has no part in it.</summary>
        public bool HaveFailed { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count;
            try
            {
                count = await content.ReadAsync(_block.AsMemory(0, Math.Min(buffer.Length, _block.Length)), cancellationToken);
            }
            catch
            {
                HaveFailed = true;
                throw;
            }

            _block.AsSpan(0, count).CopyTo(buffer.Span);
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
}
