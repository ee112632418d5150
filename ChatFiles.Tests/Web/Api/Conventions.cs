using System.Net.Http.Json;
using System.Text;
using ChatFiles.Core.Files;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ChatFiles.Tests.Web.Api;

public sealed class Conventions(SharedApp shared) : IClassFixture<SharedApp>
{
    /// <summary>Every route under a chat; {chat}, {message} and {file} stand for ids. The bodies are good, bad and missing ones.</summary>
    private static readonly (string Method, string Path, Func<HttpContent?> Body)[] Routes =
    [
        ("GET", "/chat/{chat}", None),
        ("PUT", "/chat/{chat}/read", () => JsonContent.Create(new { messageId = 1 })),
        ("PUT", "/chat/{chat}/read", () => Text("{")),
        ("POST", "/chat/{chat}/members", () => JsonContent.Create(new { email = "nobody@example.com" })),
        ("POST", "/chat/{chat}/members", None),
        ("DELETE", "/chat/{chat}/members/somebody", None),
        ("GET", "/chat/{chat}/messages", None),
        ("GET", "/chat/{chat}/messages?limit=0", None),
        ("GET", "/chat/{chat}/messages?before=abc", None),
        ("POST", "/chat/{chat}/messages", () => JsonContent.Create(new { text = "hello" })),
        ("POST", "/chat/{chat}/messages", () => JsonContent.Create(new { text = "" })),
        ("POST", "/chat/{chat}/messages", () => Text("no JSON")),
        ("DELETE", "/chat/{chat}/messages/{message}", None),
        ("DELETE", "/chat/{chat}/messages/abc", None),
        ("POST", "/chat/{chat}/file", () => new Form().File("a.txt", Samples.Text).ToContent()),
        ("POST", "/chat/{chat}/file", () => new Form().File("a.exe", Samples.Text).ToContent()),
        ("POST", "/chat/{chat}/file", () => Text("no form")),
        ("GET", "/chat/{chat}/file/{file}", None),
        ("GET", "/chat/{chat}/file/abc", None),
        ("GET", "/chat/{chat}/file/{file}/thumbnail", None),
        ("PUT", "/chat/{chat}/file/{file}", () => new Form().File("a.txt", Samples.Text).ToContent()),
        ("DELETE", "/chat/{chat}/file/{file}", None),
        ("GET", "/chat/{chat}/events", None),
        ("GET", "/chat/{chat}/events?after=abc", None),
    ];

    private ChatFilesApp App => shared.App;

