using ChatFiles.Core.Chats;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Chats;

public sealed class HistoryTests
{
    [Fact]
    public async Task Pages_come_newest_first_and_oldest_first_within()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var (chat, other) = (await world.ChatAsync(ann), await world.ChatAsync(ann));
        for (var i = 1; i <= 7; i++)
        {
            await world.Chats.SendTextAsync(ann.Id, chat, $"{i}");
            await world.Chats.SendTextAsync(ann.Id, other, "elsewhere");
        }

        var first = await PageAsync(null);
        var second = await PageAsync(first.NextBefore);
        var last = await PageAsync(second.NextBefore);

        Texts(first).ShouldBe(["5", "6", "7"]);
        Texts(second).ShouldBe(["2", "3", "4"]);
        Texts(last).ShouldBe(["1"]);
        last.NextBefore.ShouldBeNull();

        async Task<MessagePage> PageAsync(long? before) => (await world.Chats.HistoryAsync(ann.Id, chat, before, 3)).Value;
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 3)]
    [InlineData(3, 3)]
    [InlineData(6, 3)]
    public async Task There_is_a_next_page_only_when_there_is_something_on_it(int messages, int limit)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        for (var i = 0; i < messages; i++)
            await world.Chats.SendTextAsync(ann.Id, chat, "x");

        var pages = 0;
        long? before = null;
        do
        {
            var page = (await world.Chats.HistoryAsync(ann.Id, chat, before, limit)).Value;
            pages++;
            (before, var count) = (page.NextBefore, page.Messages.Count);
            count.ShouldBe(Math.Min(limit, messages - ((pages - 1) * limit)));
        } while (before is not null);

        pages.ShouldBe(Math.Max(1, (messages + limit - 1) / limit));
    }

    [Fact]
    public async Task None_is_skipped_or_repeated_while_others_send_and_delete()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var sent = new List<long>();
        for (var i = 0; i < 40; i++)
            sent.Add((await world.Chats.SendTextAsync(ann.Id, chat, $"{i}")).Value.Id);

        var seen = new List<long>();
        long? before = null;
        do
        {
            var page = (await world.Chats.HistoryAsync(ben.Id, chat, before, 6)).Value;
            seen.InsertRange(0, page.Messages.Select(m => m.Id));
            before = page.NextBefore;
            for (var i = 0; i < 5; i++)
                await world.Chats.SendTextAsync(ben.Id, chat, "meanwhile");
            foreach (var id in sent.Where((_, place) => (place + seen.Count) % 7 == 0))
                await world.Chats.DeleteMessageAsync(ann.Id, chat, id);
        } while (before is not null);

        seen.ShouldBe(sent);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(200, true)]
    [InlineData(0, false)]
    [InlineData(201, false)]
    [InlineData(-1, false)]
    [InlineData(int.MaxValue, false)]
    public async Task A_page_has_one_to_two_hundred_messages(int limit, bool accepted)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");

        (await world.Chats.HistoryAsync(ann.Id, await world.ChatAsync(ann), null, limit)).Refusal?.Reason.ShouldBe(RefusalReason.InvalidQuery);
        (await world.Chats.HistoryAsync(ann.Id, Chat.GeneralId, null, limit)).Succeeded(out _, out _).ShouldBe(accepted);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(long.MinValue)]
    public async Task Before_the_beginning_there_is_nothing(long before)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "x");

        var page = (await world.Chats.HistoryAsync(ann.Id, Chat.GeneralId, before)).Value;

        (page.Messages.Count, page.NextBefore).ShouldBe((0, null));
    }

    private static IEnumerable<string> Texts(MessagePage page) => page.Messages.Select(m => m.Text);
}
