

namespace ChatFiles.Tests.Web.Api;

public sealed class Downloads(SharedApp shared) : IClassFixture<SharedApp>
{
    private static readonly byte[] Digits = "0123456789"u8.ToArray();

    private ChatFilesApp App => shared.App;

    [Fact]
    public async Task A_file_comes_whole_with_the_headers_that_make_it_harmless()
    {
        using var ada = await App.CreateClientAsync("ada");
        var path = await ada.ShareAsync(await ada.CreateChatAsync(), "digits.txt", Digits);
        var answer = (await ada.GetAsync(path)).ShouldBeStatus(200);
        answer.Bytes.ShouldBe(Digits);
        answer.MediaType.ShouldBe("text/plain");
        answer.Header("Content-Length").ShouldBe("10");
        answer.Header("Accept-Ranges").ShouldBe("bytes");
        answer.Header("ETag").ShouldBe($"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Digits))}\"");
        answer.Header("Cache-Control")!.Split(", ").Order(StringComparer.Ordinal).ShouldBe(["no-cache", "private"]);
        answer.Header("X-Content-Type-Options").ShouldBe("nosniff");
        answer.Header("Cross-Origin-Resource-Policy").ShouldBe("same-origin");
        answer.Header("Content-Security-Policy").ShouldBe("sandbox; default-src 'none'");
    }

    [Fact]
    public async Task HEAD_says_the_same_without_the_bytes()
    {
        using var ada = await App.CreateClientAsync("ada");
        var path = await ada.ShareAsync(await ada.CreateChatAsync(), "digits.txt", Digits);
        var (head, get) = ((await ada.HeadAsync(path)).ShouldBeStatus(200), await ada.GetAsync(path));
        head.Bytes.ShouldBeEmpty();
        foreach (var header in (string[])["Content-Length", "Content-Type", "ETag", "Accept-Ranges", "Content-Disposition", "Content-Security-Policy"])
            head.Header(header).ShouldBe(get.Header(header));
    }

    [Theory]
    [InlineData("bytes=0-0", "0", "bytes 0-0/10")]
    [InlineData("bytes=2-5", "2345", "bytes 2-5/10")]
    [InlineData("bytes=7-", "789", "bytes 7-9/10")]
    [InlineData("bytes=-3", "789", "bytes 7-9/10")]
    [InlineData("bytes=5-100", "56789", "bytes 5-9/10")]
    [InlineData("bytes=-100", "0123456789", "bytes 0-9/10")]
    public async Task A_range_is_a_part_of_the_file(string range, string bytes, string contentRange)
    {
        using var ada = await App.CreateClientAsync("ada");
        var path = await ada.ShareAsync(await ada.CreateChatAsync(), "digits.txt", Digits);
        var answer = (await ada.GetAsync(path, ("Range", range))).ShouldBeStatus(206);
        answer.Text.ShouldBe(bytes);
        answer.Header("Content-Range").ShouldBe(contentRange);
        answer.Header("Content-Security-Policy").ShouldBe("sandbox; default-src 'none'");
    }

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=10-20")]
    [InlineData("bytes=-0")]
    public async Task A_range_behind_the_end_can_not_be_had(string range)
    {
        using var ada = await App.CreateClientAsync("ada");
        var path = await ada.ShareAsync(await ada.CreateChatAsync(), "digits.txt", Digits);
        var answer = (await ada.GetAsync(path, ("Range", range))).ShouldBeProblem(416, "range-not-satisfiable");
        answer.Header("Content-Range").ShouldBe("bytes */10");
    }

    [Theory]
    [InlineData("bytes=5-2")]
    [InlineData("bytes=abc")]
    [InlineData("lines=1-2")]
    public async Task What_is_no_range_is_ignored(string range)
    {
        using var ada = await App.CreateClientAsync("ada");
        var path = await ada.ShareAsync(await ada.CreateChatAsync(), "digits.txt", Digits);
        (await ada.GetAsync(path, ("Range", range))).ShouldBeStatus(200).Bytes.ShouldBe(Digits);
    }

