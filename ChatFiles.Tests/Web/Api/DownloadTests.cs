using System.Text.Json;
using ChatFiles.Core.Data;
using ChatFiles.Tests.Core.Files;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Web.Api;

public sealed class DownloadTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Sha256OfHello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    [Theory]
    [InlineData("GET", "hello")]
    [InlineData("HEAD", "")]
    public async Task A_file_is_served_with_the_headers_that_make_it_harmless(string method, string body)
    {
        var (ann, path) = await FileAsync();
        using var answer = await ann.SendAsync(new HttpMethod(method), path);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(body);
        answer.Content.Headers.ContentLength.ShouldBe(5);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; charset=utf-8");
        answer.Headers.ETag!.ToString().ShouldBe($"\"{Sha256OfHello}\"");
        answer.Headers.AcceptRanges.ShouldBe(["bytes"]);
        var cache = answer.Headers.CacheControl!;
        (cache.Private, cache.NoCache, cache.NoStore, cache.Public).ShouldBe((true, true, false, false));
        Header(answer, "X-Content-Type-Options").ShouldBe("nosniff");
        Header(answer, "Cross-Origin-Resource-Policy").ShouldBe("same-origin");
        Header(answer, "Content-Security-Policy").ShouldBe("sandbox; default-src 'none'");
    }

    [Theory]
    [InlineData("bytes=0-0", "h", "bytes 0-0/5")]
    [InlineData("bytes=1-3", "ell", "bytes 1-3/5")]
    [InlineData("bytes=3-", "lo", "bytes 3-4/5")]
    [InlineData("bytes=-2", "lo", "bytes 3-4/5")]
    [InlineData("bytes=0-999", "hello", "bytes 0-4/5")]
    public async Task A_range_is_a_206(string range, string body, string contentRange)
    {
        var (ann, path) = await FileAsync();
        using var answer = await ann.SendAsync(HttpMethod.Get, path, null, ("Range", range));

        answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(body);
        answer.Content.Headers.ContentRange!.ToString().ShouldBe(contentRange);
    }

    [Theory]
    [InlineData("lines=1-2")]
    [InlineData("bytes=3-1")]
    [InlineData("bytes=x")]
    [InlineData("1-2")]
    public async Task What_is_no_range_of_bytes_is_ignored(string range)
    {
        var (ann, path) = await FileAsync();
        using var answer = await ann.SendAsync(HttpMethod.Get, path, null, ("Range", range));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("hello");
    }

    [Theory]
    [InlineData("bytes=5-")]
    [InlineData("bytes=99-100")]
    [InlineData("bytes=-0")]
    public async Task A_range_outside_the_file_is_a_416_with_its_length(string range)
    {
        var (ann, path) = await FileAsync();
        using var answer = await ann.SendAsync(HttpMethod.Get, path, null, ("Range", range));

        answer.Content.Headers.ContentRange!.ToString().ShouldBe("bytes */5");
        await Task.FromResult(answer).ShouldBeProblemAsync(416, "range-not-satisfiable");
    }

    [Theory]
    [InlineData("If-None-Match", $"\"{Sha256OfHello}\"", 304)]
    [InlineData("If-None-Match", $"\"a\", \"{Sha256OfHello}\"", 304)]
    [InlineData("If-None-Match", $"W/\"{Sha256OfHello}\"", 304)]
    [InlineData("If-None-Match", "*", 304)]
    [InlineData("If-None-Match", "\"other\"", 200)]
    [InlineData("If-Match", $"\"{Sha256OfHello}\"", 200)]
    public async Task A_condition_is_judged_by_the_etag(string header, string value, int status)
    {
        var (ann, path) = await FileAsync();
        using var answer = await ann.SendAsync(HttpMethod.Get, path, null, (header, value));
        ((int)answer.StatusCode).ShouldBe(status);
    }

    /// <summary>What pages show of a file without opening it (js/reading/file-bytes.js): by its address it can be told apart.</summary>
    [Fact]
    public async Task A_look_at_a_file_is_answered_like_any_other_request_for_a_part_of_it()
    {
        var (ann, path) = await FileAsync();

        using var part = await ann.SendAsync(HttpMethod.Get, path + "?preview", null, ("Range", "bytes=0-8191"));
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        part.Headers.ETag!.Tag.ShouldBe($"\"{Sha256OfHello}\"");
        (await part.Content.ReadAsStringAsync()).ShouldBe("hello");
        using var end = await ann.SendAsync(HttpMethod.Get, path + "?preview", null, ("Range", "bytes=-65577"));
        end.Content.Headers.ContentRange!.ToString().ShouldBe("bytes 0-4/5", "an archive's directory stands at its end");
        using var same = await ann.SendAsync(HttpMethod.Get, path + "?preview", null, ("If-None-Match", $"\"{Sha256OfHello}\""));
        same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task What_a_client_has_already_is_not_read_again_and_a_vanished_file_is_found_when_its_bytes_are_asked_for()
    {
        await using var own = await TestServer.StartAsync(new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60)));
        var ann = await own.UserAsync("ann");
        var path = (await ann.SendFileAsync(await ann.ChatAsync())).Text("path");
        foreach (var blob in Directory.EnumerateFiles(Path.Combine(own.Data, "files"), "*", SearchOption.AllDirectories))
            File.Delete(blob);

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var same = await ann.SendAsync(method, path, null, ("If-None-Match", $"\"{Sha256OfHello}\""));
            same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
            same.Headers.ETag!.Tag.ShouldBe($"\"{Sha256OfHello}\"");
            same.Content.Headers.ContentType.ShouldBeNull("what is told of it would take the place of what the client knows");
        }

        using (var wanted = await ann.SendAsync(HttpMethod.Get, path, null, ("If-Match", $"\"{Sha256OfHello}\""), ("If-None-Match", $"\"{Sha256OfHello}\"")))
            await Task.FromResult(wanted).ShouldBeProblemAsync(404, "file-missing");
        using var again = await ann.SendAsync(HttpMethod.Get, path, null, ("If-None-Match", $"\"{Sha256OfHello}\""));
        await Task.FromResult(again).ShouldBeProblemAsync(404, "file-missing");
    }

    [Fact]
    public async Task A_condition_that_fails_is_told_in_words()
    {
        var (ann, path) = await FileAsync();
        await ann.SendAsync(HttpMethod.Get, path, null, ("If-Match", "\"other\"")).ShouldBeProblemAsync(412, "precondition-failed");
        await ann.SendAsync(HttpMethod.Head, path, null, ("If-Match", "\"other\"")).ShouldBeAsync(HttpStatusCode.PreconditionFailed);
    }

    [Theory]
    [InlineData($"\"{Sha256OfHello}\"", "he", 206)]
    [InlineData("\"other\"", "hello", 200)]
    [InlineData($"W/\"{Sha256OfHello}\"", "hello", 200)]
    [InlineData("Tue, 24 Nov 2026 12:00:00 GMT", "hello", 200)]
    [InlineData("Fri, 24 Nov 2090 12:00:00 GMT", "hello", 200)]
    [InlineData(Sha256OfHello, "hello", 200)]
    [InlineData("nonsense", "hello", 200)]
    public async Task A_range_with_If_Range_is_of_that_content_only(string etag, string body, int status)
    {
        var (ann, path) = await FileAsync();
        using var answer = await ann.SendAsync(HttpMethod.Get, path, null, ("Range", "bytes=0-1"), ("If-Range", etag));

        ((int)answer.StatusCode).ShouldBe(status);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(body);
    }

    [Theory]
    [InlineData("a.pdf", "%PDF-1.4", "'self'", "SAMEORIGIN")]
    [InlineData("a.txt", "hello", null, "DENY")]
    public async Task Only_a_pdf_may_be_framed_and_only_by_our_own_pages(string name, string content, string? ancestors, string frames)
    {
        var ann = await server.UserAsync("ann");
        var path = (await ann.SendFileAsync(await ann.ChatAsync(), name, System.Text.Encoding.ASCII.GetBytes(content))).Text("path");
        using var answer = await ann.Http.GetAsync(path);

        Header(answer, "X-Frame-Options").ShouldBe(frames);
        var policy = Header(answer, "Content-Security-Policy").Split("; ");
        policy.ShouldContain("default-src 'none'");
        if (ancestors is null)
            policy.ShouldContain("sandbox");
        else
            policy.ShouldContain($"frame-ancestors {ancestors}");
    }

    public static TheoryData<string, byte[], string, string> Types =>
        new()
        {
            { "a.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png", "inline" },
            { "a.mp3", [.. "ID3"u8], "audio/mpeg", "inline" },
            { "a.webm", [0x1A, 0x45, 0xDF, 0xA3], "video/webm", "inline" },
            { "a.pdf", [.. "%PDF-1.4"u8], "application/pdf", "inline" },
            { "a.log", [.. "line"u8], "text/plain; charset=utf-8", "inline" },
            { "a.csv", [.. "a,b"u8], "text/csv; charset=utf-8", "attachment" },
            { "a.json", [.. "{}"u8], "application/json; charset=utf-8", "attachment" },
            { "a.md", [.. "# a"u8], "text/markdown; charset=utf-8", "attachment" },
            { "b.csv", [0xFF, 0xFE, (byte)'a', 0], "text/csv; charset=utf-16le", "attachment" },
            { "b.py", [0x23, 0xFC], "text/x-python", "attachment" },
            { "a.dxf", [.. "0"u8], "image/vnd.dxf", "attachment" },
            { "a.zip", [0x50, 0x4B, 3, 4], "application/zip", "attachment" },
            { "a.xml", [.. "<a/>"u8], "application/xml; charset=utf-8", "attachment" },
            { "a.css", [.. "a{}"u8], "text/css; charset=utf-8", "attachment" },
            { "a.eml", [.. "To: a"u8], "message/rfc822; charset=utf-8", "attachment" },
            { "a.dwg", [.. "AC1032"u8], "image/vnd.dwg", "attachment" },
            { "a.docx", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment" },
            { "webp.jpg", [.. "RIFF\u0014\0\0\0WEBPVP8 "u8], "image/webp", "inline" },
            { "gif.mp4", [.. "GIF89a\u0001\0\u0001\0"u8], "image/gif", "inline" },
        };

    [Theory]
    [MemberData(nameof(Types))]
    public async Task The_type_follows_from_the_extension_and_decides_what_a_browser_shows(string name, byte[] content, string type, string shown)
    {
        var ann = await server.UserAsync("ann");
        var path = (await ann.SendFileAsync(await ann.ChatAsync(), name, content)).Text("path");
        using var plain = await ann.Http.GetAsync(path);
        using var download = await ann.Http.GetAsync(path + "?download");

        plain.Content.Headers.ContentType!.ToString().ShouldBe(type);
        plain.Content.Headers.ContentDisposition!.DispositionType.ShouldBe(shown);
        download.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        Header(plain, "Content-Security-Policy").ShouldContain("default-src 'none'");
    }

    [Fact]
    public async Task The_name_is_carried_in_utf8()
    {
        var ann = await server.UserAsync("ann");
        var path = (await ann.SendFileAsync(await ann.ChatAsync(), "Grüße; 日本 %22.txt", "hello"u8.ToArray())).Text("path");
        using var answer = await ann.Http.GetAsync(path);

        Header(answer, "Content-Disposition").ShouldContain("filename*=UTF-8''Gr%C3%BC%C3%9Fe%3B%20%E6%97%A5%E6%9C%AC%20%22.txt");
        answer.Content.Headers.ContentDisposition!.FileNameStar.ShouldBe("Grüße; 日本 \".txt");
    }

    [Theory]
    [InlineData("a\"q.png", "a_q.png")]
    [InlineData("Größe 100%.png", "Gr__e 100%.png")]
    [InlineData("a;b=c, d.png", "a;b=c, d.png")]
    public async Task The_plain_name_holds_nothing_that_needs_a_backslash(string name, string plain)
    {
        var ann = await server.UserAsync("ann");
        var path = (await ann.SendFileAsync(await ann.ChatAsync(), name.Replace("\"", "%22", StringComparison.Ordinal), Heads.Of("png"))).Text("path");
        using var answer = await ann.Http.GetAsync(path);

        Header(answer, "Content-Disposition").ShouldNotContain("\\");
        answer.Content.Headers.ContentDisposition!.FileName!.Trim('"').ShouldBe(plain);
        answer.Content.Headers.ContentDisposition!.FileNameStar.ShouldBe(name);
    }

    [Theory]
    [InlineData("4772C3BCC39F65", "text/plain; charset=utf-8")]
    [InlineData("4772FCDF65", "text/plain")]
    [InlineData("FFFE47007200FC00", "text/plain; charset=utf-16le")]
    [InlineData("FEFF0047007200FC", "text/plain; charset=utf-16be")]
    [InlineData("93FA967B8CEA", "text/plain")]
    public async Task The_charset_of_a_text_is_only_told_when_it_is_known(string hex, string type)
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var bytes = Convert.FromHexString(hex);
        var path = (await ann.SendFileAsync(chat, "note.txt", bytes)).Text("path");

        await ShouldBeAsync();
        // A row from before this was asked: the bytes say it, and then the row.
        var databases = server.Services.GetRequiredService<IDbContextFactory<ChatDbContext>>();
        await using var db = await databases.CreateDbContextAsync();
        var file = db.Attachments.Where(a => a.ChatId == chat);
        var charset = await file.Select(a => a.Charset).SingleAsync();
        charset.ShouldNotBeNull();
        await file.ExecuteUpdateAsync(set => set.SetProperty(a => a.Charset, (string?)null));
        await ShouldBeAsync();
        (await file.Select(a => a.Charset).SingleAsync()).ShouldBe(charset);

        async Task ShouldBeAsync()
        {
            using var answer = await ann.Http.GetAsync(path);
            answer.Content.Headers.ContentType!.ToString().ShouldBe(type);
            (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(bytes);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_a_404()
    {
        var ann = await server.UserAsync("ann");
        var (_, path) = await FileAsync();
        await ann.Http.GetAsync($"{path}/thumbnail").ShouldBeProblemAsync(404, "no-thumbnail");

        var unknown = $"chat/{await ann.ChatAsync()}/file/{path[^36..]}"; // a file of another chat
        await ann.Http.GetAsync(unknown).ShouldBeProblemAsync(404, "file-not-found");
        await ann.Http.GetAsync($"{unknown}/thumbnail").ShouldBeProblemAsync(404, "file-not-found");
        await ann.Http.DeleteAsync(unknown).ShouldBeProblemAsync(404, "file-not-found");
        await ann.Http.PutAsync(unknown, new Form().File("note.txt").Content).ShouldBeProblemAsync(404, "file-not-found");
    }

    private async Task<(ApiUser Ann, string Path)> FileAsync()
    {
        var ann = await server.UserAsync("ann");
        JsonElement sent = await ann.SendFileAsync(await ann.ChatAsync());
        return (ann, sent.Text("path"));
    }

    private static string Header(HttpResponseMessage answer, string name) =>
        (answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values)) ? values.Single() : "";
}
