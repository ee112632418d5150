using System.Net.Http.Headers;
using System.Net.Http.Json;
using ChatFiles.Core.Mail;
using ChatFiles.Tests.Stage;
using ChatFiles.Web;
using ChatFiles.Web.Mails;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>Who wants no mail about what they missed says so on their profile page, or by the link in it, signed in or not.</summary>
public sealed class EndOfMailTests(EndOfMailTests.Site site) : IClassFixture<EndOfMailTests.Site>
{
    private readonly TestServer _server = site.Server;

    [Fact]
    public async Task The_link_leads_to_a_page_that_ends_nothing_until_its_button_is_pressed()
    {
        var (ann, link) = await LinkedAsync("page-ann");
        var browser = _server.Stranger;

        var page = await browser.GetStringAsync(link);
        page.ShouldContain("Stop these e-mails");
        page.ShouldNotContain(ann.Email);
        (await IsOnAsync(ann)).ShouldBeTrue("programs that look for bad links follow all of them");

        using var pressed = await PostAsync(link, "text/html");
        pressed.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        pressed.Headers.TryGetValues("Set-Cookie", out _).ShouldBeFalse();
        (await browser.GetStringAsync(pressed.Headers.Location)).ShouldContain("You get no more of these e-mails.");
        (await IsOnAsync(ann)).ShouldBeFalse();
    }

    [Fact]
    public async Task The_button_of_a_mail_program_ends_it_at_once_by_one_POST()
    {
        var (ann, link) = await LinkedAsync("button-ann");

        using (var pressed = await PostAsync(link, "*/*"))
            pressed.StatusCode.ShouldBe(HttpStatusCode.OK);

        (await IsOnAsync(ann)).ShouldBeFalse();
        using (var again = await PostAsync(link, "*/*"))
            again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?token=")]
    [InlineData("?token=nonsense")]
    [InlineData("?token=a&token=b")]
    public async Task A_link_that_nobody_was_given_ends_nothing_and_tells_nothing(string query)
    {
        (await _server.Stranger.GetStringAsync("mail/end" + query)).ShouldContain("This link is not valid");
        await PostAsync("mail/end" + query, "*/*").ShouldBeProblemAsync(401, "invalid-credentials");
        using var page = await PostAsync("mail/end" + query, "text/html");
        page.Headers.Location!.OriginalString.ShouldBe("/mail/end");
    }

    [Fact]
    public async Task On_the_profile_page_somebody_turns_it_off_and_on()
    {
        var ann = await _server.UserAsync("choice-ann");
        using var browser = await WebBrowser.SignInAsync(_server, ann);
        (await browser.Http.GetStringAsync("profile")).ShouldContain("E-mail about what I missed");
        (await IsOnAsync(ann)).ShouldBeTrue("it is on where mail is set");

        using (var off = await browser.SubmitAsync("profile", "missed-mail"))
            (await off.Content.ReadAsStringAsync()).ShouldContain("You get no e-mail about what you missed.");
        (await IsOnAsync(ann)).ShouldBeFalse();
        using (var on = await browser.SubmitAsync("profile", "missed-mail", ("WantsMail", "true")))
            (await on.Content.ReadAsStringAsync()).ShouldContain("You get e-mail about what you missed.");
        (await IsOnAsync(ann)).ShouldBeTrue();
    }

    [Fact]
    public async Task The_program_sends_it_by_itself_when_the_time_has_come()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var own = await TestServer.StartAsync(services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.Configure<SmtpOptions>(smtp => (smtp.Host, smtp.Port, smtp.From) = ("localhost", site.Mails.Port, "files@example.com"));
            services.Configure<SiteOptions>(options => options.PublicUrl = "https://files.example.com");
        });
        var (ann, ben) = (await own.UserAsync("ann"), await own.UserAsync("ben"));
        using (var chat = await ann.Http.PostAsJsonAsync("chat", new { with = ben.Email }))
            await ann.SendTextAsync((await chat.JsonAsync()).GetProperty("id").GetInt64(), "for you");

        await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMinutes(1));
                return site.Mails.Count > 0;
            },
            "the mail is there",
            seconds: 60
        );

        (await site.Mails.NextAsync()).To.ShouldBe(ben.Email);
    }

    [Fact]
    public async Task Where_no_mail_can_be_sent_nobody_is_asked_whether_they_want_it()
    {
        await using var own = await TestServer.StartAsync([.. site.Mails.Settings]); // without Site:PublicUrl
        using var browser = await WebBrowser.SignInAsync(own, await own.UserAsync("ann"));
        (await browser.Http.GetStringAsync("profile")).ShouldNotContain("E-mail about what I missed");
    }

    [Fact]
    public async Task Pressing_it_counts_as_a_sign_in()
    {
        await using var own = await TestServer.StartAsync(("RateLimits:SignInsPerMinute", "1"));
        using (await own.Stranger.PostAsJsonAsync("account/login", new { email = "ann@example.org", password = "x" })) { }
        await own.Stranger.PostAsync("mail/end", content: null).ShouldBeProblemAsync(429, "too-many-requests");
    }

    private async Task<(ApiUser Person, string Link)> LinkedAsync(string name)
    {
        var ann = await _server.UserAsync(name);
        return (ann, new Uri(_server.Services.GetRequiredService<MissedMailChoice>().EndLink(await ann.IdAsync())).PathAndQuery);
    }

    private async Task<bool> IsOnAsync(ApiUser person)
    {
        using var browser = await WebBrowser.SignInAsync(_server, person);
        return (await browser.Http.GetStringAsync("profile")).Contains("name=\"WantsMail\" value=\"true\" checked", StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> PostAsync(string link, string accept)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("List-Unsubscribe", "One-Click")]);
        using var request = new HttpRequestMessage(HttpMethod.Post, link) { Content = form, Headers = { Accept = { MediaTypeWithQualityHeaderValue.Parse(accept) } } };
        return await _server.Stranger.SendAsync(request);
    }

    public sealed class Site : IAsyncLifetime
    {
        internal MailServer Mails { get; } = new();

        internal TestServer Server { get; private set; } = null!;

        public async Task InitializeAsync() => Server = await TestServer.StartAsync([.. Mails.Settings, ("Site:PublicUrl", "https://files.example.com")]);

        public async Task DisposeAsync()
        {
            await Server.DisposeAsync();
            await Mails.DisposeAsync();
        }
    }
}
