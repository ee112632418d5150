using System.Text;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>Every upload that is refused, and that nothing of it is kept.</summary>
public sealed class UploadRefusalTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly byte[] s_png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0];

    public static TheoryData<string, int, string> Names =>
        new()
        {
            { "", 400, "invalid-file-name" },
            { "a\u0001b.txt", 400, "invalid-file-name" },
            { "a\tb.txt", 400, "invalid-file-name" },
            { "a\u0085b.txt", 400, "invalid-file-name" },
            { ".", 400, "invalid-file-name" },
            { "..", 400, "invalid-file-name" },
            { "dir/..", 400, "invalid-file-name" },
            { "... . .", 400, "invalid-file-name" },
            { "dir/", 400, "invalid-file-name" },
            { "\u202E\u200B", 400, "invalid-file-name" },
            { new string('a', 252) + ".txt", 400, "invalid-file-name" },
            { new string('é', 126) + ".txt", 400, "invalid-file-name" },
            { "note", 415, "file-type-not-allowed" },
            { "note.txt.exe", 415, "file-type-not-allowed" },
            { "page.html", 415, "file-type-not-allowed" },
            { "picture.svg", 415, "file-type-not-allowed" },
            { "note.tx\u200Bt.svg", 415, "file-type-not-allowed" },
            { "note.txt\u202E.exe", 415, "file-type-not-allowed" },
            { "picture.png", 415, "file-type-not-allowed" },
            { "paper.pdf", 415, "file-type-not-allowed" },
            { "archive.zip", 415, "file-type-not-allowed" },
        };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_name_that_cannot_be_shown_or_is_of_another_type_is_refused(string name, int status, string slug) =>
        await ShouldBeRefusedAsync(new Form().File(name).Content, status, slug);

    [Fact]
    public async Task A_refusal_says_which_of_several_files_it_is_about()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();

        var one = await ann.PostFileAsync(chat, new Form().File("good.txt").Text("caption").File("bad.png").File("worse.exe").Content);
        (await one.JsonAsync()).GetProperty("file").GetInt32().ShouldBe(1);
        var none = await ann.PostFileAsync(chat, new Form().Text("caption").Content);
        (await none.JsonAsync()).TryGetProperty("file", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("; filename*=UTF-8''a%0D%0Ab.txt")]
    [InlineData("; filename*=UTF-8''a%00b.txt")]
    [InlineData("; filename=\"good.txt\"; filename*=UTF-8''..%2F..")]
    public async Task A_file_without_a_name_or_with_a_forged_one_is_refused(string parameter) =>
        await ShouldBeRefusedAsync(
            new Form().Part($"Content-Disposition: form-data; name=\"file\"{parameter}", "hello"u8.ToArray()).Content,
            400,
            "invalid-file-name"
        );

    public static TheoryData<string, byte[]> Contents =>
        new()
        {
            { "note.txt", [.. "hello"u8, 0] },
            { "note.txt", [.. "hello"u8, 1, 2, 3] },
            { "note.csv", [.. "%PDF-1.4"u8] },
            { "note.md", s_png },
            { "note.json", [0x50, 0x4B, 3, 4, 0x20] },
            { "note.log", [0x7F, 0x45, 0x4C, 0x46, 0x20] },
            { "picture.jpg", [.. "%PDF-1.4"u8] },
            { "picture.png", [0x89, 0x50] },
        };

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task Content_that_does_not_fit_the_name_is_refused(string name, byte[] content)
    {
        var detail = await ShouldBeRefusedAsync(new Form().File(name, content).Content, 415, "file-type-not-allowed");
        detail.ShouldContain(name);
        detail.ShouldContain("webp");
    }

    [Fact]
    public async Task An_empty_file_is_refused() => await ShouldBeRefusedAsync(new Form().File("note.txt", "").Content, 400, "empty-file");

    [Fact]
    public async Task An_empty_file_after_a_good_one_keeps_nothing() =>
        await ShouldBeRefusedAsync(new Form().File("good.txt").File("note.txt", "").Content, 400, "empty-file");

    [Theory]
    [InlineData("photo.png", "no picture at all", 415)]
    [InlineData("setup.exe", "hello", 415)]
    [InlineData("nothing.txt", "", 400)]
    [InlineData("..", "hello", 400)]
    public async Task The_answer_says_which_of_several_files_was_refused(string name, string content, int status)
    {
        var ann = await server.UserAsync("ann");
        var form = new Form().Text("All three").File("same.txt").Thumbnail([1]).File(name, content).File("same.txt");

        using var answer = await ann.PostFileAsync(await ann.ChatAsync(), form.Content);

        ((int)answer.StatusCode).ShouldBe(status);
        (await answer.JsonAsync()).GetProperty("file").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task What_no_single_file_is_to_blame_for_names_none()
    {
        var ann = await server.UserAsync("ann");
        var form = new Form().File("note.txt").File("cut.txt", new string('x', 300_000));

        using var answer = await ann.PostFileAsync(await ann.ChatAsync(), form.ContentOf(form.Whole[..200_000]));

        (await answer.JsonAsync()).TryGetProperty("file", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_form_without_a_file_is_refused()
    {
        await ShouldBeRefusedAsync(new Form().Text("only words").Content, 400, "no-file");
        await ShouldBeRefusedAsync(new Form().Content, 400, "no-file");
    }

    [Fact]
    public async Task Eleven_files_are_too_many()
    {
        var form = new Form();
        for (var i = 0; i < 11; i++)
            form.File($"{i}.txt");
        await ShouldBeRefusedAsync(form.Content, 400, "too-many-files");
    }

    [Fact]
    public async Task A_hundred_and_one_parts_are_too_many()
    {
        var form = new Form().File("note.txt");
        for (var i = 0; i < 100; i++)
            form.Part("Content-Disposition: form-data; name=\"other\"", [1]);
        await ShouldBeRefusedAsync(form.Content, 400, "invalid-form");
    }

    [Fact]
    public async Task A_caption_of_8001_characters_is_refused() =>
        await ShouldBeRefusedAsync(new Form().File("note.txt").Text(new string('x', 8001)).Content, 400, "invalid-text");

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/mixed; boundary=boundary")]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    [InlineData("multipart/form-data; boundary=another")]
    [InlineData("nonsense")]
    public async Task What_is_no_form_is_refused(string contentType)
    {
        var form = new Form().File("note.txt");
        await ShouldBeRefusedAsync(form.ContentOf(form.Whole, contentType), 400, "invalid-form");
    }

    [Fact]
    public async Task A_request_without_a_body_is_refused() => await ShouldBeRefusedAsync(new ByteArrayContent([]), 400, "invalid-form");

    [Fact]
    public async Task A_boundary_over_70_characters_is_refused() =>
        await ShouldBeRefusedAsync(new Form().Boundary(new string('b', 71)).File("note.txt").Content, 400, "invalid-form");

    [Fact]
    public async Task A_form_without_its_last_boundary_is_refused() =>
        await ShouldBeRefusedAsync(new Form().File("note.txt").WithoutEnd, 400, "invalid-form");

    [Fact]
    public async Task A_form_that_breaks_off_inside_a_file_is_refused()
    {
        var form = new Form().File("note.txt", new string('x', 300_000));
        await ShouldBeRefusedAsync(form.ContentOf(form.Whole[..200_000]), 400, "invalid-form");
    }

    [Theory]
    [InlineData("Content-Disposition: form-data; name=\"file\"")]
    [InlineData("Content-Disposition: form-data; name=\"file\"; filename=note.tx")]
    [InlineData("Content-Disposition: form-data; name=\"file\"; filename=\"note.txt\"\r\nX-More: 1")]
    public async Task A_form_that_breaks_off_inside_a_part_s_headers_is_refused(string headers)
    {
        var form = new Form().File("first.txt");
        byte[] cut = [.. form.Whole[..^"--boundary--\r\n".Length], .. Encoding.UTF8.GetBytes($"--boundary\r\n{headers}")];
        await ShouldBeRefusedAsync(form.ContentOf(cut), 400, "invalid-form");
    }

    [Theory]
    [InlineData("X-Nothing: 1")]
    [InlineData("Content-Disposition: nonsense nonsense")]
    [InlineData("no header at all")]
    public async Task A_part_with_headers_that_are_none_is_refused(string headers) =>
        await ShouldBeRefusedAsync(new Form().Part(headers, "hello"u8.ToArray()).Content, 400, "invalid-form");

    [Fact]
    public async Task Over_long_part_headers_are_refused()
    {
        var headers = "Content-Disposition: form-data; name=\"file\"; filename=\"note.txt\"\r\nX-Long: " + new string('x', 40_000);
        await ShouldBeRefusedAsync(new Form().Part(headers, "hello"u8.ToArray()).Content, 400, "invalid-form");
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("ümlaut")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var form = new Form().File("note.txt").Whole;
        var head = $"POST /chat/{chat}/file HTTP/1.1\nAuthorization: Bearer {ann.Token}\nIdempotency-Key: {key}\nContent-Length: {form.Length}\n"
            + "Content-Type: multipart/form-data; boundary=boundary";
        var answer = await RawRequest.SendAsync(server.Address, head, form);

        answer.ShouldStartWith("HTTP/1.1 400");
        answer.ShouldContain("invalid-idempotency-key");
        await ShouldBeEmptyAsync(ann, chat);
    }

    private async Task<string> ShouldBeRefusedAsync(HttpContent form, int status, string slug)
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var detail = await ann.PostFileAsync(chat, form).ShouldBeProblemAsync(status, slug);
        await ShouldBeEmptyAsync(ann, chat);
        return detail;
    }

    /// <summary>No test of this class leaves a file, so that there is no blob at all.</summary>
    private async Task ShouldBeEmptyAsync(ApiUser user, long chat)
    {
        (await user.MessagesAsync(chat)).ShouldBeEmpty();
        server.BlobCount.ShouldBe(0);
    }
}
