namespace ChatFiles.Core.Files;

/// <summary>Blobs that are written in parts, by whoever comes. Listed and removed as others are: <see cref="IFileStore"/>.</summary>
public interface IGrowingBlobs
{
    /// <summary>Makes one without bytes.</summary>
    Task CreateAsync(string key, CancellationToken cancellationToken);

    /// <summary>As many bytes as there are by now, for reading; null when there is no such blob. What somebody else appends meanwhile does not disturb it.</summary>
    Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken);

    /// <summary>Appends bytes, which are durable then; false where the blob does not end there: somebody else was before.</summary>
    Task<bool> AppendAsync(string key, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);
}
