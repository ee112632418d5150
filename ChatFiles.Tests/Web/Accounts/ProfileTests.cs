using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>What people are called, and that nobody is taken for somebody else.</summary>
public sealed class ProfileTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_profile_says_who_one_is_and_takes_another_name()
    {
        await server.UserAsync("operator"); // the first account
        var ann = await server.UserAsync("profile-ann");
        var profile = await ann.GetAsync("account/profile");
        (profile.Text("email"), profile.Text("name"), profile.GetProperty("operator").GetBoolean()).ShouldBe((ann.Email, "profile-ann", false));
        profile.Text("userId").ShouldBe(await ann.IdAsync());
        profile.EnumerateObject().Count().ShouldBe(4);

        await RenameAsync(ann, "  Ann Example\u200B ").ShouldBeAsync(HttpStatusCode.NoContent);

        (await ann.GetAsync("account/profile")).Text("name").ShouldBe("Ann Example");
        await server.Stranger.GetAsync("account/profile").ShouldBeProblemAsync(401, "not-signed-in");
    }

    [Theory]
    [InlineData("profile-ben@example.org")]
    [InlineData("a\uFF20b")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("a\u0001b")]
    public async Task A_name_that_is_none_or_looks_like_an_address_is_refused(string? name)
    {
        var eve = await server.UserAsync("profile-eve");
        await RenameAsync(eve, name).ShouldBeProblemAsync(400, "invalid-name");
    }

    [Fact]
    public async Task A_name_that_somebody_else_has_is_refused_however_it_is_written_and_ones_own_is_not()
    {
        var eve = await server.UserAsync("profile-eve");
        var cleo = await server.UserAsync("profile-cleo");
        await RenameAsync(cleo, "Cleo Patra").ShouldBeAsync(HttpStatusCode.NoContent);

        foreach (var name in new[] { "Cleo Patra", "cleopatra", "CLÉO PATRA", "Ｃleo\u00A0Patra", "Cleo\u200BPatra" })
            await RenameAsync(eve, name).ShouldBeProblemAsync(400, "name-taken");

        await RenameAsync(cleo, "cleo patra").ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Of_many_who_want_the_same_name_at_once_one_gets_it()
    {
        var people = new List<ApiUser>();
        for (var i = 0; i < 6; i++)
            people.Add(await server.UserAsync($"profile-many{i}"));

        var answers = await AtOnce.RunAsync(people.Count, async i =>
        {
            using var answer = await RenameAsync(people[i], "The One");
            return answer.StatusCode;
        });

        answers.Count(status => status == HttpStatusCode.NoContent).ShouldBe(1);
        answers.Count(status => status == HttpStatusCode.BadRequest).ShouldBe(5);
    }

    [Fact]
    public async Task Two_addresses_with_the_same_first_part_give_two_names()
    {
        await server.UserAsync("profile-twin");
        await server.Stranger.PostAsJsonAsync("account/register", new { email = "profile-twin@example.com", password = "Passw0rd!" })
            .ShouldBeAsync(HttpStatusCode.OK);
        var twin = await server.SignInAsync("profile-twin@example.com");
        (await twin.GetAsync("account/profile")).Text("name").ShouldBe("profile-twin 2");
    }

    [Fact]
    public async Task The_page_says_that_a_name_is_taken()
    {
        var dora = await server.UserAsync("profile-dora");
        await server.UserAsync("profile-finn");
        using var browser = await WebBrowser.SignInAsync(server, dora);
        using var answer = await browser.SubmitAsync("profile", "name", ("Name", "Profile-Finn"));
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Somebody else is called");
    }

    [Fact]
    public async Task A_message_and_a_chat_take_all_other_characters()
    {
        var ann = await server.UserAsync("profile-ann");
        var chat = await ann.ChatAsync();
        foreach (var text in new[] { "👩\u200D💻", "a\uFFFEb", "tab\tand\nline" })
            (await ann.SendTextAsync(chat, text)).Text("text").ShouldBe(text);
        await ann.SendAsync(HttpMethod.Post, "chat", JsonContent.Create(new { name = "a\u0007" })).ShouldBeProblemAsync(400, "invalid-name");
        await ann.SendAsync(HttpMethod.Post, "chat", JsonContent.Create(new { name = "Büro 👩\u200D💻" })).ShouldBeAsync(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("sign-in")]
    [InlineData("register")]
    public async Task A_form_with_what_is_no_text_is_refused_and_with_what_is_no_address_answered_by_the_page(string page)
    {
        using var browser = new WebBrowser(server.Client());
        await browser.SubmitAsync(page, page, ("Email", "a\0@example.org"), ("Password", "Passw0rd!")).ShouldBeProblemAsync(400, "invalid-form");
        foreach (var email in new[] { "a\uFFFE@example.org", "\u0001" })
        {
            using var answer = await browser.SubmitAsync(page, page, ("Email", email), ("Password", "Passw0rd!"));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("role=\"alert\"");
        }
    }

    private static Task<HttpResponseMessage> RenameAsync(ApiUser person, string? name) =>
        person.Http.PutAsync("account/profile", new StringContent(JsonSerializer.Serialize(new { name }), Encoding.UTF8, "application/json"));
}
