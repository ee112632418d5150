using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Core.Live;

public sealed class EventLogTests
{
    [Fact]
    public async Task Seqs_run_from_1_without_gaps_in_every_chat_while_many_write_delete_and_are_refused()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        long[] chats = [await world.ChatAsync(ann, ben), await world.ChatAsync(ann, ben), await world.ChatAsync(ann, ben)];

        await AtOnce.RunAsync(12, WriteAsync);

        foreach (var chat in chats)
        {
            var events = await world.EventsAsync(chat);
            events.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, events.Count).Select(i => (long)i));
            events.Select(e => e.Id).ShouldBe(events.Select(e => e.Id).Order());
            (await world.ChatDirectory.GetChatAsync(ann.Id, chat)).Value.LastSeq.ShouldBe(events.Count);
            // Every message knows the seq it was created with.
            var created = events.Where(e => e.Type == ChatEventType.MessageCreated).Select(e => (e.MessageId, e.Seq)).ToList();
            (await world.ReadAsync(db => db.Messages.Where(m => m.ChatId == chat).OrderBy(m => m.Seq).ToListAsync()))
                .Select(m => ((long?)m.Id, m.Seq))
                .ShouldBe(created);
        }

        (await world.ReadAsync(db => db.Events.CountAsync(e => e.Type == ChatEventType.MessageCreated))).ShouldBe(12 * 9);

        async Task WriteAsync(int writer)
        {
            var author = writer % 2 == 0 ? ann : ben;
            for (var i = 0; i < 9; i++)
            {
                var chat = chats[(writer + i) % chats.Length];
                var sent = i % 3 == 0 ? await world.SendFileAsync(author, chat) : (await world.Chats.SendTextAsync(author.Id, chat, "x", $"{writer}-{i}")).Value;
                await world.Chats.SendTextAsync(author.Id, chat, "again", sent.ClientId ?? "no key");
                await world.Chats.SendTextAsync(author.Id, chat, "");
                if (i % 2 == 0)
                    await world.Chats.DeleteMessageAsync(author.Id, chat, sent.Id);
            }
        }
    }

    [Fact]
    public async Task A_change_that_fails_leaves_no_hole_in_the_seqs()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.Chats.SendTextAsync(ann.Id, chat, "1");
        await Broken.InsertsAsync(world, "Messages", when: """NEW."Text" = 'broken'""");

        Task<Result<MessageView>>[] sends;
        using (await world.Writer.EnterAsync(CancellationToken.None))
            sends = [.. new[] { "2", "broken", "3", "broken", "4" }.Select(text => world.Chats.SendTextAsync(ann.Id, chat, text))];
        foreach (var send in sends)
            await Task.WhenAny(send);

        sends.Select(send => send.IsFaulted).ShouldBe([false, true, false, true, false]);
        (await world.EventsAsync(chat)).Select(e => e.Seq).ShouldBe([1, 2, 3, 4]);
        (await world.Chats.HistoryAsync(ann.Id, chat)).Value.Messages.Select(m => (m.Text, m.Seq)).ShouldBe([("1", 1), ("2", 2), ("3", 3), ("4", 4)]);
    }
}
