using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Chats;

/// <summary>Turns files missing and ready again, each time with its event, so that everyone sees the truth at once.</summary>
public sealed class FileStates(DatabaseWriter writer, TimeProvider time, ILogger<FileStates> logger)
{
    /// <summary>The blob is gone or not what it was. What has been deleted, or is known to be missing, stays so.</summary>
    public async Task MarkMissingAsync(Attachment found)
    {
        var marked = await ChangeAsync(found, AttachmentState.Ready, AttachmentState.Missing, ChatEventType.FileMissing, _ => { });
        if (marked)
            logger.LogWarning("File {FileId} in chat {ChatId} is missing: its blob {BlobKey} is gone or changed", found.Id, found.ChatId, found.BlobKey);
    }

    /// <summary>The blob is there again, whole.</summary>
    public async Task MarkRestoredAsync(Attachment found, string stamp)
    {
        var marked = await ChangeAsync(
            found,
            AttachmentState.Missing,
            AttachmentState.Ready,
            ChatEventType.FileRestored,
            file => file.BlobStamp = stamp
        );
        if (marked)
            logger.LogInformation("File {FileId} in chat {ChatId} is back", found.Id, found.ChatId);
    }

    /// <summary>The blob was touched but its bytes are right; remembered, so that they are not all read every time.</summary>
    public Task RememberStampAsync(Attachment found, string stamp) =>
        writer.WriteAsync(found.ChatId, db =>
            db.Attachments.Where(a => a.Id == found.Id && a.BlobKey == found.BlobKey)
                .ExecuteUpdateAsync(set => set.SetProperty(a => a.BlobStamp, stamp))
        );

    /// <summary>What the bytes said, so that they need not be read for it again.</summary>
    public Task RememberCharsetAsync(Attachment found, string charset) =>
        writer.WriteAsync(found.ChatId, db =>
            db.Attachments.Where(a => a.Id == found.Id && a.BlobKey == found.BlobKey)
                .ExecuteUpdateAsync(set => set.SetProperty(a => a.Charset, charset))
        );

    private Task<bool> ChangeAsync(
        Attachment found,
        AttachmentState from,
        AttachmentState to,
        ChatEventType type,
        Action<Attachment> alsoChange
    ) =>
        writer.WriteAsync(found.ChatId, async db =>
        {
            // Looked at outside of the write, so it may have been deleted or put back under another key meanwhile.
            if (await db.Attachments.SingleOrDefaultAsync(a => a.Id == found.Id) is not { } file || file.State != from || file.BlobKey != found.BlobKey)
                return false;
            file.State = to;
            alsoChange(file);
            var chat = await db.Chats.SingleAsync(c => c.Id == file.ChatId);
            var changed = db.AddEvent(chat, type, time.GetUtcNow().UtcDateTime);
            (changed.MessageId, changed.FileId) = (file.MessageId, file.Id);
            await db.SaveChangesAsync(CancellationToken.None);
            return true;
        });
}
