using ChatFiles.Core.Files;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Chats;

/// <summary>
/// Opens blobs so that wrong bytes are never handed out as right ones. A blob nobody has touched since its bytes were
/// last known to be right is trusted; any other is read whole first. Whatever is found is recorded at once.
/// </summary>
public sealed class TrustedBlobs(IFileStore store, FileStates states)
{
    /// <summary>The file's blob; null when it is gone, cut off or changed.</summary>
    /// <exception cref="StoreUnavailableException">Nobody knows; the file's state stays as it is.</exception>
    public async Task<StoredBlob?> OpenAsync(Attachment file, CancellationToken cancellationToken)
    {
        var blob = await store.OpenAsync(file.BlobKey!, cancellationToken);
        if (blob is null)
        {
            await states.MarkMissingAsync(file);
            return null;
        }

        try
        {
            if (await IsRightAsync(file, blob, cancellationToken))
                return blob;
            await states.MarkMissingAsync(file);
        }
        catch
        {
            await blob.DisposeAsync();
            throw;
        }

        await blob.DisposeAsync();
        return null;
    }

    /// <summary>
    /// What can be told of a text's charset; null for anything else. Of a file from before this was asked the bytes
    /// say it, once.
    /// </summary>
    public async Task<string?> CharsetOfAsync(Attachment file, StoredBlob blob, CancellationToken cancellationToken)
    {
        if (!file.ContentType!.StartsWith("text/", StringComparison.Ordinal) && FileTypes.Of(file.ContentType).Shown is not (Shown.Text or Shown.Table))
            return null;
        if (file.Charset is null)
        {
            try
            {
                file.Charset = await blob.ReadCharsetAsync(cancellationToken);
                await states.RememberCharsetAsync(file, file.Charset);
            }
            catch
            {
                await blob.DisposeAsync();
                throw;
            }
        }

        return file.Charset is "" ? null : file.Charset;
    }

    /// <summary>The file's thumbnail; null when it is not right.</summary>
    public Task<Stream?> OpenThumbnailAsync(Attachment file, CancellationToken cancellationToken) =>
        store.ReadSmallAsync(file.ThumbnailKey!, file.ThumbnailSize, file.ThumbnailSha256, cancellationToken);

    private async Task<bool> IsRightAsync(Attachment file, StoredBlob blob, CancellationToken cancellationToken)
    {
        var isTouched = blob.Stamp != file.BlobStamp;
        if (!isTouched && file.State == AttachmentState.Ready)
            return blob.Content.Length == file.Size;
        if (!await blob.HasBytesAsync(file.Size, file.Sha256, cancellationToken))
            return false;
        if (file.State == AttachmentState.Missing)
            await states.MarkRestoredAsync(file, blob.Stamp);
        else
            await states.RememberStampAsync(file, blob.Stamp);
        return true;
    }
}
