using System.Security.Claims;
using System.Text.Json.Serialization;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;

namespace ChatFiles.Web.Api;

/// <summary>Chats and their members.</summary>
internal static class ChatEndpoints
{
    public static void MapChatApi(this WebApplication app)
    {
        var chats = app.MapSignedIn("/chat").WithTags("Chats");
        chats.MapGet("/", ListAsync).Produces<IReadOnlyList<ChatSummary>>().WithSummary("My chats");
        chats.MapPost("/", CreateAsync).Takes<NewChat>().Produces<ChatView>(201).WithSummary("Create a chat");
        chats.MapGet("/open", ListOpenAsync).Produces<OpenChatPage>().WithSummary("Chats that are open to everybody, newest first; q (a part of the name), before and limit narrow it");
        chats.MapPost("/{chatId}/join", JoinAsync).Produces(204).WithSummary("Join an open chat");
        chats.MapGet("/{chatId}", GetAsync).Produces<ChatView>().WithSummary("A chat with its members, 200 at the most");
        chats
            .MapPut("/{chatId}", ChangeChatAsync)
            .Takes<ChangedChat>()
            .Produces(204)
            .WithSummary("Rename a chat, open or close it, or set how many days it keeps its files; by its owner");
        chats.MapDelete("/{chatId}", DeleteAsync).Produces(204).WithSummary("Delete a chat with its messages and files; by its owner");
        chats
            .MapPut("/{chatId}/members/{userId}", HandOverAsync)
            .Takes<NewRole>()
            .Produces(204)
            .WithSummary("Make a member the owner; by the owner");
        chats.MapPut("/{chatId}/read", MarkReadAsync).Takes<ReadPosition>().Produces(204).WithSummary("Move my read position");
        chats.MapPut("/{chatId}/notify", SetLevelAsync).Takes<NewLevel>().Produces(204).WithSummary("What I want to be told of a chat: all, mentions or none");
        chats
            .MapGet("/{chatId}/members", ListMembersAsync)
            .Produces<MemberPage>()
            .WithSummary("A page of the chat's members by name; q (a part of the name), after and limit narrow it");
        chats.MapPost("/{chatId}/members", AddMemberAsync).Takes<NewMember>().Produces(204).WithSummary("Add somebody");
        chats.MapDelete("/{chatId}/members/{userId}", RemoveMemberAsync).Produces(204).WithSummary("Remove somebody, or leave");
    }

    private static async Task<IResult> ListAsync(ClaimsPrincipal user, ChatDirectory directory, CancellationToken cancellationToken) =>
        Results.Ok(await directory.ListChatsAsync(user.UserId(), cancellationToken: cancellationToken));

    private static async Task<IResult> CreateAsync(HttpContext context, ClaimsPrincipal user, ChatDirectory directory)
    {
        if (!(await context.ReadJsonAsync<NewChat>()).Succeeded(out var wanted, out var refusal))
            return Problems.Of(refusal);
        if (wanted.With is not null)
        {
            if (Requests.CheckIsText(wanted.With, "with") is { } noText)
                return Problems.Of(noText);
            return (await directory.OpenDirectChatAsync(user.UserId(), wanted.With)).Succeeded(out var direct, out refusal)
                ? direct.Created
                    ? Results.Created($"/chat/{direct.Chat.Id}", direct.Chat)
                    : Results.Ok(direct.Chat)
                : Problems.Of(refusal);
        }

        return (await directory.CreateChatAsync(user.UserId(), wanted.Name, wanted.Open == true)).Succeeded(out var chat, out refusal)
            ? Results.Created($"/chat/{chat.Id}", chat)
            : Problems.Of(refusal);
    }

    private static async Task<IResult> ListOpenAsync(HttpRequest request, ClaimsPrincipal user, OpenChats chats, CancellationToken cancellationToken) =>
        request.ReadPaging("a chat").Succeeded(out var paging, out var refusal)
            ? (await chats.ListAsync(user.UserId(), request.Query["q"], paging.Before, paging.Limit, cancellationToken)).ToOk()
            : Problems.Of(refusal);

    private static async Task<IResult> JoinAsync(string chatId, ClaimsPrincipal user, OpenChats chats) =>
        (await chats.JoinAsync(user.UserId(), Requests.ParseId(chatId))).ToNoContent();

    private static async Task<IResult> GetAsync(string chatId, ClaimsPrincipal user, ChatDirectory directory, CancellationToken cancellationToken) =>
        (await directory.GetChatAsync(user.UserId(), Requests.ParseId(chatId), cancellationToken: cancellationToken)).ToOk();

    private static async Task<IResult> ListMembersAsync(
        string chatId,
        HttpRequest request,
        ClaimsPrincipal user,
        ChatDirectory directory,
        MemberService members,
        CancellationToken cancellationToken
    )
    {
        var id = Requests.ParseId(chatId);
        var after = request.Query["after"].ToString() is { Length: > 0 } text ? text : null;
        if (request.ReadLimit().Succeeded(out var limit, out var refusal))
            return (await members.ListMembersAsync(user.UserId(), id, request.Query["q"], after, limit, cancellationToken)).ToOk();
        return Problems.Of((await directory.CheckMemberAsync(user.UserId(), id, cancellationToken)).Refusal ?? refusal);
    }

