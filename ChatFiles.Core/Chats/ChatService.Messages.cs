using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

public sealed partial class ChatService
{
    /// <summary>Sends a text. The same <paramref name="clientId"/> again gives the same message, not a second one.</summary>
    /// <param name="replyTo">The message of the chat that it answers.</param>
    public async Task<Result<MessageView>> SendTextAsync(
        string userId,
        long chatId,
        string? text,
        string? clientId = null,
        long? replyTo = null,
        CancellationToken cancellationToken = default
    )
    {
        if (await limits.CountMessageAsync(userId) is { } tooMany)
            return tooMany;
        var draft = new Draft(userId, chatId, text ?? "", clientId, [], replyTo);
        return await writer.WriteDirectlyAsync<Result<MessageView>>(
            chatId,
            scope =>
            {
                if (scope.FindSender(userId, chatId) is not { } sender)
                    return Refusal.ChatNotFound;
                if (CheckKey(clientId) is { } invalidKey)
                    return invalidKey;
                if (FindSent(scope, draft) is { } sent)
                    return sent;
                if (sender.IsToNobody)
                    return NobodyReadsIt;
                if (string.IsNullOrWhiteSpace(text))
                    return new Refusal(RefusalReason.InvalidText, "A message needs some text.");
                return (CheckText(text) ?? CheckReply(scope, draft)) is { } refusal ? refusal : scope.Add(sender, MessageOf(draft));
            },
            cancellationToken
        );
    }

    /// <summary>A page of messages, the newest or those before an id.</summary>
    /// <param name="limit">1 to 200.</param>
    public async Task<Result<MessagePage>> HistoryAsync(
        string userId,
        long chatId,
        long? before = null,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        if (UseCase.CheckLimit(limit) is { } refusal)
            return await IsMemberAsync(userId, chatId, cancellationToken) ? refusal : Refusal.ChatNotFound;
        // By key, not by offset: what is sent or deleted meanwhile shifts nothing. One more row tells whether this is the last page.
        if (await reads.ReadBeforeAsync(userId, chatId, before ?? long.MaxValue, limit + 1) is not { } messages)
            return Refusal.ChatNotFound;
        return MessageQueries.PageOf(messages, limit);
    }

    /// <summary>The messages that follow on an id, up to a limit of 1 to 200.</summary>
    public async Task<Result<NewerPage>> HistoryAfterAsync(
        string userId,
        long chatId,
        long after,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        if (UseCase.CheckLimit(limit) is { } refusal)
            return await IsMemberAsync(userId, chatId, cancellationToken) ? refusal : Refusal.ChatNotFound;
        if (await reads.ReadAfterAsync(userId, chatId, after, limit + 1) is not { } messages)
            return Refusal.ChatNotFound;
        var hasMore = messages.Count > limit;
        if (hasMore)
            messages.RemoveAt(limit);
        return new NewerPage(messages, hasMore ? messages[^1].Id : null);
    }

