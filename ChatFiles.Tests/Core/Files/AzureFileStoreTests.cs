using System.Diagnostics;
using System.Net.Sockets;
using Azure.Storage.Blobs;
using ChatFiles.Core.Files;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Files;

public sealed class AzureFileStoreTests : FileStoreContract, IClassFixture<Azurite>
{
    private readonly Azurite _azurite;
    private readonly BlobContainerClient _container;
    private readonly AzureFileStore _store;

    public AzureFileStoreTests(Azurite azurite)
    {
        _azurite = azurite;
        var options = azurite.NewContainer();
        _store = new AzureFileStore(options);
        _container = new BlobContainerClient(options.ConnectionString, options.Container, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2023_01_03));
    }

    protected override IFileStore Store => _store;

    protected override Task RewriteAsync(string key, byte[] content) =>
        _container.GetBlobClient(key).UploadAsync(BinaryData.FromBytes(content), overwrite: true);

    [Fact]
    public async Task A_frozen_store_is_unavailable_within_10_seconds_and_works_again_afterwards()
    {
        var (key, other) = (NewKey(), NewKey());
        await WriteAsync(key, "hello");
        await _azurite.FreezeAsync();
        try
        {
            // At the same time, as people's requests are.
            await Task.WhenAll(
                IsUnavailableInTimeAsync(() => WriteAsync(other, "x")),
                IsUnavailableInTimeAsync(() => _store.OpenAsync(key, default)),
                IsUnavailableInTimeAsync(() => _store.DeleteAsync(key, default)),
                IsUnavailableInTimeAsync(() => _store.CheckAsync(default)),
                IsUnavailableInTimeAsync(() => KeysAsync(""))
            );
        }
        finally
        {
            await _azurite.ThawAsync();
        }

        await Eventually.HoldsAsync(async () => await IsAvailableAsync(), "the store works again");
        var another = NewKey();
        await WriteAsync(another, "hello again");
        await using var blob = await _store.OpenAsync(another, default);
        blob.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_store_that_never_answered_is_unavailable_within_10_seconds()
    {
        await _azurite.FreezeAsync();
        try
        {
            await Task.WhenAll(
                IsUnavailableInTimeAsync(() => WriteAsync(NewKey(), "x")),
                IsUnavailableInTimeAsync(() => new AzureFileStore(_azurite.NewContainer()).OpenAsync(NewKey(), default))
            );
        }
        finally
        {
            await _azurite.ThawAsync();
        }
    }

    [Fact]
    public async Task A_store_that_freezes_while_bytes_are_checked_is_an_outage()
    {
        var key = NewKey();
        await using (var content = new GeneratedStream(12_000_000))
            await _store.WriteAsync(key, content, default);
        await using var blob = (await _store.OpenAsync(key, default))!;
        await blob.Content.ReadExactlyAsync(new byte[10]);
        blob.Content.Position = 0;
        await _azurite.FreezeAsync();
        try
        {
            await IsUnavailableInTimeAsync(() => blob.HasBytesAsync(12_000_000, "", default));
        }
        finally
        {
            await _azurite.ThawAsync();
        }
    }

    [Fact]
    public async Task A_wrong_address_is_an_outage()
    {
        var store = new AzureFileStore(Azurite.Nowhere());

        await IsUnavailableInTimeAsync(() => store.CheckAsync(default));
        await IsUnavailableInTimeAsync(() => store.OpenAsync(NewKey(), default));
        await IsUnavailableInTimeAsync(() => store.ListAsync("", default).ToListAsync().AsTask());
    }

    [Fact]
    public async Task A_deleted_container_is_an_outage_and_no_missing_blob()
    {
        var key = NewKey();
        await WriteAsync(key, "hello");
        await _container.DeleteAsync();

        await IsUnavailableInTimeAsync(() => _store.OpenAsync(key, default));
        await IsUnavailableInTimeAsync(() => _store.OpenAsync(key, default));
        await IsUnavailableInTimeAsync(() => KeysAsync(""));
        await IsUnavailableInTimeAsync(() => _store.CheckAsync(default));
        await IsUnavailableInTimeAsync(() => WriteAsync(NewKey(), "x"));

        await _container.CreateAsync();
        await _store.CheckAsync(default);
        (await _store.OpenAsync(key, default)).ShouldBeNull();
    }

    [Fact]
    public async Task The_container_is_created_when_it_is_missing()
    {
        await WriteAsync(NewKey(), "hello");

        (await _container.ExistsAsync()).Value.ShouldBeTrue();
    }

    [Fact]
    public async Task A_cancelled_question_is_cancelled_and_no_outage()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => _store.OpenAsync(NewKey(), cancelled.Token));
    }

    [Fact]
    public async Task A_question_that_is_cancelled_while_it_is_asked_again_is_cancelled_and_no_outage()
    {
        using var flaky = new TcpListener(IPAddress.Loopback, 0);
        flaky.Start();
        var store = new AzureFileStore(Azurite.At(((IPEndPoint)flaky.LocalEndpoint).Port));
        using var cancelled = new CancellationTokenSource();

        var asked = store.DeleteAsync(NewKey(), cancelled.Token);
        (await flaky.AcceptSocketAsync()).Close(0);
        using var again = await flaky.AcceptSocketAsync();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(asked);
    }

    [Fact]
    public async Task Whoever_breaks_off_while_sending_is_no_outage()
    {
        var gone = new IOException("The sender has gone.");

        (await Should.ThrowAsync<IOException>(() => _store.WriteAsync(NewKey(), new GeneratedStream(9_000_000, atEnd: gone), default))).ShouldBeSameAs(gone);
    }

    private async Task<bool> IsAvailableAsync()
    {
        try
        {
            await _store.CheckAsync(default);
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    private static async Task IsUnavailableInTimeAsync(Func<Task> ask)
    {
        var watch = Stopwatch.StartNew();
        await Should.ThrowAsync<StoreUnavailableException>(ask);
        watch.Elapsed.TotalSeconds.ShouldBeLessThan(10);
    }
}