    private static Task<IResult> ChangeChatAsync(string chatId, HttpContext context, ClaimsPrincipal user, ChatDirectory directory, ChatAdministration chats) =>
        ChangeAsync<ChangedChat>(chatId, context, directory, (id, change) => chats.ChangeAsync(user.UserId(), id, change.ToChange()));

    private static async Task<IResult> DeleteAsync(string chatId, ClaimsPrincipal user, ChatAdministration chats) =>
        (await chats.DeleteAsync(user.UserId(), Requests.ParseId(chatId))).ToNoContent();

    private static Task<IResult> HandOverAsync(
        string chatId,
        string userId,
        HttpContext context,
        ClaimsPrincipal user,
        ChatDirectory directory,
        ChatAdministration chats
    ) =>
        ChangeAsync<NewRole>(
            chatId,
            context,
            directory,
            (id, wanted) => chats.HandOverAsync(user.UserId(), id, userId, wanted.Role == "owner" ? MemberRole.Owner : null),
            wanted => Requests.CheckIsText(wanted.Role, "role")
        );

    private static Task<IResult> MarkReadAsync(string chatId, HttpContext context, ClaimsPrincipal user, ChatDirectory directory) =>
        ChangeAsync<ReadPosition>(
            chatId,
            context,
            directory,
            (id, position) =>
                position.MessageId is { } messageId
                    ? directory.MarkReadAsync(user.UserId(), id, messageId)
                    : Task.FromResult<Result<Done>>(new Refusal(RefusalReason.InvalidJson, "“messageId” is missing."))
        );

    /// <summary>A level that is set ends a mute for a while, as in <see cref="ChatDirectory.SetNotifyLevelAsync"/>.</summary>
    private static Task<IResult> SetLevelAsync(string chatId, HttpContext context, ClaimsPrincipal user, ChatDirectory directory) =>
        ChangeAsync<NewLevel>(chatId, context, directory, (id, wanted) => directory.SetNotifyLevelAsync(user.UserId(), id, wanted.ToLevel()), wanted => Requests.CheckIsText(wanted.Level, "level"));

    private static Task<IResult> AddMemberAsync(string chatId, HttpContext context, ClaimsPrincipal user, ChatDirectory directory, MemberService members) =>
        ChangeAsync<NewMember>(
            chatId,
            context,
            directory,
            (id, member) => members.AddMemberAsync(user.UserId(), id, member.Email),
            member => Requests.CheckIsText(member.Email, "email")
        );

    private static async Task<IResult> RemoveMemberAsync(string chatId, string userId, ClaimsPrincipal user, MemberService members) =>
        (await members.RemoveMemberAsync(user.UserId(), Requests.ParseId(chatId), userId)).ToNoContent();

    /// <summary>A stranger learns nothing of a chat, not even by what is wrong with a body; the change itself asks for the membership.</summary>
    private static async Task<IResult> ChangeAsync<TBody>(
        string chatId,
        HttpContext context,
        ChatDirectory directory,
        Func<long, TBody, Task<Result<Done>>> change,
        Func<TBody, Refusal?>? check = null
    )
        where TBody : class
    {
        var id = Requests.ParseId(chatId);
        if ((await context.ReadJsonAsync<TBody>()).Succeeded(out var body, out var refusal) && (refusal = check?.Invoke(body)) is null)
            return (await change(id, body)).ToNoContent();
        return Problems.Of((await directory.CheckMemberAsync(context.User.UserId(), id)).Refusal ?? refusal);
    }

    internal sealed record NewChat(string? Name, string? With, bool? Open);

    internal sealed record ReadPosition(long? MessageId);

    internal sealed record NewRole([property: JsonConverter(typeof(Requests.Word))] string? Role);

    internal sealed record NewLevel([property: JsonConverter(typeof(Requests.Word))] string? Level)
    {
        public NotifyLevel? ToLevel() =>
            Level switch
            {
                "all" => NotifyLevel.All,
                "mentions" => NotifyLevel.Mentions,
                "none" => NotifyLevel.None,
                _ => null,
            };
    }

    /// <summary>Days of null are for ever; those that are not named stay.</summary>
    internal sealed class ChangedChat
    {
        private bool _setsKeepDays;

        public string? Name { get; set; }

        public bool? Open { get; set; }

        [JsonConverter(typeof(Requests.WholeNumber))]
        public long? KeepDays
        {
            get;
            set => (field, _setsKeepDays) = (value, true);
        }

        public ChatChange ToChange() => new(Name, _setsKeepDays, KeepDays is { } days ? (int)Math.Clamp(days, 0, int.MaxValue) : null, Open);
    }

    internal sealed record NewMember(string? Email);
}
