using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Core.Chats;

public sealed class ChatListTests
{
    [Fact]
    public async Task My_chats_are_General_then_chats_then_direct_ones_by_name()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben, amy) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"), await world.PersonAsync("amy"));
        await world.ChatDirectory.OpenDirectChatAsync(ann.Id, ben.Email);
        await world.ChatDirectory.OpenDirectChatAsync(amy.Id, ann.Email);
        await world.ChatDirectory.CreateChatAsync(ann.Id, "zebra");
        await world.ChatDirectory.CreateChatAsync(ann.Id, "  Ape ");
        await world.ChatDirectory.CreateChatAsync(ben.Id, "not mine");

        var chats = await world.ChatDirectory.ListChatsAsync(ann.Id);

        chats.Select(c => (c.Name, c.Direct, c.Members)).ShouldBe(
            [("General", false, 3), ("Ape", false, 1), ("zebra", false, 1), ("amy", true, 2), ("ben", true, 2)]
        );
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t ")]
    public async Task A_chat_needs_a_name_of_at_most_80_characters(string? name)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");

        (await world.ChatDirectory.CreateChatAsync(ann.Id, name)).Refusal!.Reason.ShouldBe(RefusalReason.InvalidName);
        (await world.ChatDirectory.CreateChatAsync(ann.Id, new string('x', 81))).Refusal!.Reason.ShouldBe(RefusalReason.InvalidName);
        var view = (await world.ChatDirectory.CreateChatAsync(ann.Id, $" {new string('x', 80)} ")).Value;
        view.Name.Length.ShouldBe(80);
        view.Members.ShouldBe([new MemberView(ann.Id, "ann", MemberRole.Owner, Active: true)]);
        view.LastSeq.ShouldBe(0);
    }

    [Fact]
    public async Task Two_people_have_one_direct_chat_whoever_opens_it_and_however_often_at_once()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));

        var opened = await AtOnce.RunAsync(
            10,
            i => i % 2 == 0 ? world.ChatDirectory.OpenDirectChatAsync(ann.Id, ben.Email) : world.ChatDirectory.OpenDirectChatAsync(ben.Id, " ANN@example.org ")
        );

        opened.Select(o => o.Value.Chat.Id).Distinct().ShouldHaveSingleItem();
        opened.Count(o => o.Value.Created).ShouldBe(1);
        opened[0].Value.Chat.Name.ShouldBe("ben");
        opened[1].Value.Chat.Name.ShouldBe("ann");
        opened[0].Value.Chat.Direct.ShouldBeTrue();
    }

    [Fact]
    public async Task A_direct_chat_needs_somebody_else_and_takes_nobody_more()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben, cleo) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"), await world.PersonAsync("cleo"));

        foreach (var address in new[] { ann.Email, "nobody@example.org", "", null })
            (await world.ChatDirectory.OpenDirectChatAsync(ann.Id, address)).Refusal!.Reason.ShouldBe(RefusalReason.UserNotFound, address);
        var chat = (await world.ChatDirectory.OpenDirectChatAsync(ann.Id, ben.Email)).Value.Chat.Id;
        foreach (var caller in new[] { ann, ben })
            (await world.Members.AddMemberAsync(caller.Id, chat, cleo.Email)).Refusal!.Reason.ShouldBe(RefusalReason.NotAllowed);
    }

    [Fact]
    public async Task A_direct_chat_that_one_has_left_brings_them_back_when_it_is_opened()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = (await world.ChatDirectory.OpenDirectChatAsync(ann.Id, ben.Email)).Value.Chat.Id;
        await world.Chats.SendTextAsync(ann.Id, chat, "before");
        (await world.Members.RemoveMemberAsync(ann.Id, chat, ann.Id)).Refusal.ShouldBeNull();
        (await world.ChatDirectory.GetChatAsync(ann.Id, chat)).Refusal.ShouldBe(Refusal.ChatNotFound);
        (await world.ChatDirectory.ListChatsAsync(ben.Id)).ShouldContain(c => c.Id == chat && c.Name == "ann");

        var back = (await world.ChatDirectory.OpenDirectChatAsync(ben.Id, ann.Email)).Value;

        (back.Created, back.Chat.Id).ShouldBe((false, chat));
        (await world.Chats.HistoryAsync(ann.Id, chat)).Value.Messages.ShouldHaveSingleItem();
        (await world.EventsAsync(chat)).Select(e => e.Type).ShouldBe(
            [ChatEventType.MessageCreated, ChatEventType.MemberLeft, ChatEventType.MemberChanged, ChatEventType.MemberJoined]
        );
    }

    [Fact]
    public async Task Unread_counts_others_messages_after_my_read_position_that_are_not_deleted()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var first = await SendAsync(ann);
        var second = await SendAsync(ann);
        await SendAsync(ben);
        var last = await SendAsync(ann);

        (await UnreadAsync(ben)).ShouldBe(3);
        (await UnreadAsync(ann)).ShouldBe(1);
        await world.ChatDirectory.MarkReadAsync(ben.Id, chat, first);
        (await UnreadAsync(ben)).ShouldBe(2);
        await world.Chats.DeleteMessageAsync(ann.Id, chat, second);
        (await UnreadAsync(ben)).ShouldBe(1);
        await world.ChatDirectory.MarkReadAsync(ben.Id, chat, last);
        (await UnreadAsync(ben)).ShouldBe(0);

        async Task<long> SendAsync(Person author) => (await world.Chats.SendTextAsync(author.Id, chat, "x")).Value.Id;

        async Task<int> UnreadAsync(Person person) => (await world.ChatDirectory.ListChatsAsync(person.Id)).Single(c => c.Id == chat).Unread;
    }

    [Fact]
    public async Task A_read_position_never_goes_backwards_nor_beyond_the_newest_message()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var (chat, other) = (await world.ChatAsync(ann, ben), await world.ChatAsync(ann, ben));
        var ids = new List<long>();
        for (var i = 0; i < 5; i++)
            ids.Add((await world.Chats.SendTextAsync(ann.Id, chat, "x")).Value.Id);
        await world.Chats.SendTextAsync(ann.Id, other, "a larger id elsewhere");

        // Each looks at the position before any has written, and the newest writes first.
        Task[] marks;
        using (await world.Writer.EnterAsync(CancellationToken.None))
            marks = [.. ids.Take(4).Reverse().Select(MarkAsync)];
        await Task.WhenAll(marks);
        (await PositionAsync()).ShouldBe(ids[3]);

        await MarkAsync(ids[1]);
        await MarkAsync(-1);
        (await PositionAsync()).ShouldBe(ids[3]);

        await MarkAsync(long.MaxValue);
        (await PositionAsync()).ShouldBe(ids[4]);
        await world.Chats.SendTextAsync(ann.Id, chat, "news");
        (await world.ChatDirectory.ListChatsAsync(ben.Id)).Single(c => c.Id == chat).Unread.ShouldBe(1);

        async Task MarkAsync(long id) => (await world.ChatDirectory.MarkReadAsync(ben.Id, chat, id)).Refusal.ShouldBeNull();

        Task<long> PositionAsync() =>
            world.ReadAsync(db => db.Members.Where(m => m.ChatId == chat && m.UserId == ben.Id).Select(m => m.ReadMessageId).SingleAsync());
    }

    [Fact]
    public async Task The_last_chat_is_come_back_to_while_one_is_a_member()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        (await world.ChatDirectory.LastChatAsync(ben.Id)).ShouldBe(Chat.GeneralId);

        await world.ChatDirectory.RememberChatAsync(ben.Id, chat);
        (await world.ChatDirectory.LastChatAsync(ben.Id)).ShouldBe(chat);

        await world.Members.RemoveMemberAsync(ann.Id, chat, ben.Id);
        (await world.ChatDirectory.LastChatAsync(ben.Id)).ShouldBe(Chat.GeneralId);
    }
}
