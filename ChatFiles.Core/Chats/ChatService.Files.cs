using System.Runtime.CompilerServices;
using System.Text;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

public sealed partial class ChatService
{
    /// <summary>
    /// Sends files as one message. When this returns, the blobs are durable, the message is committed and its event is
    /// queued; nobody's receiving is waited for. All files are kept, or none.
    /// </summary>
    /// <param name="key">The same key again gives the same message, for ever; null: every call is a new one.</param>
    /// <param name="declaredBytes">How long the request says it is; null when it does not say.</param>
    /// <param name="parts">Read one after another, and only after caller, key and length were found good.</param>
    public async Task<Result<MessageView>> SendFilesAsync(
        string userId,
        long chatId,
        string? key,
        long? declaredBytes,
        IAsyncEnumerable<UploadPart> parts,
        CancellationToken cancellationToken = default
    )
    {
        if (!(await AdmitUploadAsync(userId, chatId, key, declaredBytes)).Succeeded(out var admission, out var refusal))
            return refusal;
        if (admission.AlreadySent is { } alreadySent)
            return alreadySent;

        var received = await intake.ReceiveAsync(userId, chatId, key, declaredBytes ?? 0, WithCopiesAsync(parts, userId, cancellationToken), cancellationToken);
        if (!received.Succeeded(out var files, out refusal))
            return refusal;
        await using var ending = files;
        if (CheckText(files.Caption) is { } tooLong)
            return tooLong;
        var draft = new Draft(userId, chatId, files.Caption, key, files.Attachments, files.ReplyTo);
        using var settling = quotas.Settle(userId, chatId);
        Result<CommittedUpload> committed;
        try
        {
            committed = await writer.WriteDirectlyAsync(chatId, scope => CommitUpload(scope, draft, files), CancellationToken.None);
        }
        catch (OutcomeUnknownException)
        {
            files.LeaveBlobs();
            throw;
        }

        if (committed.Refusal is null && committed.Value.IsNew)
        {
            files.Keep();
            Measures.Uploads.Add(draft.Attachments.Count);
            Measures.UploadBytes.Add(draft.Attachments.Sum(a => a.Size));
        }

        if (!committed.Succeeded(out var sent, out refusal))
            return refusal;
        await files.EndAsync();
        return sent.Message;
    }

    /// <summary>Sends copies of files, made by the store, to one of the person's chats. They count as one of their messages.</summary>
    /// <param name="key">As in <see cref="SendFilesAsync"/>.</param>
    /// <param name="comment">What goes with them; may be empty.</param>
    public async Task<Result<MessageView>> ForwardFilesAsync(
        string userId,
        IReadOnlyCollection<AttachmentView> files,
        long chatId,
        string? key,
        string? comment = null,
        CancellationToken cancellationToken = default
    )
    {
        if (await limits.CountMessageAsync(userId) is { } tooMany)
            return tooMany;
        var parts = files.Select(file => new UploadPart(UploadPartKind.From, FileName: null, new MemoryStream(Encoding.UTF8.GetBytes(file.Path))));
        if (!string.IsNullOrEmpty(comment))
            parts = parts.Prepend(new UploadPart(UploadPartKind.Caption, FileName: null, new MemoryStream(Encoding.UTF8.GetBytes(comment))));
        return await SendFilesAsync(userId, chatId, key, declaredBytes: null, parts.ToAsyncEnumerable(), cancellationToken);
    }

