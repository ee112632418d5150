namespace ChatFiles.Core.Files;

/// <summary>
/// Where blobs are kept. Keys are made by <see cref="BlobKey"/>, sort by time, and are never written twice.
/// Every method throws <see cref="StoreUnavailableException"/> when the store does not answer.
/// </summary>
public interface IFileStore
{
    /// <summary>
    /// Stores the content under the key. When this returns the bytes are durable; when it throws, no blob with that
    /// key can be seen. The buffer handed to <paramref name="content"/> is left alone until the next read from it.
    /// The content must not throw <see cref="IOException"/>: that would be taken for the store's failure.
    /// </summary>
    /// <exception cref="StoreFullException">There is no room left.</exception>
    Task WriteAsync(string key, Stream content, CancellationToken cancellationToken);

    /// <summary>A seekable stream over the blob, which knows its length; null when there is none.</summary>
    Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes the blob; that there is none is not an error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>The keys that begin with the prefix, in no particular order.</summary>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes what a crash left half-written. Only called before the first write of a process.</summary>
    Task DiscardUnfinishedAsync(CancellationToken cancellationToken);

    /// <summary>Returns when the store can be written to.</summary>
    Task CheckAsync(CancellationToken cancellationToken);
}

/// <summary>The store does not answer: what is asked may or may not be there.</summary>
public class StoreUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The store has no room left.</summary>
public class StoreFullException(string message, Exception? innerException = null) : Exception(message, innerException);
