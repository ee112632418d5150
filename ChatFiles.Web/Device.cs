namespace ChatFiles.Web;

/// <summary>ChatFiles as one of the device's own programs: wwwroot/manifest.webmanifest says how.</summary>
internal static class Device
{
    /// <summary>
    /// A device's "Share" where no service worker has taken it (wwwroot/service-worker.js): any site can make a browser send
    /// this, so nothing of it is read, let alone kept.
    /// </summary>
    public static void MapShareTarget(this WebApplication app) =>
        app.MapPost(
                "/share",
                static (HttpResponse response) =>
                {
                    response.StatusCode = StatusCodes.Status303SeeOther;
                    response.Headers.Location = "/share";
                }
            )
            // Before the page of that address, which takes no form.
            .WithOrder(-1)
            .ExcludeFromDescription();
}