    [Fact]
    public async Task A_stranger_gets_for_every_route_exactly_what_an_unknown_chat_gives()
    {
        using var owner = await App.CreateClientAsync("owner");
        using var stranger = await App.CreateClientAsync("stranger");
        var chat = await owner.CreateChatAsync();
        var file = (await owner.ShareAsync(chat)).Split('/')[^1];
        var message = (await owner.SayAsync(chat, "secret")).Num("id");

        foreach (var (method, path, body) in Routes)
        {
            Task<Answer> AskAsync(string chatId) =>
                stranger.SendAsync(
                    new HttpMethod(method),
                    path.Replace("{chat}", chatId).Replace("{message}", $"{message}").Replace("{file}", file),
                    body()
                );

            var unknown = (await AskAsync("987654321")).ShouldBeProblem(404, "chat-not-found");
            foreach (var id in (string[])[$"{chat}", "abc", "-1", "0", "1.5", "99999999999999999999", "%20"])
            {
                var answer = (await AskAsync(id)).ShouldBeProblem(404, "chat-not-found");
                answer.Problem.ShouldBe(unknown.Problem, $"{method} {path} with {id}");
            }
        }

        (await owner.MessagesAsync(chat)).Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_stranger_can_not_tell_a_chat_by_its_keys_or_heads_either()
    {
        using var owner = await App.CreateClientAsync("owner");
        using var stranger = await App.CreateClientAsync("stranger");
        var chat = await owner.CreateChatAsync();
        var path = await owner.ShareAsync(chat);

        (await stranger.HeadAsync(path)).ShouldBeStatus(404).Header("ETag").ShouldBeNull();
        (await stranger.UploadAsync(chat, new Form().File("a.txt", Samples.Text), ("Idempotency-Key", "not a key"))).ShouldBeProblem(
            404,
            "chat-not-found"
        );
        (await stranger.GetAsync($"/chat/{chat}/events", ("Last-Event-ID", "-7"))).ShouldBeProblem(404, "chat-not-found");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("CfDJ8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Who_is_not_signed_in_gets_401_everywhere_and_is_never_redirected(string? token)
    {
        using var guest = App.CreateGuest();
        guest.Token = token;
        (string Method, string Path, Func<HttpContent?> Body)[] routes =
        [
            .. Routes,
            ("GET", "/chat", None),
            ("POST", "/chat", () => JsonContent.Create(new { name = "x" })),
        ];
        foreach (var (method, path, body) in routes)
        {
            var url = path.Replace("{chat}", "1").Replace("{message}", "1").Replace("{file}", $"{Guid.NewGuid()}");
            var answer = await guest.SendAsync(new HttpMethod(method), url, body(), ("Accept", "text/html,*/*"));
            answer.ShouldBeProblem(401, "not-signed-in");
            answer.Header("Location").ShouldBeNull();
        }
    }

    [Theory]
    [InlineData("GET", "/nothing/here")]
    [InlineData("POST", "/nothing")]
    [InlineData("GET", "/chat/1/nothing")]
    [InlineData("GET", "/account/manage/info")]
    [InlineData("POST", "/account/forgotPassword")]
    [InlineData("GET", "/account/confirmEmail")]
    [InlineData("POST", "/login")]
    public async Task There_is_no_such_route(string method, string path)
    {
        using var ada = await App.CreateClientAsync("ada");
        (await ada.SendAsync(new HttpMethod(method), path)).ShouldBeProblem(404, "not-found");
    }

    [Theory]
    [InlineData("DELETE", "/chat")]
    [InlineData("PATCH", "/chat/1")]
    [InlineData("GET", "/chat/1/file")]
    [InlineData("PUT", "/chat/1/messages")]
    [InlineData("POST", "/chat/1/events")]
    [InlineData("GET", "/account/login")]
    public async Task A_method_that_the_route_does_not_take_is_405_and_says_which_it_takes(string method, string path)
    {
        using var ada = await App.CreateClientAsync("ada");
        var answer = await ada.SendAsync(new HttpMethod(method), path);
        answer.ShouldBeProblem(405, "method-not-allowed").Header("Allow").ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"text\": 5}")]
    [InlineData("{\"text\": [\"a\"]}")]
    [InlineData("{\"text\": \"\\ud800\"}")]
    [InlineData("{\"text\": \"a\"} trailing")]
    public async Task What_is_no_JSON_or_not_of_the_right_types_is_refused(string body)
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        (await ada.SendAsync(HttpMethod.Post, $"/chat/{chat}/messages", Text(body))).ShouldBeProblem(400, "invalid-json");
        (await ada.MessagesAsync(chat)).ShouldBeEmpty();
    }

    [Fact]
    public async Task JSON_is_only_taken_as_JSON()
    {
        using var ada = await App.CreateClientAsync("ada");
        var body = new StringContent("{\"name\":\"x\"}", Encoding.UTF8, "text/plain");
        (await ada.SendAsync(HttpMethod.Post, "/chat", body)).ShouldBeProblem(400, "invalid-json");
        (await ada.SendAsync(HttpMethod.Post, "/chat")).ShouldBeProblem(400, "invalid-json");
    }

    [Fact]
    public async Task An_endless_JSON_body_is_not_read()
    {
        using var ada = await App.CreateClientAsync("ada");
        var body = $"{{\"name\":\"{new string('x', 2_000_000)}\"}}";
        (await ada.SendAsync(HttpMethod.Post, "/chat", Text(body))).ShouldBeProblem(400, "invalid-json");
    }

    [Fact]
    public async Task The_bearer_scheme_is_written_in_any_case()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var guest = App.CreateGuest();
        (await guest.GetAsync("/chat", ("Authorization", $"bearer {ada.Token}"))).ShouldBeStatus(200);
    }