    /// <summary>
    /// Sends a message on to one of the person's chats, as one message of their own: a comment, what was written as a quotation
    /// with its author's name, and copies of the files that are ready.
    /// </summary>
    /// <param name="key">As in <see cref="SendFilesAsync"/>.</param>
    /// <param name="comment">May be empty.</param>
    public async Task<Result<MessageView>> ForwardMessageAsync(
        string userId,
        long fromChatId,
        long messageId,
        long chatId,
        string? key,
        string? comment = null,
        CancellationToken cancellationToken = default
    )
    {
        // A repeat is answered like the first, whatever has become of the original.
        if (CheckKey(key) is null && await reads.ReadSentAsync(userId, chatId, key) is [var alreadySent])
            return alreadySent;
        if (!(await FindMessageAsync(userId, fromChatId, messageId)).Succeeded(out var original, out var refusal))
            return refusal;
        comment = (comment ?? "").Trim();
        if (CheckText(comment, "A comment", Quotation.MaxCommentLength) is { } invalid)
            return invalid;
        var text = Quotation.Of(comment, original);
        var files = original.Attachments.Where(file => file.State == AttachmentState.Ready).ToList();
        if (files.Count > 0)
            return await ForwardFilesAsync(userId, files, chatId, key, text, cancellationToken);
        return original.Attachments.Count > 0 && string.IsNullOrWhiteSpace(original.Text)
            ? Refusal.FileNotFound
            : await SendTextAsync(userId, chatId, text, key, cancellationToken: cancellationToken);
    }

    /// <summary>Opens a file's bytes for a member of its chat.</summary>
    /// <param name="known">Hashes of what the caller has already: then nothing is opened, and there are no bytes.</param>
    public async Task<Result<OpenFile>> OpenFileAsync(
        string userId,
        long chatId,
        Guid fileId,
        IReadOnlyCollection<string>? known = null,
        CancellationToken cancellationToken = default
    )
    {
        if (!(await FindFileAsync(userId, chatId, fileId)).Succeeded(out var file, out var refusal))
            return refusal;
        if (file.State == AttachmentState.Ready && known?.Contains(file.Sha256) == true)
            return new OpenFile(AttachmentView.Of(file), file.ContentType, Charset: null, file.Sha256, Stream.Null);
        if (await blobs.OpenAsync(file, cancellationToken) is not { } blob)
            return new Refusal(RefusalReason.FileMissing, $"“{file.FileName}” has vanished from the file store; its sender can put it back.");
        var charset = await blobs.CharsetOfAsync(file, blob, cancellationToken);
        return new OpenFile(AttachmentView.Of(file), file.ContentType, charset, file.Sha256, blob.Content);
    }

    /// <summary>Opens a file's thumbnail for a member of its chat.</summary>
    /// <param name="known">As in <see cref="OpenFileAsync"/>.</param>
    public async Task<Result<OpenFile>> OpenThumbnailAsync(
        string userId,
        long chatId,
        Guid fileId,
        IReadOnlyCollection<string>? known = null,
        CancellationToken cancellationToken = default
    )
    {
        if (!(await FindFileAsync(userId, chatId, fileId)).Succeeded(out var file, out var refusal))
            return refusal;
        if (file.ThumbnailSha256 is { } sha256 && known?.Contains(sha256) == true)
            return new OpenFile(AttachmentView.Of(file), file.ThumbnailType!, Charset: null, sha256, Stream.Null);
        var content = file.ThumbnailKey is null ? null : await blobs.OpenThumbnailAsync(file, cancellationToken);
        if (content is null)
            return new Refusal(RefusalReason.NoThumbnail, $"“{file.FileName}” has no thumbnail.");
        return new OpenFile(AttachmentView.Of(file), file.ThumbnailType!, Charset: null, file.ThumbnailSha256!, content);
    }

    /// <summary>
    /// Puts the bytes of a missing file back. They must be the very same; then the room sees the file again.
    /// </summary>
    public async Task<Result<Done>> PutBackAsync(
        string userId,
        long chatId,
        Guid fileId,
        IAsyncEnumerable<UploadPart> parts,
        CancellationToken cancellationToken = default
    )
    {
        var allowed = await FindMissingAsync(userId, chatId, fileId, cancellationToken);
        if (!allowed.Succeeded(out var file, out var refusal))
            return refusal;
        return await intake.ReceiveAgainAsync(
            userId,
            file,
            parts,
            again => writer.WriteAsync(chatId, db => CommitPutBackAsync(db, file, again.Key, again.Stamp), CancellationToken.None),
            cancellationToken
        );
    }

