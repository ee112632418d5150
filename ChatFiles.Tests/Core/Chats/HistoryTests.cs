using ChatFiles.Core.Model;
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

    [Fact]
    public async Task What_follows_on_a_message_comes_in_pages_up_to_the_end()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, chat, ids) = await SevenAsync(world);

        var first = (await world.Chats.HistoryAfterAsync(ann.Id, chat, ids[0], 3)).Value;
        var last = (await world.Chats.HistoryAfterAsync(ann.Id, chat, first.NextAfter!.Value, 3)).Value;
        var beyond = (await world.Chats.HistoryAfterAsync(ann.Id, chat, ids[^1], 3)).Value;

        first.Messages.Select(m => m.Id).ShouldBe(ids[1..4]);
        first.NextAfter.ShouldBe(ids[3]);
        last.Messages.Select(m => m.Id).ShouldBe(ids[4..]);
        last.NextAfter.ShouldBeNull();
        (beyond.Messages.Count, beyond.NextAfter).ShouldBe((0, null));
    }

    [Theory]
    [InlineData(0, 4, 0, 2)]
    [InlineData(1, 4, 0, 3)]
    [InlineData(3, 4, 1, 5)]
    [InlineData(3, 3, 2, 5)]
    [InlineData(5, 4, 3, 7)]
    [InlineData(6, 4, 4, 7)]
    [InlineData(3, 200, 0, 7)]
    public async Task Around_a_message_are_its_neighbours(int place, int limit, int from, int to)
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, chat, ids) = await SevenAsync(world);

        var window = (await world.Chats.HistoryAroundAsync(ann.Id, chat, ids[place], limit)).Value;

        window.Messages.Select(m => m.Id).ShouldBe(ids[from..to]);
        window.NextBefore.ShouldBe(from == 0 ? null : ids[from]);
        window.NextAfter.ShouldBe(to == 7 ? null : ids[to - 1]);
    }

    [Fact]
    public async Task Around_a_message_of_another_chat_or_for_a_stranger_is_nothing()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, chat, ids) = await SevenAsync(world);
        var eve = await world.PersonAsync("eve");
        var other = await world.ChatAsync(eve);

        (await world.Chats.HistoryAroundAsync(eve.Id, other, ids[3])).Refusal!.Reason.ShouldBe(RefusalReason.MessageNotFound);
        (await world.Chats.HistoryAroundAsync(eve.Id, chat, ids[3])).Refusal!.Reason.ShouldBe(RefusalReason.ChatNotFound);
        (await world.Chats.HistoryAfterAsync(eve.Id, chat, ids[3])).Refusal!.Reason.ShouldBe(RefusalReason.ChatNotFound);
        (await world.Chats.HistoryAroundAsync(ann.Id, chat, ids[3], 1)).Refusal!.Reason.ShouldBe(RefusalReason.InvalidQuery);
        (await world.Chats.HistoryAfterAsync(ann.Id, chat, ids[3], 201)).Refusal!.Reason.ShouldBe(RefusalReason.InvalidQuery);
    }

    [Fact]
    public async Task Who_opens_a_chat_learns_where_their_unread_messages_begin()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        (await UnreadAsync()).ShouldBe(new Unread(0, null));
        var read = await SayAsync(ann);
        await world.ChatDirectory.MarkReadAsync(ben.Id, chat, read);
        await SayAsync(ben);
        var deleted = await SayAsync(ann);
        await world.Chats.DeleteMessageAsync(ann.Id, chat, deleted);

        var first = await SayAsync(ann);
        await SayAsync(ben);
        await SayAsync(ann);

        (await UnreadAsync()).ShouldBe(new Unread(2, first));

        async Task<long> SayAsync(Person person) => (await world.Chats.SendTextAsync(person.Id, chat, "x")).Value.Id;
        async Task<Unread> UnreadAsync() => (await world.Live.LookAtChatAsync(ben.Id, chat)).Value.Unread;
    }

    [Fact]
    public async Task A_chat_opens_at_a_message_or_at_its_end_where_it_has_no_such_message()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, chat, ids) = await SevenAsync(world);
        var elsewhere = (await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "x")).Value.Id;

        (await WindowAsync(ids[2])).Messages.Select(m => m.Id).ShouldBe(ids[1..3]);
        (await WindowAsync(elsewhere)).Messages.Select(m => m.Id).ShouldBe(ids[5..]);
        (await WindowAsync(null)).NextAfter.ShouldBeNull();

        async Task<MessageWindow> WindowAsync(long? around) => (await world.Live.LookAtChatAsync(ann.Id, chat, around, 2)).Value.Window;
    }

    /// <summary>Seven messages, with those of another chat between them.</summary>
    private static async Task<(Person Ann, long Chat, long[] Ids)> SevenAsync(ChatWorld world)
    {
        var ann = await world.PersonAsync("ann");
        var (chat, other) = (await world.ChatAsync(ann), await world.ChatAsync(ann));
        var ids = new long[7];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = (await world.Chats.SendTextAsync(ann.Id, chat, $"{i}")).Value.Id;
            await world.Chats.SendTextAsync(ann.Id, other, "elsewhere");
        }

        return (ann, chat, ids);
    }

    private static IEnumerable<string> Texts(MessagePage page) => page.Messages.Select(m => m.Text);
}
