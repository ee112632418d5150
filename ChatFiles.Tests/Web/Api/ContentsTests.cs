using System.Text;
using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>What is in a file is found soon after it was sent, as the program does it by itself.</summary>
public sealed class ContentsTests(ContentsTests.Site site) : IClassFixture<ContentsTests.Site>
{
    /// <summary>The contract says 15; a machine under load is given a few of them more.</summary>
    private const double Soon = 45;

    public static readonly TheoryData<string, byte[], string> Kinds = new()
    {
        { "a.pdf", Documents.Pdf("nothing", "a grey kingfisher here"), "a grey [kingfisher] here" },
        { "a.docx", Documents.Docx("a grey kingfisher here"), "a grey [kingfisher] here" },
        { "a.xlsx", Documents.Xlsx("a grey kingfisher here"), "a grey [kingfisher] here" },
        { "a.pptx", Documents.Pptx("a grey kingfisher here"), "a grey [kingfisher] here" },
        { "a.odt", Documents.OpenDocument("a grey kingfisher here"), "a grey [kingfisher] here" },
        { "a.eml", Documents.Mail("a grey kingfisher here"), "a grey [kingfisher] here" },
        { "a.txt", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("ein grauer KÍNGFISHER ß")], "ein grauer [KÍNGFISHER] ß" },
        { "b.csv", Encoding.Latin1.GetBytes("Größe;kingfisher;Fluß;für\r\n"), "Größe;[kingfisher];Fluß;für" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_word_in_a_file_finds_its_message_and_the_file(string name, byte[] content, string snippet)
    {
        var (ann, bob) = (await Server.UserAsync("ann"), await Server.UserAsync("bob"));
        var chat = await ann.ChatAsync();
        var message = (await ann.SendFileAsync(chat, name, content)).GetProperty("message");
        var file = message.GetProperty("attachments")[0];

        var found = await SearchAsync(ann, chat, "kingfisher");

        found.GetProperty("id").GetInt64().ShouldBe(message.GetProperty("id").GetInt64());
        found.GetProperty("found").Text("fileId").ShouldBe(file.Text("id"));
        found.GetProperty("found").Text("snippet").ShouldContain(snippet.Replace("[", "").Replace("]", ""));
        found.GetProperty("found").Text("snippet").Length.ShouldBeLessThanOrEqualTo(300);
        (await ann.GetAsync($"chat/{chat}/files?q=KINGFISHER")).GetProperty("files").EnumerateArray().Single().Text("id").ShouldBe(file.Text("id"));
        (await ann.GetAsync("files?q=grey%20kingfisher&sort=name")).GetProperty("files").EnumerateArray().ShouldAllBe(f => f.GetProperty("chat").GetProperty("id").GetInt64() > 0);
        (await bob.GetAsync("search?q=kingfisher")).GetProperty("messages").GetArrayLength().ShouldBe(0);

        await ann.Http.DeleteAsync(file.Text("path")).ShouldBeAsync(HttpStatusCode.NoContent);
        (await ann.GetAsync($"search?q=kingfisher&chat={chat}")).GetProperty("messages").GetArrayLength().ShouldBe(0);
        (await ann.GetAsync($"chat/{chat}/files?q=kingfisher")).GetProperty("files").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Hostile_files_cost_their_own_reading_and_nothing_else()
    {
        var ann = await Server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var hostile = Hostile().ToList();
        foreach (var (name, content) in hostile)
            await ann.SendFileAsync(chat, name, content);
        await ann.SendFileAsync(chat, "fine.docx", Documents.Docx("a fine avocet"));

        // Each may take its twenty seconds; people go on meanwhile.
        await Eventually.HoldsAsync(async () => (await SearchedAsync(ann, chat, "avocet")).Count > 0, "the file behind the hostile ones was found", seconds: 240);

        (await ann.SendTextAsync(chat, "still here")).GetProperty("id").GetInt64().ShouldBeGreaterThan(0);
        (await ann.GetAsync($"chat/{chat}/files")).GetProperty("files").GetArrayLength().ShouldBe(hostile.Count + 1);
    }

    /// <summary>Where somebody may ask again and again.</summary>
    public sealed class Site : IAsyncLifetime
    {
        public TestServer Server { get; private set; } = null!;

        public async Task InitializeAsync() => Server = await TestServer.StartAsync(("RateLimits:SearchesPerMinute", "0"));

        public async Task DisposeAsync() => await Server.DisposeAsync();
    }

    private TestServer Server => site.Server;

    private static IEnumerable<(string Name, byte[] Content)> Hostile()
    {
        yield return ("zeros.docx", Documents.Bomb("word/document.xml", "", "\0", 512L << 20, ""));
        yield return ("deep.odt", Documents.Bomb("content.xml", "", "<p>", 256L << 20, ""));
        yield return ("name.xlsx", Documents.Bomb("xl/workbook.xml", "<sheet name=\"", "a", 256L << 20, "\"/>"));
        yield return ("nested.pdf", Pdf("1 0 obj\n" + string.Concat(Enumerable.Repeat("[", 500_000)) + "\nendobj\n"));
        yield return ("pages.pdf", Pdf("1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 10000000/Kids[2 0 R 2 0 R]>>endobj\n"));
        yield return ("loop.pdf", Pdf("1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]/Count 3>>endobj\n3 0 obj<</Length 3 0 R/Prev 0>>stream\nendstream endobj\n"));
        yield return ("parts.eml", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"Content-Type: multipart/mixed; boundary=\"b{i}\"\r\n\r\n--b{i}\r\n"))));
        yield return ("laughs.odt", Documents.Zip(("content.xml", "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>")));
    }

    private static byte[] Pdf(string objects) => Encoding.ASCII.GetBytes($"%PDF-1.4\n{objects}trailer<</Root 1 0 R/Size 9/Prev 9>>\nstartxref\n9\n%%EOF");

    private static async Task<JsonElement> SearchAsync(ApiUser user, long chat, string text)
    {
        List<JsonElement> found = [];
        await Eventually.HoldsAsync(async () => (found = await SearchedAsync(user, chat, text)).Count > 0, $"“{text}” was found", Soon);
        return found.Single();
    }

    /// <summary>An answer that a busy machine owes is asked for again.</summary>
    private static async Task<List<JsonElement>> SearchedAsync(ApiUser user, long chat, string text)
    {
        using var answer = await user.Http.GetAsync($"search?q={text}&chat={chat}");
        return answer.StatusCode is HttpStatusCode.ServiceUnavailable ? [] : [.. (await answer.JsonAsync()).GetProperty("messages").EnumerateArray()];
    }
}
