using System.Text;
using System.Text.Json;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Accounts;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>Many people at once, from a table.</summary>
public sealed class PeopleListTests
{
    [Theory]
    [InlineData("ann@x.org,Ann Arbor\nben@x.org,\n", "1:ann@x.org:Ann Arbor 2:ben@x.org:")]
    [InlineData("Name;E-Mail\r\nAnn;ann@x.org\r\n\"Ben; Bold\";ben@x.org\r\n", "2:ann@x.org:Ann 3:ben@x.org:Ben; Bold")]
    [InlineData("\uFEFFemail\tdepartment\tdisplay name\nann@x.org\tSales\tAnn\n", "2:ann@x.org:Ann")]
    [InlineData("Ann,ann@x.org\n\n , \nBen,ben@x.org", "1:ann@x.org:Ann 4:ben@x.org:Ben")]
    [InlineData("ann@x.org\nben@x.org", "1:ann@x.org: 2:ben@x.org:")]
    [InlineData("email\n\"ann@x.org\"", "2:ann@x.org:")]
    public void A_table_is_read_as_other_programs_write_it(string text, string expected)
    {
        var lines = Read(Encoding.UTF8.GetBytes(text)).Value.Lines;

        string.Join(' ', lines.Select(line => $"{line.Line}:{line.Email}:{line.Name}")).ShouldBe(expected);
        lines.ShouldAllBe(line => line.State == LineState.New);
    }

    [Theory]
    [InlineData("ann@x.org,Ann\nnobody,Ben", 1)]
    [InlineData("ann@x.org,Ann\nben@x.org,b@d", 1)]
    [InlineData("ann@x.org,Ann\n,Ben", 1)]
    public void What_cannot_be_an_account_says_why(string text, int invalid)
    {
        var lines = Read(Encoding.UTF8.GetBytes(text)).Value.Lines;

        lines.Count(line => line is { State: LineState.Invalid, Reason.Length: > 0 }).ShouldBe(invalid);
        lines[0].State.ShouldBe(LineState.New);
    }

    [Fact]
    public void A_quote_that_is_not_closed_takes_nothing_along_that_follows() =>
        Read("ann@x.org,Ann\n\"ben@x.org,Ben\ncarl@x.org,Carl\n"u8.ToArray()).Value.Lines[^1].Email.ShouldBe("carl@x.org");

