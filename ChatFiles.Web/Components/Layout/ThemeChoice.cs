namespace ChatFiles.Web.Components.Layout;

/// <summary>The theme that somebody prefers to their system's, kept in their browser.</summary>
internal static class ThemeChoice
{
    public const string Light = "light";
    public const string Dark = "dark";
    private const string CookieName = "chatfiles-theme";

    /// <summary>Light or dark; null: as the system has it.</summary>
    public static string? Of(HttpRequest request) => Known(request.Cookies[CookieName]);

    public static void Keep(HttpContext context, string? theme)
    {
        var cookie = new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            MaxAge = TimeSpan.FromDays(365),
        };
        if (Known(theme) is { } known)
            context.Response.Cookies.Append(CookieName, known, cookie);
        else
            context.Response.Cookies.Delete(CookieName, cookie);
    }

    private static string? Known(string? theme) => theme is Light or Dark ? theme : null;
}
