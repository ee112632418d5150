using ChatFiles.Core.People;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Accounts;

public sealed class Registering(SharedApp shared) : IClassFixture<SharedApp>
{
    private ChatFilesApp App => shared.App;

    [Fact]
    public async Task A_new_person_is_in_General_under_the_first_part_of_their_address()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chats = (await ada.GetAsync("/chat")).ShouldBeStatus(200).Json;
        var general = chats.EnumerateArray().ShouldHaveSingleItem();
        general.Fields().ShouldBe("id name direct unread lastSeq members");
        general.Str("name").ShouldBe("General");
        general.GetProperty("direct").GetBoolean().ShouldBeFalse();
        var members = (await ada.GetAsync($"/chat/{general.Num("id")}")).Json.Items("members");
        members.Single(m => m.Str("name") == ada.Email.Split('@')[0]).Str("role").ShouldBe("member");
    }

    [Theory]
    [InlineData("")]
    [InlineData("no-address")]
    [InlineData("@example.com")]
    [InlineData("a@")]
    [InlineData("a b@example.com")]
    [InlineData("a@b@example.com")]
    [InlineData("a\n@example.com")]
    public async Task What_is_no_address_is_refused(string email)
    {
        using var guest = App.CreateGuest();
        (await guest.PostJsonAsync("/account/register", new { email, password = ChatFilesApp.Password })).ShouldBeProblem(400, "invalid-registration");
    }

    [Fact]
    public async Task An_address_that_exists_is_refused_in_any_case_of_letters()
    {
        using var ada = await App.CreateClientAsync("ada");
        foreach (var email in (string[])[ada.Email, ada.Email.ToUpperInvariant(), $" {ada.Email} "])
            (await ada.PostJsonAsync("/account/register", new { email, password = ChatFilesApp.Password })).ShouldBeProblem(400, "invalid-registration");
    }

    [Theory]
    [InlineData("short")]
    [InlineData("")]
    [InlineData("alllowercase")]
    public async Task A_weak_password_is_refused_with_what_is_missing(string password)
    {
        using var guest = App.CreateGuest();
        var answer = await guest.PostJsonAsync("/account/register", new { email = $"{Guid.NewGuid():N}@example.com", password });
        answer.ShouldBeProblem(400, "invalid-registration").Json.Str("detail")!.ShouldContain("assword");
    }

    [Fact]
    public async Task Missing_fields_and_bodies_are_refused()
    {
        using var guest = App.CreateGuest();
        (await guest.PostJsonAsync("/account/register", new { })).ShouldBeProblem(400, "invalid-registration");
        (await guest.PostJsonAsync("/account/login", new { })).ShouldBeProblem(401, "invalid-credentials");
        (await guest.PostJsonAsync("/account/refresh", new { })).ShouldBeProblem(401, "invalid-credentials");
        foreach (var path in (string[])["/account/register", "/account/login", "/account/refresh"])
            (await guest.SendAsync(HttpMethod.Post, path)).ShouldBeProblem(400, "invalid-json");
    }

    [Fact]
    public async Task The_same_address_at_the_same_time_is_registered_once()
    {
        using var guest = App.CreateGuest();
        var email = $"{Guid.NewGuid():N}@example.com";
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => guest.PostJsonAsync("/account/register", new { email, password = ChatFilesApp.Password }))
        );
        answers.Count(a => a.Status == 200).ShouldBe(1);
        answers.Where(a => a.Status != 200).ShouldAllBe(a => a.Status == 400);
    }

    [Fact]
    public async Task Registration_can_be_closed()
    {
        var app = await ChatFilesApp.StartAsync(("Accounts:AllowRegistration", "false"));
        try
        {
            using var guest = app.CreateGuest();
            var answer = await guest.PostJsonAsync("/account/register", new { email = "a@example.com", password = ChatFilesApp.Password });
            answer.ShouldBeProblem(403, "registration-closed");
        }
        finally
        {
            await app.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("Accounts:AllowedEmailDomains")]
    [InlineData("Accounts:AllowedEmailDomains:0")]
    public async Task Registration_can_be_limited_to_domains(string setting)
    {
        var app = await ChatFilesApp.StartAsync((setting, "example.com"));
        try
        {
            using var guest = app.CreateGuest();
            foreach (var email in (string[])["a@other.org", "a@sub.example.com", "a@example.com.evil.org"])
                (await guest.PostJsonAsync("/account/register", new { email, password = ChatFilesApp.Password })).ShouldBeProblem(403, "registration-closed");
            (await guest.PostJsonAsync("/account/register", new { email = "a@EXAMPLE.com", password = ChatFilesApp.Password })).ShouldBeStatus(200);
        }
        finally
        {
            await app.DisposeAsync();
        }
    }
}

