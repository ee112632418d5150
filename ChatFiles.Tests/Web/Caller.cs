using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace ChatFiles.Tests.Web;

/// <summary>A program that uses the API for somebody; knows the contract's routes and nothing else.</summary>
public sealed class Caller(ChatFilesApp app, HttpClient http, string email, string name) : IDisposable
{
    private string? _userId;

    public string Email => email;

    public string Name => name;

    public HttpClient Http => http;

    public string? Token
    {
        get => http.DefaultRequestHeaders.Authorization?.Parameter;
        set => http.DefaultRequestHeaders.Authorization = value is null ? null : new AuthenticationHeaderValue("Bearer", value);
    }

    public async Task<string> UserIdAsync() =>
        _userId ??= (await GetAsync($"/chat/{ChatFilesApp.General}")).Json.Items("members").Single(m => m.Str("name") == name).Str("userId")!;

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(app.Address, path)) { Content = content };
        foreach (var (header, value) in headers)
            request.Headers.TryAddWithoutValidation(header, value).ShouldBeTrue();
        var response = await http.SendAsync(request);
        return new Answer(response, await response.Content.ReadAsByteArrayAsync());
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> HeadAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Head, path, null, headers);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<Answer> PostJsonAsync(string path, object body) => SendAsync(HttpMethod.Post, path, JsonContent.Create(body));

    public Task<Answer> PutJsonAsync(string path, object body) => SendAsync(HttpMethod.Put, path, JsonContent.Create(body));

    /// <summary>A new chat with the caller as owner and these as members.</summary>
    public async Task<long> CreateChatAsync(params Caller[] members)
    {
        var chat = (await PostJsonAsync("/chat", new { name = "A chat" })).ShouldBeStatus(201).Json.Num("id");
        foreach (var member in members)
            (await PostJsonAsync($"/chat/{chat}/members", new { email = member.Email })).ShouldBeStatus(204);
        return chat;
    }

    public async Task<JsonElement> SayAsync(long chat, string text) =>
        (await PostJsonAsync($"/chat/{chat}/messages", new { text })).ShouldBeStatus(201).Json;

    public Task<Answer> UploadAsync(long chat, Form form, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, $"/chat/{chat}/file", form.ToContent(), headers);

    /// <summary>Sends one file and returns its path.</summary>
    public async Task<string> ShareAsync(long chat, string fileName = "notes.txt", byte[]? bytes = null) =>
        (await UploadAsync(chat, new Form().File(fileName, bytes ?? Samples.Text))).ShouldBeStatus(201).Json.Str("path")!;

    public async Task<JsonElement[]> MessagesAsync(long chat) => (await GetAsync($"/chat/{chat}/messages")).ShouldBeStatus(200).Json.Items("messages");

    public async Task<long> LastSeqAsync(long chat) => (await GetAsync($"/chat/{chat}")).ShouldBeStatus(200).Json.Num("lastSeq");

    public async Task<EventReader> FollowAsync(long chat, string query = "", string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, $"/chat/{chat}/events{query}"));
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        ((int)response.StatusCode).ShouldBe(200);
        return new EventReader(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>All events of the chat up to now.</summary>
    public async Task<IReadOnlyList<ServerEvent>> EventsAsync(long chat)
    {
        var last = await LastSeqAsync(chat);
        using var reader = await FollowAsync(chat, "?after=0");
        return last == 0 ? [] : await reader.TakeUntilAsync(last);
    }

    public void Dispose() => http.Dispose();
}
