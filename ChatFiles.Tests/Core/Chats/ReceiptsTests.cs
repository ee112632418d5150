using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.Chats;

/// <summary>How many have a message, for who watches it.</summary>
public sealed class ReceiptsTests
{
    private readonly Statements _statements = new();

    [Fact]
    public async Task In_a_chat_of_many_only_those_who_have_read_a_message_are_read_and_once()
    {
        await using var world = await ChatWorld.BeginAsync(change: _statements.Count);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.FillAsync(chat, 200);
        _statements.Reset();
        var people = await world.ReadAsync(db => db.Members.Where(m => m.ChatId == chat && m.UserId != ann.Id).Select(m => m.UserId).Take(3).ToListAsync());
        var receipts = world.Services.GetRequiredService<Receipts>();
        var first = (await world.Chats.SendTextAsync(ann.Id, chat, "first")).Value;
        using var watching = receipts.Watch(first, () => { });
        await ReadByAsync(world, people, first);
        (await receipts.CountAsync(first)).ShouldBe(3);
        _statements.LongestIn("Members").ShouldBeLessThan(10);

        var second = (await world.Chats.SendTextAsync(ann.Id, chat, "second")).Value;
        using var next = receipts.Watch(second, () => { });
        _statements.Reset();
        await ReadByAsync(world, people[..2], second);

        (await receipts.CountAsync(second)).ShouldBe(2);
        (await receipts.CountAsync(first)).ShouldBe(3);
        _statements.CountOf("\"JoinedSeq\"").ShouldBe(0);
    }

    [Fact]
    public async Task Who_was_far_behind_counts_as_soon_as_they_have_read_and_an_older_message_is_watched_too()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben, cyd) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"), await world.PersonAsync("cyd"));
        var chat = await world.ChatAsync(ann, ben, cyd);
        var receipts = world.Services.GetRequiredService<Receipts>();
        var (old, newest) = ((await world.Chats.SendTextAsync(ann.Id, chat, "old")).Value, (await world.Chats.SendTextAsync(ann.Id, chat, "new")).Value);
        await ReadByAsync(world, [cyd.Id], old);
        using var watching = receipts.Watch(newest, () => { });
        (await receipts.CountAsync(newest)).ShouldBe(0);
        using var second = receipts.Watch(old, () => { });
        (await receipts.CountAsync(old)).ShouldBe(1);

        await ReadByAsync(world, [ben.Id], newest);

        (await receipts.CountAsync(newest)).ShouldBe(1);
        (await receipts.CountAsync(old)).ShouldBe(2);
    }

    [Fact]
    public async Task A_page_that_claims_to_have_read_what_is_not_written_yet_has_not_read_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var receipts = world.Services.GetRequiredService<Receipts>();
        var first = (await world.Chats.SendTextAsync(ann.Id, chat, "first")).Value;
        using var watching = receipts.Watch(first, () => { });
        await ReadByAsync(world, [ben.Id], first);
        (await receipts.CountAsync(first)).ShouldBe(1);

        world.ChatDirectory.MarkSeen(ben.Id, chat, long.MaxValue);
        await world.ChatDirectory.ListChatsAsync(ben.Id);
        var second = (await world.Chats.SendTextAsync(ann.Id, chat, "second")).Value;

        (await receipts.CountAsync(second)).ShouldBe(0);
    }

    private static async Task ReadByAsync(ChatWorld world, List<string> people, MessageView message)
    {
        foreach (var person in people)
            (await world.ChatDirectory.MarkReadAsync(person, message.ChatId, message.Id)).Refusal.ShouldBeNull();
    }
}
