using System.Security.Claims;
using ChatFiles.Core;
using ChatFiles.Core.Data;
using ChatFiles.Core.Data.PostgreSql;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ChatFiles.Web.Accounts;

internal static class AccountServices
{
    /// <summary>ASP.NET Core Identity in ChatFiles' own database: a cookie for browsers, bearer tokens for programs.</summary>
    public static void AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddSettings<AccountOptions>(configuration, "Accounts")
            .Validate(options => options.OperatorNames.All(Addresses.IsOne), "Accounts:Operators: is a list of e-mail addresses, with commas or blanks between")
            .Validate(
                options => options.Domains.All(domain => Uri.CheckHostName(domain) == UriHostNameType.Dns),
                "Accounts:AllowedEmailDomains: is a list of domains such as example.com, without an @, with commas or blanks between"
            );
        services.AddSettings<SiteOptions>(configuration, "Site");
        services.PostConfigure<AccountOptions>(options =>
        {
            if (options.AllowedEmailDomains.Count == 0 && configuration["Accounts:AllowedEmailDomains"] is { Length: > 0 } list)
                options.AllowedEmailDomains = [list];
            if (options.Operators.Count == 0 && configuration["Accounts:Operators"] is { Length: > 0 } operators)
                options.Operators = [operators];
        });

        services
            .AddIdentityApiEndpoints<Person>(identity =>
            {
                identity.User.RequireUniqueEmail = true;
                identity.User.AllowedUserNameCharacters = "";
                identity.Password.RequiredLength = 8;
            })
            .AddUserStore<PersonStore>();
        services.AddCompanySignOn(configuration);
        services.AddSingleton<GuessTurns>();
        services.AddScoped<AccountService>();
        services.AddScoped<Enrolment>();
        services.AddSingleton<PeopleLists>();
        services.AddSingleton<ForgottenPasswords>();
        services.AddHostedService(provider => provider.GetRequiredService<ForgottenPasswords>());
        // RFC 9110, section 11.1: the scheme's name is case-insensitive; the framework only takes "Bearer".
        services.Configure<BearerTokenOptions>(
            IdentityConstants.BearerScheme,
            bearer =>
                bearer.Events.OnMessageReceived = async context =>
                {
                    var authorization = context.Request.Headers.Authorization.ToString();
                    if (!authorization.StartsWith("bearer ", StringComparison.OrdinalIgnoreCase))
                        return;
                    context.Token = authorization["bearer ".Length..].Trim();
                    if (context.Token.StartsWith(AccessTokens.Prefix, StringComparison.Ordinal))
                        await SignInByTokenAsync(context);
                }
        );
        services.ConfigureApplicationCookie(cookie =>
        {
            cookie.Cookie.Name = "chatfiles";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = TimeSpan.FromDays(30); // after the last use
        });
        services.AddScoped<ISecurityStampValidator, SessionStamp>();
        services.Configure<SecurityStampValidatorOptions>(stamp =>
        {
            stamp.ValidationInterval = TimeSpan.FromMinutes(1);
            stamp.OnRefreshingPrincipal = refreshing =>
            {
                refreshing.NewPrincipal!.CarryOver(refreshing.CurrentPrincipal!);
                return Task.CompletedTask;
            };
        });

        // Cookies and tokens stay valid over a restart: their keys lie with the data.
        services.AddDataProtection().SetApplicationName("ChatFiles");
        services.AddSingleton<IBeginsWithDatabase, FirstKey>();
        services
            .AddOptions<KeyManagementOptions>()
            .Configure<IServiceProvider>((keys, provider) => keys.XmlRepository = RepositoryOf(provider));

        services.AddAuthorization();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, SignInOrProblem>();
    }

    /// <summary>Beside a file's database in a folder, else in the database, for all processes that share it.</summary>
    private static IXmlRepository RepositoryOf(IServiceProvider services) =>
        services.GetRequiredService<IOptions<DatabaseOptions>>().Value.Provider == DatabaseProvider.PostgreSql
            ? new EntityFrameworkCoreXmlRepository<KeysContext>(services, NullLoggerFactory.Instance)
            : new FileSystemXmlRepository(Directory.CreateDirectory(services.GetRequiredService<DataDirectory>().Keys), NullLoggerFactory.Instance);

    /// <summary>Made where no other process can make one at the same time; of several, each would take another one for the right one.</summary>
    private sealed class FirstKey(IDataProtectionProvider protection) : IBeginsWithDatabase
    {
        public void Begin() => protection.CreateProtector(nameof(FirstKey)).Protect([]);
    }

    /// <summary>A token of a script: another secret than the tickets that Identity gives, for the same scheme.</summary>
    private static async Task SignInByTokenAsync(Microsoft.AspNetCore.Authentication.BearerToken.MessageReceivedContext context)
    {
        var services = context.HttpContext.RequestServices;
        if (await services.GetRequiredService<AccessTokens>().FindOwnerAsync(context.Token!, context.HttpContext.RequestAborted) is not { } owner)
        {
            context.Fail("The access token is unknown or has ended.");
            return;
        }

        var principal = await services.GetRequiredService<IUserClaimsPrincipalFactory<Person>>().CreateAsync(owner.Person);
        var identity = (ClaimsIdentity)principal.Identity!;
        identity.AddClaim(SessionClaims.New(Sessions.OfToken(owner.TokenId)));
        context.Principal = principal;
        context.Success();
    }
}
