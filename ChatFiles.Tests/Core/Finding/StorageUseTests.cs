using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Finding;

public sealed class StorageUseTests
{
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0];

    [Fact]
    public async Task What_people_and_chats_use_is_what_lies_on_the_disk()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<JobRunner>();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var (chat, other) = (await world.ChatAsync(ann, ben), await world.ChatAsync(ann, ben));
        var first = (await world.SendAsync(ann, chat, null, Parts.File("a.txt", new string('a', 700)), Parts.Thumbnail(Jpeg), Parts.File("b.txt", "bb"))).Value;
        var second = (await world.SendAsync(ben, chat, null, Parts.File("c.txt", new string('c', 50)))).Value;
        await world.SendFileAsync(ann, other, "d.txt", new string('d', 9));
        await world.SendAsync(ann, other, null, Parts.File("refused.exe", "x"));
        await ShouldBeAsync(ann: 715, ben: 50, chat: 756, other: 9);

        await world.Chats.DeleteFileAsync(ann.Id, chat, first.Attachments[0].Id);
        await ShouldBeAsync(ann: 11, ben: 50, chat: 52, other: 9);

        await world.Chats.DeleteMessageAsync(ann.Id, chat, second.Id);
        await ShouldBeAsync(ann: 11, ben: 0, chat: 2, other: 9);

        async Task ShouldBeAsync(long ann, long ben, long chat, long other)
        {
            (await OfPersonAsync("ann"), await OfPersonAsync("ben")).ShouldBe((ann, ben));
            (await OfChatAsync(first.ChatId), await OfChatAsync(first.ChatId + 1)).ShouldBe((chat, other));
            (ann + ben).ShouldBe(chat + other);
            await Eventually.HoldsAsync(() => BytesOnDisk(world) == ann + ben, "the disk holds just that");
        }

        async Task<long> OfPersonAsync(string name) => (await world.Finding.StorageOfPersonAsync(name == "ann" ? ann.Id : ben.Id)).Bytes;

        async Task<long> OfChatAsync(long id) => (await world.Finding.StorageOfChatAsync(ann.Id, id)).Value.Bytes;
    }

    [Theory]
    [InlineData("0", null)]
    [InlineData("1000", 1000L)]
    public async Task A_quota_is_told_where_there_is_one(string setting, long? quota)
    {
        await using var world = await ChatWorld.BeginAsync(new() { ["Quotas:BytesPerUser"] = setting, ["Quotas:BytesPerChat"] = setting });
        var ann = await world.PersonAsync("ann");
        await world.SendFileAsync(ann, Chat.GeneralId, "a.txt", "12345");

        (await world.Finding.StorageOfPersonAsync(ann.Id)).ShouldBe(new StorageUse(5, quota));
        (await world.Finding.StorageOfChatAsync(ann.Id, Chat.GeneralId)).Value.ShouldBe(new StorageUse(5, quota));
    }

    private static long BytesOnDisk(ChatWorld world) =>
        new DirectoryInfo(Path.Combine(world.Folder, "files")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