    [Fact]
    public async Task A_range_goes_on_only_with_the_same_file()
    {
        using var ada = await App.CreateClientAsync("ada");
        var path = await ada.ShareAsync(await ada.CreateChatAsync(), "digits.txt", Digits);
        var tag = (await ada.HeadAsync(path)).Header("ETag")!;
        (await ada.GetAsync(path, ("Range", "bytes=1-2"), ("If-Range", tag))).ShouldBeStatus(206).Text.ShouldBe("12");
        (await ada.GetAsync(path, ("Range", "bytes=1-2"), ("If-Range", "\"other\""))).ShouldBeStatus(200).Bytes.ShouldBe(Digits);
        (await ada.GetAsync(path, ("Range", "bytes=1-2"), ("If-Range", $"W/{tag}"))).ShouldBeStatus(200).Bytes.ShouldBe(Digits);
    }

    [Fact]
    public async Task Who_has_the_file_already_is_told_so()
    {
        using var ada = await App.CreateClientAsync("ada");
        var path = await ada.ShareAsync(await ada.CreateChatAsync(), "digits.txt", Digits);
        var tag = (await ada.HeadAsync(path)).Header("ETag")!;
        foreach (var known in (string[])[tag, $"\"x\", {tag}", $"W/{tag}", "*"])
        {
            var answer = (await ada.GetAsync(path, ("If-None-Match", known))).ShouldBeStatus(304);
            answer.Bytes.ShouldBeEmpty();
            answer.Header("ETag").ShouldBe(tag);
            (await ada.HeadAsync(path, ("If-None-Match", known))).ShouldBeStatus(304);
        }

        (await ada.GetAsync(path, ("If-None-Match", "\"x\""))).ShouldBeStatus(200);
    }

    [Theory]
    [InlineData("a.png", "89504E470D0A1A0A", "inline")]
    [InlineData("a.mp3", "494433", "inline")]
    [InlineData("a.mp4", "0000001866747970", "inline")]
    [InlineData("a.pdf", "255044462D", "inline")]
    [InlineData("a.txt", "61", "inline")]
    [InlineData("a.log", "61", "inline")]
    [InlineData("a.csv", "61", "attachment")]
    [InlineData("a.json", "7B7D", "attachment")]
    [InlineData("a.md", "61", "attachment")]
    [InlineData("a.zip", "504B0304", "attachment")]
    [InlineData("a.docx", "504B0304", "attachment")]
    public async Task Only_what_a_browser_shows_safely_is_shown(string fileName, string hex, string disposition)
    {
        using var ada = await App.CreateClientAsync("ada");
        var path = await ada.ShareAsync(await ada.CreateChatAsync(), fileName, Convert.FromHexString(hex));
        (await ada.GetAsync(path)).Disposition!.DispositionType.ShouldBe(disposition);
        foreach (var query in (string[])["?download", "?download=", "?download=1", "?x=1&download"])
            (await ada.GetAsync(path + query)).Disposition!.DispositionType.ShouldBe("attachment");
    }

    [Fact]
    public async Task A_PDF_is_as_locked_in_as_the_browsers_viewer_allows()
    {
        using var ada = await App.CreateClientAsync("ada");
        var path = await ada.ShareAsync(await ada.CreateChatAsync(), "a.pdf", Samples.Pdf);
        var policy = (await ada.GetAsync(path)).Header("Content-Security-Policy")!;
        policy.ShouldContain("default-src 'none'");
        policy.ShouldNotContain("script-src");
    }

