using System.Text;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>NUL and halves of characters are refused, wherever text comes in.</summary>
public sealed class NoTextTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Keys = "'keys': {'p256dh': '', 'auth': ''}";

    /// <summary>Every field of every route that reads JSON.</summary>
    [Theory]
    [InlineData("POST", "chat", "{'name': '*'}", "invalid-name")]
    [InlineData("POST", "chat", "{'with': '*'}", "invalid-json")]
    [InlineData("PUT", "chat/{chat}", "{'name': 'a*'}", "invalid-name")]
    [InlineData("POST", "chat/{chat}/messages", "{'text': 'a*b'}", "invalid-text")]
    [InlineData("POST", "chat/{chat}/messages", "{'text': 'a', 'clientId': '*'}", "invalid-json")]
    [InlineData("PUT", "chat/{chat}/messages/{message}", "{'text': 'a*'}", "invalid-text")]
    [InlineData("POST", "chat/{chat}/messages/{message}/report", "{'reason': '*'}", "invalid-text")]
    [InlineData("POST", "chat/{chat}/messages/{message}/report", "{'fileId': '*'}", "invalid-json")]
    [InlineData("POST", "chat/{chat}/members", "{'email': '*'}", "invalid-json")]
    [InlineData("PUT", "chat/{chat}/members/nobody", "{'role': '*'}", "invalid-json")]
    [InlineData("PUT", "chat/{chat}/notify", "{'level': '*'}", "invalid-json")]
    [InlineData("PUT", "account/profile", "{'name': 'a*b'}", "invalid-name")]
    [InlineData("POST", "account/tokens", "{'name': 'a*'}", "invalid-name")]
    [InlineData("POST", "account/register", "{'email': 'a*@example.org', 'password': 'Passw0rd!'}", "invalid-registration")]
    [InlineData("POST", "account/register", "{'email': 'nul@example.org', 'password': 'Passw0rd!*'}", "invalid-registration")]
    [InlineData("POST", "account/login", "{'email': 'a*@example.org', 'password': 'Passw0rd!'}", "invalid-json")]
    [InlineData("POST", "account/login", "{'email': 'a@example.org', 'password': '*'}", "invalid-json")]
    [InlineData("POST", "account/refresh", "{'refreshToken': '*'}", "invalid-json")]
    [InlineData("PUT", "account/push", "{'endpoint': 'https://updates.push.services.mozilla.com/*', " + Keys + "}", "invalid-endpoint")]
    [InlineData("DELETE", "account/push", "{'endpoint': 'https://updates.push.services.mozilla.com/*'}", "invalid-endpoint")]
    [InlineData("POST", "operator/people", "{'email': 'a*@example.org'}", "invalid-registration")]
    [InlineData("POST", "operator/people", "{'email': 'a@example.org', 'name': 'a*'}", "invalid-registration")]
    public async Task What_is_no_text_is_refused_by_the_field_it_is_in(string method, string route, string json, string slug)
    {
        var (ann, path) = await AnnAtAsync(route);
        foreach (var noText in new[] { "\\u0000", "\\ud800", "\\udc00\\ud800" })
        {
            using var body = new StringContent(json.Replace('\'', '"').Replace("*", noText), Encoding.UTF8, "application/json");
            await ann.SendAsync(new HttpMethod(method), path, body).ShouldBeProblemAsync(400, slug);
        }
    }

    [Theory]
    [InlineData("chat/open?q=a%00b")]
    [InlineData("chat/{chat}/members?q=%00")]
    [InlineData("chat/{chat}/members?after=%00")]
    [InlineData("chat/{chat}/messages?before=%00")]
    [InlineData("chat/{chat}/files?q=%00")]
    [InlineData("chat/{chat}/files?author=%00")]
    [InlineData("chat/{chat}/files.zip?file=%00")]
    [InlineData("chat/{chat}/events?after=%00")]
    [InlineData("files?q=%00")]
    [InlineData("search?q=%00")]
    [InlineData("search?q=a&%00=b")]
    [InlineData("operator/people?q=%00")]
    [InlineData("operator/people?before=%00")]
    [InlineData("operator/chats?q=%00")]
    [InlineData("operator/audit?userId=%00")]
    [InlineData("operator/audit.csv?userId=%00")]
    [InlineData("operator/reports?done=%00")]
    [InlineData("operator/export.zip?person=%00&reason=asked")]
    [InlineData("operator/export.zip?chat={chat}&reason=%00")]
    public async Task A_query_is_text_or_refused(string route)
    {
        var (ann, path) = await AnnAtAsync(route);
        await ann.Http.GetAsync(path).ShouldBeProblemAsync(400, "invalid-query");
    }

    /// <summary>The web server itself takes no such address: it never comes as far as a route.</summary>
    [Theory]
    [InlineData("GET", "person/%00/picture")]
    [InlineData("DELETE", "chat/{chat}/members/%00")]
    [InlineData("PUT", "chat/{chat}/messages/{message}/reactions/%00")]
    [InlineData("POST", "operator/people/%00/sign-out")]
    public async Task An_address_with_a_nul_is_refused(string method, string route)
    {
        var (ann, path) = await AnnAtAsync(route);
        await ann.SendAsync(new HttpMethod(method), path).ShouldBeAsync(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_name_of_a_file_is_text_however_it_comes()
    {
        var (ann, _) = await AnnAtAsync("");
        var chat = await ann.ChatAsync();
        await ann.TryBeginUploadAsync(chat, "a\0b.txt", 5).ShouldBeProblemAsync(400, "invalid-file-name");
        await ann.PostFileAsync(chat, new Form().Part("Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''a%00b.txt", "hello"u8.ToArray()).Content).ShouldBeProblemAsync(400, "invalid-file-name");
        await ann.PostFileAsync(chat, new Form().Part("Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''a%ED%A0%80b.txt", "hello"u8.ToArray()).Content).ShouldBeProblemAsync(400, "invalid-file-name");
        (await ann.MessagesAsync(chat)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("chats/1/files?q=%00&author=%00")]
    [InlineData("chats/1?message=%00")]
    [InlineData("files?q=%00")]
    [InlineData("find?q=a%00b")]
    [InlineData("operator/audit?userId=%00")]
    [InlineData("set-password?token=%00")]
    [InlineData("sign-in?returnUrl=/%00")]
    public async Task A_page_is_there_whatever_its_address_says(string page)
    {
        var (ann, _) = await AnnAtAsync("");
        using var browser = await WebBrowser.SignInAsync(server, ann);
        browser.Http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        await browser.Http.GetAsync(page).ShouldBeAsync(HttpStatusCode.OK);
    }

    /// <summary>The first account, and so the operator's.</summary>
    private async Task<(ApiUser Ann, string Path)> AnnAtAsync(string route)
    {
        var ann = await server.UserAsync("ann");
        if (!route.Contains("{chat}", StringComparison.Ordinal))
            return (ann, route);
        var chat = await ann.ChatAsync();
        var message = (await ann.SendTextAsync(chat, "hello")).GetProperty("id").GetInt64();
        return (ann, route.Replace("{chat}", $"{chat}", StringComparison.Ordinal).Replace("{message}", $"{message}", StringComparison.Ordinal));
    }
}
