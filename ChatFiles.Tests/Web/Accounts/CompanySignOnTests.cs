using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>Signing in with a company's provider, which is a real one, and what those try who want somebody else's account.</summary>
public sealed class CompanySignOnTests(CompanySite site) : IClassFixture<CompanySite>
{
    private const string Unverified = "/sign-in?problem=Unverified";
    private const string Failed = "/sign-in?problem=Failed";
    private const string LinkPage = "/sign-in/link";

    [Fact]
    public async Task Whoever_the_provider_knows_gets_an_account_of_any_domain_in_a_session_as_after_any_sign_in()
    {
        var ann = site.NewPerson();
        using var browser = site.NewBrowser();
        using (var answer = await site.SignOnAsync(browser, ann))
        {
            answer.LeadsTo().ShouldBe("/");
            answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("chatfiles=", StringComparison.Ordinal)).ShouldNotContain("expires", Case.Insensitive);
        }

        var profile = await CompanySite.ProfileAsync(browser);
        profile.Text("email").ShouldBe(ann.Email);
        profile.Text("name").ShouldBe(ann.Email!.Split('@')[0]);
        profile.GetProperty("operator").GetBoolean().ShouldBeFalse();
        (await browser.GetAsync("chat/1")).Text("name").ShouldBe("General");
        (await browser.Http.GetStringAsync("profile")).ShouldNotContain("Change password");
        (await ActionsOfAsync(profile.Text("userId"))).ShouldBe(["sign-in", "person-changed", "registered"]);