    /// <summary>
    /// Deletes a file; doing it again changes nothing. Tombstone and event are one transaction, the bytes go by the queue.
    /// </summary>
    public Task<Result<Done>> DeleteFileAsync(string userId, long chatId, Guid fileId, CancellationToken cancellationToken = default) =>
        writer.ChangeAsync<Done>(
            limits,
            userId,
            chatId,
            async db =>
            {
                if (await db.FindMemberAsync(userId, chatId) is not { } member)
                    return Refusal.ChatNotFound;
                var file = await db
                    .Attachments.Include(a => a.Message)
                    .SingleOrDefaultAsync(a => a.Id == fileId && a.ChatId == chatId);
                if (file is null)
                    return Refusal.FileNotFound;
                if (!await MayDeleteAsync(db, member, file.Message.AuthorId))
                    return new Refusal(RefusalReason.NotAllowed, "Only its sender and the chat's owner can delete a file.");
                if (file.State == AttachmentState.Deleted)
                    return new Done();

                db.Note(AuditAction.FileDeleted, userId, time.Now(), file.FileName, file.AuthorId, $"chat {chatId}, file {fileId}");
                await db.BuryAsync(file, member.Chat, file.Message.AuthorId, time.Now());
                var deleted = db.AddEvent(member.Chat, ChatEventType.FileDeleted, time.Now());
                (deleted.MessageId, deleted.FileId) = (file.MessageId, file.Id);
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );

    /// <summary>Puts files that are copied in the place of the parts that name them, each with its thumbnail.</summary>
    private async IAsyncEnumerable<UploadPart> WithCopiesAsync(
        IAsyncEnumerable<UploadPart> parts,
        string userId,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await foreach (var part in parts.WithCancellation(cancellationToken))
        {
            if (part.Kind != UploadPartKind.From)
            {
                yield return part;
                continue;
            }

            var found = await FindOriginalAsync(part, userId, cancellationToken);
            if (!found.Succeeded(out var file, out var refusal) || await blobs.OpenAsync(file, cancellationToken) is not { } blob)
            {
                yield return UploadPart.Broken(refusal ?? Refusal.FileNotFound);
                yield break;
            }

            await using var original = blob;
            yield return new UploadPart(UploadPartKind.File, file.FileName, blob.Content) { IsCopy = true };
            if (file.ThumbnailKey is null || await blobs.OpenThumbnailAsync(file, cancellationToken) is not { } content)
                continue;
            await using var thumbnail = content;
            yield return new UploadPart(UploadPartKind.Thumbnail, FileName: null, thumbnail) { IsCopy = true };
        }
    }

    /// <summary>The ready file in one of the person's chats whose path the part holds.</summary>
    private async Task<Result<Attachment>> FindOriginalAsync(UploadPart part, string userId, CancellationToken cancellationToken)
    {
        if (!(await part.ReadAsync(new byte[128], cancellationToken)).Succeeded(out var text, out var refusal))
            return refusal;
        if (!AttachmentView.TryParsePath(Encoding.UTF8.GetString(text.Span).Trim(), out var chatId, out var fileId))
            return Refusal.FileNotFound;
        return (await reads.ReadFileAsync(userId, chatId, fileId)).File is { State: AttachmentState.Ready } file ? file : Refusal.FileNotFound;
    }

    /// <summary>What can be judged without asking for room, in the order of the contract.</summary>
    private async ValueTask<Result<Admission>> AdmitUploadAsync(string userId, long chatId, string? key, long? declaredBytes)
    {
        var known = CheckKey(key) is null ? key : null;
        if (await reads.ReadSentAsync(userId, chatId, known) is not { } sent)
            return Refusal.ChatNotFound;
        if (CheckKey(key) is { } invalidKey)
            return invalidKey;
        if (sent is [var alreadySent])
            return new Admission(alreadySent);
        return intake.CheckLength(declaredBytes) is { } tooLong ? tooLong : new Admission(AlreadySent: null);
    }

    /// <summary>Message, attachments and event in one transaction; by then the quota is counted to the byte.</summary>
    private Result<CommittedUpload> CommitUpload(WriteScope scope, Draft draft, ReceivedFiles files)
    {
        scope.LockPerson(draft.AuthorId);
        if (scope.FindSender(draft.AuthorId, draft.ChatId) is not { } sender)
            return Refusal.ChatNotFound;
        if (FindSent(scope, draft) is { } sent)
            return new CommittedUpload(sent, IsNew: false);
        if (sender.IsToNobody)
            return NobodyReadsIt;
        if (CheckReply(scope, draft) is { } noSuchMessage)
            return noSuchMessage;
        var (ofPerson, ofChat) = quotas.RoomLeft(sender.PersonBytes, sender.OwnQuota, sender.ChatBytes);
        if (draft.Bytes > Math.Min(ofPerson, ofChat))
            return UploadRoom.QuotaExceeded;
        if (!files.ClaimUploads(scope))
            return UploadService.UploadNotFound;
        scope.TakeIntents(draft.BlobKeys);
        var message = MessageOf(draft);
        var view = scope.Add(sender, message);
        foreach (var file in draft.Attachments)
            scope.Note(AuditAction.FileSent, draft.AuthorId, message.SentAt, file.FileName, $"chat {draft.ChatId}, file {file.Id}");
        return new CommittedUpload(view, IsNew: true);
    }

    private static readonly Refusal NotMissing = new(RefusalReason.FileNotMissing, "This file is not missing, so there is nothing to put back.");

    private async Task<Result<Attachment>> FindMissingAsync(string userId, long chatId, Guid fileId, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.FindMemberAsync(userId, chatId) is not { } member)
            return Refusal.ChatNotFound;
        var file = await db
            .Attachments.Include(a => a.Message)
            .SingleOrDefaultAsync(a => a.Id == fileId && a.ChatId == chatId, cancellationToken);
        if (file is null)
            return Refusal.FileNotFound;
        if (!await MayDeleteAsync(db, member, file.Message.AuthorId))
            return new Refusal(RefusalReason.NotAllowed, "Only its sender and the chat's owner can put a file back.");
        return file.State == AttachmentState.Missing ? file : NotMissing;
    }

