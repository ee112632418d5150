using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Chats;

public sealed partial class ChatService
{
    /// <summary>Sends a text. The same <paramref name="clientId"/> again gives the same message, not a second one.</summary>
    public async Task<Result<MessageView>> SendTextAsync(
        string userId,
        long chatId,
        string? text,
        string? clientId = null,
        CancellationToken cancellationToken = default
    )
    {
        if (limits.CountMessage(userId) is { } tooMany)
            return tooMany;
        var draft = new Draft(userId, chatId, text ?? "", clientId, []);
        return await writer.WriteAsync<Result<MessageView>>(
            async db =>
            {
                if (await FindMembershipAsync(db, userId, chatId) is not { } member)
                    return Refusal.ChatNotFound;
                if (CheckKey(clientId) is { } invalidKey)
                    return invalidKey;
                if (await FindSentAsync(db, draft, CancellationToken.None) is { } sent)
                    return sent;
                if (string.IsNullOrWhiteSpace(text))
                    return new Refusal(RefusalReason.InvalidText, "A message needs some text.");
                return CheckText(text) is { } refusal ? refusal : await AddMessageAsync(db, member, draft);
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
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (!await IsMemberAsync(db, userId, chatId, cancellationToken))
            return Refusal.ChatNotFound;
        if (CheckLimit(limit) is { } refusal)
            return refusal;
        return await ReadPageAsync(db, chatId, before, limit, cancellationToken);
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
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (!await IsMemberAsync(db, userId, chatId, cancellationToken))
            return Refusal.ChatNotFound;
        if (CheckLimit(limit) is { } refusal)
            return refusal;
        var messages = await db
            .Messages.Where(m => m.ChatId == chatId && m.Id > after)
            .OrderBy(m => m.Id)
            .Take(limit + 1)
            .ToViewsAsync(cancellationToken);
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
        if (!await IsMemberAsync(db, userId, chatId, cancellationToken))
            return Refusal.ChatNotFound;
        if (limit < 2 || CheckLimit(limit) is not null)
            return new Refusal(RefusalReason.InvalidQuery, "“limit” is a number from 2 to 200.");
        return await ReadAroundAsync(db, chatId, messageId, limit, cancellationToken) is { } window ? window : Refusal.MessageNotFound;
    }

    /// <summary>Deletes a message with all its files; doing it again changes nothing.</summary>
    public Task<Result<Done>> DeleteMessageAsync(
        string userId,
        long chatId,
        long messageId,
        CancellationToken cancellationToken = default
    ) =>
        ChangeAsync<Done>(
            userId,
            async db =>
            {
                if (await FindMembershipAsync(db, userId, chatId) is not { } member)
                    return Refusal.ChatNotFound;
                var message = await db
                    .Messages.Include(m => m.Attachments)
                    .SingleOrDefaultAsync(m => m.Id == messageId && m.ChatId == chatId);
                if (message is null)
                    return Refusal.MessageNotFound;
                if (!MayDelete(member, message.AuthorId))
                    return new Refusal(RefusalReason.NotAllowed, "Only its author and the chat's owner can delete a message.");
                if (message.Deleted)
                    return new Done();

                foreach (var attachment in message.Attachments.Where(a => a.State != AttachmentState.Deleted))
                    await db.BuryAsync(attachment, member.Chat, message.AuthorId, Now);
                (message.Deleted, message.Text) = (true, "");
                db.AddEvent(member.Chat, ChatEventType.MessageDeleted, Now).MessageId = messageId;
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );

    private static Refusal? CheckText(string text) =>
        !text.IsText()
            ? new Refusal(RefusalReason.InvalidText, "A text holds no NUL characters and no halves of characters.")
        : text.Length <= Message.MaxTextLength
            ? null
            : new Refusal(RefusalReason.InvalidText, $"A text has at most {Message.MaxTextLength:N0} characters; this one has {text.Length:N0}.");

    /// <summary>The message that an earlier request with the same key made, as it is now.</summary>
    private static async Task<MessageView?> FindSentAsync(ChatDbContext db, Draft draft, CancellationToken cancellationToken)
    {
        if (draft.ClientId is null)
            return null;
        var sent = await db
            .Messages.Where(m => m.ChatId == draft.ChatId && m.AuthorId == draft.AuthorId && m.ClientId == draft.ClientId)
            .ToViewsAsync(cancellationToken);
        return sent.SingleOrDefault();
    }

    /// <summary>Adds message, attachments and event to the transaction.</summary>
    private async Task<MessageView> AddMessageAsync(ChatDbContext db, Member member, Draft draft)
    {
        var message = new Message
        {
            ChatId = draft.ChatId,
            AuthorId = draft.AuthorId,
            Text = draft.Text,
            SentAt = Now,
            ClientId = draft.ClientId,
        };
        message.Attachments.AddRange(draft.Attachments);
        foreach (var file in draft.Attachments)
            (file.AuthorId, file.FoldedName, file.Kind) = (draft.AuthorId, SearchWords.Fold(file.FileName), policy.KindOf(file.FileName));
        if (draft.Attachments.Count > 0)
            await db.ChargeAsync(member.Chat, draft.AuthorId, draft.Bytes);
        var created = db.AddEvent(member.Chat, ChatEventType.MessageCreated, Now);
        message.Seq = created.Seq;
        created.Message = message;
        await db.SaveChangesAsync(CancellationToken.None);
        var authorName = await db.Users.Where(p => p.Id == draft.AuthorId).Select(p => p.DisplayName).SingleAsync();
        return MessageQueries.View(message, authorName, message.Attachments);
    }

    private static async Task<MessagePage> ReadPageAsync(
        ChatDbContext db,
        long chatId,
        long? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        // By key, not by offset: what is sent or deleted meanwhile shifts nothing. One more row tells whether this is the last page.
        var messages = await db
            .Messages.Where(m => m.ChatId == chatId && (before == null || m.Id < before))
            .OrderByDescending(m => m.Id)
            .Take(limit + 1)
            .ToViewsAsync(cancellationToken);
        var hasMore = messages.Count > limit;
        if (hasMore)
            messages.RemoveAt(limit);
        messages.Reverse();
        return new MessagePage(messages, hasMore ? messages[0].Id : null);
    }

    /// <summary>Null when the chat has no such message.</summary>
    private static async Task<MessageWindow?> ReadAroundAsync(
        ChatDbContext db,
        long chatId,
        long messageId,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var ids = db.Messages.Where(m => m.ChatId == chatId).Select(m => m.Id);
        var half = limit / 2;
        // One more at either end tells whether there is more. Both ends are found inside the one query for the messages.
        var from = ids.Where(id => id <= messageId).OrderByDescending(id => id).Take(half + 2);
        var to = ids.Where(id => id >= messageId).OrderBy(id => id).Take(limit - half + 1);
        var messages = await db
            .Messages.Where(m => m.ChatId == chatId && m.Id >= from.Min() && m.Id <= to.Max())
            .OrderBy(m => m.Id)
            .ToViewsAsync(cancellationToken);
        var place = messages.FindIndex(m => m.Id == messageId);
        if (place < 0)
            return null;
        var (first, end) = (Math.Max(0, place - half), Math.Min(messages.Count, place + limit - half));
        return new MessageWindow(
            messages[first..end],
            first > 0 ? messages[first].Id : null,
            end < messages.Count ? messages[end - 1].Id : null
        );
    }

    /// <summary>A message about to be sent.</summary>
    private sealed record Draft(string AuthorId, long ChatId, string Text, string? ClientId, IReadOnlyList<Attachment> Attachments)
    {
        public long Bytes => Attachments.Sum(a => a.Size + a.ThumbnailSize);
    }
}
