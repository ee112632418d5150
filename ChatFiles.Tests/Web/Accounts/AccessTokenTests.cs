using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>What scripts sign in with.</summary>
public sealed class AccessTokenTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_token_does_what_its_owner_may_but_makes_no_tokens_and_is_shown_once()
    {
        var ann = await server.UserAsync("ann");
        var made = await MakeAsync(ann, new { name = " Nightly report ", days = 7 });
        made.Text("name").ShouldBe("Nightly report");
        HoursUntil(made.GetProperty("expiresAt")).ShouldBeInRange(7 * 24 - 1, 7 * 24);
        using var script = WithToken(made.Text("token"));

        var chat = await (ann with { Http = script }).ChatAsync();
        await (ann with { Http = script }).SendFileAsync(chat);
        await script.PostAsJsonAsync("account/tokens", new { name = "another" }).ShouldBeProblemAsync(403, "not-allowed");

        var listed = (await ann.GetAsync("account/tokens")).GetProperty("tokens").EnumerateArray().Single(t => t.Text("id") == made.Text("id"));
        listed.TryGetProperty("token", out _).ShouldBeFalse();
        await Eventually.HoldsAsync(
            async () => (await ann.GetAsync("account/tokens")).GetProperty("tokens")[0].GetProperty("lastUsedAt").ValueKind == JsonValueKind.String,
            "its use is noted"
        );
    }

    [Fact]
    public async Task Nor_does_a_token_make_tokens_by_the_page()
    {
        var ivy = await server.UserAsync("ivy");
        using var script = WithToken((await MakeAsync(ivy, new { name = "t" })).Text("token"));
        using var browser = new WebBrowser(script);
        using var tried = await browser.SubmitAsync("profile", "token", ("TokenName", "another"), ("Days", "30"));
        (await ivy.GetAsync("account/tokens")).GetProperty("tokens").GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [InlineData("ok", 3_000_000_000, "invalid-days")]
    [InlineData("", 1, "invalid-name")]
    [InlineData(null, 1, "invalid-name")]
    [InlineData("ok", 0, "invalid-days")]
    [InlineData("ok", 367, "invalid-days")]
    public async Task A_token_that_cannot_be_is_refused(string? name, long days, string slug)
    {
        var ben = await server.UserAsync("ben");
        await ben.Http.PostAsJsonAsync("account/tokens", new { name, days }).ShouldBeProblemAsync(400, slug);
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e30")]
    [InlineData("\"x\"")]
    public async Task Days_that_are_no_whole_number_are_refused_as_such(string days)
    {
        var ben = await server.UserAsync("ben");
        using var body = new StringContent($$"""{"name":"ok","days":{{days}}}""", Encoding.UTF8, "application/json");
        await ben.Http.PostAsync("account/tokens", body).ShouldBeProblemAsync(400, "invalid-days");
    }

    [Fact]
    public async Task The_end_of_a_token_is_told_the_same_when_it_is_made_and_when_it_is_listed()
    {
        var gil = await server.UserAsync("gil");
        var made = await MakeAsync(gil, new { name = "t" });
        (await gil.GetAsync("account/tokens")).GetProperty("tokens")[0].Text("expiresAt").ShouldBe(made.Text("expiresAt"));
    }

    [Fact]
    public async Task Who_has_fifty_makes_no_more_until_one_is_ended()
    {
        var cleo = await server.UserAsync("cleo");
        var first = await MakeAsync(cleo, new { name = "0" });
        for (var i = 1; i < 50; i++)
            await MakeAsync(cleo, new { name = $"{i}" });
        await cleo.Http.PostAsJsonAsync("account/tokens", new { name = "one more" }).ShouldBeProblemAsync(409, "too-many-tokens");
        await cleo.Http.DeleteAsync($"account/tokens/{first.Text("id")}").ShouldBeAsync(HttpStatusCode.NoContent);
        await MakeAsync(cleo, new { name = "one more" });
    }

    [Fact]
    public async Task An_ended_token_is_nobody_s_and_its_streams_end_within_5_seconds()
    {
        var (dora, eve) = (await server.UserAsync("dora"), await server.UserAsync("eve"));
        var made = await MakeAsync(dora, new { name = "t" });
        using var script = WithToken(made.Text("token"));
        await using var stream = await EventReader.OpenAsync(dora with { Http = script }, chat: 1);
        await eve.Http.DeleteAsync($"account/tokens/{made.Text("id")}").ShouldBeProblemAsync(404, "token-not-found");
        await dora.Http.DeleteAsync("account/tokens/nonsense").ShouldBeProblemAsync(404, "token-not-found");

        await dora.Http.DeleteAsync($"account/tokens/{made.Text("id")}").ShouldBeAsync(HttpStatusCode.NoContent);

        (await stream.NextAsync().WaitAsync(TimeSpan.FromSeconds(5))).ShouldBeNull();
        await script.GetAsync("chat").ShouldBeProblemAsync(401, "not-signed-in");
        await dora.Http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Tokens_outlive_a_sign_out_and_a_changed_password_and_end_with_signing_out_everywhere()
    {
        var fay = await server.UserAsync("fay");
        using var script = WithToken((await MakeAsync(fay, new { name = "t" })).Text("token"));
        using var browser = await WebBrowser.SignInAsync(server, fay);
        await browser
            .SubmitAsync("profile", "password", ("Current", fay.Password), ("Replacement", "An0ther-one"))
            .ShouldBeAsync(HttpStatusCode.OK);
        await browser.SubmitAsync("sign-out", "sign-out").ShouldBeAsync(HttpStatusCode.Redirect);
        await script.GetAsync("chat").ShouldBeAsync(HttpStatusCode.OK);

        var again = await server.SignInAsync(fay.Email, "An0ther-one");
        await again.Http.PostAsync("account/sign-out-everywhere", content: null).ShouldBeAsync(HttpStatusCode.NoContent);
        await script.GetAsync("chat").ShouldBeProblemAsync(401, "not-signed-in");
    }

    [Fact]
    public async Task On_the_profile_page_a_token_is_made_shown_once_and_ended_without_a_script()
    {
        var gus = await server.UserAsync("gus");
        using var browser = await WebBrowser.SignInAsync(server, gus);
        using var made = await browser.SubmitAsync("profile", "token", ("TokenName", "Backup"), ("Days", "30"));
        var page = await made.Content.ReadAsStringAsync();
        var token = page[page.IndexOf("chatfiles_", StringComparison.Ordinal)..].Split('"')[0];
        using var script = WithToken(token);
        await script.GetAsync("chat").ShouldBeAsync(HttpStatusCode.OK);
        (await browser.Http.GetStringAsync("profile")).ShouldNotContain("chatfiles_");

        var id = (await gus.GetAsync("account/tokens")).GetProperty("tokens")[0].Text("id");
        await browser.SubmitAsync("profile", $"end-token-{id}").ShouldBeAsync(HttpStatusCode.OK);
        await script.GetAsync("chat").ShouldBeProblemAsync(401, "not-signed-in");
    }

    private static async Task<JsonElement> MakeAsync(ApiUser person, object wanted)
    {
        using var answer = await person.Http.PostAsJsonAsync("account/tokens", wanted);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return await answer.JsonAsync();
    }

    private HttpClient WithToken(string token)
    {
        var http = server.Client();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return http;
    }

    private static double HoursUntil(JsonElement time) => (time.GetDateTime() - TimeProvider.System.GetUtcNow().UtcDateTime).TotalHours;
}
