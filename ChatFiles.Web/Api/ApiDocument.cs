using ChatFiles.Core.Model;
using Microsoft.OpenApi;

namespace ChatFiles.Web.Api;

/// <summary>
/// What an endpoint says of itself in the API document where the framework cannot see it: the endpoints read queries,
/// headers and bodies themselves, so that what is wrong with one is answered in words. <see cref="ApiOperations"/> writes
/// it down, and adds what holds for many routes.
/// </summary>
internal static class ApiDocument
{
    /// <summary>What it is for, in a line.</summary>
    /// <param name="name">The operation's, by which generated clients call it; it stays when the code is renamed.</param>
    public static TBuilder Named<TBuilder>(this TBuilder endpoint, string name, string summary)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new OperationName(name)).WithSummary(summary);

    /// <summary>Queries and headers that it reads.</summary>
    public static TBuilder Reads<TBuilder>(this TBuilder endpoint, params ApiParameter[] parameters)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new ReadParameters(parameters));

    /// <summary>How it may refuse by itself, besides what is common to many; without any: in no other way. Every route says so.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, params RefusalReason[] reasons)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new OwnRefusals()).MayRefuse(reasons);

    /// <summary>How what many share may refuse: a group's filter, the reading of a body.</summary>
    public static TBuilder MayRefuse<TBuilder>(this TBuilder endpoints, params RefusalReason[] reasons)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(new PossibleRefusals([.. reasons.Select(Problems.AnswerTo)]));

    /// <summary>The same, of what the protocol of a route has a status of its own for.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, int status, string slug)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new PossibleRefusals([(status, slug)]));

    /// <summary>A header that its success has.</summary>
    public static TBuilder Answers<TBuilder>(this TBuilder endpoint, string header, string description)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new AnswerHeader(header, description));

    /// <summary>Serves bytes with everything that RFC 9110 has for them: parts, conditions, and what they are refused with.</summary>
    public static TBuilder AnswersBytes<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.WithMetadata(
            new ProducesResponseTypeMetadata(200, typeof(Stream), ["application/octet-stream"]),
            new ProducesResponseTypeMetadata(206, typeof(Stream), ["application/octet-stream"]),
            new ProducesResponseTypeMetadata(304, typeof(void))
        );
        return endpoint
            .Reads(
                ApiParameter.Header("Range", "A part of the bytes, as `bytes=0-1023`."),
                ApiParameter.Header("If-Range", "The part only if the bytes still have this `ETag`, else all of them."),
                ApiParameter.Header("If-None-Match", "`ETag`s of what the client has already: 304 if the bytes are one of them."),
                ApiParameter.Header("If-Match", "`ETag`s of which the bytes must have one.")
            )
            .Answers("ETag", "A strong one, from the SHA-256 of the bytes.")
            .Answers("Content-Type", "What the bytes are.")
            .Refuses(412, "precondition-failed")
            .Refuses(416, "range-not-satisfiable");
    }

    /// <summary>
    /// Documents the body. The framework's own <c>Accepts</c> would also answer another content type with a bare 415,
    /// before the endpoint can say what is wrong.
    /// </summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder endpoint, string contentType = "application/json") =>
        endpoint
            .MayRefuse(contentType == "application/json" ? RefusalReason.InvalidJson : RefusalReason.InvalidForm, RefusalReason.UploadTooSlow)
            .AddOpenApiOperationTransformer(
                async (operation, context, cancellationToken) =>
                {
                    var body = await context.GetOrCreateSchemaAsync(typeof(T), parameterDescription: null, cancellationToken);
                    ApiSchemas.NarrowRequired(body, typeof(T));
                    IOpenApiSchema schema = body;
                    if (contentType == "application/json" && context.Document is { } document)
                    {
                        // By its name, else generated clients would have to make one up.
                        document.AddComponent(typeof(T).Name, body);
                        schema = new OpenApiSchemaReference(typeof(T).Name, document);
                    }

                    operation.RequestBody = new OpenApiRequestBody
                    {
                        Required = true,
                        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [contentType] = new() { Schema = schema } },
                    };
                }
            );

    public sealed record OperationName(string Name);

    public sealed record ReadParameters(IReadOnlyList<ApiParameter> Parameters);

    public sealed record OwnRefusals;

    public sealed record PossibleRefusals(IReadOnlyList<(int Status, string Slug)> Answers);

    public sealed record AnswerHeader(string Name, string Description);
}
