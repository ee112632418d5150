using System.Security.Cryptography;
using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;

namespace ChatFiles.Tests.Core.Files;

public sealed class InspectingStreamTests
{
    private static readonly UploadPolicy Policy = Inspection.Default;
    private static readonly Refusal TooLarge = new(RefusalReason.FileTooLarge, "too large");

    [Theory]
    [InlineData(1, 1)]
    [InlineData(63, 7)]
    [InlineData(64, 64)]
    [InlineData(65, 64)]
    [InlineData(128 * 1024, 128 * 1024)]
    [InlineData(300_001, 128 * 1024)]
    public async Task Every_byte_passes_and_is_counted_and_hashed_wherever_the_blocks_end(int length, int block)
    {
        var bytes = Encoding.ASCII.GetBytes(new string('a', length));
        bytes[^1] = (byte)'b';
        await using var stream = Inspect(bytes, "x.txt", max: length);
        using var passed = new MemoryStream();

        await stream.CopyToAsync(passed, block);

        passed.ToArray().ShouldBe(bytes);
        stream.BytesRead.ShouldBe(length);
        stream.Sha256().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Fact]
    public async Task The_hash_is_right_also_when_the_same_buffer_is_used_for_every_block()
    {
        var bytes = new byte[1 << 20];
        new Random(1).NextBytes(bytes);
        Heads.Of("zip").CopyTo(bytes, 0);
        await using var stream = Inspect(bytes, "x.zip");

        await stream.CopyToAsync(Stream.Null, 4096);

        stream.Sha256().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Fact]
    public async Task A_byte_too_many_ends_the_reading_before_the_rest_is_read()
    {
        var source = new MemoryStream(Encoding.ASCII.GetBytes(new string('a', 100_000)));
        await using var stream = new InspectingStream(source, Rules("x.txt", max: 999));

        (await RefusalOfAsync(stream, block: 500)).ShouldBe(TooLarge);

        source.Position.ShouldBeLessThan(2_000);
    }

    [Fact]
    public async Task A_file_without_bytes_is_refused()
    {
        await using var stream = Inspect([], "x.txt");

        (await RefusalOfAsync(stream)).Reason.ShouldBe(RefusalReason.EmptyFile);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(64)]
    [InlineData(4096)]
    public async Task Wrong_first_bytes_are_refused_wherever_the_blocks_end(int block)
    {
        await using var stream = Inspect([.. Heads.Of("pdf"), .. new byte[1000]], "x.jpg");

        var refusal = await RefusalOfAsync(stream, block);

        refusal.Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);
        refusal.Detail.ShouldContain("x.jpg");
    }

    [Fact]
    public async Task A_file_shorter_than_what_is_looked_at_is_judged_at_its_end()
    {
        await using var wrong = Inspect(Heads.Of("pdf"), "x.jpg");
        (await RefusalOfAsync(wrong)).Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);

        await using var right = Inspect(Heads.Of("png"), "x.png");
        await right.CopyToAsync(Stream.Null);
        right.BytesRead.ShouldBe(Heads.Of("png").Length);
    }

    [Fact]
    public async Task Text_holds_no_NUL_anywhere_and_the_reading_ends_there()
    {
        var bytes = Encoding.ASCII.GetBytes(new string('a', 10_000));
        bytes[5_000] = 0;
        var source = new MemoryStream(bytes);
        await using var stream = new InspectingStream(source, Rules("x.txt", max: bytes.Length));

        (await RefusalOfAsync(stream, block: 512)).Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);

        source.Position.ShouldBeLessThan(6_000);
    }

    [Theory]
    [InlineData("x.png")]
    [InlineData("x.jpg")] // the size too is that of what it is
    public async Task A_pictures_size_is_read_on_the_way(string name)
    {
        await using var stream = Inspect(Convert.FromHexString("89504E470D0A1A0A0000000D4948445200000280000001E00806000000"), name);

        await stream.CopyToAsync(Stream.Null, 3);

        stream.Type.ContentType.ShouldBe("image/png");
        stream.Picture.ShouldBe((640, 480));
    }

    [Theory]
    [InlineData("x.txt", "61C3A9", "utf-8")]
    [InlineData("x.txt", "61E9", "")] // a single-byte code page, which does not say which
    [InlineData("x.txt", "FFFE6100", "utf-16le")]
    [InlineData("x.png", "89504E470D0A1A0A", null)]
    public async Task The_charset_is_that_of_a_text_and_of_nothing_else(string name, string bytes, string? charset)
    {
        await using var stream = Inspect(Convert.FromHexString(bytes), name);

        await stream.CopyToAsync(Stream.Null, 1);

        stream.Charset.ShouldBe(charset);
    }

    [Fact]
    public async Task A_few_bytes_first_and_then_more_than_are_looked_at_are_judged_like_all_at_once()
    {
        byte[] bytes = [.. new byte[10], .. Heads.Of("pdf"), .. new byte[4000]];
        await using var stream = Inspect(bytes, "x.pdf");

        (await stream.ReadAsync(new byte[10])).ShouldBe(10);
        await stream.CopyToAsync(Stream.Null);

        stream.Type.ContentType.ShouldBe("application/pdf");
    }

    private static InspectingStream Inspect(byte[] bytes, string name, long max = long.MaxValue) => new(new MemoryStream(bytes), Rules(name, max));

    private static InspectionRules Rules(string name, long max) => new(Policy, name, Policy.TypeOf(name).Value, max, TooLarge);

    private static async Task<Refusal> RefusalOfAsync(InspectingStream stream, int block = 4096) =>
        (await Should.ThrowAsync<UploadRefusedException>(() => stream.CopyToAsync(Stream.Null, block))).Refusal;
}
