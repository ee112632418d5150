using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;

namespace ChatFiles.Web.Api;

/// <summary>The files of a chat, and the search over all of one's chats.</summary>
internal static class FindingEndpoints
{
    private static readonly ApiParameter InName = new("q", "A part of the name, or words in the name or in the file.");

    public static void MapFindingApi(this WebApplication app)
    {
        app.MapSignedIn("/chat/{chatId}/files")
            .WithTags("Files")
            .MapGet("/", ListAsync)
            .Named("listFiles", "A page of the chat's files")
            .Reads(InName, ApiParameter.Kind, new("author", "Only files that this person has sent, by their id."), ApiParameter.Sort, ApiParameter.BeforeFile, ApiParameter.Limit)
            .Produces<FilePage>()
            .Refuses(RefusalReason.TooManyRequests, RefusalReason.SearchTooSlow);
        app.MapSignedIn("/files")
            .WithTags("Files")
            .MapGet("/", ListOwnAsync)
            .WithMetadata(new ForPrograms())
            .Named("listOwnFiles", "A page of my own files in all my chats")
            .Reads(InName, ApiParameter.Kind, ApiParameter.Sort, ApiParameter.BeforeFile, ApiParameter.Limit)
            .Produces<OwnFilePage>()
            .Refuses(RefusalReason.TooManyRequests, RefusalReason.SearchTooSlow);
        app.MapSignedIn("/search")
            .WithTags("Messages")
            .MapGet("/", SearchAsync)
            .Named("search", "Messages of my chats by their texts, file names and what is in their files; newest first")
            .Reads(
                new("q", "Words; a message has all of them, in text and file names or in one of its files.") { IsRequired = true },
                new("chat", "Only messages of this chat.") { Type = "integer", Format = "int64", Minimum = 1 },
                ApiParameter.Before("a message"),
                ApiParameter.Limit
            )
            .Produces<FoundPage>()
            .Refuses(RefusalReason.ChatNotFound, RefusalReason.TooManyRequests, RefusalReason.SearchTooSlow);
    }

    private static async Task<IResult> ListAsync(
        string chatId,
        HttpRequest request,
        ClaimsPrincipal user,
        ChatDirectory directory,
        FindingService finding,
        CancellationToken cancellationToken
    )
    {
        var id = Requests.ParseId(chatId);
        if (request.ReadFilePaging().Succeeded(out var paging, out var refusal) && request.ReadFileFilter().Succeeded(out var filter, out refusal))
            return (await finding.ListFilesAsync(user.UserId(), id, filter, paging.Before, paging.Limit, cancellationToken)).ToOk();
        // A stranger learns nothing of a chat, not even by what is wrong with a query.
        return Problems.Of((await directory.CheckMemberAsync(user.UserId(), id, cancellationToken)).Refusal ?? refusal);
    }

    private static async Task<IResult> ListOwnAsync(HttpRequest request, ClaimsPrincipal user, FindingService finding, CancellationToken cancellationToken) =>
        request.ReadFilePaging().Succeeded(out var paging, out var refusal) && request.ReadFileFilter().Succeeded(out var filter, out refusal)
            ? (await finding.ListOwnFilesAsync(user.UserId(), filter with { AuthorId = null }, paging.Before, paging.Limit, cancellationToken)).ToOk()
            : Problems.Of(refusal);

    private static async Task<IResult> SearchAsync(HttpRequest request, ClaimsPrincipal user, ChatDirectory directory, FindingService finding, CancellationToken cancellationToken)
    {
        long? chatId = request.Query["chat"].ToString() is { Length: > 0 } chat ? Requests.ParseId(chat) : null;
        if (request.ReadPaging().Succeeded(out var paging, out var refusal))
            return (await finding.SearchAsync(user.UserId(), request.Query["q"], chatId, paging.Before, paging.Limit, cancellationToken)).ToOk();
        var stranger = chatId is { } id ? (await directory.CheckMemberAsync(user.UserId(), id, cancellationToken)).Refusal : null;
        return Problems.Of(stranger ?? refusal);
    }
}
