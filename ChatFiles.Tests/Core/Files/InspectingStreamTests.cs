using System.Security.Cryptography;
using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Options;

namespace ChatFiles.Tests.Core.Files;

public sealed class InspectingStreamTests
{
    private static readonly UploadPolicy Policy = new(Options.Create(new UploadOptions()));
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
        await using var stream = Inspect([.. Heads.Of("png"), .. new byte[1000]], "x.jpg");

        var refusal = await RefusalOfAsync(stream, block);

        refusal.Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);
        refusal.Detail.ShouldContain("x.jpg");
    }

    [Fact]
    public async Task A_file_shorter_than_what_is_looked_at_is_judged_at_its_end()
    {
        await using var wrong = Inspect(Heads.Of("png"), "x.jpg");
        (await RefusalOfAsync(wrong)).Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);

        await using var right = Inspect(Heads.Of("png"), "x.png");
        await right.CopyToAsync(Stream.Null);
        right.BytesRead.ShouldBe(Heads.Of("png").Length);
    }

    [Fact]
    public async Task Text_holds_no_binary_control_characters_anywhere()
    {
        byte[] harmless = [7, 8, 9, 10, 11, 12, 13, 27];
        foreach (var control in Enumerable.Range(0, 32).Append(127).Select(i => (byte)i))
        {
            var bytes = Encoding.ASCII.GetBytes(new string('a', 10_000));
            bytes[^1] = control;
            await using var stream = Inspect(bytes, "x.txt");
            if (harmless.Contains(control))
                await stream.CopyToAsync(Stream.Null, 512);
            else
                (await RefusalOfAsync(stream, block: 512)).Reason.ShouldBe(RefusalReason.FileTypeNotAllowed, $"0x{control:X2}");
        }
    }

    [Fact]
    public async Task A_pictures_size_is_read_on_the_way()
    {
        await using var stream = Inspect(Convert.FromHexString("89504E470D0A1A0A0000000D4948445200000280000001E00806000000"), "x.png");

        await stream.CopyToAsync(Stream.Null, 3);

        stream.Picture.ShouldBe((640, 480));
    }

    private static InspectingStream Inspect(byte[] bytes, string name, long max = long.MaxValue) => new(new MemoryStream(bytes), Rules(name, max));

    private static InspectionRules Rules(string name, long max) => new(Policy, name, Policy.TypeOf(name).Value, max, TooLarge);

    private static async Task<Refusal> RefusalOfAsync(InspectingStream stream, int block = 4096) =>
        (await Should.ThrowAsync<UploadRefusedException>(() => stream.CopyToAsync(Stream.Null, block))).Refusal;
}
