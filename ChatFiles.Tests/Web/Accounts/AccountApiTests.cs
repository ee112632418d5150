using System.Globalization;
using System.Net.Http.Json;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Accounts;

public sealed class AccountApiTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_new_user_is_in_General_under_the_first_part_of_the_address()
    {
        var dora = await server.UserAsync("dora");
        var chats = await dora.GetAsync("chat");
        chats.EnumerateArray().Single().Text("name").ShouldBe("General");
        (await dora.IdAsync()).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_login_gives_tokens_and_a_refresh_gives_new_ones()
    {
        var ann = await server.UserAsync("ann");
        using var login = await PostAsync(server, "login", new { email = ann.Email.ToUpperInvariant(), password = ann.Password });
        var tokens = await login.JsonAsync();
        tokens.Text("tokenType").ShouldBe("Bearer");
        tokens.GetProperty("expiresIn").GetInt64().ShouldBeGreaterThan(0);

        using var refresh = await PostAsync(server, "refresh", new { refreshToken = tokens.Text("refreshToken") });
        refresh.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var http = server.Client();
        http.DefaultRequestHeaders.Authorization = new("bearer", (await refresh.JsonAsync()).Text("accessToken"));
        await http.GetAsync("chat").ShouldBeAsync(HttpStatusCode.OK);

        foreach (var none in new[] { "nonsense", "", null, tokens.Text("accessToken") })
            await PostAsync(server, "refresh", new { refreshToken = none }).ShouldBeProblemAsync(401, "invalid-credentials");
    }

    [Theory]
    [InlineData("nobody@example.org", "Passw0rd!")]
    [InlineData("ann@example.org", "wrong")]
    [InlineData("ann@example.org", "")]
    [InlineData("ann@example.org", null)]
    [InlineData(null, null)]
    public async Task Wrong_credentials_are_refused_alike(string? email, string? password)
    {
        await server.UserAsync("ann");
        (await PostAsync(server, "login", new { email, password }).ShouldBeProblemAsync(401, "invalid-credentials"))
            .ShouldBe(await PostAsync(server, "login", new { email = "x@example.org", password = "y" }).ShouldBeProblemAsync(401, "invalid-credentials"));
    }

    [Theory]
    [InlineData("no address", "Passw0rd!")]
    [InlineData("", "Passw0rd!")]
    [InlineData(null, "Passw0rd!")]
    [InlineData("ne\u200Bw@example.org", "Passw0rd!")]
    [InlineData("ne\u2060w@example.org", "Passw0rd!")]
    [InlineData("ne\u00ADw@example.org", "Passw0rd!")]
    [InlineData("\u202Enew@example.org", "Passw0rd!")]
    [InlineData("new@exam\uFE0Fple.org", "Passw0rd!")]
    [InlineData("new\u3164@example.org", "Passw0rd!")]
    [InlineData("<new@example.org>", "Passw0rd!")]
    [InlineData("new,old@example.org", "Passw0rd!")]
    [InlineData("new;old@example.org", "Passw0rd!")]
    [InlineData("\"new\"@example.org", "Passw0rd!")]
    [InlineData("new@example.org", "short")]
    [InlineData("new@example.org", null)]
    [InlineData("ann@example.org", "Passw0rd!")]
    [InlineData("ANN@example.org", "Passw0rd!")]
    public async Task A_registration_that_cannot_be_is_refused(string? email, string? password)
    {
        await server.UserAsync("ann");
        (await PostAsync(server, "register", new { email, password }).ShouldBeProblemAsync(400, "invalid-registration")).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("register")]
    [InlineData("login")]
    [InlineData("refresh")]
    public async Task What_is_no_json_is_refused(string route) =>
        await server.Stranger.PostAsync($"account/{route}", new StringContent("{")).ShouldBeProblemAsync(400, "invalid-json");

    [Fact]
    public async Task After_many_wrong_passwords_the_right_one_is_refused_too()
    {
        var eve = await server.UserAsync("eve");
        for (var i = 0; i < 10; i++)
            await PostAsync(server, "login", new { email = eve.Email, password = "wrong" }).ShouldBeProblemAsync(401, "invalid-credentials");
        await PostAsync(server, "login", new { email = eve.Email, password = eve.Password }).ShouldBeProblemAsync(401, "invalid-credentials");
    }

    [Fact]
    public async Task Registration_can_be_closed()
    {
        await using var closed = await TestServer.StartAsync(("Accounts:AllowRegistration", "false"));
        await PostAsync(closed, "register", new { email = "ann@example.org", password = "Passw0rd!" }).ShouldBeProblemAsync(403, "registration-closed");
    }

    [Fact]
    public async Task Registration_can_be_for_some_domains_only()
    {
        await using var company = await TestServer.StartAsync(("Accounts:AllowedEmailDomains", "example.org, example.com"));
        await PostAsync(company, "register", new { email = "ann@example.org.evil", password = "Passw0rd!" })
            .ShouldBeProblemAsync(403, "registration-closed");
        await PostAsync(company, "register", new { email = "ann@EXAMPLE.com", password = "Passw0rd!" }).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Sign_ins_and_uploads_have_a_limit_a_minute()
    {
        await using var limited = await TestServer.StartAsync(("RateLimits:SignInsPerMinute", "3"), ("RateLimits:UploadsPerMinute", "1"));
        var ann = await limited.UserAsync("ann"); // registers and signs in
        var chat = await ann.ChatAsync();
        await PostAsync(limited, "login", new { email = "x", password = "y" }).ShouldBeProblemAsync(401, "invalid-credentials");
        await ShouldBeTooOftenAsync(await PostAsync(limited, "login", new { email = "x", password = "y" }));

        await ann.SendFileAsync(chat);
        await ShouldBeTooOftenAsync(await ann.PostFileAsync(chat, new Form().File("note.txt").Content));
        await ann.SendTextAsync(chat, "texts have none");
    }

    [Theory]
    [InlineData("login/")]
    [InlineData("LOGIN")]
    [InlineData("log%69n")]
    [InlineData("register/")]
    [InlineData("refresh/")]
    public async Task No_spelling_of_an_address_gets_around_the_limit(string route)
    {
        await using var limited = await TestServer.StartAsync(("RateLimits:SignInsPerMinute", "1"));
        using (var first = await PostAsync(limited, route, new { email = "x", password = "y" }))
            ((int)first.StatusCode).ShouldBeOneOf(400, 401);
        await ShouldBeTooOftenAsync(await PostAsync(limited, route, new { email = "x", password = "y" }));
    }

    [Fact]
    public async Task A_refresh_token_ends_with_the_password_it_was_given_for_and_is_no_access_token()
    {
        var email = "changing@example.org";
        var password = (await server.UserAsync("changing")).Password;
        using var login = await PostAsync(server, "login", new { email, password });
        var refreshToken = (await login.JsonAsync()).Text("refreshToken");
        using var guest = server.Client();
        guest.DefaultRequestHeaders.Authorization = new("Bearer", refreshToken);
        await guest.GetAsync("chat").ShouldBeProblemAsync(401, "not-signed-in");

        await using (var scope = server.Services.CreateAsyncScope())
        {
            var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
            var person = await people.FindByEmailAsync(email);
            (await people.ChangePasswordAsync(person!, password, "An0ther-one")).Succeeded.ShouldBeTrue();
        }

        await PostAsync(server, "refresh", new { refreshToken }).ShouldBeProblemAsync(401, "invalid-credentials");
    }

    private static async Task ShouldBeTooOftenAsync(HttpResponseMessage answer)
    {
        int.Parse(answer.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture).ShouldBeInRange(1, 60);
        await Task.FromResult(answer).ShouldBeProblemAsync(429, "too-many-requests");
    }

    private static Task<HttpResponseMessage> PostAsync(TestServer server, string route, object body) =>
        server.Stranger.PostAsJsonAsync($"account/{route}", body);
}
