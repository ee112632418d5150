using ChatFiles.Core.Files;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Chats;

public sealed class SendingToAFailingStoreTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_the_store_fails_at_is_not_kept_and_can_be_sent_again(int failingWrite)
    {
        await using var world = await ChatWorld.BeginAsync(change: FlakyStore.Register);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var writes = 0;
        ((FlakyStore)world.Store).BeforeWrite = _ =>
        {
            if (++writes == failingWrite)
                throw new StoreUnavailableException("The store is down.");
        };

        await Should.ThrowAsync<StoreUnavailableException>(world.SendAsync(ann, chat, "k", Parts.File("a.txt", "x"), Parts.File("b.txt", "y")));

        world.BlobCount.ShouldBe(0);
        (await world.EventsAsync(chat)).ShouldBeEmpty();
        (await world.SendAsync(ann, chat, "k", Parts.File("a.txt", "x"), Parts.File("b.txt", "y"))).Value.Attachments.Count.ShouldBe(2);
    }
}
