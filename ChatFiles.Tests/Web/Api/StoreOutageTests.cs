using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Web.Api;

public sealed class StoreOutageTests
{
    [Fact]
    public async Task While_the_store_is_down_uploads_are_503_texts_go_on_and_health_names_it()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var incoming = Path.Combine(server.Data, "files", "incoming");
        Directory.Delete(incoming);
        await File.WriteAllTextAsync(incoming, "no folder");

        using (var refused = await ann.PostFileAsync(chat, new Form().File("note.txt").Content))
        {
            refused.Headers.RetryAfter.ShouldNotBeNull();
            var detail = await Task.FromResult(refused).ShouldBeProblemAsync(503, "storage-unavailable");
            detail.ShouldNotContain(server.Data);
        }

        await ann.SendTextAsync(chat, "texts go on");
        using (var ready = await server.Stranger.GetAsync("health/ready"))
        {
            ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            var checks = (await ready.JsonAsync()).GetProperty("checks");
            (checks.Text("database"), checks.Text("fileStore")).ShouldBe(("ok", "does not answer"));
        }

        await server.Stranger.GetAsync("health/live").ShouldBeAsync(HttpStatusCode.OK);
        File.Delete(incoming);
        Directory.CreateDirectory(incoming);
        await ann.SendFileAsync(chat);
        (await ann.MessagesAsync(chat)).Length.ShouldBe(2);
    }
}
