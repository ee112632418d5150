using System.Text.Json;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Api;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace ChatFiles.Tests.Web.Api;

public sealed class ApiDescriptionTests(TestServer server) : IClassFixture<TestServer>
{
    /// <summary>Every route for programs: neither a page, nor a file of the site, nor what pages talk with.</summary>
    private IEnumerable<RouteEndpoint> Routes =>
        server
            .Services.GetServices<EndpointDataSource>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(route =>
                route.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>()?.ExcludeFromDescription != true
                && route.Metadata.GetMetadata<ComponentTypeMetadata>() is null
                && route.Metadata.GetMetadata<StaticAssetDescriptor>() is null
                && route.RoutePattern.RawText?.TrimStart('/').StartsWith('_') != true
            );

    [Fact]
    public async Task It_is_valid()
    {
        using var text = new MemoryStream(await server.Stranger.GetByteArrayAsync("openapi/v1.json"));
        var read = await OpenApiDocument.LoadAsync(text, "json");

        read.Diagnostic!.Errors.ShouldBeEmpty();
        read.Diagnostic.Warnings.ShouldBeEmpty();
        read.Document!.Components!.SecuritySchemes!.Keys.ShouldBe(["bearer", "cookie", "pageToken"], ignoreOrder: true);
    }

    [Fact]
    public async Task Every_route_for_programs_is_in_it_with_a_summary_a_name_of_its_own_and_its_refusals()
    {
        var paths = (await DescriptionAsync()).GetProperty("paths");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var route in Routes)
        {
            var path = "/" + route.RoutePattern.RawText!.Trim('/');
            paths.TryGetProperty(path, out var operations).ShouldBeTrue(path);
            foreach (var method in route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods)
            {
                operations.TryGetProperty(method.ToLowerInvariant(), out var operation).ShouldBeTrue($"{method} {path}");
                operation.Text("summary").ShouldNotBeEmpty($"{method} {path}");
                names.Add(operation.Text("operationId")).ShouldBeTrue($"{method} {path}");
                operation.GetProperty("responses").EnumerateObject().ShouldContain(answer => answer.Name[0] == '2', $"{method} {path}");
            }

            route.Metadata.GetMetadata<ApiDocument.OwnRefusals>().ShouldNotBeNull($"{path} says by Refuses how it may refuse, or that it may not.");
        }

