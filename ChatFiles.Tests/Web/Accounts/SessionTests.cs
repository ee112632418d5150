using System.Net.Http.Json;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>How long a sign-in lasts, and what ends it.</summary>
public sealed class SessionTests(TestServer server) : IClassFixture<TestServer>
{
    private const string NewPassword = "An0ther-one";

    [Fact]
    public async Task A_sign_in_lasts_until_the_browser_closes_and_30_days_where_the_person_says_so()
    {
        var ann = await NewPersonAsync();
        (await CookieAsync(isKept: false)).ShouldNotContain("expires", Case.Insensitive);
        var kept = await CookieAsync(isKept: true);
        var expires = DateTimeOffset.Parse(kept.Split("expires=")[1].Split(';')[0], System.Globalization.CultureInfo.InvariantCulture);
        (expires - TimeProvider.System.GetUtcNow()).TotalDays.ShouldBeInRange(29.9, 30);

        async Task<string> CookieAsync(bool isKept)
        {
            using var browser = new WebBrowser(server.Client());
            using var answer = await browser.TrySignInAsync(ann.Email, ann.Password, isKept);
            return answer.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("chatfiles=", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_page_offers_to_keep_a_sign_in_and_does_not_do_so_by_itself()
    {
        var html = await server.Stranger.GetStringAsync("sign-in");
        html.ShouldContain("Keep me signed in");
        html.ShouldNotContain("checked");
    }

    [Fact]
    public async Task Signing_out_ends_a_copy_of_the_cookie_and_the_streams_but_no_other_session()
    {
        var ann = await NewPersonAsync();
        using var browser = await WebBrowser.SignInAsync(server, ann);
        using var other = await WebBrowser.SignInAsync(server, ann);
        using var copy = server.Client();
        copy.DefaultRequestHeaders.Add("Cookie", await CookieOfAsync(ann, browser));
        await copy.GetAsync("chat").ShouldBeAsync(HttpStatusCode.OK);
        await using var stream = await EventReader.OpenAsync(ann with { Http = browser.Http }, chat: 1);

        await browser.SubmitAsync("sign-out", "sign-out").ShouldBeAsync(HttpStatusCode.Redirect);

        await ShouldBeOutAsync(copy);
        await ShouldEndAsync(stream);
        await other.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.OK);
        await ann.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_changed_password_ends_all_other_sessions_tokens_and_streams_and_not_the_one_it_was_changed_in()
    {
        var ann = await NewPersonAsync();
        using var own = await WebBrowser.SignInAsync(server, ann);
        using var other = await WebBrowser.SignInAsync(server, ann);
        using var login = await server.Stranger.PostAsJsonAsync("account/login", new { email = ann.Email, password = ann.Password });
        var refreshToken = (await login.JsonAsync()).Text("refreshToken");
        await using var stream = await EventReader.OpenAsync(ann, chat: 1);
        await using var ownStream = await EventReader.OpenAsync(ann with { Http = own.Http }, chat: 1);
        await using var otherStream = await EventReader.OpenAsync(ann with { Http = other.Http }, chat: 1);

        (await ChangePasswordAsync(own, ann.Password, NewPassword)).ShouldContain("Your password is changed");

        await ShouldBeOutAsync(ann.Http);
        await ShouldBeOutAsync(other.Http);
        await ShouldEndAsync(stream);
        await ShouldEndAsync(otherStream);
        await server.Stranger.PostAsJsonAsync("account/refresh", new { refreshToken }).ShouldBeProblemAsync(401, "invalid-credentials");
        await own.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.OK);
        var again = await server.SignInAsync(ann.Email, NewPassword);
        await again.SendTextAsync(1, "still there?");
        (await ownStream.NextAsync()).ShouldNotBeNull().Type.ShouldBe("message-created");
    }

    /// <summary>As a reset of the password, a deactivation or a command beside the server do it.</summary>
    [Fact]
    public async Task Whoever_changes_an_accounts_stamp_ends_all_of_its_sessions()
    {
        var ann = await NewPersonAsync();
        using var browser = await WebBrowser.SignInAsync(server, ann);
        await using var stream = await EventReader.OpenAsync(ann, chat: 1);

        await using (var scope = server.Services.CreateAsyncScope())
        {
            var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
            (await people.UpdateSecurityStampAsync((await people.FindByEmailAsync(ann.Email))!)).Succeeded.ShouldBeTrue();
        }

        await ShouldEndAsync(stream);
        await ShouldBeOutAsync(ann.Http);
        await ShouldBeOutAsync(browser.Http);
    }

    [Fact]
    public async Task Signing_out_everywhere_ends_all_sessions_and_tokens()
    {
        var ann = await NewPersonAsync();
        using var browser = await WebBrowser.SignInAsync(server, ann);
        await using var stream = await EventReader.OpenAsync(ann with { Http = browser.Http }, chat: 1);
        await browser.Http.PostAsync("account/sign-out-everywhere", content: null).ShouldBeProblemAsync(400, "antiforgery");
        await browser.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.OK);

        await ann.Http.PostAsync("account/sign-out-everywhere", content: null).ShouldBeAsync(HttpStatusCode.NoContent);

        await ShouldEndAsync(stream);
        await ShouldBeOutAsync(ann.Http);
        await ShouldBeOutAsync(browser.Http);
        await server.Stranger.PostAsync("account/sign-out-everywhere", content: null).ShouldBeProblemAsync(401, "not-signed-in");
        (await server.SignInAsync(ann.Email)).Http.Dispose();
    }

    [Fact]
    public async Task The_button_on_the_profile_page_signs_out_everywhere()
    {
        var ann = await NewPersonAsync();
        using var browser = await WebBrowser.SignInAsync(server, ann);

        await browser.SubmitAsync("profile", "sign-out-everywhere").ShouldBeAsync(HttpStatusCode.Redirect);

        await ShouldBeOutAsync(ann.Http);
        await ShouldBeOutAsync(browser.Http);
    }

    [Fact]
    public async Task Wrong_guesses_of_the_current_password_lock_the_account_like_wrong_sign_ins()
    {
        var ann = await NewPersonAsync();
        using var browser = await WebBrowser.SignInAsync(server, ann);
        for (var i = 0; i < 5; i++)
            (await ChangePasswordAsync(browser, "wrong", NewPassword)).ShouldContain("not your current password");

        (await ChangePasswordAsync(browser, ann.Password, NewPassword)).ShouldContain("not your current password");
        await server.Stranger.PostAsJsonAsync("account/login", new { email = ann.Email, password = ann.Password })
            .ShouldBeProblemAsync(401, "invalid-credentials");
    }

    [Fact]
    public async Task A_session_survives_a_restart()
    {
        await using var restarting = await TestServer.StartAsync();
        var ann = await restarting.UserAsync("ann");

        await restarting.RestartAsync();

        using var http = restarting.Client();
        http.DefaultRequestHeaders.Authorization = new("Bearer", ann.Token);
        await http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.OK);
    }

    private Task<ApiUser> NewPersonAsync() => server.UserAsync($"p{Guid.NewGuid():N}");

    /// <summary>What the page says then.</summary>
    private static async Task<string> ChangePasswordAsync(WebBrowser browser, string current, string replacement)
    {
        using var answer = await browser.SubmitAsync("profile", "password", ("Current", current), ("Replacement", replacement));
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Signs the browser in again, and takes its cookie down.</summary>
    private static async Task<string> CookieOfAsync(ApiUser person, WebBrowser browser)
    {
        using var answer = await browser.TrySignInAsync(person.Email, person.Password);
        return answer.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("chatfiles=", StringComparison.Ordinal)).Split(';')[0];
    }

    private static Task ShouldBeOutAsync(HttpClient client) =>
        Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await client.GetAsync("chat");
                return answer.StatusCode == HttpStatusCode.Unauthorized;
            },
            "the session had ended",
            seconds: 5
        );

    private static async Task ShouldEndAsync(EventReader stream)
    {
        var ending = Task.Run(async () =>
        {
            while (await stream.NextAsync() is not null)
            {
                // What was sent before.
            }
        });
        await ending.WaitAsync(TimeSpan.FromSeconds(5));
    }
}
