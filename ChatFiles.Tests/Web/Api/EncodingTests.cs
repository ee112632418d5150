using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>Texts and names in the encodings of other people's programs: understood or refused, never spoiled.</summary>
public sealed class EncodingTests(TestServer server) : IClassFixture<TestServer>
{
    private const string TextPart = "Content-Disposition: form-data; name=\"text\"";

    public static TheoryData<string, string, string> Captions =>
        new()
        {
            { "ISO-8859-1", "4772FCDF65", "Grüße" },
            { "\"latin1\"", "4772FCDF65", "Grüße" },
            { "windows-1252", "8022", "€\"" },
            { "windows-1251", "CFF0E8E2E5F2", "Привет" },
            { "Shift_JIS", "93FA967B8CEA", "日本語" },
            { "GBK", "C4E3BAC3", "你好" },
            { "UTF-8", "EFBBBF4772C3BCC39F65", "Grüße" },
            { "utf-16", "FFFE4700FC00", "Gü" },
            { "utf-16", "FEFF004700FC", "Gü" },
            { "us-ascii", "4869", "Hi" },
        };

    [Theory]
    [MemberData(nameof(Captions))]
    public async Task A_caption_is_read_in_the_charset_of_its_part(string charset, string hex, string text)
    {
        var bytes = Convert.FromHexString(hex);
        (await CaptionAsync(new Form().Part($"{TextPart}\r\nContent-Type: text/plain; charset={charset}", bytes).File("note.txt"))).ShouldBe(text);
    }

    [Fact]
    public async Task A_form_may_say_the_charset_of_all_its_texts_at_any_place()
    {
        var form = new Form().Part(TextPart, Convert.FromHexString("4772FCDF65")).File("note.txt");
        (await CaptionAsync(form.Part("Content-Disposition: form-data; name=\"_charset_\"", "iso-8859-1"u8.ToArray()))).ShouldBe("Grüße");
    }

    [Theory]
    [InlineData(null, "4772FCDF65")]
    [InlineData("utf-8", "4772FCDF65")]
    [InlineData("us-ascii", "4772FCDF65")]
    [InlineData("Shift_JIS", "93")]
    [InlineData("utf-16le", "00D84100")]
    [InlineData("klingon", "48")]
    [InlineData("utf-7", "48")]
    [InlineData("\"\"", "48")]
    public async Task A_caption_that_is_not_in_its_charset_or_in_an_unknown_one_is_refused(string? charset, string hex)
    {
        var headers = charset is null ? TextPart : $"{TextPart}\r\nContent-Type: text/plain; charset={charset}";
        await ShouldBeRefusedAsync(new Form().File("note.txt").Part(headers, Convert.FromHexString(hex)), "invalid-form");
    }

    [Fact]
    public async Task A_caption_with_a_nul_is_refused() => await ShouldBeRefusedAsync(new Form().File("note.txt").Text("a\0b"), "invalid-text");

