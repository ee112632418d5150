using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using ChatFiles.Tests.Core.Files;

namespace ChatFiles.Tests.Stage;

/// <summary>The requests of the tus protocol, one by one.</summary>
internal static class Tus
{
    private const string Chunk = "application/offset+octet-stream";

    private static readonly (string Name, string Value) Version = ("Tus-Resumable", "1.0.0");

    /// <summary>The value of Upload-Metadata that gives this name.</summary>
    public static string Named(string fileName) => "filename " + Convert.ToBase64String(Encoding.UTF8.GetBytes(fileName));

    public static Task<HttpResponseMessage> TusAsync(
        this ApiUser user,
        HttpMethod method,
        string path,
        HttpContent? body = null,
        params (string Name, string Value)[] headers
    ) => user.SendAsync(method, path, body, [Version, .. headers]);

    public static Task<HttpResponseMessage> TryBeginUploadAsync(this ApiUser user, long chat, string fileName, long length) =>
        user.TusAsync(HttpMethod.Post, $"chat/{chat}/uploads", null, ("Upload-Length", Text(length)), ("Upload-Metadata", Named(fileName)));

    /// <summary>Begins an upload and returns its path.</summary>
    public static async Task<string> BeginUploadAsync(this ApiUser user, long chat, string fileName, long length)
    {
        using var begun = await user.TryBeginUploadAsync(chat, fileName, length);
        begun.StatusCode.ShouldBe(HttpStatusCode.Created, await begun.Content.ReadAsStringAsync());
        return begun.Headers.Location!.ToString().TrimStart('/');
    }

    public static Task<HttpResponseMessage> TryAppendAsync(this ApiUser user, string path, long offset, byte[] bytes) =>
        user.TusAsync(HttpMethod.Patch, path, Bytes(bytes), ("Upload-Offset", Text(offset)));

    /// <summary>Appends and returns the new offset.</summary>
    public static async Task<long> AppendAsync(this ApiUser user, string path, long offset, byte[] bytes)
    {
        using var appended = await user.TryAppendAsync(path, offset, bytes);
        appended.StatusCode.ShouldBe(HttpStatusCode.NoContent, await appended.Content.ReadAsStringAsync());
        return appended.Number("Upload-Offset");
    }

    public static async Task<long> OffsetAsync(this ApiUser user, string path)
    {
        using var found = await user.TusAsync(HttpMethod.Head, path);
        found.StatusCode.ShouldBe(HttpStatusCode.OK);
        return found.Number("Upload-Offset");
    }

    /// <summary>Uploads a whole file and returns its id for the form.</summary>
    public static async Task<string> UploadAsync(this ApiUser user, long chat, string fileName, byte[] bytes)
    {
        var path = await user.BeginUploadAsync(chat, fileName, bytes.Length);
        (await user.AppendAsync(path, 0, bytes)).ShouldBe(bytes.Length);
        return IdOf(path);
    }

    /// <summary>A file that is no text, of its own bytes each time; to be named .7z.</summary>
    public static byte[] Archive(int size) => [.. Heads.Of("7z"), .. RandomNumberGenerator.GetBytes(size - Heads.Of("7z").Length)];

    public static string IdOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    public static string? Header(this HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    public static long Number(this HttpResponseMessage answer, string header) => long.Parse(answer.Header(header)!, CultureInfo.InvariantCulture);

    public static ByteArrayContent Bytes(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(Chunk);
        return content;
    }

    /// <summary>The bytes of the uploads that lie on the server's disk.</summary>
    public static long StagedBytes(this TestServer server) =>
        new DirectoryInfo(Path.Combine(server.Data, "uploads")).EnumerateFiles("*.part").Sum(file => file.Length);

    /// <summary>The head of a PATCH for <see cref="RawRequest"/>, announcing so many bytes.</summary>
    public static string PatchHead(this ApiUser user, string path, long offset, long announced) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"PATCH /{path} HTTP/1.1\nAuthorization: Bearer {user.Token}\nTus-Resumable: 1.0.0\nContent-Type: {Chunk}\nUpload-Offset: {offset}\nContent-Length: {announced}"
        );

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
