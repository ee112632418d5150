using System.ComponentModel.DataAnnotations;
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
        chats.MapGet("/", ListAsync).Named("listChats", "My chats").Produces<IReadOnlyList<ChatSummary>>().Refuses();
        chats
            .MapPost("/", CreateAsync)
            .Named("createChat", "Create a chat by `name`, or open the direct one `with` somebody; 200 if that is there already")
            .Takes<NewChat>()
            .Produces<ChatView>(201)
            .Produces<ChatView>()
            .Answers("Location", "The chat's address, with 201.")
            .Refuses(RefusalReason.InvalidName, RefusalReason.UserNotFound, RefusalReason.TooManyRequests);
        chats
            .MapGet("/open", ListOpenAsync)
            .Named("listOpenChats", "Chats that are open to everybody, newest first")
            .Reads(new("q", "A part of the name."), ApiParameter.Before("a chat"), ApiParameter.Limit)
            .Produces<OpenChatPage>()
            .Refuses(RefusalReason.TooManyRequests);
        chats.MapPost("/{chatId}/join", JoinAsync).Named("joinChat", "Join an open chat").Produces(204).Refuses(RefusalReason.TooManyRequests);
        chats.MapGet("/{chatId}", GetAsync).Named("getChat", "A chat with its members, 200 at the most").Produces<ChatView>().Refuses();
        chats
            .MapPut("/{chatId}", ChangeChatAsync)
            .Named("changeChat", "Rename a chat, open or close it, or set how many days it keeps its files; by its owner")
            .Takes<ChangedChat>()
            .Produces(204)
            .Refuses(RefusalReason.InvalidName, RefusalReason.InvalidKeepDays, RefusalReason.InvalidOpen, RefusalReason.NotAllowed, RefusalReason.TooManyRequests);
        chats
            .MapDelete("/{chatId}", DeleteAsync)
            .Named("deleteChat", "Delete a chat with its messages and files; by its owner")
            .Produces(204)
            .Refuses(RefusalReason.NotAllowed, RefusalReason.TooManyRequests);
        chats
            .MapPut("/{chatId}/members/{userId}", HandOverAsync)
            .Named("handOverChat", "Make a member the owner; by the owner")
            .Takes<NewRole>()
            .Produces(204)
            .Refuses(RefusalReason.InvalidRole, RefusalReason.NotAllowed, RefusalReason.UserNotFound, RefusalReason.TooManyRequests);
        chats
            .MapPut("/{chatId}/read", MarkReadAsync)
            .Named("markRead", "Move my read position, never backwards")
            .Takes<ReadPosition>()
            .Produces(204)
            .Refuses();
        chats
            .MapPut("/{chatId}/notify", SetLevelAsync)
            .Named("setNotifyLevel", "What I want to be told of a chat: `all`, `mentions` or `none`")
            .Takes<NewLevel>()
            .Produces(204)
            .Refuses(RefusalReason.InvalidLevel, RefusalReason.TooManyRequests);
        chats
            .MapGet("/{chatId}/members", ListMembersAsync)
            .Named("listMembers", "A page of the chat's members by name")
            .Reads(new("q", "A part of the name."), new("after", "`nextAfter` of the page before: the id of somebody who is a member, or was."), ApiParameter.Limit)
            .Produces<MemberPage>()
            .Refuses(RefusalReason.TooManyRequests, RefusalReason.SearchTooSlow);
        chats
            .MapPost("/{chatId}/members", AddMemberAsync)
            .Named("addMember", "Add somebody; by the owner")
            .Takes<NewMember>()
            .Produces(204)
            .Refuses(RefusalReason.NotAllowed, RefusalReason.UserNotFound, RefusalReason.TooManyRequests);
        chats
            .MapDelete("/{chatId}/members/{userId}", RemoveMemberAsync)
            .Named("removeMember", "Remove somebody, or leave")
            .Produces(204)
            .Refuses(RefusalReason.NotAllowed, RefusalReason.UserNotFound, RefusalReason.TooManyRequests);
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

    internal sealed record NewChat([property: MaxLength(Chat.MaxNameLength)] string? Name, string? With, bool? Open);

    internal sealed record ReadPosition([property: Required] long? MessageId);

    internal sealed record NewRole([property: Required, AllowedValues("owner"), JsonConverter(typeof(Requests.Word))] string? Role);

    internal sealed record NewLevel([property: Required, AllowedValues("all", "mentions", "none"), JsonConverter(typeof(Requests.Word))] string? Level)
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

        [MaxLength(Chat.MaxNameLength)]
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

    internal sealed record NewMember([property: Required] string? Email);
}