    [Theory]
    [InlineData("plain.txt")]
    [InlineData("Übersicht €.txt")]
    [InlineData("semi;colon, \"quoted\" %41.txt")]
    [InlineData("日本 🎉.txt")]
    public async Task The_name_comes_back_as_it_was(string fileName)
    {
        using var ada = await App.CreateClientAsync("ada");
        var form = new Form().Part(
            $"Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''{Uri.EscapeDataString(fileName)}",
            Samples.Text
        );
        var path = (await ada.UploadAsync(await ada.CreateChatAsync(), form)).ShouldBeStatus(201).Json.Str("path")!;
        var answer = await ada.GetAsync(path);
        answer.Header("Content-Disposition")!.ShouldContain("filename*=UTF-8''");
        answer.Disposition!.FileNameStar.ShouldBe(fileName);
        answer.Header("Content-Disposition")!.ShouldAllBe(c => c >= ' ' && c <= '~');
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("0192f0c1-2b3c-7d4e-8f50-617283940a1b")]
    public async Task An_unknown_file_is_not_found(string fileId)
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Delete])
            (await ada.SendAsync(method, $"/chat/{chat}/file/{fileId}")).ShouldBeProblem(404, "file-not-found");
        (await ada.HeadAsync($"/chat/{chat}/file/{fileId}")).ShouldBeStatus(404);
    }

    [Fact]
    public async Task A_file_is_not_reached_through_another_chat()
    {
        using var ada = await App.CreateClientAsync("ada");
        var file = (await ada.ShareAsync(await ada.CreateChatAsync())).Split('/')[^1];
        var other = await ada.CreateChatAsync();
        (await ada.GetAsync($"/chat/{other}/file/{file}")).ShouldBeProblem(404, "file-not-found");
        (await ada.DeleteAsync($"/chat/{other}/file/{file}")).ShouldBeProblem(404, "file-not-found");
    }

    [Fact]
    public async Task Every_member_may_download_and_a_removed_one_no_longer()
    {
        using var ada = await App.CreateClientAsync("ada");
        using var bob = await App.CreateClientAsync("bob");
        var chat = await ada.CreateChatAsync(bob);
        var path = await ada.ShareAsync(chat);
        var tag = (await bob.GetAsync(path)).ShouldBeStatus(200).Header("ETag")!;
        (await ada.DeleteAsync($"/chat/{chat}/members/{await bob.UserIdAsync()}")).ShouldBeStatus(204);
        (await bob.GetAsync(path, ("If-None-Match", tag))).ShouldBeProblem(404, "chat-not-found");
    }
}

public sealed class Deleting
{
    [Fact]
    public async Task A_deleted_file_is_gone_at_once_and_its_blob_within_ten_seconds()
    {
        await using var _ = new Disposing(await ChatFilesApp.StartAsync(), out var app);
        using var ada = await app.CreateClientAsync("ada");
        var form = new Form().File("a.png", Samples.Png()).Thumbnail(Samples.Webp).File("b.txt", Samples.Text);
        var message = (await ada.UploadAsync(1, form)).ShouldBeStatus(201).Json.GetProperty("message");
        app.Blobs.Count.ShouldBe(3);
        var path = message.Items("attachments")[0].Str("path")!;
        (await ada.DeleteAsync(path)).ShouldBeStatus(204);
        (await ada.GetAsync(path)).ShouldBeProblem(410, "file-deleted");
        (await ada.HeadAsync(path)).ShouldBeStatus(410);
        (await ada.DeleteAsync(path)).ShouldBeStatus(204);

        var left = (await ada.MessagesAsync(1)).Single().Items("attachments");
        left.Select(a => a.Str("state")).ShouldBe(["deleted", "ready"]);
        left[0].Str("path").ShouldBe(path);
        left[0].IsNull("fileName").ShouldBeTrue();
        var deleted = (await ada.EventsAsync(1)).Where(e => e.Type == "file-deleted").ShouldHaveSingleItem();
        deleted.Data.Fields().ShouldBe("seq messageId fileId");
        deleted.Data.Num("messageId").ShouldBe(message.Num("id"));
        deleted.Data.Str("fileId").ShouldBe(left[0].Str("id"));
        await Stage.Eventually.HoldsAsync(() => app.Blobs.Count == 1, "blob and thumbnail are gone", 10);
        (await ada.GetAsync(left[1].Str("path")!)).ShouldBeStatus(200);
    }

