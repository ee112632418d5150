using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ChatFiles.Web.Api;

/// <summary>What the framework says of bodies, put right where it says more than is sent, or less than is asked for.</summary>
internal static class ApiSchemas
{
    /// <summary>Of every refusal. The types are in the responses, where they are told apart.</summary>
    public static readonly OpenApiSchema Problem = new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string>(StringComparer.Ordinal) { "type", "title", "status", "detail" },
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What programs tell refusals apart by." },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
            ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "For people: what was wrong, and what would be accepted." },
            ["file"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "Of several files in one request the one that it is about, from 0." },
        },
    };

    /// <summary>
    /// Numbers are sent as such, whatever else would be read; words have a type; and an answer has all of its fields,
    /// always. Of a field with a converter of its own the framework knows no type.
    /// </summary>
    public static Task CorrectAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        if (context.JsonPropertyInfo?.CustomConverter is Requests.WholeNumber)
            (schema.Type, schema.Format) = (JsonSchemaType.Integer | JsonSchemaType.Null, "int64");
        else if (context.JsonPropertyInfo?.CustomConverter is Requests.Word)
            schema.Type = JsonSchemaType.String | JsonSchemaType.Null;
        else if (schema.Type is { } type && type.HasFlag(JsonSchemaType.Integer) && type.HasFlag(JsonSchemaType.String))
            (schema.Type, schema.Pattern) = (type & ~JsonSchemaType.String, null);
        else if (schema is { Type: null, Enum.Count: > 0 })
            schema.Type = JsonSchemaType.String;
        if (context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(AllowedValuesAttribute), inherit: false) is [AllowedValuesAttribute words])
            schema.Enum = [.. words.Values.Select(word => (JsonNode)(string)word!)];
        if (schema.Properties is { Count: > 0 } properties)
            schema.Required = properties.Keys.ToHashSet(StringComparer.Ordinal);
        return Task.CompletedTask;
    }

    /// <summary>Of a request only those fields are required that are marked so; they take null, to be refused in words.</summary>
    public static void NarrowRequired(OpenApiSchema schema, Type type)
    {
        if (schema.Properties is not { } properties)
            return;
        var required = type.GetProperties().Where(property => property.GetCustomAttribute<RequiredAttribute>() is not null).Select(NameOf);
        schema.Required = required.ToHashSet(StringComparer.Ordinal);
        foreach (var property in schema.Required.Select(name => properties[name]).OfType<OpenApiSchema>())
            property.Type &= ~JsonSchemaType.Null;
    }

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
}
