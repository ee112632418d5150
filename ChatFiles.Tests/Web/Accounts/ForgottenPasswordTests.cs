using System.Net.Http.Json;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>Another password by a link that comes by mail. Each test has people of its own: an hour has three mails for each.</summary>
public sealed class ForgottenPasswordTests(ForgottenPasswordTests.Site site) : IClassFixture<ForgottenPasswordTests.Site>
{
    private const string NewPassword = "An0ther-one";

    private readonly MailServer _mails = site.Mails;
    private readonly TestServer _server = site.Server;

    [Fact]
    public async Task A_link_comes_by_mail_and_sets_another_password_once()
    {
        var ann = await _server.UserAsync("ann");

        await AskAsync("  Ann@Example.org ").ShouldBeAsync(HttpStatusCode.Accepted);

        var mail = await _mails.NextAsync();
        mail.To.ShouldBe("ann@example.org", "the address of the account, not the one that was typed");
        mail.Link.AbsolutePath.ShouldBe("/set-password");
        using var browser = new WebBrowser(_server.Client());
        (await SetPasswordAsync(browser, mail.Link)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        await _server.SignInAsync(ann.Email, NewPassword);
        (await _server.Stranger.GetStringAsync(mail.Link.PathAndQuery)).ShouldContain("not valid any more");
    }

    [Fact]
    public async Task Who_has_no_account_or_is_deactivated_is_answered_alike_and_gets_no_mail()
    {
        var (olga, eve, ann) = (site.Olga, await _server.UserAsync("eve"), await _server.UserAsync("carl"));
        await olga.Http.PutAsJsonAsync($"operator/people/{await eve.IdAsync()}", new { active = false }).ShouldBeAsync(HttpStatusCode.NoContent);

        var answers = new List<string>();
        foreach (var email in new[] { "nobody@example.org", eve.Email, ann.Email })
        {
            using var answer = await AskAsync(email);
            answers.Add($"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()} {string.Join(',', answer.Headers.Concat(answer.Content.Headers).Select(h => h.Key).Order(StringComparer.Ordinal))}");
        }

        answers.Distinct(StringComparer.Ordinal).ShouldHaveSingleItem().ShouldStartWith("Accepted");
        (await _mails.NextAsync()).To.ShouldBe(ann.Email, "questions are answered in their order");
        _mails.Count.ShouldBe(0);
    }

    [Fact]
    public async Task An_address_gets_three_mails_an_hour_however_it_is_written()
    {
        var (dora, ben) = (await _server.UserAsync("dora"), await _server.UserAsync("ben"));
        foreach (var email in new[] { dora.Email, "DORA@example.org", dora.Email, "Dora@example.org" })
        {
            await AskAsync(email).ShouldBeAsync(HttpStatusCode.Accepted);
            if (email != "Dora@example.org")
                (await _mails.NextAsync()).To.ShouldBe(dora.Email);
        }

        await AskAsync(ben.Email).ShouldBeAsync(HttpStatusCode.Accepted);
        (await _mails.NextAsync()).To.ShouldBe(ben.Email);
        _mails.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("Host")]
    [InlineData("X-Forwarded-Host")]
    public async Task A_link_leads_to_this_site_whatever_address_it_was_asked_by(string header)
    {
        var ann = await _server.UserAsync($"host-{header.Length}");
        using var request = new HttpRequestMessage(HttpMethod.Post, "account/forgot") { Content = JsonContent.Create(new { email = ann.Email }) };
        request.Headers.TryAddWithoutValidation(header, "evil.example").ShouldBeTrue();
        await _server.Stranger.SendAsync(request).ShouldBeAsync(HttpStatusCode.Accepted);

        (await _mails.NextAsync()).Link.GetLeftPart(UriPartial.Authority).ShouldBe(_server.Address.GetLeftPart(UriPartial.Authority));
    }

    [Fact]
    public async Task Links_begin_with_the_sites_own_address_where_it_is_set()
    {
        await using var own = await TestServer.StartAsync([.. _mails.Settings, ("Site:PublicUrl", "https://files.example.com/")]);
        var ann = await own.UserAsync("ann");

        await own.Stranger.PostAsJsonAsync("account/forgot", new { email = ann.Email }).ShouldBeAsync(HttpStatusCode.Accepted);

        (await _mails.NextAsync()).Link.AbsoluteUri.ShouldStartWith("https://files.example.com/set-password?token=");
    }

    [Theory]
    [InlineData("""{"email": "no address"}""")]
    [InlineData("""{"email": "ann@example.org\r\nBcc: eve@example.org"}""")]
    [InlineData("""{"email": null}""")]
    [InlineData("{}")]
    [InlineData("nonsense")]
    public async Task Without_an_address_it_is_refused(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        await _server.Stranger.PostAsync("account/forgot", content).ShouldBeProblemAsync(400, "invalid-json");
    }

    [Fact]
    public async Task The_form_works_without_script_and_the_sign_in_page_leads_to_it()
    {
        var ann = await _server.UserAsync("fay");
        (await _server.Stranger.GetStringAsync("sign-in")).ShouldMatch("<a href=\"/forgot\"[^>]*>Forgot your password\\?</a>");
        using var browser = new WebBrowser(_server.Client());

        using (var wrong = await browser.SubmitAsync("forgot", "forgot", ("Email", "nonsense")))
            (await wrong.Content.ReadAsStringAsync()).ShouldContain("not an e-mail address");
        using var sent = await browser.SubmitAsync("forgot", "forgot", ("Email", ann.Email));

        (await sent.Content.ReadAsStringAsync()).ShouldContain("If this address has an account here");
        (await _mails.NextAsync()).To.ShouldBe(ann.Email);
    }

    [Fact]
    public async Task Where_no_mail_is_set_there_is_no_way_to_ask()
    {
        await using var own = await TestServer.StartAsync();
        await own.Stranger.PostAsJsonAsync("account/forgot", new { email = "ann@example.org" }).ShouldBeProblemAsync(403, "mail-not-set");
        (await own.Stranger.GetStringAsync("sign-in")).ShouldNotContain("/forgot");
        (await own.Stranger.GetStringAsync("forgot")).ShouldContain("This site sends no mail");
    }

    [Theory]
    [InlineData("account/forgot")]
    [InlineData("forgot")]
    public async Task Asking_counts_as_a_sign_in(string path)
    {
        await using var own = await TestServer.StartAsync([.. _mails.Settings, ("RateLimits:SignInsPerMinute", "1")]);
        using (await own.Stranger.PostAsJsonAsync("account/login", new { email = "ann@example.org", password = "x" })) { }
        await own.Stranger.PostAsync(path, new FormUrlEncodedContent([])).ShouldBeProblemAsync(429, "too-many-requests");
    }

    [Fact]
    public async Task It_is_noted_who_was_sent_a_link_but_not_the_link()
    {
        var (olga, ann) = (site.Olga, await _server.UserAsync("gail"));
        await AskAsync(ann.Email).ShouldBeAsync(HttpStatusCode.Accepted);
        var mail = await _mails.NextAsync();

        var noted = (await olga.GetAsync("operator/audit?action=password-reset")).GetProperty("entries")[0];

        (noted.Text("subject"), noted.Text("address"), noted.Text("detail")).ShouldBe((ann.Email, "127.0.0.1", "a link was asked for by mail"));
        noted.GetProperty("actor").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        noted.GetRawText().ShouldNotContain(mail.Link.Query.Split('=')[1]);
    }

    [Fact]
    public async Task A_link_by_mail_stands_beside_an_operators_and_the_use_of_either_ends_both()
    {
        var links = _server.Services.GetRequiredService<PasswordLinks>();
        var id = await (await _server.UserAsync("kim")).IdAsync();
        var (given, first) = (await GivenAsync(), await MailedAsync());
        (await WorkAsync(given, first)).ShouldBe([true, true], "whoever asks for a link by mail ends no operator's");
        var second = await MailedAsync();
        (await WorkAsync(given, first, second)).ShouldBe([true, false, true]);
        var anew = await GivenAsync();
        (await WorkAsync(given, second, anew)).ShouldBe([false, false, true]);

        var third = await MailedAsync();
        (await links.UseAsync(third, "a hash")).Refusal.ShouldBeNull();
        (await WorkAsync(anew, third)).ShouldBe([false, false]);
        var (last, fourth) = (await GivenAsync(), await MailedAsync());
        (await links.UseAsync(last, "a hash")).Refusal.ShouldBeNull();
        (await WorkAsync(last, fourth)).ShouldBe([false, false]);

        async Task<string> GivenAsync() => (await links.MakeAsync(Operator.AtTheMachine, id, PasswordLinks.ResetLifetime)).Value.Token;

        async Task<string> MailedAsync() => (await links.MakeForgottenAsync(id))!.Token;

        async Task<List<bool>> WorkAsync(params string[] tokens)
        {
            var found = new List<bool>();
            foreach (var token in tokens)
                found.Add((await links.FindAsync(token)).Refusal is null);
            return found;
        }
    }

    private Task<HttpResponseMessage> AskAsync(string email) => _server.Stranger.PostAsJsonAsync("account/forgot", new { email });

    private static Task<HttpResponseMessage> SetPasswordAsync(WebBrowser browser, Uri link) =>
        browser.SubmitAsync(link.PathAndQuery, "set-password", ("Password", NewPassword));

    public sealed class Site : IAsyncLifetime
    {
        internal MailServer Mails { get; } = new();

        internal TestServer Server { get; private set; } = null!;

        internal ApiUser Olga { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Server = await TestServer.StartAsync(Mails.Settings);
            Olga = await Server.UserAsync("olga");
        }

        public async Task DisposeAsync()
        {
            await Server.DisposeAsync();
            await Mails.DisposeAsync();
        }
    }
}
