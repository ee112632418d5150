using System.Text;

namespace ChatFiles.Tests.Web.Api;

public sealed class Uploads(SharedApp shared) : IClassFixture<SharedApp>
{
    private ChatFilesApp App => shared.App;

    [Fact]
    public async Task A_file_becomes_a_message_with_an_attachment()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var png = Samples.Png(640, 480);
        var answer = (await ada.UploadAsync(chat, new Form().File("Bild ä.PNG", png))).ShouldBeStatus(201);
        answer.Json.Fields().ShouldBe("path message");
        var message = answer.Json.GetProperty("message");
        var attachment = message.Items("attachments").ShouldHaveSingleItem();
        answer.Header("Location").ShouldBe(answer.Json.Str("path"));
        attachment.Str("path").ShouldBe(answer.Json.Str("path"));
        attachment.Str("path").ShouldBe($"/chat/{chat}/file/{attachment.Str("id")}");
        Guid.Parse(attachment.Str("id")!).Version.ShouldBe(7);
        attachment.Str("fileName").ShouldBe("Bild ä.PNG");
        attachment.Str("contentType").ShouldBe("image/png");
        attachment.Num("size").ShouldBe(png.Length);
        attachment.Str("sha256").ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(png)));
        attachment.Str("state").ShouldBe("ready");
        attachment.Num("width").ShouldBe(640);
        attachment.Num("height").ShouldBe(480);
        attachment.IsNull("thumbnail").ShouldBeTrue();
        message.Str("text").ShouldBe("");
        (await ada.MessagesAsync(chat)).ShouldHaveSingleItem().GetRawText().ShouldBe(message.GetRawText());
    }

    [Fact]
    public async Task Ten_files_are_one_message_in_their_order()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var form = new Form();
        for (var i = 0; i < 10; i++)
            form.File($"{i}.txt", Samples.TextOf(i + 1));
        var answer = (await ada.UploadAsync(chat, form)).ShouldBeStatus(201).Json;
        var attachments = answer.GetProperty("message").Items("attachments");
        attachments.Select(a => a.Str("fileName")).ShouldBe(Enumerable.Range(0, 10).Select(i => $"{i}.txt"));
        attachments.Select(a => a.Num("size")).ShouldBe(Enumerable.Range(1, 10).Select(i => (long)i));
        answer.Str("path").ShouldBe(attachments[0].Str("path"));
        (await ada.MessagesAsync(chat)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_caption_stands_at_any_place_and_is_trimmed()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var longest = new string('ü', 8000);
        (await TextOfAsync(new Form().Caption(" before ").File("a.txt", Samples.Text))).ShouldBe("before");
        (await TextOfAsync(new Form().File("a.txt", Samples.Text).Caption("\r\nafter\r\n"))).ShouldBe("after");
        (await TextOfAsync(new Form().File("a.txt", Samples.Text).Caption("between").File("b.txt", Samples.Text))).ShouldBe("between");
        (await TextOfAsync(new Form().File("a.txt", Samples.Text).Caption("   "))).ShouldBe("");
        (await TextOfAsync(new Form().File("a.txt", Samples.Text).Caption($"  {longest}  "))).ShouldBe(longest);

        async Task<string?> TextOfAsync(Form form) => (await ada.UploadAsync(chat, form)).ShouldBeStatus(201).Json.GetProperty("message").Str("text");
    }

    [Theory]
    [InlineData("../../etc/passwd.txt", "passwd.txt")]
    [InlineData("C:\\\\dir\\\\a.txt", "a.txt")]
    [InlineData("/abs/b.txt", "b.txt")]
    [InlineData("a\u202Etxt.png.txt", "atxt.png.txt")]
    [InlineData("\u200Bz\u200D\uFEFFw.txt", "zw.txt")]
    [InlineData("dots.txt. . ", "dots.txt")]
    [InlineData("Cafe\u0301.txt", "Café.txt")]
    [InlineData("say %22hi%22.txt", "say \"hi\".txt")]
    [InlineData("日本語 🎉.txt", "日本語 🎉.txt")]
    [InlineData("a;b=c.txt", "a;b=c.txt")]
    [InlineData("<img src=x onerror=1>.txt", "<img src=x onerror=1>.txt")]
    public async Task A_name_is_cleaned_and_only_ever_shown(string sent, string shown)
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var answer = (await ada.UploadAsync(chat, new Form().File(sent, Samples.Text))).ShouldBeStatus(201);
        answer.Json.GetProperty("message").Items("attachments")[0].Str("fileName").ShouldBe(shown);
        App.Blobs.ShouldAllBe(path => path.StartsWith(Path.Combine(App.DataDirectory, "files"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_extended_name_wins_and_may_have_255_bytes()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        (await NameOfAsync("filename=\"fallback.txt\"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt")).ShouldBe("naïve €.txt");
        var longest = new string('é', 125) + "x.txt";
        (await NameOfAsync($"filename=\"{longest}\"")).ShouldBe(longest);

        async Task<string?> NameOfAsync(string parameters) =>
            (await ada.UploadAsync(chat, new Form().Part($"Content-Disposition: form-data; name=\"file\"; {parameters}", Samples.Text)))
                .ShouldBeStatus(201)
                .Json.GetProperty("message")
                .Items("attachments")[0]
                .Str("fileName");
    }

    [Theory]
    [InlineData("----frontier")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789")]
    [InlineData("a'b(c)+_,-./:=?d")]
    public async Task Any_boundary_of_up_to_70_characters_will_do(string boundary)
    {
        using var ada = await App.CreateClientAsync("ada");
        (await ada.UploadAsync(await ada.CreateChatAsync(), new Form(boundary).File("a.txt", Samples.Text))).ShouldBeStatus(201);
    }

    [Fact]
    public async Task A_hundred_parts_are_not_too_many_and_no_length_need_be_declared()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var form = new Form().File("a.txt", Samples.Text);
        for (var i = 0; i < 99; i++)
            form.Other();
        (await ada.SendAsync(HttpMethod.Post, $"/chat/{chat}/file", form.ToChunkedContent())).ShouldBeStatus(201);
    }

    [Fact]
    public async Task A_thumbnail_belongs_to_the_file_before_it()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        byte[] largest = [.. Samples.Jpeg, .. new byte[65536 - Samples.Jpeg.Length]];
        var form = new Form().File("a.png", Samples.Png()).Thumbnail(Samples.Webp).File("b.png", Samples.Png()).File("c.png", Samples.Png()).Thumbnail(largest);
        var attachments = (await ada.UploadAsync(chat, form)).ShouldBeStatus(201).Json.GetProperty("message").Items("attachments");
        attachments.Select(a => a.IsNull("thumbnail")).ShouldBe([false, true, false]);
        attachments[0].Str("thumbnail").ShouldBe($"{attachments[0].Str("path")}/thumbnail");

        var webp = (await ada.GetAsync(attachments[0].Str("thumbnail")!)).ShouldBeStatus(200);
        webp.Bytes.ShouldBe(Samples.Webp);
        webp.MediaType.ShouldBe("image/webp");
        webp.Header("X-Content-Type-Options").ShouldBe("nosniff");
        webp.Header("Content-Security-Policy")!.ShouldStartWith("sandbox; default-src 'none'");
        webp.Header("Cache-Control")!.ShouldContain("private");
        (await ada.GetAsync(attachments[0].Str("thumbnail")!, ("If-None-Match", webp.Header("ETag")!))).ShouldBeStatus(304);
        (await ada.GetAsync(attachments[0].Str("thumbnail")!, ("Range", "bytes=0-3"))).ShouldBeStatus(206).Text.ShouldBe("RIFF");
        (await ada.HeadAsync(attachments[0].Str("thumbnail")!)).ShouldBeStatus(200).Bytes.ShouldBeEmpty();
        (await ada.GetAsync(attachments[2].Str("thumbnail")!)).ShouldBeStatus(200).Bytes.ShouldBe(largest);
        (await ada.GetAsync($"{attachments[1].Str("path")}/thumbnail")).ShouldBeProblem(404, "no-thumbnail");
        (await ada.DeleteAsync(attachments[0].Str("path")!)).ShouldBeStatus(204);
        (await ada.GetAsync(attachments[0].Str("thumbnail")!)).ShouldBeProblem(410, "file-deleted");
        (await ada.GetAsync($"/chat/{chat}/file/{Guid.NewGuid()}/thumbnail")).ShouldBeProblem(404, "file-not-found");
    }

    [Fact]
    public async Task A_thumbnail_that_is_none_is_ignored()
    {
        using var ada = await App.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        byte[] tooLarge = [.. Samples.Jpeg, .. new byte[65537 - Samples.Jpeg.Length]];
        Form File() => new Form().File("a.png", Samples.Png());
        foreach (var form in (Form[])[
            File().Thumbnail(Samples.Png()),
            File().Thumbnail([]),
            File().Thumbnail("<svg/>"u8.ToArray()),
            File().Thumbnail(tooLarge),
            new Form().Thumbnail(Samples.Webp).File("a.png", Samples.Png()),
        ])
        {
            var attachment = (await ada.UploadAsync(chat, form)).ShouldBeStatus(201).Json.GetProperty("message").Items("attachments")[0];
            attachment.IsNull("thumbnail").ShouldBeTrue();
        }
    }

    [Fact]
    public async Task The_caption_may_also_stand_between_a_file_and_its_thumbnail()
    {
        using var ada = await App.CreateClientAsync("ada");
        var form = new Form().File("a.png", Samples.Png()).Caption("look").Thumbnail(Samples.Webp);
        var message = (await ada.UploadAsync(await ada.CreateChatAsync(), form)).ShouldBeStatus(201).Json.GetProperty("message");
        message.Str("text").ShouldBe("look");
        message.Items("attachments")[0].IsNull("thumbnail").ShouldBeFalse();
    }

    [Theory]
    [InlineData("a.jpg", "image/jpeg", "FFD8FFE000")]
    [InlineData("a.gif", "image/gif", "4749463839610100010000")]
    [InlineData("a.webp", "image/webp", "524946460000000057454250")]
    [InlineData("a.mp3", "audio/mpeg", "4944330400")]
    [InlineData("a.wav", "audio/wav", "524946460000000057415645")]
    [InlineData("a.mp4", "video/mp4", "000000186674797069736F6D")]
    [InlineData("a.webm", "video/webm", "1A45DFA3")]
    [InlineData("a.pdf", "application/pdf", "255044462D312E37")]
    [InlineData("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "504B0304140000")]
    [InlineData("a.7z", "application/x-7z-compressed", "377ABCAF271C0004")]
    [InlineData("a.tar.gz", "application/gzip", "1F8B0800")]
    [InlineData("a.exe.json", "application/json", "7B7D")]
    [InlineData("a.md", "text/markdown", "EFBBBF23")]
    [InlineData("a.csv", "text/csv", "612C62")]
    public async Task The_type_follows_from_the_extension(string fileName, string contentType, string hex)
    {
        using var ada = await App.CreateClientAsync("ada");
        var form = new Form().Part(
            $"Content-Disposition: form-data; name=\"file\"; filename=\"{fileName}\"\r\nContent-Type: text/html",
            Convert.FromHexString(hex)
        );
        var answer = (await ada.UploadAsync(await ada.CreateChatAsync(), form)).ShouldBeStatus(201);
        answer.Json.GetProperty("message").Items("attachments")[0].Str("contentType").ShouldBe(contentType);
        (await ada.GetAsync(answer.Json.Str("path")!)).MediaType.ShouldBe(contentType);
    }
}

/// <summary>An application of its own, so that what is left in the store can be counted.</summary>
public sealed class SmallApp() : ChatFilesApp([("Uploads:MaxFileBytes", "100000"), ("Uploads:MaxRequestBytes", "200000")]);

public sealed class RefusedUploads(SmallApp app) : IClassFixture<SmallApp>
{
    public static TheoryData<string, int, string> Refusals { get; } =
        new()
        {
            { "no part", 400, "invalid-form" },
            { "no file", 400, "no-file" },
            { "a caption only", 400, "no-file" },
            { "empty", 400, "empty-file" },
            { "the second empty", 400, "empty-file" },
            { "no name", 400, "invalid-file-name" },
            { "empty name", 400, "invalid-file-name" },
            { "dots", 400, "invalid-file-name" },
            { "a folder", 400, "invalid-file-name" },
            { "only invisible", 400, "invalid-file-name" },
            { "a tab in the name", 400, "invalid-file-name" },
            { "line ends in filename*", 400, "invalid-file-name" },
            { "NUL in filename*", 400, "invalid-file-name" },
            { "a name of 256 bytes", 400, "invalid-file-name" },
            { "no Content-Disposition", 400, "invalid-form" },
            { "no final boundary", 400, "invalid-form" },
            { "cut off within a file", 400, "invalid-form" },
            { "101 parts", 400, "invalid-form" },
            { "101 parts before any file", 400, "invalid-form" },
            { "over-long part headers", 400, "invalid-form" },
            { "too many part headers", 400, "invalid-form" },
            { "a part header that is none", 400, "invalid-form" },
            { "11 files", 400, "too-many-files" },
            { "a caption of 8001", 400, "invalid-text" },
            { "a caption without end", 400, "invalid-text" },
            { "a file too large", 413, "file-too-large" },
            { "a request too large", 413, "file-too-large" },
            { "svg", 415, "file-type-not-allowed" },
            { "html", 415, "file-type-not-allowed" },
            { "a program", 415, "file-type-not-allowed" },
            { "hidden program", 415, "file-type-not-allowed" },
            { "no extension", 415, "file-type-not-allowed" },
            { "text as png", 415, "file-type-not-allowed" },
            { "jpg as png", 415, "file-type-not-allowed" },
            { "png as txt", 415, "file-type-not-allowed" },
            { "pdf as txt", 415, "file-type-not-allowed" },
            { "gif as txt", 415, "file-type-not-allowed" },
            { "txt with NUL", 415, "file-type-not-allowed" },
            { "txt with NUL far behind", 415, "file-type-not-allowed" },
            { "UTF-16 txt", 415, "file-type-not-allowed" },
            { "png of 3 bytes", 415, "file-type-not-allowed" },
            { "a good file and a bad one", 415, "file-type-not-allowed" },
        };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refused_upload_leaves_nothing(string what, int status, string slug)
    {
        using var ada = await app.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var (blobs, seq) = (app.Blobs.Count, await ada.LastSeqAsync(chat));
        foreach (var content in (HttpContent[])[FormOf(what).ToContent(), FormOf(what).ToChunkedContent()])
            (await ada.SendAsync(HttpMethod.Post, $"/chat/{chat}/file", content)).ShouldBeProblem(status, slug);
        app.Blobs.Count.ShouldBe(blobs);
        (await ada.MessagesAsync(chat)).ShouldBeEmpty();
        (await ada.LastSeqAsync(chat)).ShouldBe(seq);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/mixed; boundary=x")]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    [InlineData("multipart/form-data; boundary=01234567890123456789012345678901234567890123456789012345678901234567890")]
    [InlineData("multipart/form-data; boundary=another")]
    [InlineData("nonsense")]
    public async Task What_is_no_form_is_refused(string contentType)
    {
        using var ada = await app.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var answer = await ada.SendAsync(HttpMethod.Post, $"/chat/{chat}/file", new Form("x").File("a.txt", Samples.Text).ToContent(contentType));
        answer.ShouldBeProblem(400, "invalid-form");
        (await ada.SendAsync(HttpMethod.Post, $"/chat/{chat}/file")).ShouldBeProblem(400, "invalid-form");
        (await ada.MessagesAsync(chat)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refusal_names_the_file_and_what_would_be_accepted()
    {
        using var ada = await app.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var type = (await ada.UploadAsync(chat, new Form().File("virus.exe", Samples.Text))).Json.Str("detail")!;
        type.ShouldContain("virus.exe");
        type.ShouldContain("png");
        var size = (await ada.UploadAsync(chat, new Form().File("large.txt", Samples.TextOf(100_001)))).Json.Str("detail")!;
        size.ShouldContain("large.txt");
    }

    [Fact]
    public async Task The_largest_file_and_request_are_taken()
    {
        using var ada = await app.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        (await ada.UploadAsync(chat, new Form().File("a.txt", Samples.TextOf(100_000)))).ShouldBeStatus(201);
        var overhead = new Form().File("a.txt", []).File("b.txt", []).ToBytes().Length;
        var form = new Form().File("a.txt", Samples.TextOf(100_000)).File("b.txt", Samples.TextOf(100_000 - overhead));
        form.ToBytes().Length.ShouldBe(200_000);
        (await ada.UploadAsync(chat, form)).ShouldBeStatus(201);
    }

    [Fact]
    public async Task A_request_that_is_declared_too_large_is_refused_before_it_is_sent()
    {
        using var ada = await app.CreateClientAsync("ada");
        var answer = await RawHttp.ExchangeAsync(app, Head(ada, 1, "Content-Length: 200001\r\nExpect: 100-continue"), []);
        answer.ShouldStartWith("HTTP/1.1 413");
        answer.ShouldContain("\"file-too-large\"");
    }

    [Fact]
    public async Task Who_hangs_up_in_the_middle_leaves_nothing()
    {
        using var ada = await app.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var blobs = app.Blobs.Count;
        var body = new Form("x").File("a.txt", Samples.TextOf(90_000)).ToBytes();
        var answer = await RawHttp.ExchangeAsync(app, Head(ada, chat, $"Content-Length: {body.Length + 500}"), body[..50_000], hangUp: true);
        if (answer.Length > 0)
            answer.ShouldContain("\"invalid-form\"");
        await Stage.Eventually.HoldsAsync(() => app.Blobs.Count == blobs, "nothing is left", 5);
        (await ada.MessagesAsync(chat)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Broken_chunks_are_refused()
    {
        using var ada = await app.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var blobs = app.Blobs.Count;
        var begin = new Form("x").File("a.txt", Samples.TextOf(1000)).ToBytes()[..500];
        byte[] body = [.. Encoding.ASCII.GetBytes($"{begin.Length:x}\r\n"), .. begin, .. "\r\nnot a length\r\n"u8];
        var answer = await RawHttp.ExchangeAsync(app, Head(ada, chat, "Transfer-Encoding: chunked"), body);
        if (answer.Length > 0)
            answer.ShouldContain("\"invalid-form\"");
        await Stage.Eventually.HoldsAsync(() => app.Blobs.Count == blobs, "nothing is left", 5);
        (await ada.MessagesAsync(chat)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("tab\there")]
    [InlineData("\u00FCmlaut")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task A_key_is_1_to_64_visible_ASCII_characters(string key)
    {
        using var ada = await app.CreateClientAsync("ada");
        var chat = await ada.CreateChatAsync();
        var body = new Form("x").File("a.txt", Samples.Text).ToBytes();
        var answer = await RawHttp.ExchangeAsync(app, Head(ada, chat, $"Content-Length: {body.Length}\r\nIdempotency-Key: {key}"), body);
        answer.ShouldStartWith("HTTP/1.1 400");
        answer.ShouldContain("\"invalid-idempotency-key\"");
        (await ada.MessagesAsync(chat)).ShouldBeEmpty();
    }

    private static string Head(Caller caller, long chat, string headers) =>
        $"POST /chat/{chat}/file HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {caller.Token}\r\n"
        + $"Content-Type: multipart/form-data; boundary=x\r\n{headers}\r\n\r\n";

    private static Form FormOf(string what)
    {
        var good = new Form().File("good.txt", Samples.Text);
        return what switch
        {
            "no part" => new Form().CutOff(),
            "no file" => new Form().Other(),
            "a caption only" => new Form().Caption("hello"),
            "empty" => new Form().File("a.txt", []),
            "the second empty" => good.File("a.txt", []),
            "no name" => good.Part("Content-Disposition: form-data; name=\"file\"", Samples.Text),
            "empty name" => good.File("", Samples.Text),
            "dots" => good.File("..", Samples.Text),
            "a folder" => good.File("folder/", Samples.Text),
            "only invisible" => good.File("\u200B\u202E. ", Samples.Text),
            "a tab in the name" => good.File("a\tb.txt", Samples.Text),
            "line ends in filename*" => good.Part(NameStar("a%0d%0aSet-Cookie%3A%20x%3D1.txt"), Samples.Text),
            "NUL in filename*" => good.Part(NameStar("a.txt%00.exe"), Samples.Text),
            "a name of 256 bytes" => good.File(new string('é', 126) + ".txt", Samples.Text),
            "no Content-Disposition" => good.Part("Content-Type: text/plain", Samples.Text),
            "no final boundary" => good.CutOff(),
            "cut off within a file" => good.Part("Content-Disposition: form-data; name=\"file\"; filename=\"b.txt\"", Samples.TextOf(5000)).CutOff(),
            "101 parts" => Many(good, 100),
            "101 parts before any file" => Many(new Form(), 101).File("a.txt", Samples.Text),
            "over-long part headers" => good.Part($"Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nX: {new string('x', 40_000)}", Samples.Text),
            "too many part headers" => good.Part(
                "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"" + string.Concat(Enumerable.Range(0, 50).Select(i => $"\r\nX{i}: x")),
                Samples.Text
            ),
            "a part header that is none" => good.Part("nonsense", Samples.Text),
            "11 files" => Enumerable.Range(0, 10).Aggregate(good, (form, i) => form.File($"{i}.txt", Samples.Text)),
            "a caption of 8001" => good.Caption(new string('x', 8001)),
            "a caption without end" => good.Caption(new string('x', 150_000)),
            "a file too large" => good.File("large.txt", Samples.TextOf(100_001)),
            "a request too large" => good.File("a.txt", Samples.TextOf(99_000)).File("b.txt", Samples.TextOf(99_000)).File("c.txt", Samples.TextOf(5_000)),
            "svg" => good.File("a.svg", "<svg/>"u8.ToArray()),
            "html" => good.File("a.html", Samples.Text),
            "a program" => good.File("a.exe", "MZ"u8.ToArray()),
            "hidden program" => good.File("a.txt\u202E.exe", Samples.Text),
            "no extension" => good.File("Makefile", Samples.Text),
            "text as png" => good.File("a.png", Samples.Text),
            "jpg as png" => good.File("a.png", Samples.Jpeg),
            "png as txt" => good.File("a.txt", Samples.Png()),
            "pdf as txt" => good.File("a.txt", Samples.Pdf),
            "gif as txt" => good.File("a.txt", "GIF89a is a format"u8.ToArray()),
            "txt with NUL" => good.File("a.txt", "a\0b"u8.ToArray()),
            "txt with NUL far behind" => good.File("a.txt", [.. Samples.TextOf(90_000), 0]),
            "UTF-16 txt" => good.File("a.txt", Encoding.Unicode.GetBytes("\uFEFFtext")),
            "png of 3 bytes" => good.File("a.png", [0x89, 0x50, 0x4E]),
            "a good file and a bad one" => good.File("b.txt", Samples.TextOf(50_000)).File("c.png", Samples.Text),
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };

        static string NameStar(string value) => $"Content-Disposition: form-data; name=\"file\"; filename=\"ok.txt\"; filename*=UTF-8''{value}";
        static Form Many(Form form, int count) => Enumerable.Range(0, count).Aggregate(form, (f, _) => f.Other());
    }
}

public sealed class Quotas
{
    [Fact]
    public async Task A_person_has_a_quota_which_deleting_gives_back()
    {
        await using var _ = new Disposing(await ChatFilesApp.StartAsync(("Quotas:BytesPerUser", "100000")), out var app);
        using var ada = await app.CreateClientAsync("ada");
        using var bob = await app.CreateClientAsync("bob");
        var first = await ada.ShareAsync(1, "a.txt", Samples.TextOf(60_000));
        (await ada.UploadAsync(1, new Form().File("b.txt", Samples.TextOf(40_001)))).ShouldBeProblem(413, "quota-exceeded");
        (await ada.UploadAsync(1, new Form().File("b.txt", Samples.TextOf(30_000)).File("c.txt", Samples.TextOf(30_000)))).ShouldBeProblem(413, "quota-exceeded");
        (await ada.SendAsync(HttpMethod.Post, "/chat/1/file", new Form().File("b.txt", Samples.TextOf(500_000)).ToContent())).ShouldBeProblem(413, "quota-exceeded");
        app.Blobs.ShouldHaveSingleItem();
        await bob.ShareAsync(1, "b.txt", Samples.TextOf(60_000));
        (await ada.DeleteAsync(first)).ShouldBeStatus(204);
        await ada.ShareAsync(1, "b.txt", Samples.TextOf(100_000));
    }

    [Fact]
    public async Task A_chat_has_a_quota_which_two_people_can_not_pass_at_the_same_time()
    {
        await using var _ = new Disposing(await ChatFilesApp.StartAsync(("Quotas:BytesPerChat", "100000")), out var app);
        using var ada = await app.CreateClientAsync("ada");
        using var bob = await app.CreateClientAsync("bob");
        var answers = await Task.WhenAll(
            ((Caller[])[ada, bob, ada, bob]).Select(person => person.UploadAsync(1, new Form().File("a.txt", Samples.TextOf(60_000))))
        );
        answers.Count(a => a.Status == 201).ShouldBe(1);
        foreach (var refused in answers.Where(a => a.Status != 201))
            refused.ShouldBeProblem(413, "quota-exceeded");
        app.Blobs.ShouldHaveSingleItem();
        (await ada.MessagesAsync(1)).ShouldHaveSingleItem();
        await ada.ShareAsync(await ada.CreateChatAsync(), "a.txt", Samples.TextOf(60_000));
    }
}

public sealed class Repeats
{
    [Fact]
    public async Task The_same_key_is_one_message_and_one_blob_sequentially_concurrently_and_after_a_restart()
    {
        await using var _ = new Disposing(await ChatFilesApp.StartAsync(), out var app);
        using var ada = await app.CreateClientAsync("ada");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => SendAsync(ada)));
        answers.ShouldAllBe(a => a.Status == 201);
        var first = answers[0];
        answers.Select(a => a.Text).Distinct().ShouldHaveSingleItem();
        answers.ShouldAllBe(a => a.Header("Location") == first.Json.Str("path"));
        (await SendAsync(ada)).Text.ShouldBe(first.Text);
        app.Blobs.ShouldHaveSingleItem();

        await app.RestartAsync();
        using var again = await app.SignInAsync(ada.Email);
        (await SendAsync(again)).ShouldBeStatus(201).Text.ShouldBe(first.Text);
        app.Blobs.ShouldHaveSingleItem();
        (await again.MessagesAsync(1)).ShouldHaveSingleItem();
        (await again.EventsAsync(1)).Count(e => e.Type == "message-created").ShouldBe(1);

        static Task<Answer> SendAsync(Caller caller) =>
            caller.UploadAsync(1, new Form().File("a.txt", Samples.TextOf(20_000)), ("Idempotency-Key", "!key~1"));
    }

    [Fact]
    public async Task A_repeat_shows_the_message_as_it_is_now_and_its_body_does_not_matter()
    {
        await using var _ = new Disposing(await ChatFilesApp.StartAsync(), out var app);
        using var ada = await app.CreateClientAsync("ada");
        var first = (await ada.UploadAsync(1, new Form().File("a.txt", Samples.Text), ("Idempotency-Key", "k"))).ShouldBeStatus(201).Json;
        (await ada.DeleteAsync(first.Str("path")!)).ShouldBeStatus(204);
        var repeat = (await ada.UploadAsync(1, new Form().File("other.exe", []).CutOff(), ("Idempotency-Key", "k"))).ShouldBeStatus(201).Json;
        repeat.Str("path").ShouldBe(first.Str("path"));
        repeat.GetProperty("message").Items("attachments")[0].Str("state").ShouldBe("deleted");
    }

    [Fact]
    public async Task A_key_means_something_for_one_author_in_one_chat_and_a_refusal_does_not_use_it_up()
    {
        await using var _ = new Disposing(await ChatFilesApp.StartAsync(), out var app);
        using var ada = await app.CreateClientAsync("ada");
        using var bob = await app.CreateClientAsync("bob");
        var other = await ada.CreateChatAsync();
        (await ada.UploadAsync(1, new Form().File("a.exe", Samples.Text), ("Idempotency-Key", "k"))).ShouldBeProblem(415, "file-type-not-allowed");
        var ids = new List<long>();
        foreach (var (person, chat) in ((Caller, long)[])[(ada, 1), (bob, 1), (ada, other)])
        {
            var answer = await person.UploadAsync(chat, new Form().File("a.txt", Samples.Text), ("Idempotency-Key", "k"));
            ids.Add(answer.ShouldBeStatus(201).Json.GetProperty("message").Num("id"));
        }

        ids.Distinct().Count().ShouldBe(3);
        app.Blobs.Count.ShouldBe(3);
    }
}
