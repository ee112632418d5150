using System.Net.Http.Json;
using System.Text.RegularExpressions;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Security;

/// <summary>What a browser with a cookie may do, and what other sites cannot make it do.</summary>
public sealed partial class BrowserTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Poll = "_blazor?id=x";

    /// <summary>What a script's request bears, and a page of another site can't add.</summary>
    private static readonly (string Name, string Value) Script = ("X-Requested-With", "XMLHttpRequest");

    [Fact]
    public async Task A_change_by_cookie_needs_the_token_of_the_page()
    {
        using var browser = await SignInAsync();
        await browser.GetAsync("chat").ShouldBeAsync(HttpStatusCode.OK);
        await browser.PostAsJsonAsync("chat", new { name = "Room" }).ShouldBeProblemAsync(400, "antiforgery");
        await browser.DeleteAsync("chat/1/messages/1").ShouldBeProblemAsync(400, "antiforgery");
        await browser.PostAsync("chat/1/file", new Form().File("note.txt").Content).ShouldBeProblemAsync(400, "antiforgery");
        await browser.PostAsync("chat/1/uploads", content: null).ShouldBeProblemAsync(400, "antiforgery");
        await browser.PatchAsync("chat/1/uploads/x", content: null).ShouldBeProblemAsync(400, "antiforgery");

        browser.DefaultRequestHeaders.Add("RequestVerificationToken", "nonsense");
        await browser.PostAsJsonAsync("chat", new { name = "Room" }).ShouldBeProblemAsync(400, "antiforgery");

        browser.DefaultRequestHeaders.Remove("RequestVerificationToken");
        browser.DefaultRequestHeaders.Add("RequestVerificationToken", MetaToken().Match(await browser.GetStringAsync("chats/1")).Groups["value"].Value);
        await browser.PostAsJsonAsync("chat", new { name = "Room" }).ShouldBeAsync(HttpStatusCode.Created);
        await browser.PostAsync("chat/1/file", new Form().File("note.txt").Content).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("", "/sign-in?returnUrl=%2F")]
    [InlineData("chats/7?a=b", "/sign-in?returnUrl=%2Fchats%2F7%3Fa%3Db")]
    [InlineData("profile", "/sign-in?returnUrl=%2Fprofile")]
    public async Task A_page_leads_who_is_not_signed_in_to_the_sign_in_page(string page, string location)
    {
        using var answer = await server.Stranger.GetAsync(page);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.OriginalString.ShouldEndWith(location);
    }

    [Theory]
    [InlineData("/chats/1", true)]
    [InlineData("//evil.example/x", false)]
    [InlineData("/\\evil.example", false)]
    [InlineData("https://evil.example/x", false)]
    public async Task After_signing_in_only_this_sites_addresses_are_followed(string returnUrl, bool followed)
    {
        await server.UserAsync("ann");
        using var browser = server.Client();
        using var answer = await PostSignInAsync(browser, returnUrl);
        var target = new Uri(server.Address, answer.Headers.Location!);
        target.Authority.ShouldBe(server.Address.Authority);
        target.AbsolutePath.ShouldBe(followed ? returnUrl : "/");
    }

    [Theory]
    [InlineData("POST", "_blazor/negotiate?negotiateVersion=1", HttpStatusCode.OK)]
    [InlineData("GET", Poll, HttpStatusCode.NotFound)]
    [InlineData("POST", Poll, HttpStatusCode.NotFound)]
    [InlineData("DELETE", Poll, HttpStatusCode.NotFound)]
    public async Task Circuits_are_for_people_who_are_signed_in_from_this_site_by_every_door(string method, string path, HttpStatusCode answer)
    {
        using var stranger = new HttpRequestMessage(HttpMethod.Parse(method), path);
        await server.Stranger.SendAsync(stranger).ShouldBeProblemAsync(401, "not-signed-in");

        using var browser = await SignInAsync();
        var here = server.Address.GetLeftPart(UriPartial.Authority);
        (await StatusAsync(browser, method, path, origin: null)).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(browser, method, path, "https://evil.example")).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(browser, method, path, "https://evil.example", Script)).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(browser, method, path, "null")).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(browser, method, path, here)).ShouldBe(answer);
    }

    [Fact]
    public async Task A_poll_bears_no_origin_but_a_header_that_no_other_site_can_add()
    {
        using var browser = await SignInAsync();
        (await StatusAsync(browser, "GET", Poll, origin: null, Script)).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(browser, "GET", Poll, origin: null, Script, ("Sec-Fetch-Site", "same-origin"))).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(browser, "GET", Poll, origin: null, Script, ("Sec-Fetch-Site", "cross-site"))).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(browser, "POST", Poll, origin: null, Script)).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(browser, "DELETE", Poll, origin: null, Script)).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task There_is_no_other_way_to_a_circuit()
    {
        using var browser = await SignInAsync();
        var here = server.Address.GetLeftPart(UriPartial.Authority);
        (await StatusAsync(browser, "GET", Poll, here, ("Accept", "text/event-stream"))).ShouldBe(HttpStatusCode.BadRequest);
        (await StatusAsync(browser, "GET", "_blazor", here)).ShouldBe(HttpStatusCode.BadRequest);
        (await StatusAsync(browser, "POST", "_blazor", here)).ShouldBe(HttpStatusCode.BadRequest);
        (await StatusAsync(browser, "PUT", Poll, here)).ShouldBe(HttpStatusCode.BadRequest);
        (await StatusAsync(browser, "POST", "_blazor/anything", here)).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("_blazor/negotiate")]
    [InlineData(Poll)]
    [InlineData("_blazor/disconnect")]
    public async Task What_is_sent_to_a_circuit_is_small(string path)
    {
        using var browser = await SignInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[300 * 1024]) };
        request.Headers.Add("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        using var answer = await browser.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("sign-in")]
    [InlineData("chat")]
    [InlineData("no/such/route")]
    [InlineData("health/live")]
    public async Task Every_answer_has_the_security_headers(string path)
    {
        using var answer = await server.Stranger.GetAsync(path);
        var headers = answer.Headers.ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        headers["X-Content-Type-Options"].ShouldBe("nosniff");
        headers["X-Frame-Options"].ShouldBe("DENY");
        headers["Content-Security-Policy"].ShouldContain("script-src 'self';");
        headers["Content-Security-Policy"].ShouldContain("frame-ancestors 'none'");
        headers["Permissions-Policy"].ShouldBe("camera=(self), microphone=(self), geolocation=(), payment=(), usb=()");
        headers.ShouldNotContainKey("Server");
    }

    private async Task<HttpClient> SignInAsync()
    {
        await server.UserAsync("ann");
        var browser = server.Client();
        using var answer = await PostSignInAsync(browser, "/");
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return browser;
    }

    private static async Task<HttpResponseMessage> PostSignInAsync(HttpClient browser, string returnUrl)
    {
        var page = "sign-in?returnUrl=" + Uri.EscapeDataString(returnUrl);
        var html = await browser.GetStringAsync(page);
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["__RequestVerificationToken"] = FormToken().Match(html).Groups["value"].Value,
                ["_handler"] = Handler().Match(html).Groups["value"].Value,
                ["Email"] = "ann@example.org",
                ["Password"] = "Passw0rd!",
            }
        );
        return await browser.PostAsync(page, form);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient browser, string method, string path, string? origin, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var answer = await browser.SendAsync(request);
        return answer.StatusCode;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FormToken();

    [GeneratedRegex("name=\"_handler\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Handler();

    [GeneratedRegex("<meta name=\"antiforgery-token\" content=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MetaToken();
}
