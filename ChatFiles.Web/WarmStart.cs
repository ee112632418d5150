namespace ChatFiles.Web;

/// <summary>
/// The first page of a fresh program takes many times as long as the second: much is compiled, read and put together for
/// it. So the program asks itself for one before it listens, and nobody else waits for that.
/// </summary>
internal static class WarmStart
{
    private const string Page = "/sign-in";

    /// <summary>Before all other middleware, whose answer it is.</summary>
    public static void UseWarmStart(this WebApplication app) =>
        ((IApplicationBuilder)app).Use(everything =>
        {
            // All that answers is put together right before the server begins to listen.
            AskAsync(app.Services, everything).GetAwaiter().GetResult();
            return everything;
        });

    /// <summary>
    /// The server would put them together when it begins, which waits for the database. Last of all: what is mapped after
    /// it may be left out.
    /// </summary>
    public static void WarmEndpoints(this WebApplication app)
    {
        foreach (var source in ((IEndpointRouteBuilder)app).DataSources)
            _ = source.Endpoints;
    }

    private static async Task AskAsync(IServiceProvider services, RequestDelegate everything)
    {
        await using var scope = services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        (context.Request.Method, context.Request.Scheme, context.Request.Host, context.Request.Path) = (HttpMethods.Get, "http", new("localhost"), Page);
        context.Request.Headers.Accept = "text/html";
        await everything(context);
    }
}
