using Microsoft.OpenApi;

namespace ChatFiles.Web.Api;

/// <summary>What the API document says of bodies that the endpoints read themselves.</summary>
internal static class ApiDocument
{
    /// <summary>
    /// Documents the body. The framework's own <c>Accepts</c> would also answer another content type with a bare 415,
    /// before the endpoint can say what is wrong.
    /// </summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder endpoint, string contentType = "application/json") =>
        endpoint.AddOpenApiOperationTransformer(
            async (operation, context, cancellationToken) =>
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                    {
                        [contentType] = new()
                        {
                            Schema = await context.GetOrCreateSchemaAsync(typeof(T), parameterDescription: null, cancellationToken),
                        },
                    },
                }
        );
}
