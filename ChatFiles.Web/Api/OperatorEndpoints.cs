using System.ComponentModel.DataAnnotations;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Web.Accounts;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Api;

/// <summary>What operators do with accounts.</summary>
internal static class OperatorEndpoints
{
    private static readonly ApiParameter[] AuditFilters =
    [
        new("action", "Only entries of this action.") { OneOf = [.. Enum.GetValues<AuditAction>().Select(AuditLog.WordOf)] },
        new("userId", "Only entries with this person as actor or subject."),
    ];

    public static void MapOperatorApi(this WebApplication app)
    {
        var site = app.MapForOperators("/operator");
        site.MapGet("/chats", ListChatsAsync)
            .WithMetadata(new ForPrograms())
            .Named("listAllChats", "All chats, newest first; names and figures only")
            .Reads(new("q", "A part of the name."), ApiParameter.Before("a chat"), ApiParameter.Limit)
            .Produces<AllChatsPage>()
            .Refuses(RefusalReason.SearchTooSlow);
        site.MapGet("/audit", ReadAuditAsync)
            .WithMetadata(new ForPrograms())
            .Named("readAudit", "What was done, newest first")
            .Reads([.. AuditFilters, ApiParameter.Before("an entry"), ApiParameter.Limit])
            .Produces<AuditPage>()
            .Refuses();
        site.MapGet("/audit.csv", WriteAuditAsync)
            .Named("exportAudit", "The same as a table (RFC 4180), all of it")
            .Reads(AuditFilters)
            .Produces<string>(200, "text/csv")
            .Refuses();
        var people = app.MapForOperators("/operator/people");
        people
            .MapGet("/", ListAsync)
            .WithMetadata(new ForPrograms())
            .Named("listPeople", "Accounts, newest first")
            .Reads(new("q", "A part of name or address."), new("before", "`nextBefore` of the page before: the id of somebody who has an account."), ApiParameter.Limit)
            .Produces<PeoplePage>()
            .Refuses(RefusalReason.SearchTooSlow);
        people
            .MapPost("/", AddAsync)
            .WithMetadata(new ForPrograms())
            .Named("addPerson", "Add somebody; gives a one-time link to set a password")
            .Takes<NewPerson>()
            .Produces<PersonLink>(201)
            .Refuses(RefusalReason.InvalidRegistration, RefusalReason.LocalSignInOff);
        people
            .MapPut("/{userId}", ChangeAsync)
            .Named("changePerson", "Shut out or let in, give or take the operator's role, set a quota")
            .Takes<PersonChanges>()
            .Produces(204)
            .Refuses(RefusalReason.UserNotFound, RefusalReason.LastOperator);
        people
            .MapPost("/{userId}/reset", ResetAsync)
            .Named("resetPassword", "A one-time link to set another password")
            .Produces<OneTimeLink>(201)
            .Refuses(RefusalReason.UserNotFound, RefusalReason.LocalSignInOff);
        people
            .MapPost("/{userId}/sign-out", SignOutAsync)
            .Named("signOutPerson", "End all sessions and tokens of a person")
            .Produces(204)
            .Refuses(RefusalReason.UserNotFound);
    }

    private static async Task<IResult> ListChatsAsync(HttpContext context, AllChats chats, CancellationToken cancellationToken) =>
        context.Request.ReadPaging("a chat").Succeeded(out var paging, out var refusal)
            ? (await chats.ListAsync(context.Operator(), context.Request.Query["q"], paging.Before, paging.Limit, cancellationToken)).ToOk()
            : Problems.Of(refusal);

    private static async Task<IResult> ReadAuditAsync(HttpContext context, AuditLog audit, CancellationToken cancellationToken)
    {
        if (!ReadAuditFilter(context.Request.Query).Succeeded(out var filter, out var refusal))
            return Problems.Of(refusal);
        return context.Request.ReadPaging("an entry").Succeeded(out var paging, out refusal)
            ? (await audit.ReadAsync(context.Operator(), filter, paging.Before, paging.Limit, cancellationToken)).ToOk()
            : Problems.Of(refusal);
    }

    /// <summary>All entries that fit, newest first, as a table for other programs.</summary>
    private static IResult WriteAuditAsync(HttpContext context, AuditLog audit)
    {
        if (!ReadAuditFilter(context.Request.Query).Succeeded(out var filter, out var refusal))
            return Problems.Of(refusal);
        return Results.Stream(body => AuditTable.WriteAsync(body, audit, context.Operator(), filter, context.RequestAborted), "text/csv; charset=utf-8", "audit.csv");
    }

