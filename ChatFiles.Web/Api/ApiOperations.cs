using System.Globalization;
using System.Text.Json.Nodes;
using ChatFiles.Core.Model;
using ChatFiles.Web.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ChatFiles.Web.Api;

/// <summary>Writes down what an endpoint says of itself, and what holds for it because of where it is.</summary>
internal sealed class ApiOperations : IOpenApiOperationTransformer
{
    private const string ProblemType = "application/problem+json";

    /// <summary>What is in the routes; the endpoints take it as text, to answer what is no id like an unknown one.</summary>
    private static readonly Dictionary<string, ApiParameter> InPath = new(StringComparer.Ordinal)
    {
        ["chatId"] = Id("chatId", "A chat's id."),
        ["messageId"] = Id("messageId", "A message's id."),
        ["reportId"] = Id("reportId", "A report's id."),
        ["fileId"] = new("fileId", "A file's id.") { Format = "uuid" },
        ["uploadId"] = new("uploadId", "A resumable upload's id.") { Format = "uuid" },
        ["tokenId"] = new("tokenId", "An access token's id.") { Format = "uuid" },
        ["listId"] = new("listId", "A list's id.") { Format = "uuid" },
        ["userId"] = new("userId", "A person's id."),
        ["emoji"] = new("emoji", "One emoji (a sequence of Unicode's RGI list), percent-encoded."),
    };

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var description = context.Description;
        var metadata = description.ActionDescriptor.EndpointMetadata;
        var method = description.HttpMethod ?? "";
        if (metadata.OfType<ApiDocument.OperationName>().LastOrDefault() is { } name)
            operation.OperationId = method == "HEAD" && metadata.OfType<IHttpMethodMetadata>().Last().HttpMethods.Count > 1 ? $"{name.Name}Head" : name.Name;
        var needsPerson = metadata.OfType<IAuthorizeData>().Any() && !metadata.OfType<IAllowAnonymous>().Any();

        operation.Parameters = [.. ParametersOf(description.RelativePath ?? ""), .. metadata.OfType<ApiDocument.ReadParameters>().SelectMany(read => read.Parameters).Select(Write)];
        operation.Responses ??= [];
        foreach (var response in operation.Responses.Where(r => r.Key[0] == '2').Select(r => r.Value).OfType<OpenApiResponse>())
        {
            foreach (var header in metadata.OfType<ApiDocument.AnswerHeader>())
                (response.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal))[header.Name] = Header(header.Description, JsonSchemaType.String);
        }

        if (context.Document is not { } document)
            return Task.CompletedTask;
        operation.Security = needsPerson ? ApiDescription.WaysIn(document, Changes(method)) : [];
        document.AddComponent("Problem", ApiSchemas.Problem);
        var refusals = metadata.OfType<ApiDocument.PossibleRefusals>().SelectMany(r => r.Answers).Concat(Common(metadata, description.RelativePath ?? "", needsPerson, method));
        foreach (var status in refusals.Distinct().GroupBy(r => r.Status, r => r.Slug).OrderBy(status => status.Key))
            operation.Responses[status.Key.ToString(CultureInfo.InvariantCulture)] = Refusal(document, status.Key, [.. status.Order(StringComparer.Ordinal)]);
        return Task.CompletedTask;
    }

    private static IEnumerable<(int Status, string Slug)> Common(IList<object> metadata, string path, bool needsPerson, string method)
    {
        yield return (500, "internal-error");
        // What else a stranger may ask works without the database.
        if (!needsPerson && !path.StartsWith("account/", StringComparison.Ordinal))
            yield break;
        yield return Problems.AnswerTo(RefusalReason.StorageUnavailable);
        if (needsPerson)
        {
            yield return (401, "not-signed-in");
            yield return Problems.AnswerTo(RefusalReason.InvalidQuery);
        }

        if (Changes(method) && method != "OPTIONS")
            yield return Problems.AnswerTo(RefusalReason.StorageFull);
        if (Changes(method) && needsPerson)
            yield return (400, "antiforgery");
        if (path.Contains("{chatId}", StringComparison.Ordinal))
            yield return Problems.AnswerTo(RefusalReason.ChatNotFound);
        if (metadata.OfType<RateLimits.Upload>().Any())
            yield return Problems.AnswerTo(RefusalReason.TooManyRequests);
    }

    /// <summary>As the antiforgery filter has it.</summary>
    private static bool Changes(string method) => method is not ("GET" or "HEAD");

    private static OpenApiResponse Refusal(OpenApiDocument document, int status, string[] slugs)
    {
        var response = new OpenApiResponse
        {
            Description = string.Join(", ", slugs.Select(slug => $"`{slug}`")),
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [ProblemType] = new() { Schema = new OpenApiSchemaReference("Problem", document) },
            },
        };
        if (status is 429 or 503)
            response.Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal) { ["Retry-After"] = Header("Seconds after which it may work.", JsonSchemaType.Integer) };
        return response;
    }

    private static IEnumerable<IOpenApiParameter> ParametersOf(string path) =>
        path.Split('{').Skip(1).Select(rest => rest[..rest.IndexOf('}', StringComparison.Ordinal)]).Select(name => Write(InPath[name], ParameterLocation.Path));

    private static OpenApiParameter Write(ApiParameter parameter) => Write(parameter, parameter.IsHeader ? ParameterLocation.Header : ParameterLocation.Query);

    private static OpenApiParameter Write(ApiParameter parameter, ParameterLocation place) =>
        new()
        {
            Name = parameter.Name,
            In = place,
            Required = parameter.IsRequired || place == ParameterLocation.Path,
            Description = parameter.Description,
            Schema = parameter.IsMany
                ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String, Format = parameter.Format }, MinItems = (int?)parameter.Minimum, MaxItems = (int?)parameter.Maximum }
                : SchemaOf(parameter),
        };

    private static OpenApiSchema SchemaOf(ApiParameter parameter) =>
        new()
        {
            Type = parameter.Type switch
            {
                "integer" => JsonSchemaType.Integer,
                "boolean" => JsonSchemaType.Boolean,
                _ => JsonSchemaType.String,
            },
            Format = parameter.Format,
            Minimum = parameter.Minimum?.ToString(CultureInfo.InvariantCulture),
            Maximum = parameter.Maximum?.ToString(CultureInfo.InvariantCulture),
            Default = parameter.Default is null ? null : parameter.Type == "string" ? JsonValue.Create(parameter.Default) : JsonNode.Parse(parameter.Default),
            Enum = parameter.OneOf is null ? null : [.. parameter.OneOf.Select(word => (JsonNode)word)],
        };

    private static OpenApiHeader Header(string description, JsonSchemaType type) => new() { Description = description, Schema = new OpenApiSchema { Type = type } };

    private static ApiParameter Id(string name, string description) => new(name, description) { Type = "integer", Format = "int64", Minimum = 1 };
}
