using System.Net.Http.Json;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>Sites of companies that need settings of their own.</summary>
public sealed class WithoutPasswordsTests
{
    private const string LocalSignIn = "Accounts:LocalSignIn";

    [Fact]
    public async Task Where_passwords_are_off_only_the_company_makes_and_opens_accounts_and_what_programs_have_works_on()
    {
        await using var site = await CompanySite.StartAsync(("Accounts:AllowRegistration", "true"));
        var local = await site.Server.UserAsync("local");
        using var login = await site.Server.Stranger.PostAsJsonAsync("account/login", new { email = local.Email, password = local.Password });
        var refreshToken = (await login.JsonAsync()).Text("refreshToken");
        using var made = await local.Http.PostAsJsonAsync("account/tokens", new { name = "script" });
        var token = (await made.JsonAsync()).Text("token");

        var id = await local.IdAsync();
        var lostId = await (await site.Server.UserAsync("lost")).IdAsync();
        await site.Server.RestartAsync((LocalSignIn, "false"), ("Accounts:AllowRegistration", "false"));
        await site.LinkWorksAsync();

        var account = new { email = "new@example.org", password = local.Password };
        await site.Server.Stranger.PostAsJsonAsync("account/register", account).ShouldBeProblemAsync(403, "local-sign-in-off");
        await site.Server.Stranger.PostAsJsonAsync("account/login", new { email = local.Email, password = local.Password }).ShouldBeProblemAsync(403, "local-sign-in-off");
        await site.Server.Stranger.PostAsJsonAsync("account/forgot", new { email = local.Email }).ShouldBeProblemAsync(403, "local-sign-in-off");
        await site.Server.Stranger.PostAsJsonAsync("account/refresh", new { refreshToken }).ShouldBeAsync(HttpStatusCode.OK);
        using (var script = site.Server.Client())
        {
            script.DefaultRequestHeaders.Authorization = new("Bearer", token);
            await script.GetAsync("chat").ShouldBeAsync(HttpStatusCode.OK);
        }

        var page = await site.Server.Stranger.GetStringAsync("sign-in");
        page.ShouldContain("Sign in with Company account");
        page.ShouldNotContain("Password");
        (await site.Server.Stranger.GetStringAsync("register")).ShouldNotContain("name=\"Password\"");
        (await site.Server.Stranger.GetStringAsync("set-password?token=x")).ShouldContain("Passwords are not used here");

        using var boss = await site.EnterAsync(site.NewPerson(CompanySite.Boss));
        await boss.SendAsync(HttpMethod.Post, "operator/people", new { email = "new@example.org" }).ShouldBeProblemAsync(403, "local-sign-in-off");
        await boss.SendAsync(HttpMethod.Post, $"operator/people/{id}/reset").ShouldBeProblemAsync(403, "local-sign-in-off");
        await boss.SendAsync(HttpMethod.Post, "operator/people/lists").ShouldBeProblemAsync(403, "local-sign-in-off");
        await boss.SendAsync(HttpMethod.Post, $"operator/people/lists/{Guid.NewGuid()}").ShouldBeProblemAsync(403, "local-sign-in-off");
        using var asPage = new HttpRequestMessage(HttpMethod.Get, "operator/people") { Headers = { Accept = { new("text/html") } } };
        using var shown = await boss.Http.SendAsync(asPage);
        var people = await shown.Content.ReadAsStringAsync();
        people.ShouldNotContain("aria-label=\"Add p");
        people.ShouldContain("data-forget=\"true\"");

        using var browser = site.NewBrowser();
        using (var asked = await site.SignOnAsync(browser, site.NewPerson(local.Email)))
            asked.LeadsTo().ShouldBe("/sign-in/link", "whoever had a password proves it this once");
        await browser.SubmitAsync("sign-in/link", "link", ("Password", local.Password)).ShouldBeAsync(HttpStatusCode.Redirect);
        (await browser.Http.GetStringAsync("profile")).ShouldNotContain("Change password");

        var all = site.Server.Services.GetRequiredService<PeopleService>();
        (await all.ChangeAsync(Operator.AtTheMachine, lostId, new PersonChange(ForgetsPassword: true))).Refusal.ShouldBeNull();
        using var owner = await site.EnterAsync(site.NewPerson("lost@example.org"));
        (await CompanySite.ProfileAsync(owner)).Text("userId").ShouldBe(lostId);
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_is_told_in_words_and_the_site_goes_on()
    {
        await using var site = await CompanySite.StartAsync();
        site.Provider.IsDown = true;
        await site.Server.RestartAsync();
        using var browser = site.NewBrowser();
        using (var answer = await browser.Http.GetAsync("sign-in/company?returnUrl=%2Fchats%2F7"))
            answer.LeadsTo().ShouldBe("/sign-in?returnUrl=%2Fchats%2F7&problem=Unavailable");
        (await browser.Http.GetStringAsync("sign-in?problem=Unavailable")).ShouldContain("Company account does not answer");

        site.Provider.IsDown = false;
        await site.LinkWorksAsync();
        var ann = site.NewPerson();
        using (await site.EnterAsync(ann)) { }

        var back = await site.Provider.AuthorizeAsync(await CompanySite.BeginAsync(browser), ann.Subject);
        site.Provider.IsDown = true;
        using (var answer = await browser.Http.GetAsync(back))
            answer.LeadsTo().ShouldStartWith("/sign-in?problem=");
        await browser.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_a_provider_or_a_guesser_sends_counts_as_a_sign_in()
    {
        await using var server = await TestServer.StartAsync(
            ("RateLimits:SignInsPerMinute", "2"),
            ("Accounts:Oidc:Authority", "https://id.example.com"),
            ("Accounts:Oidc:ClientId", "chatfiles"),
            ("Accounts:Oidc:ClientSecret", "secret")
        );
        using var form = new FormUrlEncodedContent([]);
        await server.Stranger.GetAsync("signin-oidc").ShouldBeAsync(HttpStatusCode.Found);
        await server.Stranger.PostAsync("sign-in/link", form).ShouldBeAsync(HttpStatusCode.BadRequest);

        await server.Stranger.GetAsync("signin-oidc").ShouldBeProblemAsync(429, "too-many-requests");
        await server.Stranger.GetAsync("sign-in/company").ShouldBeProblemAsync(429, "too-many-requests");
        await server.Stranger.GetAsync("Sign-In/Company/").ShouldBeProblemAsync(429, "too-many-requests");
        await server.Stranger.PostAsync("sign-in/link", form).ShouldBeProblemAsync(429, "too-many-requests");
    }

    [Fact]
    public async Task Without_a_provider_there_is_nothing_of_it()
    {
        await using var server = await TestServer.StartAsync((LocalSignIn, "false"));
        await server.Stranger.GetAsync("signin-oidc").ShouldBeProblemAsync(404, "not-found");
        await server.Stranger.GetAsync("sign-in/company").ShouldBeProblemAsync(404, "not-found");
        (await server.Stranger.GetStringAsync("sign-in?problem=Failed")).ShouldNotContain("Company account");
    }
}
