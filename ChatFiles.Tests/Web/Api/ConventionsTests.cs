using System.Text;
using System.Text.Json.Nodes;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

public sealed class ConventionsTests(TestServer server) : IClassFixture<TestServer>
{
    private const string NoFile = "018f0000-0000-7000-8000-000000000000";

    /// <summary>Every route under a chat; what follows the chat's id, and a body that would be wrong for a member.</summary>
    public static TheoryData<string, string, string?> RoutesOfAChat =>
        new()
        {
            { "GET", "", null },
            { "PUT", "/read", "{" },
            { "PUT", "/read", "{\"messageId\": 1}" },
            { "POST", "/members", "{" },
            { "POST", "/members", "{\"email\": \"nobody@example.org\"}" },
            { "DELETE", "/members/somebody", null },
            { "GET", "/messages", null },
            { "GET", "/messages?limit=0", null },
            { "GET", "/messages?before=x", null },
            { "POST", "/messages", "{" },
            { "POST", "/messages", "{\"text\": \"\"}" },
            { "POST", "/messages", "{\"text\": \"hello\", \"clientId\": \"\"}" },
            { "DELETE", "/messages/1", null },
            { "DELETE", "/messages/x", null },
            { "POST", "/file", "{" },
            { "GET", $"/file/{NoFile}", null },
            { "GET", "/file/x", null },
            { "GET", $"/file/{NoFile}/thumbnail", null },
            { "PUT", $"/file/{NoFile}", "{" },
            { "DELETE", $"/file/{NoFile}", null },
            { "GET", "/files", null },
            { "GET", "/files?limit=0", null },
            { "GET", "/files?kind=x&before=x", null },
            { "GET", $"/files?before={NoFile}", null },
            { "GET", "/events", null },
            { "GET", "/events?after=x", null },
            { "GET", "/events?after=999", null },
        };

    [Theory]
    [MemberData(nameof(RoutesOfAChat))]
    public async Task A_stranger_gets_what_an_unknown_chat_gives(string method, string rest, string? body)
    {
        var ann = await server.UserAsync("ann");
        var bob = await server.UserAsync("bob");
        var chat = await ann.ChatAsync();

        var foreign = await AnswerAsync(bob, method, $"chat/{chat}{rest}", body);
        var unknown = await AnswerAsync(bob, method, $"chat/987654321{rest}", body);

        foreign.ShouldBe(unknown);
        foreign.ShouldContain("chat-not-found");
    }

    [Theory]
    [MemberData(nameof(RoutesOfAChat))]
    public async Task An_id_that_is_none_gives_what_an_unknown_chat_gives(string method, string rest, string? body)
    {
        var ann = await server.UserAsync("ann");
        var unknown = await AnswerAsync(ann, method, $"chat/987654321{rest}", body);

        foreach (var id in new[] { "abc", "-1", "0", "+1", "1.0", "99999999999999999999999999" })
            (await AnswerAsync(ann, method, $"chat/{id}{rest}", body)).ShouldBe(unknown, id);
    }

    [Theory]
    [MemberData(nameof(RoutesOfAChat))]
    public async Task Who_is_not_signed_in_gets_a_401_under_a_chat(string method, string rest, string? body) =>
        await server.Stranger.SendAsync(Request(method, $"chat/1{rest}", body)).ShouldBeProblemAsync(401, "not-signed-in");

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Who_is_not_signed_in_gets_a_401_for_the_list_even_when_asking_for_a_page(string method)
    {
        using var request = Request(method, "chat", "{}");
        request.Headers.TryAddWithoutValidation("Accept", "text/html").ShouldBeTrue();
        await server.Stranger.SendAsync(request).ShouldBeProblemAsync(401, "not-signed-in");
    }

    [Theory]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer")]
    [InlineData("Basic YTpi")]
    public async Task A_token_that_is_none_is_not_signed_in(string authorization)
    {
        using var request = Request("GET", "chat", body: null);
        request.Headers.TryAddWithoutValidation("Authorization", authorization).ShouldBeTrue();
        await server.Stranger.SendAsync(request).ShouldBeProblemAsync(401, "not-signed-in");
    }

