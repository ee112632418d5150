using System.Security.Cryptography;
using System.Text;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Files;
using Microsoft.Extensions.Options;

namespace ChatFiles.Tests.Core.Files;

public sealed class InspectingStreamTests
{
    [Fact]
    public async Task What_passes_is_counted_hashed_and_unchanged()
    {
        var bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        "%PDF-"u8.CopyTo(bytes);
        await using var stream = Inspect("a.pdf", bytes, maxBytes: bytes.Length);
        using var copy = new MemoryStream();

        await stream.CopyToAsync(copy, 4_096);

        copy.ToArray().ShouldBe(bytes);
        stream.BytesRead.ShouldBe(bytes.Length);
        stream.Sha256().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Theory]
    [InlineData("a.txt", "", RefusalReason.EmptyFile)]
    [InlineData("a.txt", "12345678901", RefusalReason.FileTooLarge)]
    [InlineData("a.txt", "a\0b", RefusalReason.FileTypeNotAllowed)]
    [InlineData("a.txt", "a\u0001b", RefusalReason.FileTypeNotAllowed)]
    [InlineData("a.txt", "a\u007Fb", RefusalReason.FileTypeNotAllowed)]
    [InlineData("a.csv", "%PDF-1.7", RefusalReason.FileTypeNotAllowed)]
    [InlineData("a.pdf", "%PD", RefusalReason.FileTypeNotAllowed)]
    [InlineData("a.txt", "\ta\r\n\u001B[0m", null)]
    [InlineData("a.txt", "1234567890", null)]
    [InlineData("a.pdf", "%PDF-\0\u0001", null)]
    public async Task What_can_not_be_sent_ends_the_reading(string name, string content, RefusalReason? reason)
    {
        await using var stream = Inspect(name, Encoding.UTF8.GetBytes(content), maxBytes: 10);

        var read = stream.CopyToAsync(Stream.Null, 3);

        if (reason is null)
            await read;
        else
            (await Should.ThrowAsync<UploadRefusedException>(read)).Refusal.Reason.ShouldBe(reason.Value);
    }

    [Fact]
    public async Task Control_characters_deep_in_a_text_are_found()
    {
        var bytes = Enumerable.Repeat((byte)'x', 1_000_000).ToArray();
        bytes[^1] = 0;
        await using var stream = Inspect("a.txt", bytes, maxBytes: bytes.Length);

        await Should.ThrowAsync<UploadRefusedException>(() => stream.CopyToAsync(Stream.Null));
    }

    private static InspectingStream Inspect(string name, byte[] bytes, long maxBytes)
    {
        var policy = new UploadPolicy(Options.Create(new UploadOptions()));
        var rules = new InspectionRules(policy, name, policy.TypeOf(name).Value, maxBytes, policy.TooLarge(name));
        return new InspectingStream(new MemoryStream(bytes), rules);
    }
}
