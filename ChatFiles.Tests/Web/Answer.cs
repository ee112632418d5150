using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ChatFiles.Tests.Web;

/// <summary>An answer, read to its end.</summary>
public sealed class Answer(HttpResponseMessage response, byte[] bytes)
{
    public int Status => (int)response.StatusCode;

    public byte[] Bytes => bytes;

    public string Text => Encoding.UTF8.GetString(bytes);

    public JsonElement Json => JsonDocument.Parse(bytes).RootElement;

    public string? MediaType => response.Content.Headers.ContentType?.MediaType;

    public ContentDispositionHeaderValue? Disposition => response.Content.Headers.ContentDisposition;

    /// <summary>A header of the answer or its content; null when there is none.</summary>
    public string? Header(string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;

    /// <summary>The body of a problem, but for the id of its request.</summary>
    public string Problem =>
        string.Join(
            '\n',
            Json.EnumerateObject().Where(p => p.Name != "traceId").Select(p => $"{p.Name}: {p.Value.GetRawText()}").Order(StringComparer.Ordinal)
        );

    public Answer ShouldBeStatus(int status)
    {
        Status.ShouldBe(status, Text);
        return this;
    }

    public Answer ShouldBeProblem(int status, string slug)
    {
        ShouldBeStatus(status);
        MediaType.ShouldBe("application/problem+json");
        Json.GetProperty("type").GetString().ShouldBe(slug);
        Json.GetProperty("status").GetInt32().ShouldBe(status);
        Json.GetProperty("title").GetString().ShouldNotBeNullOrWhiteSpace();
        Json.GetProperty("detail").GetString().ShouldNotBeNullOrWhiteSpace();
        Text.ShouldNotContain("   at ");
        Text.ShouldNotContain("/tmp/");
        return this;
    }
}

internal static class JsonExtensions
{
    public static string? Str(this JsonElement element, string name) => element.GetProperty(name).GetString();

    public static long Num(this JsonElement element, string name) => element.GetProperty(name).GetInt64();

    public static bool IsNull(this JsonElement element, string name) => element.GetProperty(name).ValueKind == JsonValueKind.Null;

    public static JsonElement[] Items(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray()];

    public static string Fields(this JsonElement element) => string.Join(' ', element.EnumerateObject().Select(p => p.Name));
}