        names.Count.ShouldBeGreaterThan(50);
    }

    [Theory]
    [InlineData("get", "/chat/{chatId}/messages", "chatId:path before:query limit:query", "200 400 401 404 500 503")]
    [InlineData("post", "/chat/{chatId}/messages", "chatId:path", "201 400 401 403 404 408 429 500 503 507")]
    [InlineData("get", "/chat/{chatId}/files", "chatId:path q:query kind:query author:query sort:query before:query limit:query", "200 400 401 404 429 500 503")]
    [InlineData("get", "/search", "q:query chat:query before:query limit:query", "200 400 401 404 429 500 503")]
    [InlineData("get", "/chat/{chatId}/members", "chatId:path q:query after:query limit:query", "200 400 401 404 429 500 503")]
    [InlineData("post", "/chat/{chatId}/file", "chatId:path Idempotency-Key:header", "201 400 401 403 404 408 409 413 415 422 429 500 503 507")]
    [InlineData("get", "/chat/{chatId}/file/{fileId}", "chatId:path fileId:path download:query Range:header If-Range:header If-None-Match:header If-Match:header", "200 206 304 400 401 404 410 412 416 500 503")]
    [InlineData("patch", "/chat/{chatId}/uploads/{uploadId}", "chatId:path uploadId:path Tus-Resumable:header Upload-Offset:header", "204 400 401 404 408 409 412 413 415 422 429 500 503 507")]
    [InlineData("get", "/chat/{chatId}/events", "chatId:path Last-Event-ID:header after:query", "200 400 401 404 429 500 503")]
    [InlineData("get", "/chat/{chatId}/files.zip", "chatId:path file:query", "200 400 401 404 410 500 503")]
    [InlineData("post", "/account/login", "", "200 400 401 403 408 429 500 503 507")]
    [InlineData("get", "/operator/audit", "action:query userId:query before:query limit:query", "200 400 401 403 500 503")]
    public async Task A_route_takes_and_answers_what_the_contract_says(string method, string path, string parameters, string codes)
    {
        var operation = (await DescriptionAsync()).GetProperty("paths").GetProperty(path).GetProperty(method);
        var described = operation.TryGetProperty("parameters", out var list) ? list.EnumerateArray().Select(p => $"{p.Text("name")}:{p.Text("in")}") : [];

        string.Join(' ', described).ShouldBe(parameters);
        string.Join(' ', operation.GetProperty("responses").EnumerateObject().Select(answer => answer.Name).Order(StringComparer.Ordinal)).ShouldBe(codes);
    }

    [Fact]
    public async Task A_limit_is_a_number_from_1_to_200_and_50_by_itself()
    {
        var parameters = (await DescriptionAsync()).GetProperty("paths").GetProperty("/chat/{chatId}/messages").GetProperty("get").GetProperty("parameters");
        var limit = parameters.EnumerateArray().Single(p => p.Text("name") == "limit").GetProperty("schema");
        (limit.Text("type"), Number("minimum"), Number("maximum"), Number("default")).ShouldBe(("integer", 1, 200, 50));

        int Number(string member) => limit.GetProperty(member).GetInt32();
    }

    [Fact]
    public async Task A_change_by_cookie_needs_the_token_of_the_page_and_a_stranger_needs_nothing_to_sign_in()
    {
        var paths = (await DescriptionAsync()).GetProperty("paths");
        SecurityOf("/chat", "get").ShouldBe(["bearer", "cookie"]);
        SecurityOf("/chat", "post").ShouldBe(["bearer", "cookie+pageToken"]);
        SecurityOf("/account/login", "post").ShouldBeEmpty();
        SecurityOf("/health/ready", "get").ShouldBeEmpty();

        IEnumerable<string> SecurityOf(string path, string method) =>
            paths.GetProperty(path).GetProperty(method).GetProperty("security").EnumerateArray().Select(way => string.Join('+', way.EnumerateObject().Select(scheme => scheme.Name)));
    }

    [Fact]
    public async Task A_body_says_what_it_must_have_and_numbers_are_numbers()
    {
        var schemas = (await DescriptionAsync()).GetProperty("components").GetProperty("schemas");
        schemas.GetProperty("NewText").GetProperty("required").EnumerateArray().Select(field => field.GetString()).ShouldBe(["text"]);
        schemas.GetProperty("NewText").GetProperty("properties").GetProperty("text").Text("type").ShouldBe("string");
        schemas.GetProperty("NewLevel").GetProperty("properties").GetProperty("level").GetProperty("enum").EnumerateArray().Select(word => word.GetString()).ShouldBe(["all", "mentions", "none"]);
        schemas.GetProperty("MessageView").GetProperty("properties").GetProperty("id").Text("type").ShouldBe("integer");
        schemas.GetProperty("MessageView").GetProperty("required").EnumerateArray().Select(field => field.GetString()).ShouldContain("reactions");
        schemas.GetProperty("FoundMessage").GetProperty("properties").GetProperty("found").TryGetProperty("oneOf", out _).ShouldBeTrue("It may be null.");
    }

    [Fact]
    public async Task A_sent_message_has_the_fields_that_it_is_described_with()
    {
        var ann = await server.UserAsync("ann");
        using var answer = await ann.Http.PostAsync($"chat/{await ann.ChatAsync()}/messages", new StringContent("""{"text":"hello"}""", System.Text.Encoding.UTF8, "application/json"));
        var described = (await DescriptionAsync()).GetProperty("components").GetProperty("schemas").GetProperty("MessageView").GetProperty("properties");

        (await answer.JsonAsync()).EnumerateObject().Select(field => field.Name).ShouldBe(described.EnumerateObject().Select(field => field.Name), ignoreOrder: true);
    }

    [Fact]
    public async Task Who_has_it_already_does_not_get_it_again()
    {
        using var first = await server.Stranger.GetAsync("openapi/v1.json");
        using var request = new HttpRequestMessage(HttpMethod.Get, "openapi/v1.json");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await server.Stranger.SendAsync(request);

        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    private async Task<JsonElement> DescriptionAsync()
    {
        using var answer = await server.Stranger.GetAsync("openapi/v1.json");
        return await answer.JsonAsync();
    }
}
