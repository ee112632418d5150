using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>What operators do with other people's accounts.</summary>
public sealed class OperatorApiTests : IAsyncLifetime
{
    private const string NewPassword = "An0ther-one";

    private TestServer _server = null!;
    private ApiUser _operator = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _operator = await _server.UserAsync("olga");
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Theory]
    [InlineData("GET", "operator/people")]
    [InlineData("POST", "operator/people")]
    [InlineData("PUT", "operator/people/x")]
    [InlineData("POST", "operator/people/x/reset")]
    [InlineData("POST", "operator/people/x/sign-out")]
    public async Task Who_is_no_operator_is_refused_and_who_is_nobody_is_told_to_sign_in(string method, string path)
    {
        var ann = await _server.UserAsync("ann");
        await ann.SendAsync(new HttpMethod(method), path, JsonContent.Create(new { })).ShouldBeProblemAsync(403, "not-allowed");
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        await _server.Stranger.SendAsync(request).ShouldBeProblemAsync(401, "not-signed-in");
    }

    [Fact]
    public async Task People_are_listed_newest_first_by_pages_and_found_by_a_part_of_name_or_address()
    {
        foreach (var name in new[] { "ann", "ben", "cleo" })
            await _server.UserAsync(name);

        var first = await _operator.GetAsync("operator/people?limit=3");
        NamesOf(first).ShouldBe(["cleo", "ben", "ann"]);
        var rest = await _operator.GetAsync($"operator/people?limit=3&before={first.Text("nextBefore")}");
        NamesOf(rest).ShouldBe(["olga"]);
        rest.GetProperty("nextBefore").ValueKind.ShouldBe(JsonValueKind.Null);
        NamesOf(await _operator.GetAsync("operator/people?q=EN")).ShouldBe(["ben"]);
        NamesOf(await _operator.GetAsync("operator/people?q=ann@EXAMPLE")).ShouldBe(["ann"]);

        var olga = rest.GetProperty("people")[0];
        (olga.Text("email"), olga.GetProperty("operator").GetBoolean(), olga.GetProperty("active").GetBoolean()).ShouldBe(("olga@example.org", true, true));
        olga.GetProperty("createdAt").GetDateTime().ShouldBeGreaterThan(DateTime.UnixEpoch);
        olga.GetProperty("lastSeenAt").GetDateTime().ShouldBeGreaterThan(DateTime.UnixEpoch);
        olga.GetProperty("storageBytes").GetInt64().ShouldBe(0);

        await _operator.Http.GetAsync("operator/people?before=nobody").ShouldBeProblemAsync(400, "invalid-query");
        await _operator.Http.GetAsync("operator/people?limit=201").ShouldBeProblemAsync(400, "invalid-query");
    }

    [Fact]
    public async Task Somebody_added_sets_a_password_by_a_link_that_works_once_and_is_in_General()
    {
        var added = await PostAsync("operator/people", new { email = "Dora@example.org", name = "Dora Dee" });
        HoursUntil(added.GetProperty("expiresAt")).ShouldBeInRange(7 * 24 - 1, 7 * 24);
        var link = new Uri(added.Text("link"));
        link.GetLeftPart(UriPartial.Authority).ShouldBe(_server.Address.GetLeftPart(UriPartial.Authority));
        link.AbsolutePath.ShouldBe("/set-password");

        using var browser = new WebBrowser(_server.Client());
        using (var weak = await SetPasswordAsync(browser, link, "weak"))
            (await weak.Content.ReadAsStringAsync()).ShouldContain("Passwords must");
        (await SetPasswordAsync(browser, link, NewPassword)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await browser.GetAsync("account/profile")).Text("name").ShouldBe("Dora Dee", "the page signs in with the new password");

        (await _server.Stranger.GetStringAsync(link.PathAndQuery)).ShouldContain("not valid any more");
        var dora = await _server.SignInAsync("dora@example.org", NewPassword);
        (await dora.GetAsync("chat")).EnumerateArray().Single().Text("name").ShouldBe("General");
    }

    [Theory]
    [InlineData("no address", null)]
    [InlineData(null, null)]
    [InlineData("olga@example.org", null)]
    [InlineData("new@example.org", "a@b")]
    public async Task Who_cannot_be_added_is_refused_with_a_reason(string? email, string? name)
    {
        using var body = JsonContent.Create(new { email, name });
        await _operator.Http.PostAsync("operator/people", body).ShouldBeProblemAsync(400, "invalid-registration");
    }

    [Fact]
    public async Task Who_is_deactivated_is_out_within_5_seconds_and_found_by_nobody_until_they_are_let_in_again()
    {
        var (eve, ann) = (await _server.UserAsync("eve"), await _server.UserAsync("ann"));
        var chat = await ann.ChatAsync(eve);
        await eve.SendTextAsync(chat, "hello");
        var userId = await eve.IdAsync();
        var token = (await PostAsync("account/tokens", new { name = "t" }, eve)).Text("token");
        using var made = await ann.Http.PostAsJsonAsync("chat", new { with = eve.Email });
        var direct = (await made.JsonAsync()).GetProperty("id").GetInt64();
        await using var stream = await EventReader.OpenAsync(eve, chat);

        await ChangeAsync(userId, new { active = false });

        (await stream.NextAsync().WaitAsync(TimeSpan.FromSeconds(5))).ShouldBeNull();
        await eve.Http.GetAsync("chat").ShouldBeProblemAsync(401, "not-signed-in");
        await WithToken(token).GetAsync("chat").ShouldBeProblemAsync(401, "not-signed-in");
        await TryLoginAsync(eve.Email, eve.Password).ShouldBeProblemAsync(401, "invalid-credentials");
        var other = await ann.ChatAsync();
        await ann.Http.PostAsJsonAsync($"chat/{other}/members", new { email = eve.Email }).ShouldBeProblemAsync(404, "user-not-found");
        await ann.Http.PostAsJsonAsync("chat", new { with = eve.Email }).ShouldBeProblemAsync(404, "user-not-found");
        await ann.Http.PostAsJsonAsync($"chat/{direct}/messages", new { text = "anybody there?" }).ShouldBeProblemAsync(403, "not-allowed");
        await ann.PostFileAsync(direct, new Form().File("a.txt").Content).ShouldBeProblemAsync(403, "not-allowed");
        await ann.Http.PutAsJsonAsync($"chat/{chat}/members/{userId}", new { role = "owner" }).ShouldBeProblemAsync(404, "user-not-found");
        var members = (await ann.GetAsync($"chat/{chat}")).GetProperty("members").EnumerateArray();
        members.Single(m => m.Text("userId") == userId).GetProperty("active").GetBoolean().ShouldBeFalse();
        (await ann.MessagesAsync(chat)).Single().GetProperty("author").Text("name").ShouldBe("eve", "what they sent stays");
        using (var browser = new WebBrowser(_server.Client()))
        {
            var reset = await PostAsync($"operator/people/{userId}/reset");
            (await browser.Http.GetStringAsync(reset.Text("link"))).ShouldContain("not valid any more");
        }

        await ChangeAsync(userId, new { active = true });
        await _server.SignInAsync(eve.Email);
    }

    [Fact]
    public async Task The_last_operator_who_can_sign_in_stays_one_also_when_two_dismiss_each_other_at_once()
    {
        var olga = await _operator.IdAsync();
        await TryChangeAsync(_operator, olga, new { active = false }).ShouldBeProblemAsync(409, "last-operator");
        await TryChangeAsync(_operator, olga, new { @operator = false }).ShouldBeProblemAsync(409, "last-operator");
        await TryChangeAsync(_operator, "nobody", new { active = false }).ShouldBeProblemAsync(404, "user-not-found");

        var second = await _server.UserAsync("second");
        var secondId = await second.IdAsync();
        await ChangeAsync(secondId, new { @operator = true });
        var answers = await Task.WhenAll(
            TryChangeAsync(_operator, secondId, new { @operator = false }),
            TryChangeAsync(second, olga, new { @operator = false })
        );
        answers.Count(answer => answer.StatusCode == HttpStatusCode.NoContent).ShouldBe(1);
    }

    [Fact]
    public async Task A_role_that_is_taken_away_is_gone_from_tokens_that_were_given_before()
    {
        var ben = await _server.UserAsync("ben");
        var id = await ben.IdAsync();
        await ChangeAsync(id, new { @operator = true });
        await ben.Http.GetAsync("operator/people").ShouldBeAsync(HttpStatusCode.OK);
        (await ben.GetAsync("account/profile")).GetProperty("operator").GetBoolean().ShouldBeTrue();
        await ChangeAsync(id, new { @operator = false });
        await ben.Http.GetAsync("operator/people").ShouldBeProblemAsync(403, "not-allowed");
    }

    [Fact]
    public async Task A_reset_link_leaves_the_password_until_it_is_used_ends_the_one_before_and_ends_all_sessions()
    {
        var fay = await _server.UserAsync("fay");
        var id = await fay.IdAsync();
        var token = (await PostAsync("account/tokens", new { name = "t" }, fay)).Text("token");
        var earlier = await PostAsync($"operator/people/{id}/reset");
        HoursUntil(earlier.GetProperty("expiresAt")).ShouldBeInRange(23, 24);
        var link = new Uri((await PostAsync($"operator/people/{id}/reset")).Text("link"));
        (await _server.Stranger.GetStringAsync(new Uri(earlier.Text("link")).PathAndQuery)).ShouldContain("not valid any more");
        await _server.SignInAsync(fay.Email);

        using var browser = new WebBrowser(_server.Client());
        (await SetPasswordAsync(browser, link, NewPassword)).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        await fay.Http.GetAsync("chat").ShouldBeProblemAsync(401, "not-signed-in");
        await WithToken(token).GetAsync("chat").ShouldBeProblemAsync(401, "not-signed-in");
        await TryLoginAsync(fay.Email, fay.Password).ShouldBeProblemAsync(401, "invalid-credentials");
        await _server.SignInAsync(fay.Email, NewPassword);
        await _operator.Http.PostAsync("operator/people/nobody/reset", content: null).ShouldBeProblemAsync(404, "user-not-found");
    }

    [Fact]
    public async Task A_person_has_a_quota_of_their_own_or_the_general_one_or_none()
    {
        var gus = await _server.UserAsync("gus");
        var id = await gus.IdAsync();
        var chat = await gus.ChatAsync();

        await ChangeAsync(id, new { quotaBytes = 5 });
        await gus.PostFileAsync(chat, new Form().File("a.txt", "123456").Content).ShouldBeProblemAsync(413, "quota-exceeded");
        await ChangeAsync(id, new { active = true });
        await gus.PostFileAsync(chat, new Form().File("a.txt", "123456").Content).ShouldBeProblemAsync(413, "quota-exceeded");
        await ChangeAsync(id, new { quotaBytes = 0 });
        await gus.SendFileAsync(chat, "a.txt", "123456");
        await ChangeAsync(id, new { quotaBytes = (long?)null });
        await gus.SendFileAsync(chat, "b.txt", "123456");
        await TryChangeAsync(_operator, id, new { quotaBytes = -1 }).ShouldBeProblemAsync(400, "invalid-json");
    }

    [Fact]
    public async Task Signing_somebody_out_ends_all_that_they_are_signed_in_with()
    {
        var hal = await _server.UserAsync("hal");
        var id = await hal.IdAsync();
        using var browser = await WebBrowser.SignInAsync(_server, hal);
        await using var stream = await EventReader.OpenAsync(hal, chat: 1);

        await _operator.Http.PostAsync($"operator/people/{id}/sign-out", content: null).ShouldBeAsync(HttpStatusCode.NoContent);

        (await stream.NextAsync().WaitAsync(TimeSpan.FromSeconds(5))).ShouldBeNull();
        await hal.Http.GetAsync("chat").ShouldBeProblemAsync(401, "not-signed-in");
        await browser.Http.GetAsync("chat").ShouldBeProblemAsync(401, "not-signed-in");
        await _server.SignInAsync(hal.Email);
    }

    [Fact]
    public async Task All_chats_are_listed_with_figures_and_without_a_word_of_what_is_said_in_them()
    {
        var (ann, ben) = (await _server.UserAsync("ann"), await _server.UserAsync("ben"));
        var room = await ann.ChatAsync(ben);
        await ann.SendFileAsync(room, "secret.txt", "12345");
        using var made = await ann.Http.PostAsJsonAsync("chat", new { with = ben.Email });
        var direct = (await made.JsonAsync()).GetProperty("id").GetInt64();

        var page = await _operator.GetAsync("operator/chats?limit=2");
        var chats = page.GetProperty("chats").EnumerateArray().ToList();
        chats.Select(chat => (chat.GetProperty("id").GetInt64(), chat.Text("name"), chat.GetProperty("direct").GetBoolean()))
            .ShouldBe([(direct, "ann, ben", true), (room, "Room", false)]);
        (chats[1].GetProperty("members").GetInt32(), chats[1].GetProperty("storageBytes").GetInt64()).ShouldBe((2, 5));
        chats[1].GetProperty("lastMessageAt").ValueKind.ShouldBe(JsonValueKind.String);
        chats[0].GetProperty("lastMessageAt").ValueKind.ShouldBe(JsonValueKind.Null);
        page.GetRawText().ShouldNotContain("secret");
        var rest = await _operator.GetAsync($"operator/chats?before={page.GetProperty("nextBefore").GetInt64()}");
        rest.GetProperty("chats").EnumerateArray().Single().Text("name").ShouldBe("General");
        (await _operator.GetAsync("operator/chats?q=BE")).GetProperty("chats").EnumerateArray().Single().GetProperty("id").GetInt64().ShouldBe(direct);
        (await _operator.GetAsync("operator/chats?q=oo")).GetProperty("chats").EnumerateArray().Single().GetProperty("id").GetInt64().ShouldBe(room);
        await ann.Http.GetAsync("operator/chats").ShouldBeProblemAsync(403, "not-allowed");
        await _operator.Http.GetAsync("operator/chats?before=987654").ShouldBeProblemAsync(400, "invalid-query");
    }

    [Fact]
    public async Task Operators_that_the_settings_name_come_by_a_link_and_nobody_else_is_one_for_being_first()
    {
        await using var planned = await TestServer.StartAsync(("Accounts:Operators", "Boss@example.org"));
        var first = await planned.UserAsync("first");
        (await first.GetAsync("account/profile")).GetProperty("operator").GetBoolean().ShouldBeFalse();
        using (var taken = JsonContent.Create(new { email = "boss@example.org", password = NewPassword }))
            await planned.Stranger.PostAsync("account/register", taken).ShouldBeProblemAsync(403, "registration-closed");

        var added = await ProgramRun.ToEndAsync(["add-person", "boss@example.org"], Folder(planned));
        using var browser = new WebBrowser(planned.Client());
        (await SetPasswordAsync(browser, new Uri(added.Output.Trim()), NewPassword)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var boss = await planned.SignInAsync("boss@example.org", NewPassword);
        (await boss.GetAsync("account/profile")).GetProperty("operator").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task An_address_that_only_looks_like_an_operators_is_not_taken_for_it()
    {
        await using var planned = await TestServer.StartAsync(("Accounts:Operators", "frank@example.org"));
        foreach (var address in new[] { "fran\u212A@example.org", "FRANK@example.org", " frank@example.org" })
        {
            using var taken = await planned.Stranger.PostAsJsonAsync("account/register", new { email = address, password = NewPassword });
            taken.IsSuccessStatusCode.ShouldBeFalse(address);
        }

        await planned.Stranger.PostAsJsonAsync("account/login", new { email = "frank@example.org", password = NewPassword }).ShouldBeProblemAsync(401, "invalid-credentials");
    }

    [Fact]
    public async Task A_request_that_was_let_in_before_the_role_was_taken_away_does_nothing_afterwards()
    {
        var ben = await _server.UserAsync("ben");
        var id = await ben.IdAsync();
        await ChangeAsync(id, new { @operator = true });
        using var body = new SlowBody(Encoding.UTF8.GetBytes("{\"operator\":true}"));
        var changing = ben.Http.PutAsync($"operator/people/{id}", body);
        await body.Begun;

        await ChangeAsync(id, new { @operator = false });
        body.GoOn();

        await changing.ShouldBeProblemAsync(403, "not-allowed");
        (await ben.GetAsync("account/profile")).GetProperty("operator").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task The_command_line_adds_people_and_resets_passwords_while_the_server_runs_or_not()
    {
        var added = await ProgramRun.ToEndAsync(["add-person", "ivy@example.org", "--operator"], Folder(_server));
        (added.ExitCode, added.Errors).ShouldBe((0, ""));
        added.Output.Trim().Split('\n').ShouldHaveSingleItem().ShouldStartWith("http");
        using var browser = new WebBrowser(_server.Client());
        (await SetPasswordAsync(browser, new Uri(added.Output.Trim()), NewPassword)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await browser.GetAsync("account/profile")).GetProperty("operator").GetBoolean().ShouldBeTrue();

        var again = await ProgramRun.ToEndAsync(["add-person", "ivy@example.org"], Folder(_server));
        (again.ExitCode, again.Output).ShouldBe((1, ""));
        again.Errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("already taken");
        var nobody = await ProgramRun.ToEndAsync(["reset-password", "nobody@example.org"], Folder(_server));
        (nobody.ExitCode, nobody.Output).ShouldBe((1, ""));
        var reset = await ProgramRun.ToEndAsync(
            ["reset-password", "ivy@example.org"],
            new(Folder(_server), StringComparer.Ordinal) { ["Site__PublicUrl"] = "https://files.example.com/" }
        );
        reset.Output.ShouldStartWith("https://files.example.com/set-password?token=");
        (await ProgramRun.ToEndAsync(["forget-password", "ivy@example.org"], Folder(_server))).Output.Trim().ShouldBe("ivy@example.org has no password any more");
        await _server.Stranger.PostAsJsonAsync("account/login", new { email = "ivy@example.org", password = NewPassword }).ShouldBeProblemAsync(401, "invalid-credentials");
        (await _server.Stranger.GetStringAsync(new Uri(reset.Output.Trim()).PathAndQuery)).ShouldContain("not valid any more");
        (await ProgramRun.ToEndAsync(["add-person"], Folder(_server))).ExitCode.ShouldBe(2);
        (await ProgramRun.ToEndAsync(["reset-password", "ivy@example.org", "--operator"], Folder(_server))).ExitCode.ShouldBe(2);

        var empty = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;
        var first = await ProgramRun.ToEndAsync(["add-person", "first@example.org"], new(StringComparer.Ordinal) { ["Data__Directory"] = empty });
        (first.ExitCode, first.Errors).ShouldBe((0, ""));
        Directory.Delete(empty, recursive: true);
    }

    private static Dictionary<string, string> Folder(TestServer server) => new(StringComparer.Ordinal) { ["Data__Directory"] = server.Data };

    private static IEnumerable<string> NamesOf(JsonElement page) => page.GetProperty("people").EnumerateArray().Select(person => person.Text("name"));

    private static Task<HttpResponseMessage> SetPasswordAsync(WebBrowser browser, Uri link, string password) =>
        browser.SubmitAsync(link.PathAndQuery, "set-password", ("Password", password));

    private HttpClient WithToken(string token)
    {
        var http = _server.Client();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return http;
    }

    private Task<HttpResponseMessage> TryLoginAsync(string email, string password) =>
        _server.Stranger.PostAsJsonAsync("account/login", new { email, password });

    private async Task<JsonElement> PostAsync(string path, object? body = null, ApiUser? by = null)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        using var answer = await (by ?? _operator).Http.PostAsync(path, content);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return await answer.JsonAsync();
    }

    private static Task<HttpResponseMessage> TryChangeAsync(ApiUser by, string userId, object change) =>
        by.Http.PutAsJsonAsync($"operator/people/{userId}", change);

    private Task ChangeAsync(string userId, object change) => TryChangeAsync(_operator, userId, change).ShouldBeAsync(HttpStatusCode.NoContent);

    private static double HoursUntil(JsonElement time) => (time.GetDateTime() - TimeProvider.System.GetUtcNow().UtcDateTime).TotalHours;

    /// <summary>Its first byte goes out at once, the others when the test says so.</summary>
    private sealed class SlowBody : HttpContent
    {
        private readonly byte[] _bytes;
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SlowBody(byte[] bytes)
        {
            _bytes = bytes;
            Headers.ContentType = new("application/json");
        }

        public Task Begun => _begun.Task;

        public void GoOn() => _goesOn.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_bytes.AsMemory(0, 1));
            await stream.FlushAsync();
            _begun.SetResult();
            await _goesOn.Task;
            await stream.WriteAsync(_bytes.AsMemory(1));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes.Length;
            return true;
        }
    }
}
