using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ChatFiles.Tests.Stage;

/// <summary>Somebody at a browser without scripts: cookies, pages and the forms on them.</summary>
public sealed partial class WebBrowser(HttpClient http) : IDisposable
{
    public HttpClient Http { get; } = http;

    /// <summary>A browser that has signed in.</summary>
    public static async Task<WebBrowser> SignInAsync(TestServer server, ApiUser person, bool isKept = false)
    {
        var browser = new WebBrowser(server.Client());
        using var answer = await browser.TrySignInAsync(person.Email, person.Password, isKept);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return browser;
    }

    public Task<HttpResponseMessage> TrySignInAsync(string email, string password, bool isKept = false) =>
        SubmitAsync("sign-in", "sign-in", [("Email", email), ("Password", password), .. isKept ? [("IsKept", "true")] : Array.Empty<(string, string)>()]);

    /// <summary>Fills a page's form in and sends it.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string page, string form, params (string Name, string Value)[] fields)
    {
        var token = FormToken().Match(await Http.GetStringAsync(page)).Groups["value"].Value;
        using var content = new FormUrlEncodedContent(
            fields.Append(("__RequestVerificationToken", token)).Append(("_handler", form)).Select(f => KeyValuePair.Create(f.Item1, f.Item2))
        );
        return await Http.PostAsync(page, content);
    }

    /// <summary>A change through the API, with the token that a page of this browser carries.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null, string page = "profile")
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("RequestVerificationToken", MetaToken().Match(await Http.GetStringAsync(page)).Groups["value"].Value);
        return await Http.SendAsync(request);
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await answer.JsonAsync();
    }

    public void Dispose() => Http.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FormToken();

    [GeneratedRegex("<meta name=\"antiforgery-token\" content=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MetaToken();
}