    [Fact]
    public async Task A_failure_inside_says_nothing_of_the_inside()
    {
        var app = await ChatFilesApp.StartAsync(services =>
            services.Replace(ServiceDescriptor.Singleton<IFileStore>(new BrokenStore(new InvalidOperationException("secret /tmp/path"))))
        );
        try
        {
            using var ada = await app.CreateClientAsync("ada");
            var answer = (await ada.UploadAsync(ChatFilesApp.General, new Form().File("a.txt", Samples.Text))).ShouldBeProblem(500, "internal-error");
            answer.Text.ShouldNotContain("secret");
            (await ada.MessagesAsync(ChatFilesApp.General)).ShouldBeEmpty();
        }
        finally
        {
            await app.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_503_and_says_when_to_come_back()
    {
        var app = await ChatFilesApp.StartAsync(services =>
            services.Replace(ServiceDescriptor.Singleton<IFileStore>(new BrokenStore(new StoreUnavailableException("down"))))
        );
        try
        {
            using var ada = await app.CreateClientAsync("ada");
            var answer = await ada.UploadAsync(ChatFilesApp.General, new Form().File("a.txt", Samples.Text));
            answer.ShouldBeProblem(503, "storage-unavailable").Header("Retry-After").ShouldNotBeNullOrEmpty();
            (await ada.MessagesAsync(ChatFilesApp.General)).ShouldBeEmpty();
            var ready = (await ada.GetAsync("/health/ready")).ShouldBeStatus(503);
            ready.Json.GetProperty("checks").Str("fileStore").ShouldNotBe("ok");
            ready.Json.GetProperty("checks").Str("database").ShouldBe("ok");
            (await ada.GetAsync("/health/live")).ShouldBeStatus(200);
        }
        finally
        {
            await app.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_full_disk_is_507()
    {
        var app = await ChatFilesApp.StartAsync(services =>
            services.Replace(ServiceDescriptor.Singleton<IFileStore>(new BrokenStore(new StoreFullException("full"))))
        );
        try
        {
            using var ada = await app.CreateClientAsync("ada");
            (await ada.UploadAsync(ChatFilesApp.General, new Form().File("a.txt", Samples.Text))).ShouldBeProblem(507, "storage-full");
            (await ada.MessagesAsync(ChatFilesApp.General)).ShouldBeEmpty();
        }
        finally
        {
            await app.DisposeAsync();
        }
    }

    [Fact]
    public async Task Health_is_for_everybody()
    {
        using var guest = App.CreateGuest();
        (await guest.GetAsync("/health/live")).ShouldBeStatus(200);
        var ready = (await guest.GetAsync("/health/ready")).ShouldBeStatus(200);
        ready.MediaType.ShouldBe("application/json");
        ready.Json.GetProperty("checks").Fields().ShouldBe("database fileStore");
    }

    [Fact]
    public async Task The_API_document_has_every_route()
    {
        using var guest = App.CreateGuest();
        var document = (await guest.GetAsync("/openapi/v1.json")).ShouldBeStatus(200).Json;
        var routes = document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"))
            .ToList();
        string[] expected =
        [
            "POST /account/register",
            "POST /account/login",
            "POST /account/refresh",
            "GET /chat",
            "POST /chat",
            "GET /chat/{chatId}",
            "PUT /chat/{chatId}/read",
            "POST /chat/{chatId}/members",
            "DELETE /chat/{chatId}/members/{userId}",
            "GET /chat/{chatId}/messages",
            "POST /chat/{chatId}/messages",
            "DELETE /chat/{chatId}/messages/{messageId}",
            "POST /chat/{chatId}/file",
            "GET /chat/{chatId}/file/{fileId}",
            "HEAD /chat/{chatId}/file/{fileId}",
            "GET /chat/{chatId}/file/{fileId}/thumbnail",
            "PUT /chat/{chatId}/file/{fileId}",
            "DELETE /chat/{chatId}/file/{fileId}",
            "GET /chat/{chatId}/events",
        ];
        expected.Except(routes, StringComparer.Ordinal).ShouldBeEmpty();
        var upload = document.GetProperty("paths").GetProperty("/chat/{chatId}/file").GetProperty("post");
        upload.GetProperty("requestBody").GetProperty("content").Fields().ShouldBe("multipart/form-data");
    }

    private static HttpContent? None() => null;

    private static StringContent Text(string json) => new(json, Encoding.UTF8, "application/json");

    private sealed class BrokenStore(Exception failure) : IFileStore
    {
        public async Task<string> WriteAsync(string key, Stream content, CancellationToken cancellationToken)
        {
            await content.CopyToAsync(Stream.Null, cancellationToken);
            throw failure;
        }

        public Task<StoredBlob?> OpenAsync(string key, CancellationToken cancellationToken) => Task.FromException<StoredBlob?>(failure);

        public Task DeleteAsync(string key, CancellationToken cancellationToken) => Task.FromException(failure);

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => throw failure;

        public Task DiscardUnfinishedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task CheckAsync(CancellationToken cancellationToken) => Task.FromException(failure);
    }
}
