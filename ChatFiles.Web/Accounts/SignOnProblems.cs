using ChatFiles.Core.Model;
using ChatFiles.Web.Components.Accounts;

namespace ChatFiles.Web.Accounts;

/// <summary>Why a company sign-on came to nothing.</summary>
internal enum SignOnProblem
{
    Unavailable,
    Cancelled,
    Failed,
    Unverified,
    ShutOut,
    SomebodyElses,
}

/// <summary>The sign-in page says it in words of ours; the address only says which, so that nobody else puts words there.</summary>
internal static class SignOnProblems
{
    public static string Page(SignOnProblem problem, string returnUrl)
    {
        var page = returnUrl == "/" ? "/sign-in" : ReturnUrls.Carry("/sign-in", returnUrl);
        return $"{page}{(page.Contains('?', StringComparison.Ordinal) ? '&' : '?')}problem={problem}";
    }

    /// <summary>Null where it is no problem that there is.</summary>
    public static Refusal? Of(string? problem, OidcOptions options) =>
        options.IsOn && Enum.TryParse<SignOnProblem>(problem, out var known) && Enum.IsDefined(known)
            ? new Refusal(RefusalReason.InvalidCredentials, Words(known, options.DisplayName))
            : null;

    private static string Words(SignOnProblem problem, string name) =>
        problem switch
        {
            SignOnProblem.Unavailable => $"{name} does not answer at the moment. Try again in a minute.",
            SignOnProblem.Cancelled => $"You did not sign in with {name}.",
            SignOnProblem.Unverified => $"{name} does not confirm your e-mail address, and only a confirmed one is let in. Ask who looks after your company accounts.",
            SignOnProblem.ShutOut => "Your account here is deactivated. Ask an operator of this site.",
            SignOnProblem.SomebodyElses => $"The account with your e-mail address belongs to somebody else at {name}. Ask an operator of this site.",
            _ => $"Signing in with {name} did not work, or took too long. Try again.",
        };
}
