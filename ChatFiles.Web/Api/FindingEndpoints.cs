using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;

namespace ChatFiles.Web.Api;

/// <summary>The files of a chat, and the search over all of one's chats.</summary>
internal static class FindingEndpoints
{
    public static void MapFindingApi(this WebApplication app)
    {
        app.MapSignedIn("/chat/{chatId}/files")
            .WithTags("Files")
            .MapGet("/", ListAsync)
            .Produces<FilePage>()
            .WithSummary("A page of the chat's files; q (a part of the name, or words in the name or in the file), kind, author, sort (newest, name or size), before and limit narrow it");
        app.MapSignedIn("/files")
            .WithTags("Files")
            .MapGet("/", ListOwnAsync)
            .WithMetadata(new ForPrograms())
            .Produces<OwnFilePage>()
            .WithSummary("A page of my own files in all my chats; q (a part of the name, or words in it or in the file), kind, sort, before and limit narrow it");
        app.MapSignedIn("/search")
            .WithTags("Messages")
            .MapGet("/", SearchAsync)
            .Produces<FoundPage>()
            .WithSummary("Messages with all the words of q in text and file names, or in one of their files, newest first; chat, before and limit narrow it");
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
