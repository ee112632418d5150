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
        var hash = await SHA256.HashDataAsync(blob.Content, cancellationToken);
        blob.Content.Position = 0;
        return string.Equals(Convert.ToHexStringLower(hash), sha256, StringComparison.Ordinal);
    }
}
