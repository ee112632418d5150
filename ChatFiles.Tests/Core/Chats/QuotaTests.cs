using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Core.Chats;

public sealed class QuotaTests
{
    private static readonly string TenBytes = new('x', 10);

    [Theory]
    [InlineData("Quotas:BytesPerUser")]
    [InlineData("Quotas:BytesPerChat")]
    public async Task A_quota_is_kept_to_the_byte_and_given_back_by_deleting(string quota)
    {
        await using var world = await ChatWorld.BeginAsync(new() { [quota] = "25" });
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var first = await world.SendFileAsync(ann, chat, content: TenBytes);
        await world.SendFileAsync(ann, chat, content: TenBytes);

        (await world.SendAsync(ann, chat, null, Parts.File("a.txt", "sixsix"))).Refusal!.Reason.ShouldBe(RefusalReason.QuotaExceeded);
        (await world.SendAsync(ann, chat, null, Parts.File("a.txt", "five!"))).Refusal.ShouldBeNull();
        (await world.Chats.DeleteFileAsync(ann.Id, chat, first.Attachments[0].Id)).Refusal.ShouldBeNull();
        (await world.SendAsync(ann, chat, null, Parts.File("a.txt", TenBytes))).Refusal.ShouldBeNull();
    }

    [Theory]
    [InlineData("Quotas:BytesPerUser")]
    [InlineData("Quotas:BytesPerChat")]
    public async Task Twelve_uploads_at_once_do_not_pass_a_quota(string quota)
    {
        await using var world = await ChatWorld.BeginAsync(new() { [quota] = "35", ["Limits:UploadsUnderWayPerPerson"] = "0" });
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        var sent = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(_ => Task.Run(() => world.SendAsync(ann, chat, null, Parts.File("a.txt", TenBytes))))
        );

        sent.Count(s => s.Refusal is null).ShouldBe(3);
        sent.Select(s => s.Refusal).OfType<Refusal>().ShouldAllBe(refusal => refusal.Reason == RefusalReason.QuotaExceeded);
        world.BlobCount.ShouldBe(3);
        (await world.ReadAsync(db => db.Chats.Where(c => c.Id == chat).Select(c => c.StorageBytes).SingleAsync())).ShouldBe(30);
    }

    [Fact]
    public async Task What_says_it_is_too_long_is_not_even_read()
    {
        await using var world = await ChatWorld.BeginAsync(new() { ["Quotas:BytesPerUser"] = "25", ["Uploads:MaxRequestBytes"] = "1000000" });
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var isRead = false;
        async IAsyncEnumerable<UploadPart> Parts()
        {
            isRead = true;
            await Task.CompletedTask;
            yield break;
        }

        (await world.Chats.SendFilesAsync(ann.Id, chat, null, 1_000_001, Parts())).Refusal!.Reason.ShouldBe(RefusalReason.FileTooLarge);
        (await world.Chats.SendFilesAsync(ann.Id, chat, null, 900_000, Parts())).Refusal!.Reason.ShouldBe(RefusalReason.QuotaExceeded);
        isRead.ShouldBeFalse();
    }
}