    [Theory]
    [InlineData("base64")]
    [InlineData("quoted-printable")]
    [InlineData("x-unknown")]
    public async Task A_part_in_a_transfer_encoding_is_refused(string encoding)
    {
        var header = $"Content-Transfer-Encoding: {encoding}\r\n";
        await ShouldBeRefusedAsync(new Form().Part($"{header}Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"", "aGk="u8.ToArray()), "invalid-form");
        await ShouldBeRefusedAsync(new Form().File("note.txt").Part(header + TextPart, "aGk="u8.ToArray()), "invalid-form");
    }

    [Theory]
    [InlineData("binary")]
    [InlineData("8BIT")]
    [InlineData("7bit")]
    public async Task A_part_whose_bytes_are_as_they_are_may_say_so(string encoding) =>
        (await CaptionAsync(new Form().File("note.txt").Part($"Content-Transfer-Encoding: {encoding}\r\n{TextPart}", "hi"u8.ToArray()))).ShouldBe("hi");

    [Fact]
    public async Task A_name_whose_bytes_are_not_utf8_is_refused()
    {
        byte[] head = [.. "--boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"M"u8, 0xFC, .. "ller.txt\"\r\n\r\nhello\r\n--boundary--\r\n"u8];
        var (ann, chat) = await RoomAsync();
        await ann.PostFileAsync(chat, new Form().ContentOf(head)).ShouldBeProblemAsync(400, "invalid-file-name");
        await ShouldBeRefusedAsync(Named("filename*=UTF-8''M%FCller.txt"), "invalid-file-name");
        await ShouldBeRefusedAsync(Named("filename*=klingon''note.txt"), "invalid-file-name");
    }

    [Theory]
    [InlineData("filename=\"a%22q.txt\"", "a\"q.txt")] // browsers, newer curl
    [InlineData("filename=\"a\\\"q.txt\"", "a\"q.txt")] // older curl, RFC 2616
    [InlineData("filename=\"C:\\\\dir\\\\a\\\"q.txt\"", "a\"q.txt")]
    [InlineData("filename=\"dir\\note.txt\"", "note.txt")]
    [InlineData("filename=\"x.txt\"; filename*=utf-8''a%22q.txt", "a\"q.txt")]
    [InlineData("filename=\"x.txt\"; filename*=UTF-8'de'Gr%C3%BC%C3%9Fe.txt", "Grüße.txt")]
    [InlineData("filename*=ISO-8859-1''M%FCller.txt", "Müller.txt")]
    [InlineData("filename*=utf-8''100%25%20sure.txt", "100% sure.txt")]
    [InlineData("filename=\"=?utf-8?B?R3LDvMOfZS50eHQ=?=\"", "Grüße.txt")] // .NET
    public async Task A_name_is_read_as_programs_write_it(string parameter, string name) => (await NameAsync(Named(parameter).Content)).ShouldBe(name);

    [Theory]
    [InlineData("note.txt")]
    [InlineData("Grüße 👋.txt")]
    [InlineData("100% sure; a=b, c.txt")]
    public async Task A_name_that_NETs_client_writes_comes_back_to_it(string name)
    {
        var (ann, chat) = await RoomAsync();
        using var form = new MultipartFormDataContent { { new StringContent("hello"), "file", name } };
        using var sent = await ann.PostFileAsync(chat, form);
        using var answer = await ann.Http.GetAsync((await sent.JsonAsync()).Text("path"));
        answer.Content.Headers.ContentDisposition!.FileNameStar.ShouldBe(name);
    }

    [Fact]
    public async Task A_quote_that_NETs_client_writes_comes_back_to_it()
    {
        var (ann, chat) = await RoomAsync();
        var content = new StringContent("hello");
        content.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "file", FileNameStar = "say \"hi\".txt" };
        using var form = new MultipartFormDataContent { content };
        using var sent = await ann.PostFileAsync(chat, form);
        using var answer = await ann.Http.GetAsync((await sent.JsonAsync()).Text("path"));
        answer.Content.Headers.ContentDisposition!.FileNameStar.ShouldBe("say \"hi\".txt");
        answer.Content.Headers.ContentDisposition.FileName!.Trim('"').ShouldBe("say _hi_.txt");
    }

    [Theory]
    [InlineData("a\"q.txt", "a_q.txt")]
    [InlineData("plain; a=b.txt", "plain; a=b.txt")]
    [InlineData("100%.txt", "100%.txt")]
    public async Task Curl_sends_a_name_and_saves_the_file_under_it(string name, string saved)
    {
        if (!Curl.IsThere)
            return;
        var (ann, chat) = await RoomAsync();
        var folder = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, name), "hello");
        foreach (var escaping in new[] { "--no-form-escape", "--form-escape" })
        {
            var file = $"file=@\"{name.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
            var sent = JsonDocument.Parse(await Curl.RunAsync(ann, folder, escaping, "-F", file, "-F", "text=Grüße", $"{server.Address}chat/{chat}/file"));
            var path = sent.RootElement.Text("path");
            sent.RootElement.GetProperty("message").GetProperty("attachments")[0].Text("fileName").ShouldBe(name);

            var target = Directory.CreateDirectory(Path.Combine(folder, escaping)).FullName;
            await Curl.RunAsync(ann, target, "-OJ", $"{server.Address}{path[1..]}?download");
            Directory.EnumerateFiles(target).Select(Path.GetFileName).ShouldBe([saved]);
        }

        (await Curl.RunAsync(ann, folder, "-F", "file=hello;filename=note.txt;encoder=base64", $"{server.Address}chat/{chat}/file")).ShouldContain("invalid-form");
        Directory.Delete(folder, recursive: true);
    }

    private static Form Named(string parameter) =>
        new Form().Part($"Content-Disposition: form-data; name=\"file\"; {parameter}", "hello"u8.ToArray());

    private async Task<string> NameAsync(HttpContent form) => (await SendAsync(form)).GetProperty("attachments")[0].Text("fileName");

    private async Task<string> CaptionAsync(Form form) => (await SendAsync(form.Content)).Text("text");

    private async Task<JsonElement> SendAsync(HttpContent form)
    {
        var (ann, chat) = await RoomAsync();
        using var answer = await ann.PostFileAsync(chat, form);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await answer.JsonAsync()).GetProperty("message");
    }

    private async Task ShouldBeRefusedAsync(Form form, string slug)
    {
        var (ann, chat) = await RoomAsync();
        await ann.PostFileAsync(chat, form.Content).ShouldBeProblemAsync(400, slug);
        (await ann.MessagesAsync(chat)).ShouldBeEmpty();
    }

    private async Task<(ApiUser Ann, long Chat)> RoomAsync()
    {
        var ann = await server.UserAsync("ann");
        return (ann, await ann.ChatAsync());
    }
}
