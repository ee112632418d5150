using System.Text;
using System.Text.Json;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

public sealed class UploadTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly byte[] s_jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF"u8];
    private static readonly byte[] s_webp = [.. "RIFF"u8, 20, 0, 0, 0, .. "WEBPVP8 "u8, 0, 0, 0, 0];

    [Fact]
    public async Task A_sent_file_is_answered_with_its_path_and_message()
    {
        var (ann, chat) = await RoomAsync();
        using var answer = await ann.PostFileAsync(chat, new Form().File("note.txt", "hello").Text("  a caption\n").Content);

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var sent = await answer.JsonAsync();
        answer.Headers.Location!.ToString().ShouldBe(sent.Text("path"));
        var message = sent.GetProperty("message");
        message.GetProperty("chatId").GetInt64().ShouldBe(chat);
        message.GetProperty("seq").GetInt64().ShouldBe(1);
        message.GetProperty("author").Text("name").ShouldBe(ann.Name);
        message.Text("text").ShouldBe("a caption");
        message.Text("sentAt").ShouldEndWith("Z");
        message.GetProperty("clientId").ValueKind.ShouldBe(JsonValueKind.Null);
        message.GetProperty("deleted").GetBoolean().ShouldBeFalse();
        var file = message.GetProperty("attachments").EnumerateArray().Single();
        file.Text("path").ShouldBe(sent.Text("path"));
        file.Text("path").ShouldBe($"/chat/{chat}/file/{file.Text("id")}");
        file.Text("id")[14].ShouldBe('7'); // the version of the UUID
        file.Text("fileName").ShouldBe("note.txt");
        file.Text("contentType").ShouldBe("text/plain");
        file.GetProperty("size").GetInt64().ShouldBe(5);
        file.Text("sha256").ShouldBe("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        file.Text("state").ShouldBe("ready");
        foreach (var none in new[] { "width", "height", "thumbnail" })
            file.GetProperty(none).ValueKind.ShouldBe(JsonValueKind.Null, none);
    }

    [Fact]
    public async Task A_picture_with_another_ones_ending_is_told_and_found_as_what_it_is()
    {
        var (ann, chat) = await RoomAsync();
        var png = Convert.FromHexString("89504E470D0A1A0A0000000D4948445200000280000001E00806000000");

        var file = FileOf(await SendAsync(ann, chat, new Form().File("film.mp4", png)));

        (file.Text("fileName"), file.Text("contentType")).ShouldBe(("film.mp4", "image/png"));
        (file.GetProperty("width").GetInt32(), file.GetProperty("height").GetInt32()).ShouldBe((640, 480));
        foreach (var (kind, count) in new[] { ("image", 1), ("video", 0) })
        {
            var found = await (await ann.Http.GetAsync($"/chat/{chat}/files?kind={kind}")).JsonAsync();
            found.GetProperty("files").GetArrayLength().ShouldBe(count, kind);
        }
    }

    [Fact]
    public async Task Ten_files_are_one_message_in_their_order()
    {
        var (ann, chat) = await RoomAsync();
        var form = new Form().Text("before");
        for (var i = 0; i < 10; i++)
            form.File($"{i}.txt", $"content {i}");

        var sent = await SendAsync(ann, chat, form);

        sent.GetProperty("message").Text("text").ShouldBe("before");
        var files = sent.GetProperty("message").GetProperty("attachments").EnumerateArray().ToList();
        files.Select(f => f.Text("fileName")).ShouldBe(Enumerable.Range(0, 10).Select(i => $"{i}.txt"));
        files[0].Text("path").ShouldBe(sent.Text("path"));
        (await ann.MessagesAsync(chat)).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_caption_may_be_missing_or_have_8000_characters()
    {
        var (ann, chat) = await RoomAsync();
        (await SendAsync(ann, chat, new Form().File("note.txt"))).GetProperty("message").Text("text").ShouldBe("");

        var longest = string.Concat(Enumerable.Repeat("ü", 8000));
        (await SendAsync(ann, chat, new Form().File("note.txt").Text($"  {longest}  "))).GetProperty("message").Text("text").ShouldBe(longest);
    }

    public static TheoryData<string, string> Names =>
        new()
        {
            { "C:\\\\Users\\\\ann\\\\note.txt", "note.txt" },
            { "../../etc/note.txt", "note.txt" },
            { "Grüße 👋 日本.txt", "Grüße 👋 日本.txt" },
            { "say \\\"hi\\\".txt", "say \"hi\".txt" },
            { "say %22hi%22.txt", "say \"hi\".txt" },
            { "e\u0301.txt", "é.txt" },
            { "no\u202Ete\u200B.txt", "note.txt" },
            { "note.txt. . ", "note.txt" },
            { "NOTE.TXT", "NOTE.TXT" },
            { "a;b=c, d.txt", "a;b=c, d.txt" },
            { new string('a', 251) + ".txt", new string('a', 251) + ".txt" },
        };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_name_is_cleaned_and_kept(string sent, string kept)
    {
        var (ann, chat) = await RoomAsync();
        FileOf(await SendAsync(ann, chat, new Form().File(sent))).Text("fileName").ShouldBe(kept);
    }

    [Fact]
    public async Task The_extended_name_wins_over_the_plain_one()
    {
        var (ann, chat) = await RoomAsync();
        var form = new Form().Part(
            "Content-Disposition: form-data; name=\"file\"; filename=\"plain.txt\"; filename*=UTF-8''dir%2FGr%C3%BC%C3%9Fe.txt",
            "hello"u8.ToArray()
        );
        FileOf(await SendAsync(ann, chat, form)).Text("fileName").ShouldBe("Grüße.txt");
    }

    [Fact]
    public async Task What_the_client_claims_as_content_type_is_not_believed()
    {
        var (ann, chat) = await RoomAsync();
        var form = new Form().Part(
            "Content-Disposition: form-data; name=file; filename=note.txt\r\nContent-Type: text/html",
            "<script>alert(1)</script>"u8.ToArray()
        );
        FileOf(await SendAsync(ann, chat, form)).Text("contentType").ShouldBe("text/plain");
    }

    [Fact]
    public async Task A_thumbnail_belongs_to_the_file_before_it_and_anything_else_is_ignored()
    {
        var (ann, chat) = await RoomAsync();
        var form = new Form()
            .Thumbnail(s_jpeg) // before any file
            .File("jpeg.txt")
            .Thumbnail(s_jpeg)
            .Thumbnail(s_webp) // the second one of a file
            .File("webp.txt")
            .Thumbnail(s_webp)
            .File("png.txt")
            .Thumbnail([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
            .File("large.txt")
            .Thumbnail([.. s_jpeg, .. new byte[64 * 1024]])
            .File("largest.txt")
            .Thumbnail([.. s_jpeg, .. new byte[64 * 1024 - s_jpeg.Length]])
            .File("none.txt");

        var files = (await SendAsync(ann, chat, form)).GetProperty("message").GetProperty("attachments").EnumerateArray().ToList();

        files.Select(f => f.GetProperty("thumbnail").GetString())
            .ShouldBe([Thumbnail(0), Thumbnail(1), null, null, Thumbnail(4), null]);
        using var served = await ann.Http.GetAsync(Thumbnail(0));
        served.Content.Headers.ContentType!.MediaType.ShouldBe("image/jpeg");
        (await served.Content.ReadAsByteArrayAsync()).ShouldBe(s_jpeg);
        string Thumbnail(int index) => files[index].Text("path") + "/thumbnail";
    }

    [Fact]
    public async Task The_caption_may_stand_between_a_file_and_its_thumbnail()
    {
        var (ann, chat) = await RoomAsync();
        var sent = await SendAsync(ann, chat, new Form().File("note.txt").Text("look").Thumbnail(s_jpeg));
        sent.GetProperty("message").Text("text").ShouldBe("look");
        FileOf(sent).GetProperty("thumbnail").ValueKind.ShouldBe(JsonValueKind.String);
    }

    [Fact]
    public async Task The_size_of_a_picture_is_read_from_its_header()
    {
        var (ann, chat) = await RoomAsync();
        byte[] gif = [.. "GIF89a"u8, 0x40, 0x01, 0xF0, 0x00, 0, 0, 0, 0x3B];
        var file = FileOf(await SendAsync(ann, chat, new Form().File("picture.gif", gif)));
        (file.GetProperty("width").GetInt32(), file.GetProperty("height").GetInt32()).ShouldBe((320, 240));
    }

    [Fact]
    public async Task Parts_of_other_names_are_ignored_up_to_100_in_all()
    {
        var (ann, chat) = await RoomAsync();
        var form = new Form().File("note.txt");
        for (var i = 0; i < 99; i++)
            form.Part("Content-Disposition: form-data; name=\"other\"", Encoding.UTF8.GetBytes($"{i}"));
        await SendAsync(ann, chat, form);
    }

    private async Task<(ApiUser Ann, long Chat)> RoomAsync()
    {
        var ann = await server.UserAsync("ann");
        return (ann, await ann.ChatAsync());
    }

    private static async Task<JsonElement> SendAsync(ApiUser user, long chat, Form form)
    {
        using var answer = await user.PostFileAsync(chat, form.Content);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }

    private static JsonElement FileOf(JsonElement sent) => sent.GetProperty("message").GetProperty("attachments").EnumerateArray().Single();
}