public sealed class SigningIn(SharedApp shared) : IClassFixture<SharedApp>
{
    private ChatFilesApp App => shared.App;

    [Fact]
    public async Task Login_gives_a_bearer_token_and_sets_no_cookie()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var guest = App.CreateGuest();
        var answer = await guest.PostJsonAsync("/account/login?useCookies=true", new { email = ada.Email.ToUpperInvariant(), password = ChatFilesApp.Password });
        answer.ShouldBeStatus(200).Json.Fields().ShouldBe("tokenType accessToken expiresIn refreshToken");
        answer.Json.Str("tokenType").ShouldBe("Bearer");
        answer.Json.Num("expiresIn").ShouldBeGreaterThan(0);
        answer.Header("Set-Cookie").ShouldBeNull();
    }

    [Fact]
    public async Task Unknown_wrong_and_locked_are_answered_alike()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var guest = App.CreateGuest();
        Task<Answer> TryAsync(string email, string password) => guest.PostJsonAsync("/account/login", new { email, password });

        var unknown = (await TryAsync("nobody@example.com", "x")).ShouldBeProblem(401, "invalid-credentials");
        for (var i = 0; i < 10; i++)
            (await TryAsync(ada.Email, "wrong")).ShouldBeProblem(401, "invalid-credentials").Problem.ShouldBe(unknown.Problem);
        var locked = (await TryAsync(ada.Email, ChatFilesApp.Password)).ShouldBeProblem(401, "invalid-credentials");
        locked.Problem.ShouldBe(unknown.Problem);
    }

    [Fact]
    public async Task A_refresh_token_gives_new_tokens_also_after_a_restart()
    {
        await using var _ = new Disposing(await ChatFilesApp.StartAsync(), out var app);
        using var ada = await app.CreateClientAsync("ada");
        var tokens = (await ada.PostJsonAsync("/account/login", new { email = ada.Email, password = ChatFilesApp.Password })).Json;
        await app.RestartAsync();

        using var guest = app.CreateGuest();
        guest.Token = tokens.Str("accessToken");
        (await guest.GetAsync("/chat")).ShouldBeStatus(200);
        guest.Token = null;
        var renewed = (await guest.PostJsonAsync("/account/refresh", new { refreshToken = tokens.Str("refreshToken") })).ShouldBeStatus(200);
        guest.Token = renewed.Json.Str("accessToken");
        (await guest.GetAsync("/chat")).ShouldBeStatus(200);
    }

    [Fact]
    public async Task What_is_no_refresh_token_is_refused()
    {
        using var ada = await App.CreateClientAsync("ada");
        foreach (var refreshToken in (string?[])["", "garbage", ada.Token, null])
            (await ada.PostJsonAsync("/account/refresh", new { refreshToken })).ShouldBeProblem(401, "invalid-credentials");
        (await ada.PostJsonAsync("/account/refresh", new { refreshToken = 5 })).ShouldBeProblem(400, "invalid-json");
    }

    [Fact]
    public async Task A_refresh_token_is_no_access_token()
    {
        using var ada = await App.CreateClientAsync("ada");
        ada.Token = (await ada.PostJsonAsync("/account/login", new { email = ada.Email, password = ChatFilesApp.Password })).Json.Str("refreshToken");
        (await ada.GetAsync("/chat")).ShouldBeProblem(401, "not-signed-in");
    }

    [Fact]
    public async Task A_changed_password_ends_the_refresh_tokens()
    {
        using var ada = await App.CreateClientAsync("ada");
        var tokens = (await ada.PostJsonAsync("/account/login", new { email = ada.Email, password = ChatFilesApp.Password })).Json;
        await using (var scope = App.Services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
            var person = await users.FindByEmailAsync(ada.Email);
            (await users.ChangePasswordAsync(person!, ChatFilesApp.Password, "An0ther-one")).Succeeded.ShouldBeTrue();
        }

        (await ada.PostJsonAsync("/account/refresh", new { refreshToken = tokens.Str("refreshToken") })).ShouldBeProblem(401, "invalid-credentials");
    }
}
