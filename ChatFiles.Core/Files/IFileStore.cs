using ChatFiles.Core.Model;

namespace ChatFiles.Core.Files;

/// <summary>
/// Where blobs are kept. Keys are made by <see cref="BlobKey"/>, sort by time, and are never written twice.
/// Every method throws <see cref="StoreUnavailableException"/> when the store does not answer.
/// </summary>
public interface IFileStore
{
    /// <summary>
    /// Stores the content under the key and returns the blob's stamp; the bytes are durable then. Where the content breaks off
    /// (<see cref="UploadRefusedException"/>), its refusal is the result, and no blob with that key can be seen; nor when this
    /// throws. The buffer handed to <paramref name="content"/> is left alone until the next read from it.
    /// The content must not throw <see cref="IOException"/>: that would be taken for the store's failure.
    /// </summary>
    /// <exception cref="StoreFullException">There is no room left.</exception>
    Task<Result<string>> WriteAsync(string key, Stream content, CancellationToken cancellationToken);

    /// <summary>The blob, ready to be read; null when there is none.</summary>
    Task<StoredBlob?> OpenAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes the blob; that there is none is not an error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>The keys that begin with the prefix, in no particular order.</summary>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes what a crash left half-written. Only called before the first write of a process.</summary>
    Task DiscardUnfinishedAsync(CancellationToken cancellationToken);

    /// <summary>Returns when the store can be written to.</summary>
    Task CheckAsync(CancellationToken cancellationToken);
}

/// <summary>A blob that is open for reading.</summary>
/// <param name="Content">Seekable, and knows its length.</param>
/// <param name="Stamp">Changes whenever somebody writes to the blob; the same stamp means the same bytes.</param>
public sealed record StoredBlob(Stream Content, string Stamp) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>The store does not answer: what is asked may or may not be there.</summary>
public class StoreUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The store has no room left.</summary>
public class StoreFullException(string message, Exception? innerException = null) : Exception(message, innerException);
