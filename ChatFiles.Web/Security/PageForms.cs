using ChatFiles.Web.Api;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.Features;

namespace ChatFiles.Web.Security;

/// <summary>
/// A page takes a small urlencoded form and nothing else, and most take none. The framework would read any form before it looks who sends
/// it, and spool a multipart body of up to 30 MB into the temporary folder; so whoever has no account could fill the disk.
/// </summary>
internal static class PageForms
{
    /// <summary>Bytes; the memory that reading one may take.</summary>
    public const int MaxBytes = 64 * 1024;

    private const string Reads = "GET, HEAD";
    private const string Urlencoded = "application/x-www-form-urlencoded";

    /// <summary>After routing, before anything that may read a body.</summary>
    public static void UsePageForms(this WebApplication app) =>
        app.Use(
            async (context, next) =>
            {
                if (!IsForm(context))
                {
                    await next(context);
                    return;
                }

                if (!TakesForm(context))
                {
                    context.Response.Headers.Allow = Reads;
                    context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                    return;
                }

                if (await ReadAsync(context) is { } problem)
                {
                    await problem.ExecuteAsync(context);
                    return;
                }

                await next(context);
                // The framework refuses a form without a word, but says that it is HTML: then nobody would put a body in its place.
                if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status400BadRequest })
                    context.Response.ContentType = null;
            }
        );

    /// <summary>For what reads a form of its own accord: more is refused while it is read.</summary>
    public static void LimitBody(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxBytes;
    }

    /// <summary>What a page's form was refused for that the framework refused by itself; null where it was not.</summary>
    public static IResult? ProblemOf(HttpContext context)
    {
        if (context.Response.StatusCode != StatusCodes.Status400BadRequest || !IsForm(context))
            return null;
        return context.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false }
            ? Problems.InvalidAntiforgeryToken
            : Problems.InvalidForm(StatusCodes.Status400BadRequest, "The form is none of this page's: _handler says which one it is.");
    }

    /// <summary>The account's pages do, which work without a circuit; all others are live.</summary>
    private static bool TakesForm(HttpContext context) => !context.AcceptsInteractiveRouting();

    private static bool IsForm(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null
        && !HttpMethods.IsGet(context.Request.Method)
        && !HttpMethods.IsHead(context.Request.Method);

    private static async Task<IResult?> ReadAsync(HttpContext context)
    {
        var type = context.Request.GetTypedHeaders().ContentType?.MediaType ?? "";
        if (!type.Equals(Urlencoded, StringComparison.OrdinalIgnoreCase))
            return Problems.InvalidForm(StatusCodes.Status400BadRequest, $"A page takes forms of the type {Urlencoded} only.");
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