        await browser.SubmitAsync("sign-out", "sign-out").ShouldBeAsync(HttpStatusCode.Redirect);
        await browser.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.Unauthorized);
        using var again = await site.EnterAsync(ann);
        (await CompanySite.ProfileAsync(again)).Text("userId").ShouldBe(profile.Text("userId"));
    }

    [Theory]
    [InlineData("sign-in")]
    [InlineData("register")]
    public async Task The_page_has_the_link_which_carries_where_one_wanted_to_go(string page)
    {
        var html = await site.Server.Stranger.GetStringAsync($"{page}?returnUrl=%2Fchats%2F7");
        html.ShouldContain("Sign in with Company account");
        html.ShouldContain("href=\"/sign-in/company?returnUrl=%2Fchats%2F7\"");
    }

    [Fact]
    public async Task The_provider_is_asked_for_a_code_that_nobody_else_can_use()
    {
        using var browser = site.NewBrowser();
        var asked = QueryHelpers.ParseQuery((await CompanySite.BeginAsync(browser)).Query);

        asked["response_type"].ToString().ShouldBe("code");
        asked["code_challenge_method"].ToString().ShouldBe("S256");
        asked["code_challenge"].ToString().Length.ShouldBeGreaterThan(40);
        asked["state"].ToString().ShouldNotBeEmpty();
        asked["nonce"].ToString().ShouldNotBeEmpty();
        asked["redirect_uri"].ToString().ShouldBe(new Uri(site.Server.Address, "signin-oidc").ToString());
    }

    [Theory]
    [InlineData("/chats/7?message=3", "/chats/7?message=3")]
    [InlineData("//evil.test", "/")]
    [InlineData("/\\evil.test", "/")]
    [InlineData("/\t/evil.test", "/")]
    [InlineData("https://evil.test", "/")]
    [InlineData("/caf\u00e9", "/")]
    public async Task Afterwards_one_is_where_one_wanted_to_go_and_never_on_another_site(string returnUrl, string expected)
    {
        using var browser = site.NewBrowser();
        using var answer = await site.SignOnAsync(browser, site.NewPerson(), $"sign-in/company?returnUrl={Uri.EscapeDataString(returnUrl)}");
        answer.LeadsTo().ShouldBe(expected);
    }

    /// <summary>One that the settings name as an operator's would be worth it.</summary>
    [Theory]
    [InlineData(null, "nothing")]
    [InlineData(false, "nothing")]
    [InlineData(null, "false")]
    [InlineData(null, "a text that says false")]
    [InlineData(null, "a one")]
    [InlineData(true, "false")]
    [InlineData(true, "another address")]
    public async Task An_address_that_the_provider_has_not_verified_opens_nothing(bool? isVerified, string userInfo)
    {
        Dictionary<string, object?> said = userInfo switch
        {
            "false" => new(StringComparer.Ordinal) { ["email_verified"] = false },
            "a text that says false" => new(StringComparer.Ordinal) { ["email_verified"] = "false" },
            "a one" => new(StringComparer.Ordinal) { ["email_verified"] = 1 },
            "another address" => new(StringComparer.Ordinal) { ["email"] = "other@company.test", ["email_verified"] = true },
            _ => new(StringComparer.Ordinal),
        };
        var eve = site.Say(new ProviderPerson(Guid.NewGuid().ToString(), CompanySite.Boss, isVerified) { UserInfo = said });
        using var browser = site.NewBrowser();
        using var answer = await site.SignOnAsync(browser, eve);

        answer.LeadsTo().ShouldBe(Unverified);
        await browser.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.Unauthorized);
        (await browser.Http.GetStringAsync(Unverified)).ShouldContain("does not confirm your e-mail address");
    }

    [Fact]
    public async Task What_only_the_user_info_says_counts_too()
    {
        var ann = site.NewPerson();
        site.Say(ann with { Email = null, EmailVerified = null, UserInfo = new(StringComparer.Ordinal) { ["email"] = ann.Email, ["email_verified"] = true } });
        using var browser = await site.EnterAsync(ann);
        (await CompanySite.ProfileAsync(browser)).Text("email").ShouldBe(ann.Email);
    }

    [Fact]
    public async Task An_account_with_a_password_is_linked_by_whoever_knows_it_and_by_nobody_else()
    {
        var local = await site.Server.UserAsync($"local{Guid.NewGuid():N}");
        var ann = site.NewPerson(local.Email.ToUpperInvariant());
        using var browser = site.NewBrowser();
        using (var answer = await site.SignOnAsync(browser, ann, "sign-in/company?returnUrl=%2Fchats%2F1"))
            answer.LeadsTo().ShouldBe(LinkPage);
        (await browser.Http.GetStringAsync(LinkPage)).ShouldContain("Link your account");
        await browser.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.Unauthorized);

        using (var wrong = await browser.SubmitAsync(LinkPage, "link", ("Password", "Wr0ng-one!")))
            (await wrong.Content.ReadAsStringAsync()).ShouldContain("role=\"alert\"");
        await browser.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.Unauthorized);
        using (var other = site.NewBrowser())
        using (var again = await site.SignOnAsync(other, ann))
            again.LeadsTo().ShouldBe(LinkPage, "it is not linked yet");

        using (var right = await browser.SubmitAsync(LinkPage, "link", ("Password", local.Password)))
            new Uri(site.Server.Address, right.LeadsTo()).PathAndQuery.ShouldBe("/chats/1");
        var id = await local.IdAsync();
        (await CompanySite.ProfileAsync(browser)).Text("userId").ShouldBe(id);
        (await ActionsOfAsync(id)).Where(action => action != "sign-in-failed").Take(2).ShouldBe(["sign-in", "person-changed"]);
        await Eventually.HoldsAsync(async () => (await ActionsOfAsync(id)).Contains("sign-in-failed"), "the wrong guess was noted");
        using var once = await browser.Http.GetAsync(LinkPage);
        once.LeadsTo().ShouldEndWith("/sign-in", Case.Sensitive, "there is nothing left to link");
        using var later = await site.EnterAsync(ann);
        (await CompanySite.ProfileAsync(later)).Text("userId").ShouldBe(id);
    }

    [Fact]
    public async Task Wrong_guesses_at_the_link_lock_the_account_like_wrong_sign_ins()
    {
        var local = await site.Server.UserAsync($"local{Guid.NewGuid():N}");
        using var browser = site.NewBrowser();
        using (await site.SignOnAsync(browser, site.NewPerson(local.Email)))
            for (var i = 0; i < 5; i++)
                await browser.SubmitAsync(LinkPage, "link", ("Password", "Wr0ng-one!")).ShouldBeAsync(HttpStatusCode.OK);

        await browser.SubmitAsync(LinkPage, "link", ("Password", local.Password)).ShouldBeAsync(HttpStatusCode.OK);
        await browser.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Nobody_who_comes_from_elsewhere_sees_the_page_that_links()
    {
        using var answer = await site.Server.Stranger.GetAsync(LinkPage);
        answer.LeadsTo().ShouldEndWith("/sign-in");
    }

    /// <summary>Each pair has one upper case, by which accounts are found.</summary>
    [Theory]
    [InlineData("lo\u03C3", "lo\u03C2")]
    [InlineData("\u03BCe", "\u00B5e")]
    public async Task Of_two_mailboxes_that_are_one_in_capitals_only_the_first_gets_the_account_and_is_the_operator_that_is_named(string first, string second)
    {
        var signOns = site.Server.Services.GetRequiredService<SignOns>();
        var entered = await signOns.EnterAsync(new SignOn("https://one.test", first, $"{first}@company.test", IsOperator: false));
        entered.End.ShouldBe(SignOnEnd.Entered);

        (await signOns.EnterAsync(new SignOn("https://two.test", second, $"{second}@company.test", IsOperator: false))).End.ShouldBe(SignOnEnd.SomebodyElses);
        (await signOns.EnterAsync(new SignOn("https://two.test", first, $"{first}@COMPANY.test", IsOperator: false))).End.ShouldBe(SignOnEnd.Entered);

        var options = new AccountOptions { Operators = [$"{first}@company.test"] };
        (options.IsOperator($"{first}@COMPANY.test"), options.IsOperator($"{second}@company.test")).ShouldBe((true, false));
    }

    [Fact]
    public async Task Who_is_given_another_address_keeps_the_account_and_gets_no_other_ones()
    {
        var (ann, ben) = (site.NewPerson(), site.NewPerson());
        using var first = await site.EnterAsync(ann);
        using var bens = await site.EnterAsync(ben);
        var id = (await CompanySite.ProfileAsync(first)).Text("userId");

        site.Say(ann with { Email = ben.Email });
        using var later = await site.EnterAsync(ann);
        (await CompanySite.ProfileAsync(later)).Text("userId").ShouldBe(id);
        (await CompanySite.ProfileAsync(later)).Text("email").ShouldBe(ann.Email);
    }

    [Fact]
    public async Task Whoever_is_given_a_leavers_address_does_not_get_the_leavers_account()
    {
        var leaver = site.NewPerson();
        using var before = await site.EnterAsync(leaver);
        var id = (await CompanySite.ProfileAsync(before)).Text("userId");

        using var browser = site.NewBrowser();
        using var answer = await site.SignOnAsync(browser, site.NewPerson(leaver.Email!.ToUpperInvariant()));

        answer.LeadsTo().ShouldBe("/sign-in?problem=SomebodyElses");
        await browser.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.Unauthorized);
        await Eventually.HoldsAsync(async () => (await ActionsOfAsync(id))[0] == "sign-in-failed", "it was noted");
        (await site.Server.Services.GetRequiredService<PasswordLinks>().MakeForgottenAsync(id)).ShouldBeNull("a mail to that address would open it as well");
    }

    [Fact]
    public async Task No_link_goes_by_mail_to_an_account_that_the_company_opens_though_it_has_a_password_too()
    {
        var local = await site.Server.UserAsync($"local{Guid.NewGuid():N}");
        var links = site.Server.Services.GetRequiredService<PasswordLinks>();
        (await links.MakeForgottenAsync(await local.IdAsync())).ShouldNotBeNull();

        using var browser = site.NewBrowser();
        using (await site.SignOnAsync(browser, site.NewPerson(local.Email)))
            await browser.SubmitAsync(LinkPage, "link", ("Password", local.Password)).ShouldBeAsync(HttpStatusCode.Redirect);

        (await links.MakeForgottenAsync(await local.IdAsync())).ShouldBeNull("the mailbox may be somebody else's by now");
    }

    /// <summary>As when the provider has lost its people and has them anew: an operator's link and its password are the proof.</summary>
    [Fact]
    public async Task Who_proves_the_password_with_a_new_subject_puts_it_in_the_place_of_the_old_one()
    {
        var before = site.NewPerson();
        using var first = await site.EnterAsync(before);
        var id = (await CompanySite.ProfileAsync(first)).Text("userId");
        using var boss = await BossAsync();
        using var reset = await boss.SendAsync(HttpMethod.Post, $"operator/people/{id}/reset");
        var link = new Uri((await reset.JsonAsync()).Text("link")).PathAndQuery;
        using (var browser = site.NewBrowser())
            await browser.SubmitAsync(link, "set-password", ("Password", "Passw0rd!")).ShouldBeAsync(HttpStatusCode.Redirect);

        var after = site.NewPerson(before.Email);
        using var again = site.NewBrowser();
        using (var answer = await site.SignOnAsync(again, after))
            answer.LeadsTo().ShouldBe(LinkPage);
        await again.SubmitAsync(LinkPage, "link", ("Password", "Passw0rd!")).ShouldBeAsync(HttpStatusCode.Redirect);

        (await CompanySite.ProfileAsync(again)).Text("userId").ShouldBe(id);
        using var old = site.NewBrowser();
        using var refused = await site.SignOnAsync(old, before);
        refused.LeadsTo().ShouldBe(LinkPage, "the old subject is nobody's any more");
    }

    [Fact]
    public async Task Two_browsers_that_come_at_once_for_the_first_time_get_one_account()
    {
        var ann = site.NewPerson();
        var browsers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => site.EnterAsync(ann)));
        var ids = await Task.WhenAll(browsers.Select(async browser => (await CompanySite.ProfileAsync(browser)).Text("userId")));
        ids.Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
        foreach (var browser in browsers)
            browser.Dispose();
    }

    [Fact]
    public async Task The_claim_makes_an_operator_until_a_sign_in_without_it_and_then_for_older_sessions_neither()
    {
        var olga = site.Say(site.NewPerson() with { Groups = ["others", CompanySite.OperatorGroup] });
        using var older = await site.EnterAsync(olga);
        await older.Http.GetAsync("operator/people").ShouldBeAsync(HttpStatusCode.OK);

        site.Say(olga with { Groups = ["others"] });
        await older.Http.GetAsync("operator/people").ShouldBeAsync(HttpStatusCode.OK);
        using var later = await site.EnterAsync(olga);

        await older.Http.GetAsync("operator/people").ShouldBeProblemAsync(403, "not-allowed");
        await later.Http.GetAsync("operator/people").ShouldBeProblemAsync(403, "not-allowed");
        var id = (await CompanySite.ProfileAsync(later)).Text("userId");
        (await DetailsOfAsync(id)).ShouldContain("made operator, by company sign-on");
        (await DetailsOfAsync(id)).ShouldContain("dismissed as operator, by company sign-on");
    }

    [Fact]
    public async Task Who_was_made_operator_by_hand_needs_no_claim()
    {
        var byHand = site.NewPerson();
        var alsoByHand = site.Say(site.NewPerson() with { Groups = [CompanySite.OperatorGroup] });
        using var boss = await BossAsync();
        foreach (var person in new[] { byHand, alsoByHand })
        {
            using var before = await site.EnterAsync(person);
            var id = (await CompanySite.ProfileAsync(before)).Text("userId");
            await boss.SendAsync(HttpMethod.Put, $"operator/people/{id}", new { @operator = true }).ShouldBeAsync(HttpStatusCode.NoContent);
            site.Say(person with { Groups = [] });

            using var after = await site.EnterAsync(person);
            (await CompanySite.ProfileAsync(after)).GetProperty("operator").GetBoolean().ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Who_is_operator_by_a_claim_does_not_keep_the_role_by_giving_it_to_themself()
    {
        var olga = site.Say(site.NewPerson() with { Groups = [CompanySite.OperatorGroup] });
        using var browser = await site.EnterAsync(olga);
        var id = (await CompanySite.ProfileAsync(browser)).Text("userId");
        await browser.SendAsync(HttpMethod.Put, $"operator/people/{id}", new { @operator = true }).ShouldBeAsync(HttpStatusCode.NoContent);

        site.Say(olga with { Groups = [] });
        using var later = await site.EnterAsync(olga);

        (await CompanySite.ProfileAsync(later)).GetProperty("operator").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_role_that_a_claim_has_lent_ends_at_a_sign_in_with_a_password()
    {
        var local = await site.Server.UserAsync($"local{Guid.NewGuid():N}");
        using var browser = site.NewBrowser();
        using (await site.SignOnAsync(browser, site.Say(site.NewPerson(local.Email) with { Groups = [CompanySite.OperatorGroup] })))
            await browser.SubmitAsync(LinkPage, "link", ("Password", local.Password)).ShouldBeAsync(HttpStatusCode.Redirect);
        (await CompanySite.ProfileAsync(browser)).GetProperty("operator").GetBoolean().ShouldBeTrue();

        await site.Server.SignInAsync(local.Email);

        (await CompanySite.ProfileAsync(browser)).GetProperty("operator").GetBoolean().ShouldBeFalse();
        (await DetailsOfAsync(await local.IdAsync())).ShouldContain("dismissed as operator, by a sign-in with the password");
    }

    [Fact]
    public async Task An_address_that_the_settings_name_makes_an_operator_with_or_without_the_claim()
    {
        using var boss = await BossAsync();
        using var again = await BossAsync();
        (await CompanySite.ProfileAsync(boss)).GetProperty("operator").GetBoolean().ShouldBeTrue();
        await again.Http.GetAsync("operator/people").ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_is_deactivated_is_told_so_and_not_let_in_whatever_they_claim()
    {
        var ann = site.NewPerson();
        using var browser = await site.EnterAsync(ann);
        var id = (await CompanySite.ProfileAsync(browser)).Text("userId");
        using (var boss = await BossAsync())
            await boss.SendAsync(HttpMethod.Put, $"operator/people/{id}", new { active = false }).ShouldBeAsync(HttpStatusCode.NoContent);

        site.Say(ann with { Groups = [CompanySite.OperatorGroup] });
        using var answer = await site.SignOnAsync(browser, ann);

        answer.LeadsTo().ShouldBe("/sign-in?problem=ShutOut");
        (await browser.Http.GetStringAsync(answer.LeadsTo())).ShouldContain("deactivated");
        await browser.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.Unauthorized);
        (await DetailsOfAsync(id)).ShouldNotContain("made operator, by company sign-on");
    }

    [Fact]
    public async Task A_link_to_set_the_first_password_of_an_account_ends_when_its_person_signs_on()
    {
        var ann = site.NewPerson();
        using var boss = await BossAsync();
        using var added = await boss.SendAsync(HttpMethod.Post, "operator/people", new { email = ann.Email });
        var link = new Uri((await added.JsonAsync()).Text("link"));

        using var browser = await site.EnterAsync(ann);

        (await site.Server.Stranger.GetStringAsync(link)).ShouldContain("not valid any more");
    }

    [Fact]
    public async Task An_answer_of_the_provider_counts_once_in_the_browser_that_asked_for_it()
    {
        var ann = site.NewPerson();
        using var browser = site.NewBrowser();
        var answer = await site.Provider.AuthorizeAsync(await CompanySite.BeginAsync(browser), ann.Subject);

        using (var victim = site.NewBrowser())
        using (var planted = await victim.Http.GetAsync(answer))
        {
            planted.LeadsTo().ShouldBe(Failed);
            await victim.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.Unauthorized);
        }

        using (var mixed = site.NewBrowser())
        {
            // Its own state and cookies, with somebody else's code.
            var own = await site.Provider.AuthorizeAsync(await CompanySite.BeginAsync(mixed), site.NewPerson().Subject);
            using var injected = await mixed.Http.GetAsync(QueryHelpers.AddQueryString("signin-oidc", new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["code"] = QueryHelpers.ParseQuery(answer.Query)["code"],
                ["state"] = QueryHelpers.ParseQuery(own.Query)["state"],
            }));
            injected.LeadsTo().ShouldBe(Failed);
            await mixed.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.Unauthorized);
        }

        using (var first = await browser.Http.GetAsync(answer))
            first.LeadsTo().ShouldBe("/");
        await browser.SubmitAsync("sign-out", "sign-out").ShouldBeAsync(HttpStatusCode.Redirect);
        using var replayed = await browser.Http.GetAsync(answer);
        replayed.LeadsTo().ShouldBe(Failed);
        await browser.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("signin-oidc")]
    [InlineData("signin-oidc?code=x")]
    [InlineData("signin-oidc?code=x&state=y")]
    [InlineData("signin-oidc?error=server_error&error_description=%3Cscript%3E")]
    public async Task What_no_provider_sent_leads_back_to_the_sign_in_page(string address)
    {
        using var answer = await site.Server.Stranger.GetAsync(address);
        answer.LeadsTo().ShouldBe(Failed);
        (await site.Server.Stranger.GetStringAsync(Failed)).ShouldContain("did not work");
    }

    [Fact]
    public async Task Nobody_puts_words_of_their_own_on_the_sign_in_page()
    {
        foreach (var problem in new[] { "%3Cb%3E", "99", "0,1", "" })
            (await site.Server.Stranger.GetStringAsync($"sign-in?problem={problem}")).ShouldNotContain("role=\"alert\"");
    }

    [Fact]
    public async Task A_form_is_not_read_where_the_provider_answers()
    {
        using var form = new FormUrlEncodedContent([new("state", "x"), new("code", "y")]);
        await site.Server.Stranger.PostAsync("signin-oidc", form).ShouldBeProblemAsync(405, "method-not-allowed");
    }

    [Fact]
    public async Task Who_thinks_better_of_it_at_the_provider_is_back_where_they_came_from()
    {
        using var browser = site.NewBrowser();
        var back = await site.Provider.AuthorizeAsync(await CompanySite.BeginAsync(browser, "sign-in/company?returnUrl=%2Fchats%2F7"), login: null);
        using var answer = await browser.Http.GetAsync(back);
        answer.LeadsTo().ShouldBe("/sign-in?returnUrl=%2Fchats%2F7&problem=Cancelled");
    }

    private Task<WebBrowser> BossAsync()
    {
        var boss = site.Say(new ProviderPerson("the boss", CompanySite.Boss));
        return site.EnterAsync(boss);
    }

    private async Task<string[]> ActionsOfAsync(string userId) => [.. (await EntriesOfAsync(userId)).Select(entry => entry.Action)];

    private async Task<string[]> DetailsOfAsync(string userId) => [.. (await EntriesOfAsync(userId)).Select(entry => entry.Detail)];

    private async Task<IReadOnlyList<ListedEntry>> EntriesOfAsync(string userId)
    {
        var log = site.Server.Services.GetRequiredService<AuditLog>();
        return (await log.ReadAsync(Operator.AtTheMachine, new AuditFilter(UserId: userId))).Value.Entries;
    }
}
