using System.Security.Cryptography;
using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Files;

/// <summary>What every file store promises; each store's own tests add what only it can go through.</summary>
public abstract class FileStoreContract
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    protected abstract IFileStore Store { get; }

    /// <summary>Overwrites the blob as somebody does who does not know of us.</summary>
    protected abstract Task RewriteAsync(string key, byte[] content);

    protected static string NewKey() => BlobKey.New(Noon);

    [Fact]
    public async Task What_was_written_is_read_back()
    {
        var key = NewKey();
        await WriteAsync(key, "hello");

        await using var blob = (await Store.OpenAsync(key, default))!;

        blob.Content.Length.ShouldBe(5);
        (await TextAsync(blob)).ShouldBe("hello");
    }

    [Fact]
    public async Task Any_part_of_a_blob_can_be_read()
    {
        var key = NewKey();
        await WriteAsync(key, "0123456789");
        await using var blob = (await Store.OpenAsync(key, default))!;
        var part = new byte[3];

        blob.Content.Position = 4;
        await blob.Content.ReadExactlyAsync(part);

        part.ShouldBe("456"u8.ToArray());
        blob.Content.Seek(-2, SeekOrigin.End);
        (await TextAsync(blob)).ShouldBe("89");
    }

    [Fact]
    public async Task A_key_is_never_written_twice()
    {
        var key = NewKey();
        await WriteAsync(key, "first");

        await Should.ThrowAsync<Exception>(() => WriteAsync(key, "second"));

        await using var blob = (await Store.OpenAsync(key, default))!;
        (await TextAsync(blob)).ShouldBe("first");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(9_000_000)]
    public async Task Content_that_breaks_off_leaves_nothing_to_be_seen(int bytesBefore)
    {
        var key = NewKey();
        await using var content = new GeneratedStream(bytesBefore, new InvalidOperationException("The form broke off."));

        (await Should.ThrowAsync<Exception>(() => Store.WriteAsync(key, content, default))).ToString().ShouldContain("broke off");

        (await Store.OpenAsync(key, default)).ShouldBeNull();
        (await KeysAsync("")).ShouldNotContain(key);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(9_000_000)]
    public async Task Content_that_is_refused_is_a_result_and_leaves_nothing_to_be_seen(int bytesBefore)
    {
        var key = NewKey();
        var refusal = new Refusal(RefusalReason.FileTooLarge, "No more of this.");
        await using var content = new GeneratedStream(bytesBefore, new UploadRefusedException(refusal));

        (await Store.WriteAsync(key, content, default)).Refusal.ShouldBe(refusal);

        (await Store.OpenAsync(key, default)).ShouldBeNull();
        (await KeysAsync("")).ShouldNotContain(key);
    }

    [Fact]
    public async Task A_write_that_is_cancelled_leaves_nothing_to_be_seen()
    {
        var key = NewKey();
        using var cancelled = new CancellationTokenSource();
        await using var content = new GeneratedStream(9_000_000) { AtHalf = cancelled.Cancel };

        await Should.ThrowAsync<OperationCanceledException>(() => Store.WriteAsync(key, content, cancelled.Token));

        (await Store.OpenAsync(key, default)).ShouldBeNull();
        (await KeysAsync("")).ShouldNotContain(key);
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_and_can_be_deleted_again()
    {
        var key = NewKey();
        await WriteAsync(key, "hello");

        await Store.DeleteAsync(key, default);
        await Store.DeleteAsync(key, default);

        (await Store.OpenAsync(key, default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_blob_that_never_was_is_null_and_deleting_it_is_no_error()
    {
        (await Store.OpenAsync(NewKey(), default)).ShouldBeNull();
        await Store.DeleteAsync(BlobKey.New(Noon.AddYears(-1)), default);
    }

    [Fact]
    public async Task Blobs_are_listed_by_the_beginning_of_their_keys()
    {
        string[] keys = [BlobKey.New(Noon), BlobKey.New(Noon.AddMinutes(59)), BlobKey.New(Noon.AddHours(1))];
        foreach (var key in keys)
            await WriteAsync(key, "x");

        (await KeysAsync(BlobKey.HourPrefix(Noon))).ShouldBe(keys[..2], ignoreOrder: true);
        (await KeysAsync("")).ShouldBe(keys, ignoreOrder: true);
        (await KeysAsync(BlobKey.HourPrefix(Noon.AddHours(2)))).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_stamp_stays_while_nobody_writes_and_changes_when_somebody_does()
    {
        var key = NewKey();
        var written = await WriteAsync(key, "hello");
        (await StampAsync(key)).ShouldBe(written);
        (await StampAsync(key)).ShouldBe(written);

        // Within one tick of the file system's clock nothing shows, so it is written until the clock has moved.
        await Eventually.HoldsAsync(
            async () =>
            {
                await RewriteAsync(key, "HELLO"u8.ToArray());
                return await StampAsync(key) != written;
            },
            "the rewritten blob has another stamp"
        );
    }

    [Fact]
    public async Task A_large_blob_streams_through()
    {
        const int size = 20 * 1024 * 1024;
        var key = NewKey();
        await using (var content = new GeneratedStream(size))
            await Store.WriteAsync(key, content, default);

        await using var blob = (await Store.OpenAsync(key, default))!;
        await using var expected = new GeneratedStream(size);

        blob.Content.Length.ShouldBe(size);
        (await SHA256.HashDataAsync(blob.Content)).ShouldBe(await SHA256.HashDataAsync(expected));
    }

    [Fact]
    public async Task A_store_that_can_be_written_to_says_so() => await Store.CheckAsync(default);

    protected async Task<string> WriteAsync(string key, string content)
    {
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(content));
        return (await Store.WriteAsync(key, bytes, default)).Value;
    }

    protected async Task<List<string>> KeysAsync(string prefix) => await Store.ListAsync(prefix, default).ToListAsync();

    private async Task<string> StampAsync(string key)
    {
        await using var blob = (await Store.OpenAsync(key, default))!;
        return blob.Stamp;
    }

    private static async Task<string> TextAsync(StoredBlob blob)
    {
        using var reader = new StreamReader(blob.Content, leaveOpen: true);
        return await reader.ReadToEndAsync();
    }
}
