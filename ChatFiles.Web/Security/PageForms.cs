using ChatFiles.Web.Api;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.Features;

namespace ChatFiles.Web.Security;

/// <summary>
/// A page takes a small urlencoded form and nothing else. The framework would read any form before it looks who sends
/// it, and spool a multipart body of up to 30 MB into the temporary folder; so whoever has no account could fill the disk.
/// </summary>
internal static class PageForms
{
    /// <summary>Bytes; the memory that reading one may take.</summary>
    public const int MaxBytes = 64 * 1024;

    private const string Urlencoded = "application/x-www-form-urlencoded";

    /// <summary>After routing, before anything that may read a body.</summary>
    public static void UsePageForms(this WebApplication app) =>
        app.Use(
            async (context, next) =>
            {
                if (IsForm(context) && await ReadAsync(context) is { } problem)
                    await problem.ExecuteAsync(context);
                else
                    await next(context);
            }
        );

    /// <summary>For what reads a form of its own accord: more is refused while it is read.</summary>
    public static void LimitBody(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxBytes;
    }

    private static bool IsForm(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null
        && !HttpMethods.IsGet(context.Request.Method)
        && !HttpMethods.IsHead(context.Request.Method);

    private static async Task<IResult?> ReadAsync(HttpContext context)
    {
        var type = context.Request.GetTypedHeaders().ContentType?.MediaType ?? "";
        if (!type.Equals(Urlencoded, StringComparison.OrdinalIgnoreCase))
            return Problems.InvalidForm(StatusCodes.Status415UnsupportedMediaType, $"A page takes forms of the type {Urlencoded} only.");
        if (context.Request.ContentLength > MaxBytes)
            return TooLarge;
        LimitBody(context);
        try
        {
            await context.Request.ReadFormAsync(context.RequestAborted);
            return null;
        }
        catch (BadHttpRequestException failure) when (failure.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TooLarge;
        }
        catch (InvalidDataException)
        {
            return Problems.InvalidForm(StatusCodes.Status400BadRequest, "The form has too many fields, too long a name of one, or characters that no text has.");
        }
    }

    private static IResult TooLarge =>
        Problems.InvalidForm(StatusCodes.Status413PayloadTooLarge, $"A form has at most {MaxBytes:N0} bytes.");
}
