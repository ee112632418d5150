using System.Text;
using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

public sealed class ForwardingTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, .. "thumbnail"u8];

    [Fact]
    public async Task A_file_of_one_of_my_chats_is_copied_to_another_with_name_type_and_thumbnail()
    {
        var (ann, bob, cleo) = (await server.UserAsync("ann"), await server.UserAsync("bob"), await server.UserAsync("cleo"));
        var (theirs, ours) = (await ann.ChatAsync(bob), await bob.ChatAsync(cleo));
        using var sent = await ann.PostFileAsync(theirs, new Form().File("Plan.txt", "the plan").Thumbnail(Jpeg).Content);
        var original = Path(await sent.JsonAsync());

        using var forwarded = await bob.PostFileAsync(ours, new Form().File("more.txt", "more").From(original).Text("look").Content);

        forwarded.StatusCode.ShouldBe(HttpStatusCode.Created);
        var message = (await forwarded.JsonAsync()).GetProperty("message");
        var copy = message.GetProperty("attachments")[1];
        (message.Text("text"), copy.Text("fileName"), copy.Text("contentType")).ShouldBe(("look", "Plan.txt", "text/plain"));
        copy.Text("path").ShouldNotBe(original);
        // A copy of its own: it stays when the first one goes.
        await ann.Http.DeleteAsync(original).ShouldBeAsync(HttpStatusCode.NoContent);
        (await cleo.Http.GetStringAsync(copy.Text("path"))).ShouldBe("the plan");
        (await cleo.Http.GetByteArrayAsync(copy.Text("thumbnail"))).ShouldBe(Jpeg);
    }

    [Fact]
    public async Task What_is_not_there_or_not_mine_is_not_found_and_nothing_is_kept()
    {
        var (ann, eve) = (await server.UserAsync("ann"), await server.UserAsync("eve"));
        var (hers, mine) = (await ann.ChatAsync(), await eve.ChatAsync());
        var foreign = Path(await ann.SendFileAsync(hers, "secret.txt"));
        var deleted = Path(await eve.SendFileAsync(mine, "gone.txt"));
        await eve.Http.DeleteAsync(deleted).ShouldBeAsync(HttpStatusCode.NoContent);
        var before = (await eve.MessagesAsync(mine)).Length;

        foreach (var path in new[] { foreign, deleted, $"/chat/{mine}/file/{Guid.NewGuid()}", "", "/etc/passwd", $"{foreign}/thumbnail", new string('x', 500) })
            await eve.PostFileAsync(mine, new Form().File("a.txt").From(path).Content).ShouldBeProblemAsync(404, "file-not-found");

        (await eve.MessagesAsync(mine)).Length.ShouldBe(before);
    }

    [Fact]
    public async Task A_copy_counts_in_the_quota()
    {
        await using var own = await TestServer.StartAsync(("Quotas:BytesPerUser", "1000"));
        var ann = await own.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var path = Path(await ann.SendFileAsync(chat, "big.txt", Encoding.UTF8.GetBytes(new string('x', 600))));

        await ann.PostFileAsync(chat, new Form().From(path).Content).ShouldBeProblemAsync(413, "quota-exceeded");
    }

    private static string Path(JsonElement sent) => sent.Text("path");
}
