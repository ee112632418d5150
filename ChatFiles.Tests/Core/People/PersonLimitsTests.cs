using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.People;

public sealed class PersonLimitsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task So_many_messages_a_minute_pass_and_the_next_says_when_to_come_back()
    {
        var limits = Limits(messages: 3);
        for (var i = 0; i < 3; i++)
        {
            (await limits.CountMessageAsync("ann")).ShouldBeNull();
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        var refusal = (await limits.CountMessageAsync("ann")).ShouldNotBeNull();

        refusal.Reason.ShouldBe(RefusalReason.TooManyRequests);
        refusal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
        (await limits.CountMessageAsync("ben")).ShouldBeNull("everybody has a share of their own");
        (await limits.CountSearchAsync("ann")).ShouldBeNull("searches have a share of their own");
        _time.Advance(TimeSpan.FromSeconds(30));
        (await limits.CountMessageAsync("ann")).ShouldBeNull();
        (await limits.CountMessageAsync("ann")).ShouldNotBeNull();
    }

    [Fact]
    public async Task After_a_long_silence_the_whole_share_is_there_and_not_more()
    {
        var limits = Limits(messages: 3);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 3; i++)
                (await limits.CountMessageAsync("ann")).ShouldBeNull();
            (await limits.CountMessageAsync("ann")).ShouldNotBeNull();
            _time.Advance(TimeSpan.FromHours(1));
        }
    }

    [Fact]
    public async Task A_place_that_is_given_back_twice_is_given_back_once()
    {
        var limits = Limits(circuits: 2);
        var first = (await limits.OpenCircuitAsync("ann")).ShouldNotBeNull();
        using var second = (await limits.OpenCircuitAsync("ann")).ShouldNotBeNull();
        (await limits.OpenCircuitAsync("ann")).ShouldBeNull();

        first.Dispose();
        first.Dispose();

        using var third = (await limits.OpenCircuitAsync("ann")).ShouldNotBeNull();
        (await limits.OpenCircuitAsync("ann")).ShouldBeNull();
        (await limits.OpenCircuitAsync("ben")).ShouldNotBeNull().Dispose();
    }

    [Fact]
    public async Task Nought_is_no_limit()
    {
        var limits = Limits(messages: 0, circuits: 0);
        for (var i = 0; i < 1000; i++)
        {
            (await limits.CountMessageAsync("ann")).ShouldBeNull();
            (await limits.OpenCircuitAsync("ann")).ShouldNotBeNull();
            (await limits.OpenConnectionAsync("ann")).ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task Whatever_changes_a_chat_counts_as_a_message_and_whatever_looks_for_a_text_as_a_search()
    {
        await using var world = await ChatWorld.BeginAsync(new() { ["RateLimits:MessagesPerMinute"] = "3", ["RateLimits:SearchesPerMinute"] = "4" });
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chats = world.Chats;
        var sent = (await chats.SendTextAsync(ann.Id, Chat.GeneralId, "one")).Value;
        var chat = (await world.ChatDirectory.CreateChatAsync(ann.Id, "two")).Value.Id;
        (await world.Members.AddMemberAsync(ann.Id, chat, ben.Email)).Refusal.ShouldBeNull();

        ShouldBeTooMany((await chats.SendTextAsync(ann.Id, Chat.GeneralId, "four")).Refusal);
        ShouldBeTooMany((await world.ChatDirectory.CreateChatAsync(ann.Id, "four")).Refusal);
        ShouldBeTooMany((await world.ChatDirectory.OpenDirectChatAsync(ann.Id, ben.Email)).Refusal);
        ShouldBeTooMany((await world.Members.AddMemberAsync(ann.Id, chat, ben.Email)).Refusal);
        ShouldBeTooMany((await world.Members.RemoveMemberAsync(ann.Id, chat, ben.Id)).Refusal);
        ShouldBeTooMany((await chats.DeleteMessageAsync(ann.Id, Chat.GeneralId, sent.Id)).Refusal);
        ShouldBeTooMany((await chats.DeleteFileAsync(ann.Id, Chat.GeneralId, Guid.NewGuid())).Refusal);
        (await chats.HistoryAsync(ann.Id, Chat.GeneralId)).Value.Messages.Select(m => m.Text).ShouldBe(["one"]);
        (await chats.SendTextAsync(ben.Id, Chat.GeneralId, "hello")).Refusal.ShouldBeNull();

        (await world.Finding.SearchAsync(ann.Id, "one")).Refusal.ShouldBeNull();
        (await world.Finding.ListFilesAsync(ann.Id, chat, new FileFilter("x"))).Refusal.ShouldBeNull();
        (await world.Members.ListMembersAsync(ann.Id, chat, "b")).Refusal.ShouldBeNull();
        (await world.Members.FindPeopleAsync(ann.Id, chat, "b")).Refusal.ShouldBeNull();
        ShouldBeTooMany((await world.Finding.SearchAsync(ann.Id, "one")).Refusal);
        ShouldBeTooMany((await world.Finding.ListFilesAsync(ann.Id, chat, new FileFilter("x"))).Refusal);
        ShouldBeTooMany((await world.Members.ListMembersAsync(ann.Id, chat, "b")).Refusal);
        ShouldBeTooMany((await world.Members.FindPeopleAsync(ann.Id, chat, "b")).Refusal);
        (await world.Finding.ListFilesAsync(ann.Id, chat, new FileFilter())).Refusal.ShouldBeNull();
        (await world.Members.ListMembersAsync(ann.Id, chat)).Refusal.ShouldBeNull();
    }

    private static void ShouldBeTooMany(Refusal? refusal) => refusal.ShouldNotBeNull().Reason.ShouldBe(RefusalReason.TooManyRequests);

    private PersonLimits Limits(int messages = 300, int circuits = 30) =>
        new(
            Options.Create(new RateLimitOptions { MessagesPerMinute = messages }),
            Options.Create(new LimitOptions { CircuitsPerPerson = circuits }),
            new MinuteCounters(_time),
            new OpenCounters()
        );
}
