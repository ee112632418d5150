using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ChatFiles.Tests.Stage;

/// <summary>Somebody who uses the API with a bearer token.</summary>
public sealed record ApiUser(HttpClient Http, string Email, string Password, string Token)
{
    /// <summary>The display name that a new account has.</summary>
    public string Name => Email[..Email.IndexOf('@', StringComparison.Ordinal)];

    /// <summary>A chat of this person's and the others.</summary>
    public async Task<long> ChatAsync(params ApiUser[] others)
    {
        using var created = await Http.PostAsJsonAsync("chat", new { name = "Room" });
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        var chat = (await created.JsonAsync()).GetProperty("id").GetInt64();
        foreach (var other in others)
        {
            using var added = await Http.PostAsJsonAsync($"chat/{chat}/members", new { email = other.Email });
            added.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        return chat;
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await answer.JsonAsync();
    }

    public async Task<string> IdAsync() =>
        (await GetAsync("chat/1")).GetProperty("members").EnumerateArray().Single(m => m.Text("name") == Name).Text("userId");

    public async Task<JsonElement> SendTextAsync(long chat, string text)
    {
        using var sent = await Http.PostAsJsonAsync($"chat/{chat}/messages", new { text });
        sent.StatusCode.ShouldBe(HttpStatusCode.Created);
        return await sent.JsonAsync();
    }

    /// <summary>Sends a form, e.g. one of <see cref="Form"/>.</summary>
    public Task<HttpResponseMessage> PostFileAsync(long chat, HttpContent form, string? key = null) =>
        SendAsync(HttpMethod.Post, $"chat/{chat}/file", form, key is null ? [] : [("Idempotency-Key", key)]);

    /// <summary>Sends one file and returns {path, message}.</summary>
    public Task<JsonElement> SendFileAsync(long chat, string name = "note.txt", string content = "hello") =>
        SendFileAsync(chat, name, Encoding.UTF8.GetBytes(content));

    public async Task<JsonElement> SendFileAsync(long chat, string name, byte[] content)
    {
        using var sent = await PostFileAsync(chat, new Form().File(name, content).Content);
        sent.StatusCode.ShouldBe(HttpStatusCode.Created);
        return await sent.JsonAsync();
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        return await Http.SendAsync(request);
    }

    public async Task<JsonElement[]> MessagesAsync(long chat) =>
        [.. (await GetAsync($"chat/{chat}/messages?limit=200")).GetProperty("messages").EnumerateArray()];
}