    [Fact]
    public void What_is_no_list_or_too_long_is_refused_as_a_whole()
    {
        Read("Müller,m@x.org"u8.ToArray()).Refusal.ShouldBeNull();
        Read([.. "M"u8, 0xFC, .. "ller,m@x.org"u8]).Refusal!.Detail.ShouldContain("UTF-8");
        Read([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("Müller,m@x.org\n")]).Refusal.ShouldBeNull();
        Read("M\0ller,m@x.org"u8.ToArray()).Refusal!.Detail.ShouldContain("UTF-8");
        foreach (var utf16 in new[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            Read([.. utf16.Preamble, .. utf16.GetBytes("m\0@x.org\n")]).Refusal!.Detail.ShouldContain("UTF-8");
            Read([.. utf16.Preamble, .. utf16.GetBytes("m"), 0xD8, 0xD8, .. utf16.GetBytes("@x.org\n")]).Refusal!.Detail.ShouldContain("UTF-8");
        }

        Read([]).Refusal!.Detail.ShouldContain("Nobody");
        Read("email,name\n"u8.ToArray()).Refusal!.Detail.ShouldContain("Nobody");
        Read(Lines(PeopleList.MaxLines)).Refusal.ShouldBeNull();
        Read(Lines(PeopleList.MaxLines + 1)).Refusal!.Detail.ShouldContain("at most");

        static byte[] Lines(int count) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, count).Select(i => $"p{i}@x.org\n")));
    }

    [Fact]
    public async Task Each_line_says_what_would_become_of_it_and_then_what_did_with_a_link_for_who_is_new()
    {
        await using var server = await TestServer.StartAsync();
        var (olga, ann) = (await server.UserAsync("olga"), await server.UserAsync("ann"));
        const string Table = "email,name\nANN@example.org,Ann\nnew@example.org,\"=New, One\"\nNew@Example.org,Again\nnonsense,Nobody\n";

        using var read = await PostAsync(olga, "operator/people/lists", Table);
        read.StatusCode.ShouldBe(HttpStatusCode.Created);
        var list = await read.JsonAsync();
        StatesOf(list).ShouldBe(["exists", "new", "twice", "invalid"]);
        (await olga.GetAsync("operator/people?q=new@")).GetProperty("people").GetArrayLength().ShouldBe(0, "nobody is added by looking");
        var path = read.Headers.Location!.ToString()[1..];
        await ann.Http.PostAsync(path, content: null).ShouldBeProblemAsync(403, "not-allowed");

        using var added = await olga.Http.PostAsync(path, content: null);

        var line = (await added.JsonAsync()).GetProperty("lines")[1];
        StatesOf(await JsonAsync(added)).ShouldBe(["exists", "added", "twice", "invalid"]);
        var page = await server.Stranger.GetStringAsync(new Uri(line.Text("link")).PathAndQuery);
        page.ShouldContain("new@example.org");
        (await olga.GetAsync("operator/people?q=new@")).GetProperty("people")[0].Text("name").ShouldBe("=New, One");
        await olga.Http.PostAsync(path, content: null).ShouldBeProblemAsync(403, "not-allowed");
        var table = (await olga.Http.GetStringAsync(path)).TrimStart('\uFEFF').Trim().Split("\r\n");
        table.Length.ShouldBe(5);
        table[2].ShouldBe($"\"3\",\"new@example.org\",\"'=New, One\",\"added\",\"\",\"{line.Text("link")}\",\"{line.GetProperty("expiresAt").GetDateTime():yyyy-MM-ddTHH:mm:ssZ}\"");
    }

    [Fact]
    public async Task A_list_is_its_operators_alone_and_the_next_one_takes_its_place()
    {
        await using var server = await TestServer.StartAsync();
        var (olga, second) = (await server.UserAsync("olga"), await server.UserAsync("second"));
        using (var change = System.Net.Http.Json.JsonContent.Create(new { @operator = true }))
            await olga.Http.PutAsync($"operator/people/{await second.IdAsync()}", change).ShouldBeAsync(HttpStatusCode.NoContent);
        using var read = await PostAsync(olga, "operator/people/lists", "a@example.org");
        var path = read.Headers.Location!.ToString()[1..];

        await second.Http.GetAsync(path).ShouldBeProblemAsync(404, "file-not-found");
        await olga.Http.GetAsync("operator/people/lists/none").ShouldBeProblemAsync(404, "file-not-found");
        await olga.Http.GetAsync(path).ShouldBeAsync(HttpStatusCode.OK);
        await PostAsync(olga, "operator/people/lists", "b@example.org").ShouldBeAsync(HttpStatusCode.Created);
        await olga.Http.GetAsync(path).ShouldBeProblemAsync(404, "file-not-found");
        await PostAsync(olga, "operator/people/lists", new string('x', PeopleList.MaxBytes + 1)).ShouldBeProblemAsync(413, "file-too-large");
        // Begun only: what is refused for what it declares is answered before the rest is sent.
        var head = $"POST /operator/people/lists HTTP/1.1\nAuthorization: Bearer {olga.Token}\nContent-Type: text/csv\nContent-Length: {(2 * PeopleList.MaxBytes) + 1}";
        var answer = await RawRequest.SendAsync(server.Address, head, "x"u8.ToArray());
        answer.ShouldStartWith("HTTP/1.1 413 ");
        answer.ShouldContain("\"file-too-large\"");
    }

    [Fact]
    public async Task A_list_with_its_links_is_forgotten_after_an_hour_without_anybody_asking()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var world = await ChatWorld.BeginAsync(change: services => services.AddSingleton<TimeProvider>(time).AddSingleton<PeopleLists>());
        var lists = world.Services.GetRequiredService<PeopleLists>();
        var list = (await lists.ReadAsync(Operator.AtTheMachine, new MemoryStream("new@example.org"u8.ToArray()))).Value;
        time.Advance(TimeSpan.FromMinutes(59));
        (lists.Find(Operator.AtTheMachine, list.Id).Refusal, lists.Count).ShouldBe((null, 1));

        time.Advance(TimeSpan.FromMinutes(2));

        lists.Count.ShouldBe(0);
    }

    private static ChatFiles.Core.Model.Result<PeopleList> Read(byte[] file) => PeopleList.Read(file, DateTimeOffset.UnixEpoch);

    private static Task<HttpResponseMessage> PostAsync(ApiUser user, string path, string table) => user.SendAsync(HttpMethod.Post, path, new StringContent(table, Encoding.UTF8, "text/csv"));

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

    private static IEnumerable<string> StatesOf(JsonElement list) => list.GetProperty("lines").EnumerateArray().Select(line => line.Text("state"));
}