    private static Result<AuditFilter> ReadAuditFilter(IQueryCollection query)
    {
        AuditAction? action = null;
        if (query["action"].ToString() is { Length: > 0 } word && (action = AuditLog.ActionOf(word)) is null)
            return new Refusal(
                RefusalReason.InvalidQuery,
                $"“action” is one of {string.Join(", ", Enum.GetValues<AuditAction>().Select(AuditLog.WordOf))}."
            );
        return new AuditFilter(action, query["userId"].ToString() is { Length: > 0 } userId ? userId : null);
    }

    /// <summary>Asked once a request; what it finds is handed on.</summary>
    private static async ValueTask<object?> OnlyOperatorsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var found = await http.RequestServices.GetRequiredService<Operators>().FindAsync(http.User.UserId(), http.RequestAborted);
        if (!found.Succeeded(out var caller, out var refusal))
            return Problems.Of(refusal);
        http.Features.Set(caller);
        return await next(context);
    }

    /// <summary>Everything under it is for operators.</summary>
    public static RouteGroupBuilder MapForOperators(this WebApplication app, string prefix) =>
        app.MapSignedIn(prefix).WithTags("Operators").MayRefuse(RefusalReason.NotAllowed).AddEndpointFilter(OnlyOperatorsAsync);

    /// <summary>Who asks, where <see cref="MapForOperators"/> has let them in.</summary>
    public static Operator Operator(this HttpContext context) => context.Features.Get<Operator>()!;

    private static async Task<IResult> ListAsync(HttpContext context, PeopleService people, CancellationToken cancellationToken)
    {
        if (!context.Request.ReadLimit().Succeeded(out var limit, out var refusal))
            return Problems.Of(refusal);
        var query = context.Request.Query;
        var before = query["before"].ToString() is { Length: > 0 } id ? id : null;
        return (await people.ListAsync(context.Operator(), query["q"], before, limit, cancellationToken)).ToOk();
    }

    private static async Task<IResult> AddAsync(HttpContext context, Enrolment enrolment, IOptions<SiteOptions> site)
    {
        if (!(await context.ReadJsonAsync<NewPerson>()).Succeeded(out var wanted, out var refusal))
            return Problems.Of(refusal);
        return (await enrolment.AddPersonAsync(context.Operator(), wanted.Email, wanted.Name)).Succeeded(out var link, out refusal)
            ? Results.Created((string?)null, new PersonLink(link.UserId, LinkOf(link, context, site), link.ExpiresAt))
            : Problems.Of(refusal);
    }

    private static async Task<IResult> ChangeAsync(string userId, HttpContext context, PeopleService people) =>
        (await context.ReadJsonAsync<PersonChanges>()).Succeeded(out var changes, out var refusal)
            ? (await people.ChangeAsync(context.Operator(), userId, changes.ToChange())).ToNoContent()
            : Problems.Of(refusal);

    private static async Task<IResult> ResetAsync(string userId, HttpContext context, PasswordLinks links, IOptions<SiteOptions> site) =>
        (await links.MakeAsync(context.Operator(), userId, PasswordLinks.ResetLifetime)).Succeeded(out var link, out var refusal)
            ? Results.Created((string?)null, new OneTimeLink(LinkOf(link, context, site), link.ExpiresAt))
            : Problems.Of(refusal);

    private static async Task<IResult> SignOutAsync(string userId, HttpContext context, PeopleService people) =>
        (await people.SignOutAsync(context.Operator(), userId)).ToNoContent();

    private static string LinkOf(NewPasswordLink link, HttpContext context, IOptions<SiteOptions> site)
    {
        var request = context.Request;
        return site.Value.PasswordLink(link.Token, $"{request.Scheme}://{request.Host}{request.PathBase}");
    }

    internal sealed record NewPerson([property: Required] string? Email, string? Name);

    internal sealed record PersonLink(string UserId, string Link, DateTime ExpiresAt);

    internal sealed record OneTimeLink(string Link, DateTime ExpiresAt);

    /// <summary>A quota of null is the general one; one that is not named stays.</summary>
    internal sealed class PersonChanges
    {
        private bool _setsQuota;

        public bool? Active { get; set; }

        public bool? Operator { get; set; }

        public long? QuotaBytes
        {
            get;
            set => (field, _setsQuota) = (value, true);
        }

        public PersonChange ToChange() => new(Active, Operator, _setsQuota, QuotaBytes);
    }
}
