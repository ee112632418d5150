using System.Net;
using System.Text.RegularExpressions;

namespace ChatFiles.Tests.Web.Security;

/// <summary>Somebody with a browser: a cookie, pages with forms, and a token in each page.</summary>
public sealed partial class Browser(ChatFilesApp app) : IDisposable
{
    private readonly HttpClient _http = app.CreateHttp(new CookieContainer());

    public string AntiforgeryToken { get; private set; } = "";

    public static async Task<Browser> RegisterAsync(ChatFilesApp app)
    {
        var browser = new Browser(app);
        var answer = await browser.SubmitAsync("/register", $"{Guid.NewGuid():N}@example.com", ChatFilesApp.Password);
        browser.PlaceOf(answer.ShouldBeStatus(302)).ShouldBe("/");
        var page = (await browser.SendAsync(HttpMethod.Get, "/profile")).ShouldBeStatus(200).Text;
        browser.AntiforgeryToken = MetaToken().Match(page).Groups["token"].Value;
        browser.AntiforgeryToken.ShouldNotBeEmpty();
        return browser;
    }

    /// <summary>Fills an account page's form in.</summary>
    public async Task<Answer> SubmitAsync(string page, string email, string password)
    {
        var html = (await SendAsync(HttpMethod.Get, page)).ShouldBeStatus(200).Text;
        var fields = HiddenField().Matches(html).ToDictionary(m => m.Groups["name"].Value, m => WebUtility.HtmlDecode(m.Groups["value"].Value));
        (fields["Email"], fields["Password"]) = (email, password);
        return await SendAsync(HttpMethod.Post, page, new FormUrlEncodedContent(fields));
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(app.Address, path)) { Content = content };
        foreach (var (header, value) in headers)
            request.Headers.TryAddWithoutValidation(header, value).ShouldBeTrue();
        var response = await _http.SendAsync(request);
        return new Answer(response, await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>Where a redirect leads on this site.</summary>
    public string PlaceOf(Answer answer)
    {
        var place = new Uri(app.Address, answer.Header("Location"));
        place.GetLeftPart(UriPartial.Authority).ShouldBe(app.Address.GetLeftPart(UriPartial.Authority));
        return place.PathAndQuery;
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("<meta name=\"antiforgery-token\" content=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MetaToken();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HiddenField();
}
