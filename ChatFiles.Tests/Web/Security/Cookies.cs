using System.Net.Http.Json;

namespace ChatFiles.Tests.Web.Security;

public sealed class Cookies(SharedApp shared) : IClassFixture<SharedApp>
{
    private ChatFilesApp App => shared.App;

    [Fact]
    public async Task A_cookie_alone_changes_nothing()
    {
        using var ada = await Browser.RegisterAsync(App);
        using var eve = await Browser.RegisterAsync(App);
        var file = Guid.NewGuid();
        (HttpMethod Method, string Path, Func<HttpContent?> Body)[] changes =
        [
            (HttpMethod.Post, "/chat", () => JsonContent.Create(new { name = "x" })),
            (HttpMethod.Put, "/chat/1/read", () => JsonContent.Create(new { messageId = 1 })),
            (HttpMethod.Post, "/chat/1/members", () => JsonContent.Create(new { email = "a@example.com" })),
            (HttpMethod.Delete, "/chat/1/members/x", () => null),
            (HttpMethod.Post, "/chat/1/messages", () => JsonContent.Create(new { text = "x" })),
            (HttpMethod.Delete, "/chat/1/messages/1", () => null),
            (HttpMethod.Post, "/chat/1/file", () => new Form().File("a.txt", Samples.Text).ToContent()),
            (HttpMethod.Put, $"/chat/1/file/{file}", () => new Form().File("a.txt", Samples.Text).ToContent()),
            (HttpMethod.Delete, $"/chat/1/file/{file}", () => null),
        ];
        foreach (var (method, path, body) in changes)
        {
            (await ada.SendAsync(method, path, body())).ShouldBeProblem(400, "antiforgery");
            (await ada.SendAsync(method, path, body(), ("RequestVerificationToken", "garbage"))).ShouldBeProblem(400, "antiforgery");
            (await ada.SendAsync(method, path, body(), ("RequestVerificationToken", eve.AntiforgeryToken))).ShouldBeProblem(400, "antiforgery");
            var answer = await ada.SendAsync(method, path, body(), ("RequestVerificationToken", ada.AntiforgeryToken));
            answer.Text.ShouldNotContain("antiforgery", Case.Sensitive, $"{method} {path}");
        }
    }

    [Fact]
    public async Task A_token_in_the_form_does_not_count_and_the_form_is_not_read_for_it()
    {
        using var ada = await Browser.RegisterAsync(App);
        var form = new Form().Part("Content-Disposition: form-data; name=\"__RequestVerificationToken\"", System.Text.Encoding.ASCII.GetBytes(ada.AntiforgeryToken));
        (await ada.SendAsync(HttpMethod.Post, "/chat/1/file", form.File("a.txt", Samples.Text).ToContent())).ShouldBeProblem(400, "antiforgery");
    }

    [Fact]
    public async Task Reading_needs_only_the_cookie_and_a_bearer_token_needs_no_other()
    {
        using var ada = await Browser.RegisterAsync(App);
        using var bob = await App.CreateClientAsync("bob");
        (await ada.SendAsync(HttpMethod.Get, "/chat")).ShouldBeStatus(200);
        (await bob.PostJsonAsync("/chat", new { name = "x" })).ShouldBeStatus(201);
        var both = await ada.SendAsync(HttpMethod.Post, "/chat", JsonContent.Create(new { name = "x" }), ("Authorization", $"Bearer {bob.Token}"));
        both.ShouldBeStatus(201).Json.Items("members").ShouldHaveSingleItem().Str("name").ShouldBe(bob.Name);
        // A token that is none does not make a cookie's request pass for a bearer's.
        var forged = await ada.SendAsync(HttpMethod.Post, "/chat", JsonContent.Create(new { name = "x" }), ("Authorization", "Bearer garbage"));
        forged.Status.ShouldBeOneOf(400, 401);
    }

    [Fact]
    public async Task The_cookie_is_for_the_server_alone()
    {
        using var browser = new Browser(App);
        var answer = await browser.SubmitAsync("/register", $"{Guid.NewGuid():N}@example.com", ChatFilesApp.Password);
        var cookie = answer.Header("Set-Cookie")!;
        cookie.ShouldContain("chatfiles=");
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=lax", Case.Insensitive);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/chats/1")]
    [InlineData("/profile")]
    public async Task A_page_leads_who_is_not_signed_in_to_the_sign_in_page(string path)
    {
        using var browser = new Browser(App);
        var answer = await browser.SendAsync(HttpMethod.Get, path, null, ("Accept", "text/html"));
        browser.PlaceOf(answer.ShouldBeStatus(302)).ShouldStartWith("/sign-in");
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\/evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http:evil.example")]
    public async Task Signing_in_never_leads_to_another_site(string returnUrl)
    {
        using var ada = await App.CreateClientAsync("ada");
        using var browser = new Browser(App);
        var answer = await browser.SubmitAsync($"/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}", ada.Email, ChatFilesApp.Password);
        browser.PlaceOf(answer.ShouldBeStatus(302)).ShouldBe("/");
    }

    [Fact]
    public async Task Signing_in_leads_back_to_where_one_wanted_to_go()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var browser = new Browser(App);
        var answer = await browser.SubmitAsync("/sign-in?returnUrl=%2Fchats%2F1", ada.Email, ChatFilesApp.Password);
        browser.PlaceOf(answer.ShouldBeStatus(302)).ShouldBe("/chats/1");
        (await browser.SendAsync(HttpMethod.Get, "/chats/1")).ShouldBeStatus(200);
    }

    [Fact]
    public async Task Every_page_and_every_refusal_carries_the_headers_that_lock_doors()
    {
        using var ada = await Browser.RegisterAsync(App);
        foreach (var path in (string[])["/sign-in", "/chats/1", "/chat", "/nothing", "/health/live"])
        {
            var answer = await ada.SendAsync(HttpMethod.Get, path);
            answer.Header("X-Content-Type-Options").ShouldBe("nosniff", path);
            answer.Header("X-Frame-Options").ShouldBe("DENY", path);
            answer.Header("Referrer-Policy").ShouldNotBeNull(path);
            var policy = answer.Header("Content-Security-Policy").ShouldNotBeNull(path);
            policy.ShouldContain("frame-ancestors 'none'");
            policy.ShouldNotContain("script-src 'self' 'unsafe");
            answer.Header("Server").ShouldBeNull();
        }
    }
}
