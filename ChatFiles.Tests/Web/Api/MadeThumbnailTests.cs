using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>Thumbnails that nobody sent.</summary>
public sealed class MadeThumbnailTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("png", 1200, 600)]
    [InlineData("jpg", 1200, 600)]
    [InlineData("webp", 1200, 600)]
    [InlineData("gif", 1, 1)]
    [InlineData("bmp", 1200, 600)]
    public async Task A_picture_that_a_program_sends_gets_a_thumbnail_and_who_follows_the_chat_is_told(string extension, int width, int height)
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        await using var events = await EventReader.OpenAsync(ann, chat, "?after=0");
        using var sent = await ann.PostFileAsync(chat, new Form().File($"a.{extension}", PictureFiles.Of(extension)).Content);
        var path = (await sent.JsonAsync()).Text("path");
        (await events.ShouldGetAsync("message-created", 1)).GetProperty("message").GetProperty("id").GetInt64().ShouldBePositive();

        var changed = await events.ShouldGetAsync("file-changed", 2);

        (changed.Text("thumbnail"), changed.GetProperty("width").GetInt32(), changed.GetProperty("height").GetInt32()).ShouldBe(($"{path}/thumbnail", width, height));
        path.ShouldEndWith(changed.Text("fileId"));
        using var thumbnail = await ann.Http.GetAsync($"{path}/thumbnail");
        thumbnail.StatusCode.ShouldBe(HttpStatusCode.OK);
        thumbnail.Content.Headers.ContentType!.MediaType.ShouldBe("image/webp");
        (await thumbnail.Content.ReadAsByteArrayAsync()).Length.ShouldBeLessThanOrEqualTo(64 * 1024);
        var message = (await ann.GetAsync($"chat/{chat}/messages")).GetProperty("messages")[0];
        (message.GetProperty("id").GetInt64(), message.GetProperty("attachments")[0].Text("thumbnail")).ShouldBe((changed.GetProperty("messageId").GetInt64(), $"{path}/thumbnail"));

        await using var again = await EventReader.OpenAsync(ann, chat, "?after=1");
        (await again.ShouldGetAsync("file-changed", 2)).GetRawText().ShouldBe(changed.GetRawText());
        using var deleted = await ann.Http.DeleteAsync(path);
        await again.ShouldGetAsync("file-deleted", 3);
        await using var later = await EventReader.OpenAsync(ann, chat, "?after=1");
        (await later.ShouldGetAsync("file-changed", 2)).GetProperty("thumbnail").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null, "as it is now");
    }

    [Fact]
    public async Task What_came_with_a_thumbnail_keeps_it_and_nobody_is_told_of_anything()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        await using var events = await EventReader.OpenAsync(ann, chat, "?after=0");
        using var with = await ann.PostFileAsync(chat, new Form().File("a.png", PictureFiles.Of("png", 30, 20)).Thumbnail([0xFF, 0xD8, 0xFF, 0xE0]).Content);
        using var without = await ann.PostFileAsync(chat, new Form().File("b.png", PictureFiles.Of("png", 30, 20)).Content);
        await events.ShouldGetAsync("message-created", 1);
        await events.ShouldGetAsync("message-created", 2);
        var changed = await events.ShouldGetAsync("file-changed", 3);
        (await without.JsonAsync()).Text("path").ShouldEndWith(changed.Text("fileId"));
        (await ann.Http.GetByteArrayAsync((await with.JsonAsync()).Text("path") + "/thumbnail")).Length.ShouldBe(4);
    }

    /// <summary>
    /// A few KiB that want gigabytes, time without end, or to be somewhere else: they cost a process that nobody needs. The
    /// program is one of its own here, whose memory nothing else takes.
    /// </summary>
    [Fact]
    public async Task Hostile_pictures_cost_their_thumbnail_and_nothing_else()
    {
        var data = Directory.CreateTempSubdirectory("chatfiles-test-");
        await using var program = await ProgramRun.ServingAsync([$"--Data:Directory={data.FullName}", "--RateLimits:UploadsPerMinute=0"]);
        using var http = new HttpClient { BaseAddress = program.Address };
        var account = new { email = "ann@example.org", password = "Passw0rd!" };
        using (await http.PostAsJsonAsync("account/register", account)) { }
        using var login = await http.PostAsJsonAsync("account/login", account);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await login.JsonAsync()).Text("accessToken"));
        var ann = new ApiUser(http, account.email, account.password, "");
        await SendAndSeeAsync();
        var before = Memory();

        foreach (var (name, content) in Hostile())
        {
            using var sent = await ann.PostFileAsync(1, new Form().File(name, content).Content);
            sent.StatusCode.ShouldBe(HttpStatusCode.Created, name);
        }

        await SendAndSeeAsync(); // the newest first, past all of these
        await Eventually.HoldsAsync(
            async () =>
            {
                var answer = Stopwatch.StartNew();
                (await http.GetAsync("health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
                answer.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
                return await WantedAsync() == 0;
            },
            "all were tried",
            150
        );
        await Eventually.HoldsAsync(() => Memory() - before < 64L * 1024 * 1024, "the server is no larger for it", 30);
        await program.DisposeAsync();
        data.Delete(recursive: true);

        async Task SendAndSeeAsync()
        {
            using var sent = await ann.PostFileAsync(1, new Form().File("a.png", PictureFiles.Of("png", 300, 200)).Content);
            var path = (await sent.JsonAsync()).Text("path");
            await Eventually.HoldsAsync(async () => (await http.GetAsync($"{path}/thumbnail")).StatusCode == HttpStatusCode.OK, "its thumbnail is there", 60);
        }

        async Task<long> WantedAsync()
        {
            await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(data.FullName, "chatfiles.db")};Mode=ReadOnly;Pooling=False");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = """SELECT COUNT(*) FROM "Attachments" WHERE "Picture" <> 0""";
            return (long)(await command.ExecuteScalarAsync())!;
        }

        long Memory() =>
            long.Parse(File.ReadLines($"/proc/{program.Id}/status").Single(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static IEnumerable<(string Name, byte[] Content)> Hostile()
    {
        yield return ("beyond.png", PictureFiles.Png(60_000, 60_000, 1, 0, rows: 1_000));
        yield return ("bomb.png", PictureFiles.Png(30_000, 30_000, 8, 0, rows: 1_000));
        yield return ("cut.png", PictureFiles.Of("png")[..200]);
        yield return ("cut.jpg", PictureFiles.Of("jpg")[..500]);
        var gif = PictureFiles.Of("gif");
        (gif[6], gif[7], gif[8], gif[9]) = (0xFF, 0xFF, 0xFF, 0xFF);
        yield return ("wide.gif", gif);
        yield return ("loop.pdf", PictureFiles.Pdf(string.Concat(Enumerable.Repeat("/Again Do ", 100))));
        yield return ("zeros.docx", Zeros());
    }

    /// <summary>An Office file whose picture is 256 MiB of zeros.</summary>
    private static byte[] Zeros()
    {
        using var made = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(made, System.IO.Compression.ZipArchiveMode.Create))
        using (var entry = archive.CreateEntry("docProps/thumbnail.jpeg").Open())
        {
            var block = new byte[1024 * 1024];
            for (var i = 0; i < 256; i++)
                entry.Write(block);
        }

        return made.ToArray();
    }
}
