using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Core.Files;

public sealed class LocalFileStoreTests : FileStoreContract, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("chatfiles-store-").FullName;
    private readonly LocalFileStore _store;

    public LocalFileStoreTests() => _store = new LocalFileStore(_root);

    protected override IFileStore Store => _store;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task What_a_crash_left_half_written_is_discarded()
    {
        var aside = Path.Combine(_root, "incoming", "half");
        await File.WriteAllBytesAsync(aside, [1]);

        await Store.DiscardUnfinishedAsync(CancellationToken.None);

        File.Exists(aside).ShouldBeFalse();
    }

    [Theory]
    [InlineData("../../escaped")]
    [InlineData("/etc/passwd")]
    public async Task A_key_that_leads_out_of_the_store_is_refused(string key) =>
        await Should.ThrowAsync<ArgumentException>(() => OpenAsync(key));

    [Fact]
    public async Task A_folder_that_is_not_there_is_an_outage_and_not_a_missing_blob()
    {
        var key = NewKey();
        await WriteAsync(key, [1]);
        Directory.Move(Path.Combine(_root, "blobs"), Path.Combine(_root, "unmounted"));

        await Should.ThrowAsync<StoreUnavailableException>(() => OpenAsync(key));
        await Should.ThrowAsync<StoreUnavailableException>(() => Store.CheckAsync(CancellationToken.None));
        Directory.Move(Path.Combine(_root, "unmounted"), Path.Combine(_root, "blobs"));

        await using var blob = await OpenAsync(key);
        blob.ShouldNotBeNull();
    }

    protected override Task TamperAsync(string key, byte[] content)
    {
        var path = Path.Combine(_root, "blobs", key);
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1)); // clocks of file systems are coarse
        return Task.CompletedTask;
    }
}