    /// <summary>A message with its neighbours: half of the limit (2 to 200) from before it, the other half from it on.</summary>
    public async Task<Result<MessageWindow>> HistoryAroundAsync(
        string userId,
        long chatId,
        long messageId,
        int limit = 50,
        CancellationToken cancellationToken = default
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.ReadMemberAsync(userId, chatId, cancellationToken) is not { } member)
            return Refusal.ChatNotFound;
        if (limit < 2 || UseCase.CheckLimit(limit) is not null)
            return new Refusal(RefusalReason.InvalidQuery, "“limit” is a number from 2 to 200.");
        return await db.ReadAroundAsync(member, messageId, limit, cancellationToken) is { } window ? window : Refusal.MessageNotFound;
    }

    /// <summary>A message's text as it was typed, with names in the place of the ids that mention people.</summary>
    public async Task<Result<string>> ReadTextAsync(string userId, long chatId, long messageId) =>
        (await FindMessageAsync(userId, chatId, messageId)).Succeeded(out var message, out var refusal) ? Quotation.WithNames(message.Text, message.Mentions) : refusal;

    /// <summary>A message of one of the person's chats that is not deleted.</summary>
    private async ValueTask<Result<MessageView>> FindMessageAsync(string userId, long chatId, long messageId)
    {
        if (await reads.ReadAfterAsync(userId, chatId, messageId - 1, limit: 1) is not { } found)
            return Refusal.ChatNotFound;
        if (found is not [var message] || message.Id != messageId)
            return Refusal.MessageNotFound;
        return message.Deleted ? new Refusal(RefusalReason.MessageDeleted, "This message was deleted; there is nothing left of it.") : message;
    }

    /// <summary>Deletes a message with all its files; doing it again changes nothing.</summary>
    public Task<Result<Done>> DeleteMessageAsync(
        string userId,
        long chatId,
        long messageId,
        CancellationToken cancellationToken = default
    ) =>
        writer.ChangeAsync<Done>(
            limits,
            userId,
            chatId,
            async db =>
            {
                if (await db.FindMemberAsync(userId, chatId) is not { } member)
                    return Refusal.ChatNotFound;
                var message = await db
                    .Messages.Include(m => m.Attachments)
                    .SingleOrDefaultAsync(m => m.Id == messageId && m.ChatId == chatId);
                if (message is null)
                    return Refusal.MessageNotFound;
                if (!await MayDeleteAsync(db, member, message.AuthorId))
                    return new Refusal(RefusalReason.NotAllowed, "Only its author and the chat's owner can delete a message.");
                if (message.Deleted)
                    return new Done();

                var names = message.Attachments.Where(a => a.State != AttachmentState.Deleted).Select(a => a.FileName);
                db.Note(AuditAction.MessageDeleted, userId, time.Now(), string.Join(", ", names), message.AuthorId, $"chat {chatId}, message {messageId}");
                foreach (var attachment in message.Attachments.Where(a => a.State != AttachmentState.Deleted))
                    await db.BuryAsync(attachment, member.Chat, message.AuthorId, time.Now());
                (message.Deleted, message.Text) = (true, "");
                await db.Mentions.Where(m => m.MessageId == messageId).ExecuteDeleteAsync();
                await db.Reactions.Where(r => r.MessageId == messageId).ExecuteDeleteAsync();
                db.AddEvent(member.Chat, ChatEventType.MessageDeleted, time.Now()).MessageId = messageId;
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );

    /// <summary>
    /// Changes a text or caption; the same text again changes nothing. Only the caption of a message with files may
    /// become empty. The message that answers it show it as it is from their next reading on.
    /// </summary>
    public Task<Result<MessageView>> EditMessageAsync(
        string userId,
        long chatId,
        long messageId,
        string? text,
        CancellationToken cancellationToken = default
    ) =>
        writer.ChangeAsync<MessageView>(
            limits,
            userId,
            chatId,
            async db =>
            {
                if (await db.FindMemberAsync(userId, chatId) is not { } member)
                    return Refusal.ChatNotFound;
                var message = await db
                    .Messages.Include(m => m.Attachments)
                    .SingleOrDefaultAsync(m => m.Id == messageId && m.ChatId == chatId);
                if (message is null)
                    return Refusal.MessageNotFound;
                if (message.AuthorId != userId)
                    return new Refusal(RefusalReason.NotAllowed, "Only its author can edit a message.");
                if (message.Deleted)
                    return new Refusal(RefusalReason.MessageDeleted, "This message was deleted; there is nothing left to edit.");
                var hasFiles = message.Attachments.Count > 0;
                if (text is null || (!hasFiles && string.IsNullOrWhiteSpace(text)))
                    return new Refusal(RefusalReason.InvalidText, "A message needs some text. To take it back, delete it.");
                if (CheckText(text) is { } refusal)
                    return refusal;
                // As when it was sent: a caption stands beside its files and has no edges of its own.
                var edited = hasFiles ? text.ReplaceLineEndings("\n").Trim() : text;
                if (edited != message.Text)
                {
                    (message.Text, message.EditedAt) = (edited, time.Now());
                    await db.NameAsync(message);
                    db.AddEvent(member.Chat, ChatEventType.MessageEdited, time.Now()).MessageId = messageId;
                    await db.SaveChangesAsync(CancellationToken.None);
                }

                return (await db.Messages.Where(m => m.Id == messageId).ToViewsAsync(db, CancellationToken.None)).Single();
            },
            cancellationToken
        );

    private static Refusal? CheckReply(WriteScope scope, Draft draft) =>
        draft.ReplyTo is { } answered && !scope.HasMessage(draft.ChatId, answered) ? Refusal.MessageNotFound : null;

    private static Refusal? CheckText(string text, string what = "A text", int maxLength = Message.MaxTextLength) =>
        !text.IsText()
            ? new Refusal(RefusalReason.InvalidText, $"{what} holds no NUL characters and no halves of characters.")
        : text.Length <= maxLength
            ? null
            : new Refusal(RefusalReason.InvalidText, $"{what} has at most {maxLength:N0} characters; this one has {text.Length:N0}.");

    /// <summary>The message that an earlier request with the same key made, as it is now.</summary>
    private static MessageView? FindSent(WriteScope scope, Draft draft) =>
        draft.ClientId is null ? null : scope.ReadSent(draft.AuthorId, draft.ChatId, draft.ClientId)?.SingleOrDefault();

    private Message MessageOf(Draft draft)
    {
        var message = new Message
        {
            Text = draft.Text,
            SentAt = time.Now(),
            ClientId = draft.ClientId,
            ReplyToId = draft.ReplyTo,
        };
        message.Attachments.AddRange(draft.Attachments);
        return message;
    }

    /// <summary>A message about to be sent.</summary>
    private sealed record Draft(string AuthorId, long ChatId, string Text, string? ClientId, IReadOnlyList<Attachment> Attachments, long? ReplyTo)
    {
        public long Bytes => Attachments.Sum(a => a.Size + a.ThumbnailSize);

        public string[] BlobKeys => [.. Attachments.Select(a => a.BlobKey).Concat(Attachments.Select(a => a.ThumbnailKey)).OfType<string>()];
    }
}
