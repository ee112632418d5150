using System.Diagnostics;
using ChatFiles.Core.Files;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Api;

/// <summary>The whole program on a real blob server that freezes in the middle of its work.</summary>
public sealed class AzureOutageTests(Azurite azurite) : IClassFixture<Azurite>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>More than one block on its way in and out.</summary>
    private static readonly string Long = new('x', 24_000_000);

    [Fact]
    public async Task A_frozen_store_is_told_in_time_changes_no_state_and_is_caught_up_with_afterwards()
    {
        await using var server = await StartAsync();
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

    [Fact]
    public async Task A_store_that_dies_in_the_middle_of_transfers_loses_nothing_and_is_used_again_once_it_is_back()
    {
        await using var server = await StartAsync();
        var ann = await server.UserAsync("ann");
        var chat = await ann.ChatAsync();
        var kept = await PathOfNewFileAsync(ann, chat, "kept.txt", Long);
        var deleted = await PathOfNewFileAsync(ann, chat, "deleted.txt");
        await foreach (var key in StoreOf(server).ListAsync("", CancellationToken.None))
            await Eventually.HoldsAsync(() => azurite.HasWrittenDown(key), "the blob server itself would lose nothing", 30);
        var form = new HalvedContent(new Form().File("halved.txt", Long));
        var upload = ann.PostFileAsync(chat, form, key: "halved");
        await form.HalfSent;
        using var download = await ann.Http.GetAsync(kept, HttpCompletionOption.ResponseHeadersRead);
        await using var bytes = await download.Content.ReadAsStreamAsync();
        await bytes.ReadExactlyAsync(new byte[100]);

        await azurite.KillAsync();
        try
        {
            form.SendTheRest();
            await Task.WhenAll(
                ShouldFailAsync(server, upload),
                Should.ThrowAsync<IOException>(() => bytes.CopyToAsync(Stream.Null)),
                ShouldBeUnavailableSoonAsync(() => ann.Http.GetAsync(kept)),
                ann.Http.DeleteAsync(deleted).ShouldBeAsync(HttpStatusCode.NoContent),
                ann.SendTextAsync(chat, "texts go on")
            );
        }
        finally
        {
            await azurite.InitializeAsync();
        }

        (await ann.Http.GetStringAsync(kept)).ShouldBe(Long);
        var again = await ann.PostFileAsync(chat, new Form().File("halved.txt", Long).Content, key: "halved");
        (await ann.Http.GetStringAsync((await again.JsonAsync()).Text("path").TrimStart('/'))).ShouldBe(Long);
        (await ann.MessagesAsync(chat)).Length.ShouldBe(4, "kept, deleted, the text, and the upload that was tried again");
        await Eventually.HoldsAsync(async () => await BlobsAsync(server) == 2, "only the blobs of the two ready files are left", 60);
    }

    private async Task<TestServer> StartAsync()
    {
        var storage = azurite.NewContainer();
        return await TestServer.StartAsync(
            ("Storage:Provider", "Azure"),
            ("Storage:Azure:ConnectionString", storage.ConnectionString),
            ("Storage:Azure:Container", storage.Container)
        );
    }

    private static async Task<string> PathOfNewFileAsync(ApiUser user, long chat, string name, string content = "hello") =>
        (await user.SendFileAsync(chat, name, content)).GetProperty("path").GetString()!.TrimStart('/');

    /// <summary>Who is still sending when the server has given up may find a closed connection before the answer.</summary>
    private static async Task ShouldFailAsync(TestServer server, Task<HttpResponseMessage> upload)
    {
        try
        {
            using var answer = await upload;
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, string.Join('\n', server.Failures));
        }
        catch (HttpRequestException)
        {
            // Closed.
        }
    }

    private static async Task<int> BlobsAsync(TestServer server) =>
        await StoreOf(server).ListAsync("", CancellationToken.None).CountAsync();

    private static IFileStore StoreOf(TestServer server) => server.Services.GetRequiredService<IFileStore>();

    private static async Task ShouldBeUnavailableSoonAsync(Func<Task<HttpResponseMessage>> ask)
    {
        var watch = Stopwatch.StartNew();
        using var answer = await ask();
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        watch.Elapsed.ShouldBeLessThan(Patience);
    }

    /// <summary>A form whose second half waits.</summary>
    private sealed class HalvedContent : HttpContent
    {
        private readonly byte[] _body;
        private readonly TaskCompletionSource _halfSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HalvedContent(Form form)
        {
            _body = form.Whole;
            Headers.ContentType = form.Content.Headers.ContentType;
        }

        public Task HalfSent => _halfSent.Task;

        public void SendTheRest() => _goOn.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_body.AsMemory(0, _body.Length / 2));
            await stream.FlushAsync();
            _halfSent.SetResult();
            await _goOn.Task;
            await stream.WriteAsync(_body.AsMemory(_body.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _body.Length;
            return true;
        }
    }
}
