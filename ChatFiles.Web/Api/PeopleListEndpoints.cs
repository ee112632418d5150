using System.Globalization;
using System.Text;
using ChatFiles.Core.Model;
using ChatFiles.Web.Accounts;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Api;

/// <summary>Many people at once, from a table: what would become of each, then what did.</summary>
internal static class PeopleListEndpoints
{
    public static void MapPeopleLists(this WebApplication app)
    {
        var lists = app.MapForOperators("/operator/people/lists");
        lists
            .MapPost("/", ReadAsync)
            .Named("readPeopleList", "Read a table with a column of addresses and perhaps one of names (UTF-8, at most 1 MiB and 5,000 lines); nobody is added")
            .Accepts<string>("text/csv")
            .Produces<ReadList>(201)
            .Answers("Location", "The list's address.")
            .Refuses(RefusalReason.InvalidForm, RefusalReason.UploadTooSlow, RefusalReason.EmptyFile, RefusalReason.FileTooLarge, RefusalReason.LocalSignInOff);
        lists
            .MapPost("/{listId}", AddAsync)
            .Named("addPeopleOfList", "Add who is new in it; gives each a one-time link to set a password")
            .Produces<ReadList>()
            .Refuses(RefusalReason.FileNotFound, RefusalReason.LocalSignInOff);
        lists
            .MapGet("/{listId}", Get)
            .Named("getPeopleList", "It as a table (RFC 4180), with the links, for an hour")
            .Produces<string>(200, "text/csv")
            .Refuses(RefusalReason.FileNotFound);
    }

    private static async Task<IResult> ReadAsync(HttpContext context, PeopleLists lists)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = 2 * PeopleList.MaxBytes;
        try
        {
            return (await lists.ReadAsync(context.Operator(), context.Request.Body, context.RequestAborted)).Succeeded(out var list, out var refusal)
                ? Results.Created($"/operator/people/lists/{list.Id}", ReadList.Of(list))
                : Problems.Of(refusal);
        }
        catch (BadHttpRequestException failure) when (failure.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return Problems.Of(new Refusal(RefusalReason.FileTooLarge, $"A list has at most {PeopleList.MaxBytes:N0} bytes."));
        }
    }

    private static async Task<IResult> AddAsync(string listId, HttpContext context, PeopleLists lists, IOptions<SiteOptions> site)
    {
        var request = context.Request;
        var asked = $"{request.Scheme}://{request.Host}{request.PathBase}";
        return (await lists.AddAsync(context.Operator(), Requests.ParseFileId(listId), link => site.Value.PasswordLink(link.Token, asked))).Succeeded(out var list, out var refusal)
            ? Results.Ok(ReadList.Of(list))
            : Problems.Of(refusal);
    }

    private static IResult Get(string listId, HttpContext context, PeopleLists lists)
    {
        if (!lists.Find(context.Operator(), Requests.ParseFileId(listId)).Succeeded(out var list, out var refusal))
            return Problems.Of(refusal);
        var table = new StringBuilder("\uFEFFline,email,name,result,reason,link,expiresAt\r\n");
        foreach (var line in list.Lines)
            table.Append(
                Csv.LineOf(
                    line.Line.ToString(CultureInfo.InvariantCulture),
                    line.Email,
                    line.Name,
                    line.State.ToString().ToLowerInvariant(),
                    line.Reason,
                    line.Link,
                    line.ExpiresAt?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
                )
            );
        context.Response.Headers.CacheControl = "private, no-store";
        return Results.File(Encoding.UTF8.GetBytes(table.ToString()), "text/csv; charset=utf-8", "people.csv");
    }

    internal sealed record ReadList(Guid Id, IReadOnlyList<PersonLine> Lines)
    {
        public static ReadList Of(PeopleList list) => new(list.Id, list.Lines);
    }
}
