using ChatFiles.Web.Api;

namespace ChatFiles.Web.Mails;

internal static class MailServices
{
    public static void AddMissedMails(this IServiceCollection services)
    {
        services.AddSingleton<MissedMailChoice>();
        services.AddHostedService<MissedMails>();
    }

    /// <summary>
    /// Ends somebody's mails: by the button of their mail program (RFC 8058), which sends no cookie and follows no redirect,
    /// or by the page at the same address. The token says whose, and is all that is needed.
    /// </summary>
    public static void MapEndOfMail(this WebApplication app) =>
        app.MapPost(MissedMailChoice.Path, EndAsync)
            .AllowAnonymous()
            // Before the page of that address, which takes no form.
            .WithOrder(-1)
            .ExcludeFromDescription();

    private static async Task<IResult> EndAsync(HttpRequest request, MissedMailChoice choice)
    {
        // Not bound: twice the same is no text, and no failure either.
        var token = request.Query["token"] is [var only] ? only : null;
        var refusal = await choice.EndAsync(token);
        if (ApiServices.AcceptsPage(request))
            return new SeeOther(refusal is null ? $"{MissedMailChoice.Path}?ended=true" : MissedMailChoice.Path);
        return refusal is null ? Results.Text("You get no more of these mails.") : Problems.Of(refusal);
    }

    /// <summary>303: a page that is loaded again sends nothing again.</summary>
    private sealed class SeeOther(string path) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = path;
            return Task.CompletedTask;
        }
    }
}
