using System.Security.Claims;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Accounts;

/// <summary>
/// Once a minute a cookie's claims are read afresh. What makes it valid is its session: after a change of password the
/// cookie it was changed with still has the old stamp.
/// </summary>
internal sealed class SessionStamp(
    IOptions<SecurityStampValidatorOptions> options,
    SignInManager<Person> signIn,
    ILoggerFactory loggers,
    UserManager<Person> users,
    Sessions sessions
) : SecurityStampValidator<Person>(options, signIn, loggers)
{
    protected override async Task<Person?> VerifySecurityStamp(ClaimsPrincipal? principal) =>
        principal is not null && await sessions.IsLiveAsync(principal.SessionId()) ? await users.GetUserAsync(principal) : null;
}
