using System.Diagnostics;
using ChatFiles.Core.Files;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Files;

public sealed class LocalFileStoreTests : FileStoreContract, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("chatfiles-store-").FullName;
    private readonly LocalFileStore _store;

    public LocalFileStoreTests() => _store = new LocalFileStore(_root);

    protected override IFileStore Store => _store;

    protected override Task RewriteAsync(string key, byte[] content) => File.WriteAllBytesAsync(PathOf(key), content);

    [Fact]
    public async Task What_a_crash_left_half_written_is_discarded_and_the_blobs_stay()
    {
        var key = NewKey();
        await WriteAsync(key, "hello");
        await File.WriteAllTextAsync(Path.Combine(_root, "incoming", "half"), "hel");

        await new LocalFileStore(_root).DiscardUnfinishedAsync(default);

        Directory.EnumerateFiles(Path.Combine(_root, "incoming")).ShouldBeEmpty();
        (await KeysAsync("")).ShouldBe([key]);
    }

    [Fact]
    public async Task A_write_that_fails_leaves_nothing_aside()
    {
        await using var content = new GeneratedStream(100, new InvalidOperationException("broke off"));

        await Should.ThrowAsync<InvalidOperationException>(() => _store.WriteAsync(NewKey(), content, default));

        Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../out")]
    [InlineData("a/../../out")]
    [InlineData("/tmp/out")]
    [InlineData("../blobs-beside/out")]
    [InlineData("")]
    public async Task A_key_that_leads_out_of_the_root_is_refused(string key)
    {
        await Should.ThrowAsync<ArgumentException>(() => WriteAsync(key, "x"));
        await Should.ThrowAsync<ArgumentException>(() => _store.OpenAsync(key, default));
        await Should.ThrowAsync<ArgumentException>(() => _store.DeleteAsync(key, default));
    }

    [Fact]
    public async Task A_folder_of_blobs_that_is_gone_is_an_outage_and_no_missing_blob()
    {
        var key = NewKey();
        await WriteAsync(key, "hello");
        var (blobs, away) = (Path.Combine(_root, "blobs"), Path.Combine(_root, "away"));
        Directory.Move(blobs, away);

        await Should.ThrowAsync<StoreUnavailableException>(() => _store.OpenAsync(key, default));
        await Should.ThrowAsync<StoreUnavailableException>(() => _store.DeleteAsync(key, default));
        await Should.ThrowAsync<StoreUnavailableException>(() => KeysAsync(BlobKey.HourPrefix(DateTimeOffset.UnixEpoch)));
        await Should.ThrowAsync<StoreUnavailableException>(() => _store.CheckAsync(default));

        Directory.Move(away, blobs);
        await _store.CheckAsync(default);
        await using var blob = await _store.OpenAsync(key, default);
        blob.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_write_while_the_folder_of_blobs_is_gone_is_an_outage()
    {
        Directory.Move(Path.Combine(_root, "blobs"), Path.Combine(_root, "away"));

        await Should.ThrowAsync<StoreUnavailableException>(() => WriteAsync(NewKey(), "lost from sight"));
    }

    [Fact]
    public async Task A_full_disk_says_so_and_is_written_to_again_when_there_is_room()
    {
        var disk = Directory.CreateDirectory(Path.Combine(_root, "disk")).FullName;
        var mounted = await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk);
        if (mounted != 0)
        {
            Environment.IsPrivilegedProcess.ShouldBeFalse("Root could not mount a small disk to fill up.");
            return;
        }

        try
        {
            var store = new LocalFileStore(disk);
            var (first, second) = (NewKey(), NewKey());
            await WriteAsync(store, first, 700_000);

            await Should.ThrowAsync<StoreFullException>(() => WriteAsync(store, second, 700_000));

            (await store.OpenAsync(second, default)).ShouldBeNull();
            await store.DeleteAsync(first, default);
            await WriteAsync(store, second, 700_000);
        }
        finally
        {
            (await RunAsync("umount", disk)).ShouldBe(0);
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string PathOf(string key) => Path.Combine(_root, "blobs", key);

    private static async Task WriteAsync(LocalFileStore store, string key, int size)
    {
        await using var content = new GeneratedStream(size);
        await store.WriteAsync(key, content, default);
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
