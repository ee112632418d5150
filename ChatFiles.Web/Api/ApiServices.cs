using System.Text.Json;
using System.Text.Json.Serialization;
using ChatFiles.Web.Accounts;
using ChatFiles.Web.Components.Accounts;
using ChatFiles.Web.Security;
using Microsoft.AspNetCore.Diagnostics;

namespace ChatFiles.Web.Api;

internal static class ApiServices
{
    public static void AddApi(this IServiceCollection services)
    {
        ApiDescription.Add(services);
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
        services.AddSingleton<MatcherPolicy, PageOrProgram>();
        services.AddChatHealth();
    }

    public static void MapApi(this WebApplication app)
    {
        app.MapAccountApi();
        app.MapPushApi();
        app.MapCompanySignOn();
        app.MapOperatorApi();
        app.MapPeopleLists();
        app.MapReports();
        app.MapExports();
        app.MapChatApi();
        app.MapMessageApi();
        app.MapFileApi();
        app.MapPictureApi();
        app.MapUploadApi();
        app.MapFindingApi();
        app.MapZippedFiles();
        app.MapEventStream();
        app.MapHealth();
        ApiDescription.Map(app);
    }

    /// <summary>Gives the answers that the framework leaves without a body one: a problem for programs, a page for people.</summary>
    public static void UseProblemPages(this WebApplication app) =>
        app.UseStatusCodePages(async status =>
        {
            var context = status.HttpContext;
            if (context.Response.StatusCode == StatusCodes.Status404NotFound && WantsPage(context.Request))
                await ShowPageAsync(status, context.User.Identity?.IsAuthenticated == true ? "/not-found" : NothingHere.Path);
            else if (PageForms.ProblemOf(context) is { } ofForm)
                await (AcceptsPage(context.Request) ? ShowPageAsync(status, StaleForm.Path) : ofForm.ExecuteAsync(context));
            else if (Problems.OfStatus(context.Response.StatusCode) is { } problem)
                await problem.ExecuteAsync(context);
        });

    /// <summary>Everything under it needs a signed-in person, and a browser's cookie alone changes nothing.</summary>
    public static RouteGroupBuilder MapSignedIn(this WebApplication app, string prefix) =>
        app.MapGroup(prefix).RequireAuthorization().AddEndpointFilter<AntiforgeryFilter>().AddEndpointFilter(Requests.RefuseGarbledQueryAsync);

    /// <summary>The same request once more, to the page that says so; the answer keeps its status.</summary>
    private static Task ShowPageAsync(StatusCodeContext status, string path)
    {
        // Else Blazor takes the 404 for its own answer, and leaves the body to others.
        status.HttpContext.Features.Set<IStatusCodeReExecuteFeature>(
            new StatusCodeReExecuteFeature { OriginalPath = status.HttpContext.Request.Path, OriginalPathBase = status.HttpContext.Request.PathBase, OriginalQueryString = status.HttpContext.Request.QueryString.Value }
        );
        status.HttpContext.SetEndpoint(null);
        status.HttpContext.Request.RouteValues.Clear();
        status.HttpContext.Request.Method = HttpMethods.Get;
        status.HttpContext.Request.Path = path;
        return status.Next(status.HttpContext);
    }

    /// <summary>A browser that goes somewhere, and no program.</summary>
    internal static bool WantsPage(HttpRequest request) => HttpMethods.IsGet(request.Method) && AcceptsPage(request);

    internal static bool AcceptsPage(HttpRequest request) => request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/html");
}
