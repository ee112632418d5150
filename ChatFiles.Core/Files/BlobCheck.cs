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