    private async Task<Result<Done>> CommitPutBackAsync(ChatDbContext db, Attachment found, string key, string stamp)
    {
        // The chat may have been deleted while the bytes arrived.
        if (await db.Attachments.SingleOrDefaultAsync(a => a.Id == found.Id) is not { } file)
            return Refusal.ChatNotFound;
        if (file.State != AttachmentState.Missing)
            return NotMissing;
        // Whatever is left under the old key, a cut-off blob perhaps, belongs to nobody from now on.
        db.Jobs.Add(new Job { Kind = JobKind.DeleteBlob, Subject = file.BlobKey!, CreatedAt = time.Now() });
        await db.TakeIntentAsync(key);
        (file.BlobKey, file.BlobStamp, file.State) = (key, stamp, AttachmentState.Ready);
        var chat = await db.Chats.SingleAsync(c => c.Id == file.ChatId);
        var restored = db.AddEvent(chat, ChatEventType.FileRestored, time.Now());
        (restored.MessageId, restored.FileId) = (file.MessageId, file.Id);
        await db.SaveChangesAsync(CancellationToken.None);
        return new Done();
    }

    private async ValueTask<Result<Attachment>> FindFileAsync(string userId, long chatId, Guid fileId)
    {
        var (isMember, file) = await reads.ReadFileAsync(userId, chatId, fileId);
        if (file is null)
            return isMember ? Refusal.FileNotFound : Refusal.ChatNotFound;
        return file.State == AttachmentState.Deleted ? new Refusal(RefusalReason.FileDeleted, "This file was deleted.") : file;
    }

    private sealed record Admission(MessageView? AlreadySent);

    private sealed record CommittedUpload(MessageView Message, bool IsNew);
}
