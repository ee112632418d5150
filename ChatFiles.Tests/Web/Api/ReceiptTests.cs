using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

/// <summary>Who has a message, told to its author.</summary>
public sealed class ReceiptTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_author_is_told_who_has_read_up_to_a_message()
    {
        var (ann, ben, cyd, chat) = await ThreeAsync();
        var first = Id(await ann.SendTextAsync(chat, "first"));
        var second = Id(await ann.SendTextAsync(chat, "second"));

        await ReadToAsync(ben, chat, first);
        await ReadToAsync(cyd, chat, second);

        var receipts = await ann.GetAsync(Path(chat, first));
        receipts.GetProperty("others").GetInt32().ShouldBe(2);
        UserIds(receipts.GetProperty("seen")).ShouldBe([await ben.IdAsync(), await cyd.IdAsync()], ignoreOrder: true);
        receipts.GetProperty("files").GetArrayLength().ShouldBe(0);
        var of = (await ann.GetAsync(Path(chat, second))).GetProperty("seen");
        UserIds(of).ShouldBe([await cyd.IdAsync()]);
        of[0].Text("name").ShouldStartWith("cyd");
    }

    [Fact]
    public async Task A_file_is_opened_by_who_gets_bytes_of_it_each_once_and_not_by_its_author_or_a_glance()
    {
        var (ann, ben, cyd, chat) = await ThreeAsync();
        var message = (await ann.SendFileAsync(chat, "plan.txt", "0123456789")).GetProperty("message");
        var (file, receipts) = (message.GetProperty("attachments")[0], Path(chat, Id(message)));
        var path = file.Text("path")[1..];

        await ann.Http.GetAsync(path).ShouldBeAsync(HttpStatusCode.OK);
        await HeadAsync(cyd, path);
        await KnownAsync(cyd, path, file.Text("sha256"));
        await cyd.SendAsync(HttpMethod.Get, path, null, ("Range", "bytes=50-")).ShouldBeAsync(HttpStatusCode.RequestedRangeNotSatisfiable);
        await cyd.SendAsync(HttpMethod.Get, path, null, ("If-Match", "\"zz\"")).ShouldBeAsync(HttpStatusCode.PreconditionFailed);
        await cyd.PostFileAsync(chat, new Form().From("/" + path).Content).ShouldBeAsync(HttpStatusCode.Created);
        await PartAsync(ben, path);
        var opened = (await ann.GetAsync(receipts)).GetProperty("files")[0];

        opened.Text("fileId").ShouldBe(file.Text("id"));
        UserIds(opened.GetProperty("opened")).ShouldBe([await ben.IdAsync()]);
        var at = opened.GetProperty("opened")[0].GetProperty("at").GetDateTime();
        at.ShouldBeGreaterThanOrEqualTo(message.GetProperty("sentAt").GetDateTime());
        await ben.Http.GetAsync(path).ShouldBeAsync(HttpStatusCode.OK);
        await cyd.Http.GetAsync($"chat/{chat}/files.zip?file={file.Text("id")}").ShouldBeAsync(HttpStatusCode.OK);
        opened = (await ann.GetAsync(receipts)).GetProperty("files")[0].GetProperty("opened");
        UserIds(opened).ShouldBe([await ben.IdAsync(), await cyd.IdAsync()]);
        opened[0].GetProperty("at").GetDateTime().ShouldBe(at, "the first time");
    }

    [Fact]
    public async Task Who_has_left_and_files_that_are_deleted_are_left_out()
    {
        var (ann, ben, cyd, chat) = await ThreeAsync();
        var form = new Form().File("a.txt", "a").File("b.txt", "b").Content;
        var message = (await ann.PostFileAsync(chat, form).ShouldBeJsonAsync(HttpStatusCode.Created)).GetProperty("message");
        var paths = message.GetProperty("attachments").EnumerateArray().Select(file => file.Text("path")[1..]).ToList();
        foreach (var reader in new[] { ben, cyd })
        {
            foreach (var path in paths)
                await reader.Http.GetAsync(path).ShouldBeAsync(HttpStatusCode.OK);
            await ReadToAsync(reader, chat, Id(message));
        }

        await ben.Http.DeleteAsync($"chat/{chat}/members/{await ben.IdAsync()}").ShouldBeAsync(HttpStatusCode.NoContent);
        await ann.Http.DeleteAsync(paths[0]).ShouldBeAsync(HttpStatusCode.NoContent);

        var receipts = await ann.GetAsync(Path(chat, Id(message)));
        receipts.GetProperty("others").GetInt32().ShouldBe(1);
        UserIds(receipts.GetProperty("seen")).ShouldBe([await cyd.IdAsync()]);
        var file = receipts.GetProperty("files").EnumerateArray().ShouldHaveSingleItem();
        UserIds(file.GetProperty("opened")).ShouldBe([await cyd.IdAsync()]);
    }

    [Fact]
    public async Task Who_came_later_has_not_seen_what_was_there_before()
    {
        var (ann, _, _, chat) = await ThreeAsync();
        var before = Id(await ann.SendTextAsync(chat, "before"));
        var dan = await server.UserAsync("dan");
        await ann.Http.PostAsJsonAsync($"chat/{chat}/members", new { email = dan.Email }).ShouldBeAsync(HttpStatusCode.NoContent);
        var after = Id(await ann.SendTextAsync(chat, "after"));
        await ReadToAsync(dan, chat, after);

        (await ann.GetAsync(Path(chat, before))).GetProperty("seen").GetArrayLength().ShouldBe(0);
        UserIds((await ann.GetAsync(Path(chat, after))).GetProperty("seen")).ShouldBe([await dan.IdAsync()]);
    }

    [Fact]
    public async Task Nobody_but_the_author_is_told()
    {
        var (ann, ben, _, chat) = await ThreeAsync();
        var id = Id(await ben.SendTextAsync(chat, "of a member"));

        await ann.Http.GetAsync(Path(chat, id)).ShouldBeProblemAsync(403, "not-allowed");
        await (await server.UserAsync("dot")).Http.GetAsync(Path(chat, id)).ShouldBeProblemAsync(404, "chat-not-found");
        await ben.Http.GetAsync(Path(chat, 987654)).ShouldBeProblemAsync(404, "message-not-found");
        await ben.Http.GetAsync(Path(chat, id).Replace($"{id}", "x")).ShouldBeProblemAsync(404, "message-not-found");
    }

    private async Task<(ApiUser Ann, ApiUser Ben, ApiUser Cyd, long Chat)> ThreeAsync()
    {
        var (ann, ben, cyd) = (await server.UserAsync("ann"), await server.UserAsync("ben"), await server.UserAsync("cyd"));
        return (ann, ben, cyd, await ann.ChatAsync(ben, cyd));
    }

    private static long Id(JsonElement message) => message.GetProperty("id").GetInt64();

    private static string Path(long chat, long message) => $"chat/{chat}/messages/{message}/receipts";

    private static IEnumerable<string> UserIds(JsonElement people) => people.EnumerateArray().Select(person => person.Text("userId"));

    private static Task ReadToAsync(ApiUser user, long chat, long messageId) =>
        user.Http.PutAsJsonAsync($"chat/{chat}/read", new { messageId }).ShouldBeAsync(HttpStatusCode.NoContent);

    private static async Task HeadAsync(ApiUser user, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        await user.Http.SendAsync(request).ShouldBeAsync(HttpStatusCode.OK);
    }

    private static async Task KnownAsync(ApiUser user, string path, string sha256)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue($"\"{sha256}\""));
        await user.Http.SendAsync(request).ShouldBeAsync(HttpStatusCode.NotModified);
    }

    private static async Task PartAsync(ApiUser user, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Range = new RangeHeaderValue(2, 4) } };
        await user.Http.SendAsync(request).ShouldBeAsync(HttpStatusCode.PartialContent);
    }
}
