using System.Security.Cryptography;

namespace ChatFiles.Core.Files;

/// <summary>Whether a blob holds the bytes that its record promises.</summary>
internal static class BlobCheck
{
    /// <summary>Reads the whole blob; afterwards it stands at its beginning again.</summary>
    public static async Task<bool> HasBytesAsync(this StoredBlob blob, long size, string sha256, CancellationToken cancellationToken)
    {
        if (blob.Content.Length != size)
            return false;
        var hash = await ReadAsync(() => SHA256.HashDataAsync(blob.Content, cancellationToken), cancellationToken);
        blob.Content.Position = 0;
        return string.Equals(Convert.ToHexStringLower(hash), sha256, StringComparison.Ordinal);
    }

    /// <summary>The bytes of a blob that is small enough to be read and compared every time; null when they are not right.</summary>
    public static async Task<Stream?> ReadSmallAsync(this IFileStore store, string key, long size, string? sha256, CancellationToken cancellationToken)
    {
        await using var blob = await store.OpenAsync(key, cancellationToken);
        if (blob is null || blob.Content.Length != size)
            return null;
        var bytes = new byte[size];
        await ReadAsync(() => blob.Content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken), cancellationToken);
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == sha256 ? new MemoryStream(bytes, writable: false) : null;
    }

    /// <summary>See <see cref="CharsetReader"/>. Reads the whole blob; afterwards it stands at its beginning again.</summary>
    public static async Task<string> ReadCharsetAsync(this StoredBlob blob, CancellationToken cancellationToken)
    {
        var reader = new CharsetReader();
        var buffer = new byte[64 * 1024];
        while (await ReadAsync(() => blob.Content.ReadAsync(buffer, cancellationToken), cancellationToken) is > 0 and var count)
            reader.Read(buffer.AsSpan(0, count));
        blob.Content.Position = 0;
        return reader.End();
    }

    /// <summary>A blob that was opened and then can't be read says nothing about its bytes: the store has gone down meanwhile.</summary>
    public static async ValueTask<T> ReadAsync<T>(Func<ValueTask<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await read();
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException("The blob can't be read.", failure);
        }
    }
}
