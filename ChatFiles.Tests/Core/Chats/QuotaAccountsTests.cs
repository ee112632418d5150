using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Core.Chats;

public sealed class QuotaAccountsTests
{
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0];

    [Fact]
    public async Task A_persons_quota_counts_to_the_byte_over_all_chats_and_is_given_back()
    {
        await using var world = await ChatWorld.BeginAsync(new() { ["Quotas:BytesPerUser"] = "100" });
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var (chat, other) = (await world.ChatAsync(ann, ben), await world.ChatAsync(ann, ben));

        var first = (await SendAsync(world, ann, chat, 60)).Value;
        (await SendAsync(world, ann, other, 41)).Refusal!.Reason.ShouldBe(RefusalReason.QuotaExceeded);
        var second = (await SendAsync(world, ann, other, 40)).Value;
        (await SendAsync(world, ann, chat, 1)).Refusal!.Reason.ShouldBe(RefusalReason.QuotaExceeded);
        (await SendAsync(world, ben, chat, 100)).Refusal.ShouldBeNull();
        world.BlobCount.ShouldBe(3);

        await world.Chats.DeleteFileAsync(ann.Id, chat, first.Attachments[0].Id);
        await world.Chats.DeleteFileAsync(ann.Id, chat, first.Attachments[0].Id); // twice gives back once
        (await SendAsync(world, ann, chat, 61)).Refusal!.Reason.ShouldBe(RefusalReason.QuotaExceeded);
        (await SendAsync(world, ann, chat, 60)).Refusal.ShouldBeNull();
        await world.Chats.DeleteMessageAsync(ann.Id, other, second.Id);
        (await SendAsync(world, ann, other, 40)).Refusal.ShouldBeNull();
        (await StateOfAsync(world, ann.Id)).ShouldBe(100);
    }

    [Fact]
    public async Task A_chats_quota_counts_everybodys_files()
    {
        await using var world = await ChatWorld.BeginAsync(new() { ["Quotas:BytesPerChat"] = "100" });
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var (chat, other) = (await world.ChatAsync(ann, ben), await world.ChatAsync(ann, ben));

        var first = (await SendAsync(world, ann, chat, 70)).Value;
        (await SendAsync(world, ben, chat, 31)).Refusal!.Reason.ShouldBe(RefusalReason.QuotaExceeded);
        (await SendAsync(world, ben, chat, 30)).Refusal.ShouldBeNull();
        (await SendAsync(world, ben, other, 100)).Refusal.ShouldBeNull();

        await world.Chats.DeleteMessageAsync(ann.Id, chat, first.Id);
        (await SendAsync(world, ben, chat, 70)).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task What_the_owner_deletes_is_given_back_to_its_author()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        await SendAsync(world, ann, chat, 5);
        var sent = (await SendAsync(world, ben, chat, 50)).Value;

        await world.Chats.DeleteMessageAsync(ann.Id, chat, sent.Id);

        (await StateOfAsync(world, ann.Id)).ShouldBe(5);
        (await StateOfAsync(world, ben.Id)).ShouldBe(0);
    }

    [Fact]
    public async Task Several_files_of_one_message_count_together()
    {
        await using var world = await ChatWorld.BeginAsync(new() { ["Quotas:BytesPerUser"] = "100" });
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        (await world.SendAsync(ann, chat, null, File(60), File(41))).Refusal!.Reason.ShouldBe(RefusalReason.QuotaExceeded);
        world.BlobCount.ShouldBe(0);
        (await world.SendAsync(ann, chat, null, File(60), File(40))).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task Thumbnails_count_and_are_given_back()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        var sent = (await world.SendAsync(ann, chat, null, File(10), Parts.Thumbnail(Jpeg))).Value;
        (await StateOfAsync(world, ann.Id)).ShouldBe(14);

        await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[0].Id);
        (await StateOfAsync(world, ann.Id)).ShouldBe(0);
        (await world.ReadAsync(db => db.Chats.Where(c => c.Id == chat).Select(c => c.StorageBytes).SingleAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task A_text_needs_no_quota_and_a_repeat_neither()
    {
        await using var world = await ChatWorld.BeginAsync(new() { ["Quotas:BytesPerUser"] = "10" });
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, "key", File(10))).Value;

        (await world.SendAsync(ann, chat, "key", File(10))).Value.Id.ShouldBe(sent.Id);
        (await world.Chats.SendTextAsync(ann.Id, chat, "still here")).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task Nought_is_no_quota()
    {
        await using var world = await ChatWorld.BeginAsync(new() { ["Quotas:BytesPerUser"] = "0", ["Quotas:BytesPerChat"] = "0" });
        var ann = await world.PersonAsync("ann");

        (await SendAsync(world, ann, await world.ChatAsync(ann), 100_000)).Refusal.ShouldBeNull();
    }

    private static UploadPart File(int size) => Parts.File("x.txt", new string('x', size));

    private static Task<Result<MessageView>> SendAsync(ChatWorld world, ChatFiles.Core.Model.Person author, long chat, int size) =>
        world.SendAsync(author, chat, null, File(size));

    private static Task<long> StateOfAsync(ChatWorld world, string userId) =>
        world.ReadAsync(db => db.PersonStates.Where(s => s.UserId == userId).Select(s => s.StorageBytes).SingleAsync());
}
