using System.Security.Cryptography;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace ChatFiles.Web.Api;

/// <summary>The API document at <c>/openapi/v1.json</c>: the same for everybody, so it is made once, when somebody asks first.</summary>
internal sealed class ApiDescription([FromKeyedServices(ApiDescription.Name)] IOpenApiDocumentProvider documents)
{
    private const string Name = "v1";
    private const string Bearer = "bearer";
    private const string Cookie = "cookie";
    private const string PageToken = "pageToken";

    private readonly Lazy<Task<Text>> _text = new(() => WriteAsync(documents));

    /// <summary>Adds what the document is made by.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ApiDescription>();
        services.AddOpenApi(
            Name,
            options =>
            {
                options.AddDocumentTransformer((document, _, _) => IntroduceAsync(document));
                options.AddOperationTransformer<ApiOperations>();
                options.AddSchemaTransformer((schema, context, _) => ApiSchemas.CorrectAsync(schema, context));
            }
        );
    }

    /// <summary>It is for who has no account yet, too.</summary>
    public static void Map(WebApplication app) =>
        app.MapGet($"/openapi/{Name}.json", (ApiDescription description) => description.AnswerAsync())
            .AllowAnonymous()
            .WithTags("Operating")
            .Named("getApiDescription", "This document")
            .Reads(ApiParameter.Header("If-None-Match", "The `ETag` of what the client has already: 304 if it is still the same."))
            .Answers("ETag", "A strong one.")
            .Produces<object>()
            .Produces(304)
            .Refuses();

    /// <summary>Who an operation is for: each of these is enough.</summary>
    public static List<OpenApiSecurityRequirement> WaysIn(OpenApiDocument document, bool changes)
    {
        var byCookie = new OpenApiSecurityRequirement { [new(Cookie, document)] = [] };
        if (changes)
            byCookie[new(PageToken, document)] = [];
        return [new() { [new(Bearer, document)] = [] }, byCookie];
    }

    private async Task<IResult> AnswerAsync()
    {
        var text = await _text.Value;
        return Results.Bytes(text.Bytes, "application/json; charset=utf-8", entityTag: text.Tag);
    }

    private static async Task<Text> WriteAsync(IOpenApiDocumentProvider documents)
    {
        var document = await documents.GetOpenApiDocumentAsync();
        using var bytes = new MemoryStream();
        await document.SerializeAsJsonAsync(bytes, OpenApiSpecVersion.OpenApi3_1);
        return new Text(bytes.ToArray(), new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()))}\""));
    }

    private static Task IntroduceAsync(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "ChatFiles",
            Version = ProgramVersion.Text,
            Description =
                "Chats with files. Times are UTC, sizes are bytes, lengths of text count UTF-16 units. Every refusal is `application/problem+json` (RFC 9457); its `type` is one of the words that stand with its status below, its `detail` says what was wrong and what would be accepted. "
                + "Who is not a member of a chat gets for every route under it what an unknown chat gives. An address that there is not gives 404 `not-found`, a method that it does not take 405 `method-not-allowed`.",
        };
        // Not the addresses that the process listens on: they are nobody's business, and behind a proxy nobody's address.
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The token of `POST /account/login`, or an access token of `POST /account/tokens`.",
            },
            [Cookie] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = "chatfiles", Description = "A browser that is signed in." },
            [PageToken] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = Security.AntiforgeryFilter.HeaderName,
                Description = "With the cookie, for what changes something: the token that every page has in `<meta name=\"antiforgery-token\">`.",
            },
        };
        return Task.CompletedTask;
    }

    private sealed record Text(byte[] Bytes, EntityTagHeaderValue Tag);
}
