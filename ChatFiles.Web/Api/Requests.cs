using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ChatFiles.Web.Api;

/// <summary>Reads what requests carry: who asks, ids, numbers, JSON.</summary>
internal static class Requests
{
    /// <summary>Bytes; the longest text, every character escaped, takes 48,000.</summary>
    private const int MaxJsonBytes = 1024 * 1024;

    /// <summary>The web server gave up on the body.</summary>
    public static readonly Refusal TooSlow = new(RefusalReason.UploadTooSlow, "The request's body came too slowly, or not at all, so it was ended. Send it again.");

    private static readonly JsonSerializerOptions RequestBodies = new(JsonSerializerDefaults.Web) { Converters = { new TextConverter() } };

    public static string UserId(this ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.NameIdentifier)!;

    /// <summary>A chat's or message's id; 0, which none has, when it is no positive 64-bit integer.</summary>
    public static long ParseId(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    /// <summary>A file's or token's id; the empty one, which none has, when it is no UUID.</summary>
    public static Guid ParseFileId(string? text) => Guid.TryParseExact(text, "D", out var id) ? id : Guid.Empty;

    /// <summary>Nowhere in a query is NUL or half a character; that says nothing of what it asks for, so it is judged first.</summary>
    public static async ValueTask<object?> RefuseGarbledQueryAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var query = context.HttpContext.Request.Query;
        return Texts.CheckQuery(query.SelectMany(field => field.Value.Prepend(field.Key))) is { } noText ? Problems.Of(noText) : await next(context);
    }

    /// <summary>
    /// The body is files, of up to so many bytes, or as many as the upload says itself. Their pace is judged by
    /// <see cref="PacedStream"/> as the contract has it; the web server's own rule would end a silent body after 5 s.
    /// </summary>
    public static void TakeFiles(this HttpContext context, long? maxBytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = maxBytes;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } pace)
            pace.MinDataRate = null;
    }

    /// <summary>The body, or why it is none.</summary>
    /// <param name="maxBytes">More is refused while it is read.</param>
    public static async Task<Result<T>> ReadJsonAsync<T>(this HttpContext context, int maxBytes = MaxJsonBytes)
        where T : class
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = maxBytes;
        if (!context.Request.HasJsonContentType())
            return InvalidJson("The body is expected as JSON, with the content type application/json.");
        try
        {
            return await context.Request.ReadFromJsonAsync<T>(RequestBodies, context.RequestAborted) is { } body
                ? body
                : InvalidJson("The body is expected as a JSON object.");
        }
        catch (BadHttpRequestException slow) when (slow.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            return TooSlow;
        }
        catch (Exception failure) when (failure is JsonException or BadHttpRequestException or InvalidOperationException)
        {
            return InvalidJson("The body is not JSON, or its fields are not of the types they should be.");
        }
    }

    /// <summary>Refuses a field that is no text; for fields that have no refusal of their own for it.</summary>
    public static Refusal? CheckIsText(string? value, string field) =>
        value?.IsText() == false ? InvalidJson($"“{field}” holds no NUL and no half of a surrogate pair.") : null;

    /// <summary>The paging of a list; the limit is 50 when none is given.</summary>
    /// <param name="row">What “before” is the id of.</param>
    public static Result<(long? Before, int Limit)> ReadPaging(this HttpRequest request, string row = "a message")
    {
        long? before = null;
        if (request.Query["before"].ToString() is { Length: > 0 } beforeText)
        {
            before = ParseId(beforeText);
            if (before == 0)
                return new Refusal(RefusalReason.InvalidQuery, $"“before” is the id of {row}.");
        }

        return request.ReadLimit().Succeeded(out var limit, out var refusal) ? (before, limit) : refusal;
    }

    /// <summary>The same of a list of files.</summary>
    public static Result<(Guid? Before, int Limit)> ReadFilePaging(this HttpRequest request)
    {
        Guid? before = null;
        if (request.Query["before"].ToString() is { Length: > 0 } beforeText)
        {
            before = ParseFileId(beforeText);
            if (before == Guid.Empty)
                return new Refusal(RefusalReason.InvalidQuery, "“before” is the id of a file.");
        }

        return request.ReadLimit().Succeeded(out var limit, out var refusal) ? (before, limit) : refusal;
    }

    /// <summary>What a list of files is narrowed to.</summary>
    public static Result<FileFilter> ReadFileFilter(this HttpRequest request)
    {
        FileKind? kind = null;
        if (request.Query["kind"].ToString() is { Length: > 0 } kindText)
        {
            var kinds = Enum.GetValues<FileKind>();
            kind = kinds.Cast<FileKind?>().FirstOrDefault(k => kindText.Equals(k.ToString(), StringComparison.OrdinalIgnoreCase));
            if (kind is null)
                return new Refusal(RefusalReason.InvalidQuery, $"“kind” is one of {string.Join(", ", kinds).ToLowerInvariant()}.");
        }

        var sort = FileSort.Newest;
        if (request.Query["sort"].ToString() is { Length: > 0 } sortText)
        {
            var sorts = Enum.GetValues<FileSort>();
            if (!sorts.Select(s => s.ToString().ToLowerInvariant()).Contains(sortText, StringComparer.Ordinal))
                return new Refusal(RefusalReason.InvalidQuery, $"“sort” is one of {string.Join(", ", sorts).ToLowerInvariant()}.");
            sort = Enum.Parse<FileSort>(sortText, ignoreCase: true);
        }

        return new FileFilter(request.Query["q"], kind, request.Query["author"].ToString() is { Length: > 0 } author ? author : null, Sort: sort);
    }

    /// <summary>1 to 200; 50 when none is given.</summary>
    public static Result<int> ReadLimit(this HttpRequest request)
    {
        var limit = 50;
        if (request.Query["limit"].ToString() is { Length: > 0 } limitText)
        {
            if (!int.TryParse(limitText, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 200)
                return new Refusal(RefusalReason.InvalidQuery, "“limit” is a number from 1 to 200.");
        }

        return limit;
    }

    /// <summary>
    /// A number for a field that has a refusal of its own: what is none, is no whole one or is too large is read as 0, which
    /// none of them takes.
    /// </summary>
    internal sealed class WholeNumber : JsonConverter<long?>
    {
        public override long? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number))
                return number;
            reader.TrySkip();
            return 0;
        }

        public override void Write(Utf8JsonWriter writer, long? value, JsonSerializerOptions options) => throw new NotSupportedException();
    }

    /// <summary>A word out of a few, likewise: what is no text is none of them.</summary>
    internal sealed class Word : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
                return ReadText(ref reader);
            reader.TrySkip();
            return null;
        }

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => throw new NotSupportedException();
    }

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return "\0";
        }
    }

    private static Refusal InvalidJson(string detail) => new(RefusalReason.InvalidJson, detail);

    /// <summary>
    /// Half of a surrogate pair can be written in JSON, but not be read as text. It is read as NUL, which no field takes
    /// either: so each refuses it in its own words.
    /// </summary>
    private sealed class TextConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
                throw new JsonException("A text is expected.");
            return ReadText(ref reader);
        }

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
