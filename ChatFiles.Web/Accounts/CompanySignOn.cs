using System.Security.Claims;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Web.Api;
using ChatFiles.Web.Components.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Accounts;

/// <summary>What is left to do once the provider has said who somebody is: an account, and a session of it.</summary>
internal sealed class CompanySignOn(
    SignOns signOns,
    Sessions sessions,
    SignInManager<Person> signIn,
    AccountService accounts,
    AuditLog audit,
    IOptions<OidcOptions> options
)
{
    public const string PasswordPage = "/sign-in/link";

    private const string Operator = "operator";
    private const string ReturnUrl = "returnUrl";

    /// <summary>For who may link an account by its password; the cookie that says so is good for some minutes.</summary>
    private static string Waiting => IdentityConstants.ExternalScheme;

    private string How => $"with {options.Value.DisplayName}";

    /// <summary>Lets in whom the provider knows; gives the page to go on at.</summary>
    public async Task<string> EnterAsync(HttpContext context, ClaimsPrincipal said, string returnUrl)
    {
        if (ProviderClaims.Read(said, options.Value) is not { } who)
        {
            audit.Note(AuditAction.SignInFailed, actorId: null, AddressOf(said), $"{How}: no verified address");
            return SignOnProblems.Page(SignOnProblem.Unverified, returnUrl);
        }

        var result = await signOns.EnterAsync(who);
        switch (result.End)
        {
            case SignOnEnd.Entered:
                await BeginAsync(result.Person);
                return returnUrl;
            case SignOnEnd.PasswordWanted:
                await context.SignInAsync(Waiting, TicketOf(who), new() { Items = { [ReturnUrl] = returnUrl } });
                return PasswordPage;
            default:
                var problem = result.End == SignOnEnd.ShutOut ? SignOnProblem.ShutOut : SignOnProblem.SomebodyElses;
                audit.Note(AuditAction.SignInFailed, result.Person.Id, who.Address, $"{How}: {(problem == SignOnProblem.ShutOut ? "deactivated" : "the account is linked with another subject")}");
                return SignOnProblems.Page(problem, returnUrl);
        }
    }

    /// <summary>The address whose password is asked for; null where none is.</summary>
    public static async Task<string?> FindWaitingAsync(HttpContext context) => (await ReadAsync(context))?.Who.Address;

    /// <summary>Links the account whose password it is, and signs in; gives the page to go on at.</summary>
    public async Task<Result<string>> ProveAsync(HttpContext context, string? password)
    {
        if (await ReadAsync(context) is not var (who, returnUrl))
            return SignOnProblems.Page(SignOnProblem.Failed, returnUrl: "/");
        if (!(await accounts.ProveAsync(who.Address, password)).Succeeded(out var proved, out var refusal))
            return refusal;
        var result = await signOns.EnterAsync(who, proved);
        await context.SignOutAsync(Waiting);
        if (result.End != SignOnEnd.Entered)
            return SignOnProblems.Page(SignOnProblem.Failed, returnUrl);
        await BeginAsync(result.Person);
        return returnUrl;
    }

    private async Task BeginAsync(Person person) =>
        await signIn.SignInWithClaimsAsync(person, isPersistent: false, [SessionClaims.New(await sessions.BeginAsync(person, How))]);

    private static ClaimsPrincipal TicketOf(SignOn who) =>
        new(
            new ClaimsIdentity(
                [
                    new(ProviderClaims.Issuer, who.Issuer),
                    new(ProviderClaims.Subject, who.Subject),
                    new(ProviderClaims.Email, who.Address),
                    new(Operator, who.IsOperator ? "true" : "false"),
                ],
                Waiting
            )
        );

    private static async Task<(SignOn Who, string ReturnUrl)?> ReadAsync(HttpContext context)
    {
        var ticket = await context.AuthenticateAsync(Waiting);
        if (ticket is not { Succeeded: true, Principal: { } said } || said.FindFirstValue(ProviderClaims.Issuer) is not { } issuer)
            return null;
        var who = new SignOn(issuer, Text(ProviderClaims.Subject), Text(ProviderClaims.Email), Text(Operator) == "true");
        return (who, ReturnUrls.OnlyOurs(ticket.Properties.Items[ReturnUrl]));

        string Text(string type) => said.FindFirstValue(type) ?? "";
    }

    /// <summary>For the audit log, where it is an address at all.</summary>
    private static string AddressOf(ClaimsPrincipal said) => said.FindFirstValue(ProviderClaims.Email) is { } address && Addresses.IsOne(address) ? address : "";
}
