using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>Files that are deleted, that vanish, and that come back.</summary>
public sealed class FileEndTests
{
    [Fact]
    public async Task A_deleted_file_is_gone_at_once_and_its_blobs_soon()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        using var sent = await ann.PostFileAsync(chat, new Form().File("note.txt").Thumbnail([0xFF, 0xD8, 0xFF, 0xE0]).Content);
        var path = (await sent.JsonAsync()).Text("path");
        server.BlobCount.ShouldBe(2);

        await ann.Http.DeleteAsync(path).ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.Http.DeleteAsync(path).ShouldBeAsync(HttpStatusCode.NoContent);

        await ann.Http.GetAsync(path).ShouldBeProblemAsync(410, "file-deleted");
        await ann.Http.GetAsync(path + "/thumbnail").ShouldBeProblemAsync(410, "file-deleted");
        using var head = await ann.SendAsync(HttpMethod.Head, path);
        head.StatusCode.ShouldBe(HttpStatusCode.Gone);
        await ann.Http.PutAsync(path, new Form().File("note.txt").Content).ShouldBeProblemAsync(409, "file-not-missing");
        (await ann.GetAsync($"chat/{chat}")).GetProperty("lastSeq").GetInt64().ShouldBe(2); // no second event
        await Eventually.HoldsAsync(() => server.BlobCount == 0, "the blobs were deleted", seconds: 10);
    }

    [Fact]
    public async Task Only_its_author_and_the_owner_delete_a_file_or_put_it_back()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob, cleo) = (await server.UserAsync("ann"), await server.UserAsync("bob"), await server.UserAsync("cleo"));
        var chat = await ann.ChatAsync(bob, cleo);
        var first = (await bob.SendFileAsync(chat)).Text("path");
        var second = (await bob.SendFileAsync(chat)).Text("path");

        await cleo.Http.DeleteAsync(first).ShouldBeProblemAsync(403, "not-allowed");
        await cleo.Http.PutAsync(first, new Form().File("note.txt").Content).ShouldBeProblemAsync(403, "not-allowed");

        await bob.Http.DeleteAsync(first).ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.Http.DeleteAsync(second).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("cut off")]
    [InlineData("longer")]
    public async Task A_blob_that_vanished_or_changed_its_length_is_missing_until_it_is_put_back(string harm)
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var path = (await ann.SendFileAsync(chat)).Text("path");
        await ann.Http.PutAsync(path, new Form().File("note.txt").Content).ShouldBeProblemAsync(409, "file-not-missing");
        Harm(server, harm);

        await ann.Http.GetAsync(path).ShouldBeProblemAsync(404, "file-missing");

        (await StateAsync(ann, chat)).ShouldBe("missing");
        (await LastSeqAsync(ann, chat)).ShouldBe(2);
        await ann.Http.PutAsync(path, new Form().File("note.txt", "HELLO").Content).ShouldBeProblemAsync(409, "content-differs");
        await ann.Http.PutAsync(path, new Form().File("note.txt", "hello there").Content).ShouldBeProblemAsync(409, "content-differs");
        await ann.Http.PutAsync(path, new Form().Text("no file").Content).ShouldBeProblemAsync(400, "no-file");
        await ann.Http.PutAsync(path, new Form().File("note.txt").WithoutEnd).ShouldBeProblemAsync(400, "invalid-form");
        (await LastSeqAsync(ann, chat)).ShouldBe(2);

        await ann.Http.PutAsync(path, new Form().File("any name at all").Content).ShouldBeAsync(HttpStatusCode.NoContent);

        (await ann.Http.GetStringAsync(path)).ShouldBe("hello");
        (await StateAsync(ann, chat)).ShouldBe("ready");
        (await LastSeqAsync(ann, chat)).ShouldBe(3);
        await Eventually.HoldsAsync(() => server.BlobCount == 1, "what was left of the old blob was gone", seconds: 10);
    }

    [Fact]
    public async Task A_missing_file_whose_blob_is_whole_again_is_restored_by_a_get()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var path = (await ann.SendFileAsync(chat)).Text("path");
        var blob = Blob(server);
        File.Move(blob, blob + ".away");
        await ann.Http.GetAsync(path).ShouldBeProblemAsync(404, "file-missing");
        File.Move(blob + ".away", blob);

        (await ann.Http.GetStringAsync(path)).ShouldBe("hello");

        (await StateAsync(ann, chat)).ShouldBe("ready");
        (await LastSeqAsync(ann, chat)).ShouldBe(3);
    }

    private static void Harm(TestServer server, string harm)
    {
        var blob = Blob(server);
        if (harm == "gone")
            File.Delete(blob);
        else
            File.WriteAllText(blob, harm == "longer" ? "hello!" : "hell");
    }

    private static string Blob(TestServer server) =>
        Directory.EnumerateFiles(Path.Combine(server.Data, "files"), "*", SearchOption.AllDirectories).Single();

    private static async Task<string> StateAsync(ApiUser user, long chat) =>
        (await user.MessagesAsync(chat)).Single().GetProperty("attachments").EnumerateArray().Single().Text("state");

    private static async Task<long> LastSeqAsync(ApiUser user, long chat) => (await user.GetAsync($"chat/{chat}")).GetProperty("lastSeq").GetInt64();
}
