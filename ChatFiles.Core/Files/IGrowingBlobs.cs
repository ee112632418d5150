namespace ChatFiles.Core.Files;

/// <summary>Blobs that are written in parts, by whoever comes. Read and removed as others are: <see cref="IFileStore"/>.</summary>
public interface IGrowingBlobs
{
    /// <summary>Makes one without bytes.</summary>
    Task CreateAsync(string key, CancellationToken cancellationToken);

    /// <summary>Appends bytes, which are durable then; false where the blob does not end there: somebody else was before.</summary>
    Task<bool> AppendAsync(string key, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);
}
