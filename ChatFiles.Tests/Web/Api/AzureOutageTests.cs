using System.Diagnostics;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Api;

/// <summary>The whole program on a real blob server that freezes in the middle of its work.</summary>
public sealed class AzureOutageTests(Azurite azurite) : IClassFixture<Azurite>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_frozen_store_is_told_in_time_changes_no_state_and_is_caught_up_with_afterwards()
    {
        var storage = azurite.NewContainer();
        await using var server = await TestServer.StartAsync(
            ("Storage:Provider", "Azure"),
            ("Storage:Azure:ConnectionString", storage.ConnectionString),
            ("Storage:Azure:Container", storage.Container)
        );
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var kept = await PathOfNewFileAsync(ann, chat, "kept.txt");
        var deleted = await PathOfNewFileAsync(ann, chat, "deleted.txt");

        await azurite.FreezeAsync();
        try
        {
            await Task.WhenAll(
                ShouldBeUnavailableSoonAsync(() => ann.PostFileAsync(chat, new Form().File("lost.txt", new string('x', 9_000_000)).Content)),
                ShouldBeUnavailableSoonAsync(() => ann.Http.GetAsync(kept)),
                ann.Http.DeleteAsync(deleted).ShouldBeAsync(HttpStatusCode.NoContent),
                ann.SendTextAsync(chat, "texts go on")
            );
        }
        finally
        {
            await azurite.ThawAsync();
        }

        (await ann.Http.GetStringAsync(kept)).ShouldBe("hello");
        await ann.Http.GetAsync(deleted).ShouldBeAsync(HttpStatusCode.Gone);
        await ann.SendFileAsync(chat, "after.txt");
        (await ann.MessagesAsync(chat)).Length.ShouldBe(4, "two files, the text, and the file after it");
        await Eventually.HoldsAsync(async () => await BlobsAsync(server) == 2, "only the blobs of the two ready files are left", 60);
    }

    private static async Task<string> PathOfNewFileAsync(ApiUser user, long chat, string name) =>
        (await user.SendFileAsync(chat, name)).GetProperty("path").GetString()!.TrimStart('/');

    private static async Task<int> BlobsAsync(TestServer server) =>
        await server.Services.GetRequiredService<ChatFiles.Core.Files.IFileStore>().ListAsync("", CancellationToken.None).CountAsync();

    private static async Task ShouldBeUnavailableSoonAsync(Func<Task<HttpResponseMessage>> ask)
    {
        var watch = Stopwatch.StartNew();
        using var answer = await ask();
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        watch.Elapsed.ShouldBeLessThan(Patience);
    }
}