    [Fact]
    public async Task Two_at_the_same_time_delete_it_once()
    {
        await using var _ = new Disposing(await ChatFilesApp.StartAsync(), out var app);
        using var ada = await app.CreateClientAsync("ada");
        var path = await ada.ShareAsync(1);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => ada.DeleteAsync(path)));
        answers.ShouldAllBe(a => a.Status == 204);
        (await ada.EventsAsync(1)).Count(e => e.Type == "file-deleted").ShouldBe(1);
    }

    [Fact]
    public async Task Only_the_author_and_the_owner_delete_a_file()
    {
        await using var _ = new Disposing(await ChatFilesApp.StartAsync(), out var app);
        using var ada = await app.CreateClientAsync("ada");
        using var bob = await app.CreateClientAsync("bob");
        using var eve = await app.CreateClientAsync("eve");
        var chat = await ada.CreateChatAsync(bob, eve);
        var (first, second) = (await bob.ShareAsync(chat), await bob.ShareAsync(chat));
        (await eve.DeleteAsync(first)).ShouldBeProblem(403, "not-allowed");
        (await eve.GetAsync(first)).ShouldBeStatus(200);
        (await bob.DeleteAsync(first)).ShouldBeStatus(204);
        (await ada.DeleteAsync(second)).ShouldBeStatus(204);
        (await eve.DeleteAsync(second)).ShouldBeProblem(403, "not-allowed");
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("cut off")]
    [InlineData("longer")]
    public async Task A_vanished_blob_is_told_once_and_its_bytes_can_be_put_back(string what)
    {
        await using var _ = new Disposing(await ChatFilesApp.StartAsync(), out var app);
        using var ada = await app.CreateClientAsync("ada");
        using var bob = await app.CreateClientAsync("bob");
        var path = await ada.ShareAsync(1, "a.txt", Samples.Text);
        (await ada.SendAsync(HttpMethod.Put, path, Back(Samples.Text))).ShouldBeProblem(409, "file-not-missing");
        var blob = app.Blobs.ShouldHaveSingleItem();
        switch (what)
        {
            case "gone":
                File.Delete(blob);
                break;
            case "cut off":
                await File.WriteAllBytesAsync(blob, Samples.Text[..3]);
                break;
            default:
                await File.AppendAllTextAsync(blob, "more");
                break;
        }

        (await bob.GetAsync(path)).ShouldBeProblem(404, "file-missing").Header("Content-Disposition").ShouldBeNull();
        (await bob.GetAsync(path)).ShouldBeProblem(404, "file-missing");
        (await bob.MessagesAsync(1))[0].Items("attachments")[0].Str("state").ShouldBe("missing");
        (await bob.SendAsync(HttpMethod.Put, path, Back(Samples.Text))).ShouldBeProblem(403, "not-allowed");
        (await ada.SendAsync(HttpMethod.Put, path, Back("other"u8.ToArray()))).ShouldBeProblem(409, "content-differs");
        (await ada.SendAsync(HttpMethod.Put, path, Back(Samples.Text))).ShouldBeStatus(204);
        (await bob.GetAsync(path)).ShouldBeStatus(200).Bytes.ShouldBe(Samples.Text);
        var events = (await ada.EventsAsync(1)).Where(e => e.Type.StartsWith("file-", StringComparison.Ordinal)).ToList();
        events.Select(e => e.Type).ShouldBe(["file-missing", "file-restored"]);
        events.ShouldAllBe(e => e.Data.Fields() == "seq messageId fileId");

        static HttpContent Back(byte[] bytes) => new Form().File("a.txt", bytes).ToContent();
    }
}
