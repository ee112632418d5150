using System.Data.Common;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Chats;

/// <summary>How far people have read, as their open pages say it.</summary>
public sealed class ReadPositionsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Updates _updates = new();

    [Fact]
    public async Task What_many_have_read_is_written_in_one_statement_once_for_all_that_came_in_a_second()
    {
        await using var world = await BeginAsync();
        var (ann, chat, sent) = await RoomAsync(world);
        await world.FillAsync(chat, 100);
        var people = await world.ReadAsync(db => db.Members.Where(m => m.ChatId == chat && m.UserId != ann.Id).Select(m => m.UserId).ToListAsync());
        foreach (var message in sent)
            people.ForEach(person => world.ChatDirectory.MarkSeen(person, chat, message));
        _updates.Count.ShouldBe(0);

        await MoveOnUntilAsync(async () => (await PositionsAsync(world, chat, people)).All(position => position == sent[^1]));

        _updates.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_asks_next_has_what_their_pages_have_said()
    {
        await using var world = await BeginAsync();
        var ben = await world.PersonAsync("ben");
        var (_, chat, sent) = await RoomAsync(world, ben);

        world.ChatDirectory.MarkSeen(ben.Id, chat, sent[0]);
        (await world.ChatDirectory.ListChatsAsync(ben.Id)).Single(c => c.Id == chat).Unread.ShouldBe(2);
        world.ChatDirectory.MarkSeen(ben.Id, chat, sent[1]);
        (await world.Live.LookAtChatAsync(ben.Id, chat)).Value.Unread.ShouldBe(new Unread(1, sent[2]));
    }

    [Fact]
    public async Task A_position_that_is_put_together_goes_neither_backwards_nor_beyond_the_newest_message_nor_to_who_is_no_member()
    {
        await using var world = await BeginAsync();
        var (ben, eve) = (await world.PersonAsync("ben"), await world.PersonAsync("eve"));
        var (_, chat, sent) = await RoomAsync(world, ben);
        await world.ChatDirectory.MarkReadAsync(ben.Id, chat, sent[1]);

        world.ChatDirectory.MarkSeen(ben.Id, chat, sent[0]);
        world.ChatDirectory.MarkSeen(eve.Id, chat, sent[0]);
        await world.ChatDirectory.ListChatsAsync(ben.Id);
        (await PositionsAsync(world, chat, [ben.Id])).ShouldBe([sent[1]]);

        world.ChatDirectory.MarkSeen(ben.Id, chat, long.MaxValue);
        world.ChatDirectory.MarkSeen(ben.Id, chat, sent[0]);
        await world.ChatDirectory.ListChatsAsync(ben.Id);
        (await PositionsAsync(world, chat, [ben.Id])).ShouldBe([sent[2]]);
        (await PositionsAsync(world, chat, [eve.Id])).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_waits_when_the_process_ends_is_written()
    {
        await using var world = await BeginAsync();
        var (ann, chat, sent) = await RoomAsync(world);
        world.ChatDirectory.MarkSeen(ann.Id, chat, sent[0]);
        (await PositionsAsync(world, chat, [ann.Id])).ShouldBe([0]);

        await world.RestartAsync();

        (await PositionsAsync(world, chat, [ann.Id])).ShouldBe([sent[0]]);
    }

    [Fact]
    public async Task What_could_not_be_written_is_written_later_and_keeps_nobody_from_reading()
    {
        await using var world = await BeginAsync();
        var (ann, chat, sent) = await RoomAsync(world);
        _updates.Failures = 3;
        world.ChatDirectory.MarkSeen(ann.Id, chat, sent[0]);

        (await world.ChatDirectory.ListChatsAsync(ann.Id)).ShouldNotBeEmpty();
        await MoveOnUntilAsync(async () => await PositionsAsync(world, chat, [ann.Id]) is [var position] && position == sent[0]);

        _updates.Failures.ShouldBe(0);
    }

    private async Task<ChatWorld> BeginAsync()
    {
        var world = await ChatWorld.BeginAsync(change: services => services.AddSingleton<TimeProvider>(_time).AddSingleton<IInterceptor>(_updates));
        await world.StartAsync<ReadPositions>();
        return world;
    }

    /// <summary>A chat with three messages of its owner.</summary>
    private static async Task<(Person Ann, long Chat, long[] Sent)> RoomAsync(ChatWorld world, params Person[] others)
    {
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync([ann, .. others]);
        var sent = new long[3];
        for (var i = 0; i < sent.Length; i++)
            sent[i] = (await world.Chats.SendTextAsync(ann.Id, chat, $"{i}")).Value.Id;
        return (ann, chat, sent);
    }

    private static Task<List<long>> PositionsAsync(ChatWorld world, long chat, List<string> people) =>
        world.ReadAsync(db => db.Members.Where(m => m.ChatId == chat && people.Contains(m.UserId)).Select(m => m.ReadMessageId).ToListAsync());

    private Task MoveOnUntilAsync(Func<Task<bool>> condition) =>
        Eventually.HoldsAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(500));
                return condition();
            },
            "it is written"
        );

    /// <summary>Statements that write read positions of several at once; they fail as often as is wanted.</summary>
    private sealed class Updates : DbCommandInterceptor
    {
        public int Count { get; private set; }

        public int Failures { get; set; }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        )
        {
            if (command.CommandText.Contains("SET \"ReadMessageId\"", StringComparison.Ordinal))
            {
                Count++;
                if (Failures > 0)
                {
                    Failures--;
                    throw new TimeoutException("The disk is away.");
                }
            }

            return ValueTask.FromResult(result);
        }
    }
}