    [Theory]
    [InlineData("GET", "no/such/route")]
    [InlineData("GET", "account")]
    [InlineData("GET", "chat/1/nothing")]
    [InlineData("POST", "account/manage/info")]
    [InlineData("GET", "account/confirmEmail")]
    [InlineData("POST", "account/forgotPassword")]
    public async Task An_unknown_route_is_a_404(string method, string path)
    {
        var ann = await server.UserAsync("ann");
        await ann.Http.SendAsync(Request(method, path, body: null)).ShouldBeProblemAsync(404, "not-found");
    }

    [Theory]
    [InlineData("POST", "messages", """{"text":"a","clientId":"\ud800"}""", "invalid-json")]
    [InlineData("POST", "messages", """{"text":"\ud800"}""", "invalid-text")]
    [InlineData("PUT", "", """{"name":"\ud800"}""", "invalid-name")]
    [InlineData("PUT", "members/nobody", """{"role":"\ud800"}""", "invalid-json")]
    [InlineData("PUT", "notify", """{"level":"\udc00"}""", "invalid-json")]
    [InlineData("PUT", "notify", """{"level":5}""", "invalid-level")]
    [InlineData("POST", "members", """{"email":"\u0000"}""", "invalid-json")]
    public async Task Half_a_character_is_refused_by_its_field_or_as_no_json(string method, string rest, string body, string slug)
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        await ann.Http.SendAsync(Request(method, $"chat/{chat}/{rest}".TrimEnd('/'), body)).ShouldBeProblemAsync(400, slug);
        await (await server.UserAsync("stranger")).Http.SendAsync(Request(method, $"chat/{chat}/{rest}".TrimEnd('/'), body)).ShouldBeProblemAsync(404, "chat-not-found");
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e40")]
    [InlineData("\"abc\"")]
    [InlineData("-1")]
    public async Task What_is_answered_is_a_message_of_the_chat_or_none_is_found(string id)
    {
        var ann = await server.UserAsync("ann");
        await ann.Http.SendAsync(Request("POST", $"chat/{await ann.ChatAsync()}/messages", $$"""{"text":"a","replyTo":{{id}}}""")).ShouldBeProblemAsync(404, "message-not-found");
    }

    [Theory]
    [InlineData("PATCH", "chat")]
    [InlineData("PATCH", "chat/1")]
    [InlineData("PUT", "chat/1/messages")]
    [InlineData("POST", "chat/1/file/x")]
    [InlineData("GET", "account/login")]
    [InlineData("POST", "chat/1/events")]
    [InlineData("POST", "health/live")]
    [InlineData("DELETE", "health/ready")]
    [InlineData("PUT", "openapi/v1.json")]
    public async Task A_method_that_a_route_does_not_take_is_a_405(string method, string path)
    {
        var ann = await server.UserAsync("ann");
        await ann.Http.SendAsync(Request(method, path, body: null)).ShouldBeProblemAsync(405, "method-not-allowed");
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("99999999999999999999999999")]
    public async Task A_message_or_file_id_that_is_none_is_not_found(string id)
    {
        var ann = await server.UserAsync("ann");
        await ann.Http.DeleteAsync($"chat/1/messages/{id}").ShouldBeProblemAsync(404, "message-not-found");
        await ann.Http.GetAsync($"chat/1/file/{id}").ShouldBeProblemAsync(404, "file-not-found");
        await ann.Http.DeleteAsync($"chat/1/file/{id}").ShouldBeProblemAsync(404, "file-not-found");
    }

    /// <summary>Status, content type and body, without the trace id, which is another each time.</summary>
    private static async Task<string> AnswerAsync(ApiUser user, string method, string path, string? body)
    {
        using var answer = await user.Http.SendAsync(Request(method, path, body));
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        problem.Remove("traceId");
        return $"{answer.StatusCode} {answer.Content.Headers.ContentType} {problem.ToJsonString()}";
    }

    private static HttpRequestMessage Request(string method, string path, string? body) =>
        new(new HttpMethod(method), path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
}
