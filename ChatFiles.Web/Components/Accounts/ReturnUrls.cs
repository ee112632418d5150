namespace ChatFiles.Web.Components.Accounts;

/// <summary>Where to go after signing in: only to pages of ours, never where a link from elsewhere wants.</summary>
internal static class ReturnUrls
{
    public static string OnlyOurs(string? returnUrl) => IsOurs(returnUrl) ? returnUrl! : "/";

    public static string Carry(string page, string? returnUrl) =>
        IsOurs(returnUrl) ? $"{page}?returnUrl={Uri.EscapeDataString(returnUrl!)}" : page;

    /// <summary>A browser reads <c>//host</c> and <c>/\host</c> as another site, and drops tabs and line breaks first.</summary>
    private static bool IsOurs(string? returnUrl) =>
        returnUrl is ['/', ..] and not ['/', '/' or '\\', ..] && !returnUrl.Any(char.IsControl);
}
