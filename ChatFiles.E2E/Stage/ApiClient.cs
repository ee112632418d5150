using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace ChatFiles.E2E.Stage;

public sealed record ChatInfo(long Id, string Name, long LastSeq);

public sealed record PersonInfo(string UserId, string Name);

public sealed record AttachmentInfo(Guid Id, string Path, string? FileName, long? Size, string? Sha256, string State, string? Thumbnail);

public sealed record MessageInfo(long Id, long Seq, string Text, bool Deleted, AttachmentInfo[] Attachments);

public sealed record EventInfo(long Seq, string Type, string Data);

/// <summary>A program that uses the API for somebody; knows the contract's routes and nothing else.</summary>
public sealed class ApiClient : IDisposable
{
    private readonly HttpClient http;

    /// <summary>It has no cookies, by which a proxy would keep it to one of several servers.</summary>
    private ApiClient(Uri address, X509Certificate2? trusted = null)
    {
        var handler = new SocketsHttpHandler { UseCookies = false };
        if (trusted is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { trusted },
                RevocationMode = X509RevocationMode.NoCheck,
            };
        }

        http = new HttpClient(handler) { BaseAddress = address };
    }

    public static Task<ApiClient> RegisterAsync(Uri address, string name) => RegisterAsAsync(address, Names.Address(Names.Unique(name)));

    public static async Task<ApiClient> RegisterAsAsync(Uri address, string email)
    {
        using var guest = new HttpClient { BaseAddress = address };
        using var answer = await guest.PostAsJsonAsync("account/register", new { email, password = Names.Password });
        answer.EnsureSuccessStatusCode();
        return await SignInAsync(address, email, Names.Password);
    }

    public static async Task<ApiClient> SignInAsync(Uri address, string email, string password)
    {
        var client = new ApiClient(address) { Email = email };
        using var answer = await client.http.PostAsJsonAsync("account/login", new { email, password });
        answer.EnsureSuccessStatusCode();
        var token = await answer.Content.ReadFromJsonAsync<Token>();
        client.http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token!.AccessToken);
        return client;
    }

    public string Email { get; private set; } = "";

    /// <summary>The same person, reached over another network.</summary>
    public ApiClient Through(NetworkCut network) => At(network.Address);

    /// <summary>The same person, wherever it sends each request.</summary>
    public ApiClient Through(Nginx nginx) => At(nginx.Address, nginx.Certificate);

    /// <summary>The same person, at another server of the same site.</summary>
    public ApiClient At(Uri address, X509Certificate2? trusted = null)
    {
        var client = new ApiClient(address, trusted) { Email = Email };
        client.http.DefaultRequestHeaders.Authorization = http.DefaultRequestHeaders.Authorization;
        return client;
    }

    public async Task<ChatInfo> CreateChatAsync(string name)
    {
        using var answer = await http.PostAsJsonAsync("chat", new { name });
        return await ReadAsync<ChatInfo>(answer);
    }

    /// <summary>What only operators may.</summary>
    public async Task ChangePersonAsync(string userId, object change)
    {
        using var answer = await http.PutAsJsonAsync($"operator/people/{userId}", change);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<string> UserIdAsync() => (await ReadAsync<PersonInfo>("account/profile")).UserId;

    public Task<ChatInfo> ChatAsync(long chat) => ReadAsync<ChatInfo>($"chat/{chat}");

    public async Task AddMemberAsync(long chat, string email)
    {
        using var answer = await http.PostAsJsonAsync($"chat/{chat}/members", new { email });
        answer.EnsureSuccessStatusCode();
    }

    public async Task RemoveMemberAsync(long chat, string userId)
    {
        using var answer = await http.DeleteAsync(new Uri($"chat/{chat}/members/{userId}", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
    }

    public async Task<string> UserIdAsync(long chat, string name)
    {
        var members = (await ReadAsync<Members>($"chat/{chat}")).List;
        return members.Single(member => member.Name == name).UserId;
    }

    public async Task<MessageInfo> SayAsync(long chat, string text, string? clientId = null, CancellationToken cancellationToken = default)
    {
        using var answer = await http.PostAsJsonAsync($"chat/{chat}/messages", new { text, clientId }, cancellationToken);
        return await ReadAsync<MessageInfo>(answer);
    }

    public async Task<MessageInfo> ShareAsync(
        long chat,
        string caption,
        SampleFile file,
        string? key = null,
        CancellationToken cancellationToken = default
    )
    {
        using var bytes = new ByteArrayContent(file.Bytes);
        return await ShareAsync(chat, caption, file.Name, bytes, key, cancellationToken);
    }

    /// <summary>A file whose bytes come when they come.</summary>
    public async Task<MessageInfo> ShareAsync(
        long chat,
        string caption,
        string name,
        HttpContent bytes,
        string? key = null,
        CancellationToken cancellationToken = default
    )
    {
        using var form = new MultipartFormDataContent();
        using var text = new StringContent(caption);
        form.Add(text, "text");
        form.Add(bytes, "file", name);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"chat/{chat}/file") { Content = form };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var answer = await http.SendAsync(request, cancellationToken);
        return (await ReadAsync<Sent>(answer)).Message;
    }

    /// <summary>Sends a file with an extra header; returns whether an answer came.</summary>
    public async Task<bool> TryShareAsync(long chat, SampleFile file, string key, (string Name, string Value) header)
    {
        using var form = new MultipartFormDataContent();
        using var bytes = new ByteArrayContent(file.Bytes);
        form.Add(bytes, "file", file.Name);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"chat/{chat}/file") { Content = form };
        request.Headers.Add("Idempotency-Key", key);
        request.Headers.Add(header.Name, header.Value);
        try
        {
            using var answer = await http.SendAsync(request);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public Task<byte[]> DownloadAsync(string path) => http.GetByteArrayAsync(new Uri(path.TrimStart('/'), UriKind.Relative));

    /// <summary>The whole event log, read from its beginning, is 1, 2, 3, … up to where the chat is.</summary>
    public async Task ShouldHaveEverySeqOnceAsync(long chat)
    {
        var last = (await ChatAsync(chat)).LastSeq;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var expected = 1L;
        if (last == 0)
            return;
        await foreach (var heard in FollowAsync(chat, 0, patience.Token))
        {
            heard.Seq.ShouldBe(expected++);
            if (heard.Seq == last)
                return;
        }
    }

    public async Task DeleteAsync(string path)
    {
        using var answer = await http.DeleteAsync(new Uri(path.TrimStart('/'), UriKind.Relative));
        answer.EnsureSuccessStatusCode();
    }

    public async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await http.GetAsync(new Uri(path.TrimStart('/'), UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }

    /// <summary>All messages of a chat, oldest first.</summary>
    public async Task<List<MessageInfo>> HistoryAsync(long chat)
    {
        List<MessageInfo> all = [];
        long? before = null;
        do
        {
            var page = await ReadAsync<Page>($"chat/{chat}/messages?limit=200" + (before is null ? "" : $"&before={before}"));
            all.InsertRange(0, page.Messages);
            before = page.NextBefore;
        } while (before is not null);
        return all;
    }

    /// <summary>The events after a seq and then the live ones, until the connection ends.</summary>
    public async IAsyncEnumerable<EventInfo> FollowAsync(long chat, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"chat/{chat}/events");
        request.Headers.Add("Last-Event-ID", $"{after}");
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var parser = SseParser.Create(await answer.Content.ReadAsStreamAsync(cancellationToken));
        await foreach (var item in parser.EnumerateAsync(cancellationToken))
            yield return new EventInfo(long.Parse(parser.LastEventId, System.Globalization.CultureInfo.InvariantCulture), item.EventType, item.Data);
    }

    public void Dispose() => http.Dispose();

    private async Task<T> ReadAsync<T>(string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return await ReadAsync<T>(answer);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}", null, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<T>())!;
    }

    private sealed record Token(string AccessToken);

    private sealed record Sent(string Path, MessageInfo Message);

    private sealed record Page(MessageInfo[] Messages, long? NextBefore);

    private sealed record Members([property: System.Text.Json.Serialization.JsonPropertyName("members")] Member[] List);

    private sealed record Member(string UserId, string Name);
}
