using System.Net.Http.Json;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

public sealed class AtTheSameTimeTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task An_address_is_registered_once()
    {
        var account = new { email = "twice@example.org", password = "Passw0rd!" };
        var answers = await SixTimesAsync(_ => server.Stranger.PostAsJsonAsync("account/register", account));
        answers.Order().ShouldBe([200, 400, 400, 400, 400, 400]);
    }

    [Fact]
    public async Task Two_people_who_open_their_direct_chat_get_one()
    {
        var (ann, bob) = (await server.UserAsync("ann"), await server.UserAsync("bob"));
        var answers = await SixTimesAsync(i => (i % 2 == 0 ? ann : bob).Http.PostAsJsonAsync("chat", new { with = (i % 2 == 0 ? bob : ann).Email }));
        answers.Order().ShouldBe([200, 200, 200, 200, 200, 201]);
        (await ann.GetAsync("chat")).EnumerateArray().Count(c => c.GetProperty("direct").GetBoolean()).ShouldBe(1);
    }

    [Fact]
    public async Task A_file_is_deleted_with_one_event()
    {
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var path = (await ann.SendFileAsync(chat)).Text("path");
        var seq = (await ann.GetAsync($"chat/{chat}")).GetProperty("lastSeq").GetInt64();
        (await SixTimesAsync(_ => ann.Http.DeleteAsync(path))).ShouldAllBe(status => status == 204);
        (await ann.GetAsync($"chat/{chat}")).GetProperty("lastSeq").GetInt64().ShouldBe(seq + 1);
    }

    [Fact]
    public async Task Several_uploads_together_do_not_pass_a_chats_quota()
    {
        await using var small = await TestServer.StartAsync(("Quotas:BytesPerChat", "100000"));
        var (ann, bob) = (await small.UserAsync("ann"), await small.UserAsync("bob"));
        var chat = await ann.ChatAsync(bob);
        var answers = await SixTimesAsync(i => (i % 2 == 0 ? ann : bob).PostFileAsync(chat, new Form().File("note.txt", new string('x', 60_000)).Content));
        answers.Order().ShouldBe([201, 413, 413, 413, 413, 413]);
        small.BlobCount.ShouldBe(1);
        (await ann.MessagesAsync(chat)).ShouldHaveSingleItem();
    }

    private static async Task<IEnumerable<int>> SixTimesAsync(Func<int, Task<HttpResponseMessage>> ask)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(ask));
        return answers.Select(answer =>
        {
            using (answer)
                return (int)answer.StatusCode;
        });
    }
}
