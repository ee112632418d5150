using System.Text.RegularExpressions;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web;

/// <summary>Pages as a browser first gets them, before any script runs.</summary>
public sealed partial class PagesTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("nothing/here")]
    [InlineData("operator")]
    public async Task Where_nothing_is_for_somebody_they_get_a_page_that_says_so(string address)
    {
        await server.UserAsync("operator");
        using var browser = await SignInAsync("ann");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("text/html");

        using var answer = await browser.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Page not found");
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("favicon.ico")]
    [InlineData("chat/1/nothing/at/all")]
    public async Task A_stranger_gets_a_page_that_says_where_nothing_is_and_is_not_asked_to_sign_in(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Accept = { new("text/html") } } };
        using var answer = await server.Stranger.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var shown = await answer.Content.ReadAsStringAsync();
        shown.ShouldContain("Page not found");
        shown.ShouldNotContain("blazor.web.js", Case.Sensitive, "a circuit is for who is signed in");
        await server.Stranger.GetAsync(address).ShouldBeProblemAsync(404, "not-found");
    }

    [Fact]
    public async Task The_chosen_theme_is_in_the_first_bytes_of_every_page()
    {
        using var browser = await SignInAsync("ann");
        ShouldBeIn(await browser.GetStringAsync("chats/1"), theme: null);

        await ChooseThemeAsync(browser, "dark");
        foreach (var page in new[] { "chats/1", "profile", "sign-in" })
            ShouldBeIn(await browser.GetStringAsync(page), "dark");
        await ChooseThemeAsync(browser, "light");
        ShouldBeIn(await browser.GetStringAsync("chats/1"), "light");
        await ChooseThemeAsync(browser, "");
        ShouldBeIn(await browser.GetStringAsync("chats/1"), theme: null);
    }

    [Fact]
    public async Task A_theme_that_is_none_is_not_taken()
    {
        using var browser = await SignInAsync("ann");

        await ChooseThemeAsync(browser, "\"><script>");

        ShouldBeIn(await browser.GetStringAsync("profile"), theme: null);
    }

    [Fact]
    public async Task The_style_sheet_of_the_look_is_kept_for_ever_and_comes_compressed()
    {
        using var browser = server.Client();
        var path = ThemeSheet().Match(await browser.GetStringAsync("sign-in")).Groups["path"].Value;
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.ParseAdd("br");

        using var compressed = await browser.SendAsync(request);

        var css = await browser.GetStringAsync(path);
        css.ShouldContain("--surface: light-dark(#ffffff, #17171f)");
        css.ShouldContain("--mud-palette-primary:");
        compressed.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
        compressed.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        compressed.Content.Headers.ContentLength!.Value.ShouldBeLessThan(css.Length / 3);
    }

    [Fact]
    public async Task A_live_page_has_all_its_scripts_in_one_file_that_is_kept_for_ever()
    {
        using var browser = await SignInAsync("ann");
        var modules = OwnScripts().Matches(await browser.GetStringAsync("chats/1"));

        using var answer = await browser.GetAsync(modules.ShouldHaveSingleItem().Groups["path"].Value);

        answer.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/javascript");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("new Connection(");
    }

    private static void ShouldBeIn(string html, string? theme)
    {
        html.ShouldContain($"<meta name=\"color-scheme\" content=\"{theme ?? "light dark"}\"");
        if (theme is null)
            html.ShouldNotContain("data-theme");
        else
            html.ShouldContain($"data-theme=\"{theme}\"");
    }

    private static async Task ChooseThemeAsync(HttpClient browser, string theme)
    {
        using var answer = await PostAsync(browser, "profile", "theme", ("Theme", theme));
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    private async Task<HttpClient> SignInAsync(string name)
    {
        await server.UserAsync(name);
        var browser = server.Client();
        using var answer = await PostAsync(browser, "sign-in", "sign-in", ("Email", $"{name}@example.org"), ("Password", "Passw0rd!"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return browser;
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient browser, string page, string form, params (string, string)[] fields)
    {
        var token = FormToken().Match(await browser.GetStringAsync(page)).Groups["value"].Value;
        using var content = new FormUrlEncodedContent(
            fields.Append(("__RequestVerificationToken", token)).Append(("_handler", form)).Select(f => KeyValuePair.Create(f.Item1, f.Item2))
        );
        return await browser.PostAsync(page, content);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FormToken();

    [GeneratedRegex("src=\"(?<path>[^\"]+)\" type=\"module\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OwnScripts();

    [GeneratedRegex("href=\"(?<path>theme[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ThemeSheet();
}
