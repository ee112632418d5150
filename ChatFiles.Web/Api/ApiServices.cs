using System.Text.Json;
using System.Text.Json.Serialization;
using ChatFiles.Web.Security;
using Microsoft.AspNetCore.Http.Features;

namespace ChatFiles.Web.Api;

internal static class ApiServices
{
    public static void AddApi(this IServiceCollection services)
    {
        services.AddOpenApi();
        services.AddProblemDetails();
        services.AddExceptionHandler<Failures>();
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.HeaderName = AntiforgeryFilter.HeaderName;
            antiforgery.Cookie.Name = "chatfiles-antiforgery";
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        services.ConfigureHttpJsonOptions(json =>
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false))
        );
        services.AddChatHealth();
    }

    /// <summary>Gives the answers that the framework leaves without a body one: a problem for programs, a page for people.</summary>
    public static void UseProblemPages(this WebApplication app) =>
        app.UseStatusCodePages(async status =>
        {
            var context = status.HttpContext;
            if (context.Response.StatusCode == StatusCodes.Status404NotFound && WantsPage(context.Request))
                context.Response.Redirect($"{context.Request.PathBase}/not-found");
            else if (Problems.OfStatus(context.Response.StatusCode) is { } problem)
                await problem.ExecuteAsync(context);
        });

    /// <summary>Everything under it needs a signed-in person, and a browser's cookie alone changes nothing.</summary>
    public static RouteGroupBuilder MapSignedIn(this WebApplication app, string prefix) =>
        app.MapGroup(prefix).RequireAuthorization().AddEndpointFilter<AntiforgeryFilter>();

    private static bool WantsPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/html");
}
