using System.Security.Claims;

namespace ChatFiles.Web.Accounts;

/// <summary>Which session a cookie or token belongs to.</summary>
internal static class SessionClaims
{
    private const string Type = "session";

    public static Claim New(string sessionId) => new(Type, sessionId);

    /// <summary>Null for who is not signed in, and for cookies and tokens from before there were sessions.</summary>
    public static string? SessionId(this ClaimsPrincipal user) => user.FindFirstValue(Type);

    /// <summary>Makes a newly read principal one of the same session as the one before.</summary>
    public static void CarryOver(this ClaimsPrincipal renewed, ClaimsPrincipal before)
    {
        if (before.SessionId() is { } id && renewed.Identities.FirstOrDefault() is { } identity)
            identity.AddClaim(New(id));
    }
}
