using System.Diagnostics;
using Azure.Storage.Blobs;
using ChatFiles.Core.Files;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Files;

public sealed class AzureFileStoreTests : FileStoreContract, IClassFixture<Azurite>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Azurite _azurite;
    private readonly string _container = "c" + Guid.NewGuid().ToString("N");
    private readonly AzureFileStore _store;

    public AzureFileStoreTests(Azurite azurite)
    {
        _azurite = azurite;
        _store = new AzureFileStore(azurite.Options(_container));
    }

    protected override IFileStore Store => _store;

    [Fact]
    public async Task A_frozen_server_is_an_outage_within_ten_seconds_and_all_is_well_afterwards()
    {
        var key = NewKey();
        await WriteAsync(key, [1, 2, 3]);
        await _azurite.FreezeAsync();
        try
        {
            await ShouldBeUnavailableSoonAsync(() => WriteAsync(NewKey(), [1]));
            await ShouldBeUnavailableSoonAsync(() => OpenAsync(key));
            // Of another blob: the frozen server has the request by then, and does it when it thaws.
            await ShouldBeUnavailableSoonAsync(() => Store.DeleteAsync(NewKey(), CancellationToken.None));
        }
        finally
        {
            await _azurite.ThawAsync();
        }

        await using var blob = await OpenAsync(key);
        blob.ShouldNotBeNull("an outage loses nothing");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_an_outage()
    {
        var nowhere = new AzureFileStore(new AzureStorageOptions { ConnectionString = Azurite.ConnectionString(Azurite.FreePort()) });

        await ShouldBeUnavailableSoonAsync(() => nowhere.OpenAsync(NewKey(), CancellationToken.None));
        await ShouldBeUnavailableSoonAsync(() => nowhere.CheckAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_container_that_is_gone_is_an_outage_and_not_a_missing_blob()
    {
        var key = NewKey();
        await WriteAsync(key, [1]);
        await Container().DeleteAsync();

        await ShouldBeUnavailableSoonAsync(() => OpenAsync(key));
    }

    protected override Task TamperAsync(string key, byte[] content) =>
        Container().GetBlobClient(key).UploadAsync(BinaryData.FromBytes(content), overwrite: true);

    private BlobContainerClient Container() =>
        new(_azurite.Options(_container).ConnectionString, _container, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2023_01_03));

    private static async Task ShouldBeUnavailableSoonAsync(Func<Task> ask)
    {
        var watch = Stopwatch.StartNew();
        await Should.ThrowAsync<StoreUnavailableException>(ask);
        watch.Elapsed.ShouldBeLessThan(Patience);
    }
}
