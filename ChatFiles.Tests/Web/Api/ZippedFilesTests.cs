using System.IO.Compression;
using System.Text.Json;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Api;

namespace ChatFiles.Tests.Web.Api;

public sealed class ZippedFilesTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Files_come_as_one_ZIP_in_the_order_asked_for_and_equal_names_are_told_apart()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var ids = new List<string>();
        foreach (var (name, content) in new[] { ("ä.txt", "one"), ("Ä.TXT", "two"), ("big.7z", "7z\xBC\xAF\x27\x1C") })
            ids.Add(IdOf(await ann.SendFileAsync(chat, name, System.Text.Encoding.Latin1.GetBytes(content))));

        using var answer = await ann.Http.GetAsync($"chat/{chat}/files.zip?file={ids[2]}&file={ids[0]}&file={ids[1]}");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/zip");
        var disposition = answer.Content.Headers.ContentDisposition!;
        (disposition.DispositionType, disposition.FileNameStar).ShouldBe(("attachment", "Room.zip"));
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var directory = (Length: BitConverter.ToInt32(bytes, bytes.Length - 10), Begin: BitConverter.ToInt32(bytes, bytes.Length - 6));
        (directory.Begin + directory.Length).ShouldBe(bytes.Length - 22, "strict readers find no byte too few");
        using var zip = new ZipArchive(new MemoryStream(bytes));
        zip.Entries.Select(e => e.FullName).ShouldBe(["big.7z", "ä.txt", "Ä (2).TXT"]);
        zip.Entries.ShouldAllBe(e => e.Length == e.CompressedLength);
        using var two = new StreamReader(await zip.Entries[2].OpenAsync());
        (await two.ReadToEndAsync()).ShouldBe("two");
    }

    [Fact]
    public void A_number_never_makes_a_name_that_is_there_already()
    {
        ZippedFiles.NamesOf(["a.txt", "a (2).txt", "A.txt", "a.txt", "b", "B"]).ShouldBe(["a.txt", "a (2).txt", "A (3).txt", "a (4).txt", "b", "B (2)"]);
    }

    [Fact]
    public async Task What_can_not_be_in_it_is_said_before_the_first_byte()
    {
        var (ann, eve) = (await server.UserAsync("ann"), await server.UserAsync("eve"));
        var chat = await ann.ChatAsync();
        var file = IdOf(await ann.SendFileAsync(chat));
        var deleted = await ann.SendFileAsync(chat, "gone.txt");
        await ann.Http.DeleteAsync(deleted.Text("path")).ShouldBeAsync(HttpStatusCode.NoContent);

        await ann.Http.GetAsync($"chat/{chat}/files.zip").ShouldBeProblemAsync(400, "invalid-query");
        await ann.Http.GetAsync($"chat/{chat}/files.zip?{string.Join('&', Enumerable.Repeat($"file={file}", 101))}").ShouldBeProblemAsync(400, "invalid-query");
        await ann.Http.GetAsync($"chat/{chat}/files.zip?file={file}&file={Guid.NewGuid()}").ShouldBeProblemAsync(404, "file-not-found");
        await ann.Http.GetAsync($"chat/{chat}/files.zip?file={file}&file={IdOf(deleted)}").ShouldBeProblemAsync(410, "file-deleted");
        await eve.Http.GetAsync($"chat/{chat}/files.zip?file={file}").ShouldBeProblemAsync(404, "chat-not-found");
        await eve.Http.GetAsync($"chat/{chat}/files.zip").ShouldBeProblemAsync(404, "chat-not-found");
        await server.Stranger.GetAsync($"chat/{chat}/files.zip?file={file}").ShouldBeProblemAsync(401, "not-signed-in");
    }

    private static string IdOf(JsonElement sent) => sent.GetProperty("message").GetProperty("attachments")[0].Text("id");
}
