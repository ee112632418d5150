using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json.Serialization;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;

namespace ChatFiles.Web.Api;

/// <summary>Messages of a chat.</summary>
internal static class MessageEndpoints
{
    public static void MapMessageApi(this WebApplication app)
    {
        var messages = app.MapSignedIn("/chat/{chatId}/messages").WithTags("Messages");
        messages
            .MapGet("/", HistoryAsync)
            .Named("listMessages", "A page of messages: newest page first, oldest first within the page")
            .Reads(ApiParameter.Before("a message"), ApiParameter.Limit)
            .Produces<MessagePage>()
            .Refuses();
        messages
            .MapPost("/", SendAsync)
            .Named("sendText", "Send a text; a repeat with the same `clientId` is the same message")
            .Takes<NewText>()
            .Produces<MessageView>(201)
            .Refuses(RefusalReason.InvalidText, RefusalReason.InvalidIdempotencyKey, RefusalReason.NotAllowed, RefusalReason.MessageNotFound, RefusalReason.TooManyRequests);
        messages
            .MapPut("/{messageId}", EditAsync)
            .Named("editMessage", "Edit a text or caption of mine")
            .Takes<ChangedText>()
            .Produces<MessageView>()
            .Refuses(RefusalReason.InvalidText, RefusalReason.NotAllowed, RefusalReason.MessageNotFound, RefusalReason.MessageDeleted, RefusalReason.TooManyRequests);
        messages
            .MapGet("/{messageId}/receipts", ReceiptsAsync)
            .Named("getReceipts", "Who has read a message of mine and opened its files")
            .Produces<ReceiptsView>()
            .Refuses(RefusalReason.NotAllowed, RefusalReason.MessageNotFound, RefusalReason.NotFound);
        messages
            .MapPut("/{messageId}/reactions/{emoji}", ReactAsync)
            .Named("react", "React to a message by an emoji")
            .Produces(204)
            .Refuses(RefusalReason.InvalidEmoji, RefusalReason.MessageNotFound, RefusalReason.MessageDeleted, RefusalReason.TooManyReactions, RefusalReason.TooManyRequests);
        messages
            .MapDelete("/{messageId}/reactions/{emoji}", TakeBackAsync)
            .Named("takeReactionBack", "Take a reaction of mine back")
            .Produces(204)
            .Refuses(RefusalReason.InvalidEmoji, RefusalReason.MessageNotFound, RefusalReason.MessageDeleted, RefusalReason.TooManyRequests);
        messages
            .MapDelete("/{messageId}", DeleteAsync)
            .Named("deleteMessage", "Delete a message with its files; by its author or the chat's owner")
            .Produces(204)
            .Refuses(RefusalReason.NotAllowed, RefusalReason.MessageNotFound, RefusalReason.TooManyRequests);
    }

    private static async Task<IResult> HistoryAsync(
        string chatId,
        HttpRequest request,
        ClaimsPrincipal user,
        ChatService chats,
        ChatDirectory directory,
        CancellationToken cancellationToken
    )
    {
        var id = Requests.ParseId(chatId);
        if (request.ReadPaging().Succeeded(out var paging, out var refusal))
            return (await chats.HistoryAsync(user.UserId(), id, paging.Before, paging.Limit, cancellationToken)).ToOk();
        // A stranger learns nothing of a chat, not even by what is wrong with a query.
        return Problems.Of((await directory.CheckMemberAsync(user.UserId(), id, cancellationToken)).Refusal ?? refusal);
    }

    private static async Task<IResult> SendAsync(string chatId, HttpContext context, ClaimsPrincipal user, ChatService chats, ChatDirectory directory)
    {
        var id = Requests.ParseId(chatId);
        // A stranger learns nothing of a chat, not even by what is wrong with a body.
        if (!(await context.ReadJsonAsync<NewText>()).Succeeded(out var text, out var refusal) || (refusal = Requests.CheckIsText(text.ClientId, "clientId")) is not null)
            return Problems.Of((await directory.CheckMemberAsync(user.UserId(), id)).Refusal ?? refusal);
        var sent = await chats.SendTextAsync(user.UserId(), id, text.Text, text.ClientId, text.ReplyTo, context.RequestAborted);
        return sent.Succeeded(out var message, out refusal) ? Results.Json(message, statusCode: 201) : Problems.Of(refusal);
    }

    private static async Task<IResult> EditAsync(string chatId, string messageId, HttpContext context, ClaimsPrincipal user, ChatService chats, ChatDirectory directory)
    {
        var id = Requests.ParseId(chatId);
        if (!(await context.ReadJsonAsync<ChangedText>()).Succeeded(out var text, out var refusal))
            return Problems.Of((await directory.CheckMemberAsync(user.UserId(), id)).Refusal ?? refusal);
        return (await chats.EditMessageAsync(user.UserId(), id, Requests.ParseId(messageId), text.Text, context.RequestAborted)).ToOk();
    }

    private static async Task<IResult> ReceiptsAsync(string chatId, string messageId, ClaimsPrincipal user, Receipts receipts, CancellationToken cancellationToken) =>
        (await receipts.ReadAsync(user.UserId(), Requests.ParseId(chatId), Requests.ParseId(messageId), cancellationToken)).ToOk();

    private static async Task<IResult> ReactAsync(string chatId, string messageId, string emoji, ClaimsPrincipal user, Reactions reactions) =>
        (await reactions.SetAsync(user.UserId(), Requests.ParseId(chatId), Requests.ParseId(messageId), emoji, isThere: true)).ToNoContent();

    private static async Task<IResult> TakeBackAsync(string chatId, string messageId, string emoji, ClaimsPrincipal user, Reactions reactions) =>
        (await reactions.SetAsync(user.UserId(), Requests.ParseId(chatId), Requests.ParseId(messageId), emoji, isThere: false)).ToNoContent();

    private static async Task<IResult> DeleteAsync(string chatId, string messageId, ClaimsPrincipal user, ChatService chats) =>
        (await chats.DeleteMessageAsync(user.UserId(), Requests.ParseId(chatId), Requests.ParseId(messageId))).ToNoContent();

    internal sealed record NewText([property: Required, MaxLength(Message.MaxTextLength)] string? Text, [property: StringLength(Message.MaxClientIdLength, MinimumLength = 1)] string? ClientId, [property: JsonConverter(typeof(Requests.WholeNumber))] long? ReplyTo);

    internal sealed record ChangedText([property: Required, MaxLength(Message.MaxTextLength)] string? Text);
}
