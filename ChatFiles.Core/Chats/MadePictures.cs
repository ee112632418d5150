using System.Security.Cryptography;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Chats;

/// <summary>Keeps the pictures that were made of files that came without one, as those that their senders made.</summary>
public sealed class MadePictures(
    DatabaseWriter writer,
    IFileStore store,
    IBlobIntents intents,
    QuotaAccounts quotas,
    TimeProvider time,
    ILogger<MadePictures> logger
)
{
    /// <summary>
    /// Remembers that a file is tried, before it is: whatever comes of it, it is not tried for ever.
    /// </summary>
    internal Task RememberTryAsync(Attachment file) => SetStateAsync(file, file.Picture == PictureState.Wanted ? PictureState.Begun : PictureState.Settled);

    /// <summary>It could not be tried after all.</summary>
    internal Task ForgetTryAsync(Attachment file) => SetStateAsync(file, file.Picture);

    /// <summary>Nothing came of it.</summary>
    internal Task SettleAsync(Attachment file) => SetStateAsync(file, PictureState.Settled);

    /// <summary>Keeps what was made of a file, and tells the room; a thumbnail for which there is no room in the quotas is left out.</summary>
    internal async Task KeepAsync(Attachment file, PictureMade made, CancellationToken cancellationToken)
    {
        using var reservation = quotas.Open(file.AuthorId, file.ChatId);
        var thumbnail = file.ThumbnailKey is null ? made.Thumbnail : null;
        if (thumbnail is not null && await quotas.RoomFor(reservation).UseAsync(thumbnail.Length, cancellationToken) is not null)
            thumbnail = null;
        if (thumbnail is null)
        {
            await CommitAsync(file, made.Size, thumbnail: null);
            return;
        }

        var key = BlobKey.New(time.GetUtcNow());
        await intents.BeginAsync(key, cancellationToken);
        BlobEnd? end = null;
        try
        {
            using var content = new MemoryStream(thumbnail, writable: false);
            if ((await store.WriteAsync(key, content, cancellationToken)).Refusal is not null)
                return;
            using var settling = quotas.Settle(file.AuthorId, file.ChatId);
            if (await CommitAsync(file, made.Size, (key, thumbnail)))
                end = BlobEnd.Kept;
            reservation.Dispose();
        }
        catch (OutcomeUnknownException)
        {
            // It may be there, and then this is its blob.
            end = BlobEnd.Unknown;
            throw;
        }
        finally
        {
            await intents.EndAsync(key, end ?? await RemoveAsync(key));
        }
    }

    /// <summary>False when the file is deleted, or put back, meanwhile.</summary>
    private Task<bool> CommitAsync(Attachment found, (int Width, int Height)? size, (string Key, byte[] Bytes)? thumbnail) =>
        writer.WriteAsync(found.ChatId, async db =>
        {
            var file = await db.Attachments.SingleOrDefaultAsync(a => a.Id == found.Id);
            if (file is null || file.State == AttachmentState.Deleted || file.BlobKey != found.BlobKey)
                return false;
            // Another process may have made one of the same file.
            if (thumbnail is not null && file.ThumbnailKey is not null)
                return false;
            file.Picture = PictureState.Settled;
            var isChanged = thumbnail is not null || (size is not null && file.Width is null);
            if (isChanged)
            {
                var chat = await db.Chats.SingleAsync(c => c.Id == file.ChatId);
                if (thumbnail is { } kept)
                {
                    // The room that was asked for is this process's knowledge only.
                    await db.ChargeAsync(chat, file.AuthorId, kept.Bytes.Length);
                    if (await IsOverAsync(db, chat, file.AuthorId))
                    {
                        await db.ChargeAsync(chat, file.AuthorId, -kept.Bytes.Length);
                        return false;
                    }

                    await db.TakeIntentAsync(kept.Key);
                    (file.ThumbnailKey, file.ThumbnailType, file.ThumbnailSize) = (kept.Key, PictureMade.ThumbnailType, kept.Bytes.Length);
                    file.ThumbnailSha256 = Convert.ToHexStringLower(SHA256.HashData(kept.Bytes));
                }

                // What the header said as the bytes came in stays.
                (file.Width, file.Height) = (file.Width ?? size?.Width, file.Height ?? size?.Height);
                var changed = db.AddEvent(chat, ChatEventType.FileChanged, time.GetUtcNow().UtcDateTime);
                (changed.MessageId, changed.FileId) = (file.MessageId, file.Id);
            }

            await db.SaveChangesAsync(CancellationToken.None);
            return true;
        });

    private async Task<bool> IsOverAsync(ChatDbContext db, Chat chat, string userId)
    {
        var state = await db.PersonStates.Where(s => s.UserId == userId).Select(s => new { s.StorageBytes, s.QuotaBytes }).SingleOrDefaultAsync();
        var (ofPerson, ofChat) = quotas.RoomLeft(state?.StorageBytes ?? 0, state?.QuotaBytes, chat.StorageBytes);
        return Math.Min(ofPerson, ofChat) < 0;
    }

    private Task<int> SetStateAsync(Attachment file, PictureState state) =>
        writer.WriteAsync(file.ChatId, db => db.Attachments.Where(a => a.Id == file.Id && a.State != AttachmentState.Deleted).ExecuteUpdateAsync(set => set.SetProperty(a => a.Picture, state)));

    private async Task<BlobEnd> RemoveAsync(string key)
    {
        try
        {
            await store.DeleteAsync(key, CancellationToken.None);
            return BlobEnd.Removed;
        }
        catch (StoreUnavailableException failure)
        {
            logger.LogWarning(failure, "The blob {BlobKey} of a picture that nobody needs could not be removed; the sweeper will", key);
            return BlobEnd.LeftOver;
        }
    }
}
