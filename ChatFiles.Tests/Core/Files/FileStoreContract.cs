using System.Security.Cryptography;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Files;

namespace ChatFiles.Tests.Core.Files;

/// <summary>What every file store promises; each store passes these same tests.</summary>
public abstract class FileStoreContract
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 14, 30, 0, TimeSpan.Zero);

    protected abstract IFileStore Store { get; }

    /// <summary>Writes to a blob behind the store's back.</summary>
    protected abstract Task TamperAsync(string key, byte[] content);

    protected static string NewKey() => BlobKey.New(Now);

    [Theory]
    [InlineData(1)]
    [InlineData(128 * 1024)]
    [InlineData(20 * 1024 * 1024 + 7)]
    public async Task What_was_written_is_read_back(int size)
    {
        var (key, content) = (NewKey(), RandomNumberGenerator.GetBytes(size));
        var stamp = await WriteAsync(key, content);

        await using var blob = await OpenAsync(key);

        blob.ShouldNotBeNull();
        blob.Stamp.ShouldBe(stamp);
        blob.Content.Length.ShouldBe(size);
        SHA256.HashData(await ReadAsync(blob.Content)).ShouldBe(SHA256.HashData(content));
    }

    [Fact]
    public async Task Any_part_can_be_read()
    {
        var (key, content) = (NewKey(), RandomNumberGenerator.GetBytes(300_000));
        await WriteAsync(key, content);

        await using var blob = await OpenAsync(key);
        blob!.Content.Position = 250_000;

        (await ReadAsync(blob.Content)).ShouldBe(content[250_000..]);
    }

    [Fact]
    public async Task A_key_is_never_written_twice()
    {
        var key = NewKey();
        await WriteAsync(key, [1, 2, 3]);

        await Should.ThrowAsync<Exception>(() => WriteAsync(key, [4, 5, 6]));

        await using var blob = await OpenAsync(key);
        (await ReadAsync(blob!.Content)).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Content_that_breaks_off_leaves_nothing_to_be_seen()
    {
        var key = NewKey();
        await using var content = new BreakingStream(after: 5_000_000);

        await Should.ThrowAsync<UploadRefusedException>(() => Store.WriteAsync(key, content, CancellationToken.None));

        (await OpenAsync(key)).ShouldBeNull();
        (await KeysAsync(key)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_not_there_opens_as_nothing_and_can_be_deleted_all_the_same()
    {
        var key = NewKey();

        (await OpenAsync(key)).ShouldBeNull();
        await Store.DeleteAsync(key, CancellationToken.None);
    }

    [Fact]
    public async Task What_is_deleted_is_gone()
    {
        var key = NewKey();
        await WriteAsync(key, [1]);

        await Store.DeleteAsync(key, CancellationToken.None);

        (await OpenAsync(key)).ShouldBeNull();
    }

    [Fact]
    public async Task Blobs_are_listed_by_what_their_keys_begin_with()
    {
        var (early, late) = (BlobKey.New(Now.AddDays(-400)), BlobKey.New(Now.AddDays(-400).AddHours(1)));
        await WriteAsync(early, [1]);
        await WriteAsync(late, [1]);

        (await KeysAsync(BlobKey.HourPrefix(Now.AddDays(-400)))).ShouldBe([early]);
        (await KeysAsync(BlobKey.HourPrefix(Now.AddDays(-500)))).ShouldBeEmpty();
        (await KeysAsync("")).Intersect([early, late]).Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_blob_that_somebody_wrote_to_has_another_stamp()
    {
        var key = NewKey();
        var stamp = await WriteAsync(key, [1, 2, 3]);

        await TamperAsync(key, [3, 2, 1]);

        await using var blob = await OpenAsync(key);
        blob!.Stamp.ShouldNotBe(stamp);
    }

    [Fact]
    public Task A_store_that_works_says_so() => Store.CheckAsync(CancellationToken.None);

    protected async Task<string> WriteAsync(string key, byte[] content)
    {
        using var stream = new MemoryStream(content);
        return await Store.WriteAsync(key, stream, CancellationToken.None);
    }

    protected Task<StoredBlob?> OpenAsync(string key) => Store.OpenAsync(key, CancellationToken.None);

    private async Task<List<string>> KeysAsync(string prefix) => await Store.ListAsync(prefix, CancellationToken.None).ToListAsync();

    private static async Task<byte[]> ReadAsync(Stream content)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy);
        return copy.ToArray();
    }

    private sealed class BreakingStream(int after) : MemoryStream(new byte[after])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            return count > 0 ? count : throw new UploadRefusedException(new Refusal(RefusalReason.InvalidForm, "It broke off."));
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            throw new UploadRefusedException(new Refusal(RefusalReason.InvalidForm, "It broke off."));

        // A form's part does not know how long it is.
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }
}
