using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Chats;

public sealed class MembershipTests
{
    [Fact]
    public async Task The_owner_adds_people_by_address_and_adding_again_changes_nothing()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben, cleo) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"), await world.PersonAsync("cleo"));
        var chat = await world.ChatAsync(ann);
        await world.Chats.SendTextAsync(ann.Id, chat, "before");

        (await world.Members.AddMemberAsync(ann.Id, chat, " Ben@Example.org ")).Refusal.ShouldBeNull();
        (await world.Members.AddMemberAsync(ann.Id, chat, ben.Email)).Refusal.ShouldBeNull();

        (await world.EventsAsync(chat)).Count(e => e.Type == ChatEventType.MemberJoined && e.UserId == ben.Id).ShouldBe(1);
        (await world.ChatDirectory.GetChatAsync(ben.Id, chat)).Value.Members.Select(m => (m.Name, m.Role)).ShouldBe(
            [("ben", MemberRole.Member), ("ann", MemberRole.Owner)]
        );
        (await world.ChatDirectory.ListChatsAsync(ben.Id)).Single(c => c.Id == chat).Unread.ShouldBe(0);
        (await world.Chats.HistoryAsync(ben.Id, chat)).Value.Messages.ShouldHaveSingleItem();
        (await world.Members.AddMemberAsync(ben.Id, chat, cleo.Email)).Refusal!.Reason.ShouldBe(RefusalReason.NotAllowed);
        (await world.Members.AddMemberAsync(ann.Id, chat, "nobody@example.org")).Refusal.ShouldBe(Refusal.UserNotFound);
        (await world.Members.AddMemberAsync(ann.Id, chat, null)).Refusal.ShouldBe(Refusal.UserNotFound);
    }

    [Fact]
    public async Task People_are_added_by_their_name_however_it_is_written()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann);

        (await world.Members.AddMemberByNameAsync(ann.Id, chat, " Bén ")).Value.UserId.ShouldBe(ben.Id);
        (await world.Members.AddMemberByNameAsync(ann.Id, chat, "benny")).Refusal.ShouldBe(Refusal.UserNotFound);
        (await world.Members.AddMemberByNameAsync(ann.Id, chat, " ")).Refusal.ShouldBe(Refusal.UserNotFound);
        (await world.Members.AddMemberByNameAsync(ann.Id, chat, null)).Refusal.ShouldBe(Refusal.UserNotFound);
        (await world.ChatDirectory.GetChatAsync(ann.Id, chat)).Value.Members.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_contains_an_at_sign_is_an_address_and_never_a_name()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, eve) = (await world.PersonAsync("ann"), await world.PersonAsync("eve"));
        // As it may have come into a database before there were rules for names.
        await world.ReadAsync(async db =>
        {
            (await db.Users.FindAsync(eve.Id))!.DisplayName = "ben@example.org";
            return await db.SaveChangesAsync();
        });
        var chat = await world.ChatAsync(ann);

        foreach (var address in new[] { "ben@example.org", "ben\uFF20example.org", "ben\uFE6Bexample.org", "ben@example.org\0", "\uD800@" })
        {
            (await world.Members.AddMemberByNameAsync(ann.Id, chat, address)).Refusal.ShouldBe(Refusal.UserNotFound);
            (await world.ChatDirectory.OpenDirectChatByNameAsync(ann.Id, address)).Refusal.ShouldBe(Refusal.UserNotFound);
            (await world.Members.AddMemberAsync(ann.Id, chat, address)).Refusal.ShouldBe(Refusal.UserNotFound);
            (await world.ChatDirectory.OpenDirectChatAsync(ann.Id, address)).Refusal.ShouldBe(Refusal.UserNotFound);
        }
    }

    [Fact]
    public async Task People_are_found_by_any_part_of_name_or_address_taken_literally()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await world.PersonAsync("100%_sure");
        await world.PersonAsync("100 sure");
        var chat = await world.ChatAsync(ann);

        (await FindAsync("SURE")).ShouldBe(["100 sure", "100%_sure"]);
        (await FindAsync("0%")).ShouldBe(["100%_sure"]);
        (await FindAsync("_s")).ShouldBe(["100%_sure"]);
        (await FindAsync("\\")).ShouldBeEmpty();
        (await FindAsync("example.org")).ShouldBe(["100 sure", "100%_sure"], "not oneself");
        (await FindAsync(" ")).ShouldBeEmpty();

        async Task<IEnumerable<string>> FindAsync(string text) => (await world.Members.FindPeopleAsync(ann.Id, chat, text)).Value.Select(p => p.Name);
    }

    [Fact]
    public async Task People_are_found_without_case_and_accents_in_the_order_of_their_names()
    {
        await using var world = await ChatWorld.BeginAsync();
        var me = await world.PersonAsync("me");
        foreach (var name in new[] { "Zoe", "arno", "Bea", "Ärne", "ΣΊΣΥΦΟΣ", "jörg" })
            await world.PersonAsync(name);

        (await FindAsync("@EXAMPLE")).ShouldBe(["Ärne", "arno", "Bea", "jörg", "Zoe", "ΣΊΣΥΦΟΣ"]);
        (await FindAsync("AR")).ShouldBe(["Ärne", "arno"]);
        (await FindAsync("JÖRG@")).ShouldBe(["jörg"]);
        (await FindAsync("JORG@")).ShouldBeEmpty("an address keeps its accents");
        (await FindAsync("σισυφος")).ShouldBe(["ΣΊΣΥΦΟΣ"]);

        async Task<IEnumerable<string>> FindAsync(string text) => (await world.Members.FindPeopleAsync(me.Id, null, text)).Value.Select(p => p.Name);
    }

    [Fact]
    public async Task Who_is_a_member_already_is_found_last_and_marked()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, bea) = (await world.PersonAsync("ann"), await world.PersonAsync("bea"));
        await world.PersonAsync("cleo");
        var chat = await world.ChatAsync(ann, bea);

        var found = (await world.Members.FindPeopleAsync(ann.Id, chat, "example.org")).Value;
        found.Select(p => (p.Name, p.IsMember)).ShouldBe([("cleo", false), ("bea", true)]);
        var anywhere = (await world.Members.FindPeopleAsync(ann.Id, chatId: null, "example.org")).Value;
        anywhere.Select(p => (p.Name, p.IsMember)).ShouldBe([("bea", false), ("cleo", false)]);
        (await world.Members.AddMemberByNameAsync(ann.Id, chat, "bea")).Value.IsMember.ShouldBeTrue();
        (await world.Members.AddMemberByNameAsync(ann.Id, chat, "cleo@example.org")).Value.ShouldSatisfyAllConditions(
            added => added.Name.ShouldBe("cleo"),
            added => added.IsMember.ShouldBeFalse()
        );
    }

    [Fact]
    public async Task A_direct_chat_is_opened_by_a_name_that_only_one_has()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));

        var opened = (await world.ChatDirectory.OpenDirectChatByNameAsync(ann.Id, " ben ")).Value;
        opened.Chat.Members.Select(m => m.UserId).ShouldBe([ann.Id, ben.Id], ignoreOrder: true);
        (await world.ChatDirectory.OpenDirectChatByNameAsync(ann.Id, "ben@example.org")).Value.Chat.Id.ShouldBe(opened.Chat.Id);
        (await world.ChatDirectory.OpenDirectChatByNameAsync(ann.Id, "nobody")).Refusal.ShouldBe(Refusal.UserNotFound);
    }

    [Fact]
    public async Task The_owner_removes_anyone_and_a_member_only_themself()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben, cleo) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"), await world.PersonAsync("cleo"));
        var chat = await world.ChatAsync(ann, ben, cleo);

        (await world.Members.RemoveMemberAsync(ben.Id, chat, cleo.Id)).Refusal!.Reason.ShouldBe(RefusalReason.NotAllowed);
        (await world.Members.RemoveMemberAsync(ben.Id, chat, ann.Id)).Refusal!.Reason.ShouldBe(RefusalReason.NotAllowed);
        (await world.Members.RemoveMemberAsync(ann.Id, chat, "nobody")).Refusal!.Reason.ShouldBe(RefusalReason.UserNotFound);
        (await world.Members.RemoveMemberAsync(ann.Id, chat, cleo.Id)).Refusal.ShouldBeNull();
        (await world.Members.RemoveMemberAsync(ann.Id, chat, cleo.Id)).Refusal!.Reason.ShouldBe(RefusalReason.UserNotFound);
        (await world.Members.RemoveMemberAsync(ben.Id, chat, ben.Id)).Refusal.ShouldBeNull();

        (await world.EventsAsync(chat)).Where(e => e.Type == ChatEventType.MemberLeft).Select(e => (e.UserId, e.UserName)).ShouldBe(
            [(cleo.Id, "cleo"), (ben.Id, "ben")]
        );
    }

    [Fact]
    public async Task When_the_owner_leaves_the_longest_standing_member_owns_the_chat()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben, cleo) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"), await world.PersonAsync("cleo"));
        var chat = await world.ChatAsync(ann, ben, cleo);
        // Ben leaves and comes back: now Cleo is there longest.
        await world.Members.RemoveMemberAsync(ann.Id, chat, ben.Id);
        await world.Members.AddMemberAsync(ann.Id, chat, ben.Email);

        (await world.Members.RemoveMemberAsync(ann.Id, chat, ann.Id)).Refusal.ShouldBeNull();

        (await world.ChatDirectory.GetChatAsync(cleo.Id, chat)).Value.Members.Select(m => (m.Name, m.Role)).ShouldBe(
            [("cleo", MemberRole.Owner), ("ben", MemberRole.Member)]
        );
        (await world.Members.AddMemberAsync(cleo.Id, chat, ann.Email)).Refusal.ShouldBeNull();
        (await world.ChatDirectory.GetChatAsync(ann.Id, chat)).Value.Members.Single(m => m.UserId == ann.Id).Role.ShouldBe(MemberRole.Member);
        (await world.Members.RemoveMemberAsync(cleo.Id, chat, cleo.Id)).Refusal.ShouldBeNull();
        (await world.Members.RemoveMemberAsync(ben.Id, chat, ann.Id)).Refusal.ShouldBeNull();
        (await world.Members.RemoveMemberAsync(ben.Id, chat, ben.Id)).Refusal.ShouldBeNull(); // the last one may go too
        (await world.ChatDirectory.GetChatAsync(ben.Id, chat)).Refusal.ShouldBe(Refusal.ChatNotFound);
    }

    [Fact]
    public async Task Nobody_leaves_General_nor_is_removed_from_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));

        (await world.Members.RemoveMemberAsync(ann.Id, Chat.GeneralId, ann.Id)).Refusal!.Reason.ShouldBe(RefusalReason.NotAllowed);
        (await world.Members.RemoveMemberAsync(ann.Id, Chat.GeneralId, ben.Id)).Refusal!.Reason.ShouldBe(RefusalReason.NotAllowed);
        (await world.ChatDirectory.GetChatAsync(ann.Id, Chat.GeneralId)).Value.Members.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("never a member")]
    [InlineData("not a member any more")]
    [InlineData("no such chat")]
    public async Task For_who_is_not_a_member_there_is_no_such_chat_whatever_they_ask(string why)
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, eve) = (await world.PersonAsync("ann"), await world.PersonAsync("eve"));
        var chat = await world.ChatAsync(ann);
        if (why == "not a member any more")
        {
            await world.Members.AddMemberAsync(ann.Id, chat, eve.Email);
            await world.Members.RemoveMemberAsync(ann.Id, chat, eve.Id);
        }

        var sent = await world.SendFileAsync(ann, chat);
        var file = sent.Attachments[0].Id;
        var asked = why == "no such chat" ? 999 : chat;
        var events = (await world.EventsAsync(chat)).Count;
        var chats = world.Chats;

        Refusal?[] answers =
        [
            (await world.ChatDirectory.GetChatAsync(eve.Id, asked)).Refusal,
            (await world.ChatDirectory.CheckMemberAsync(eve.Id, asked)).Refusal,
            (await world.Live.OpenChatAsync(eve.Id, asked)).Refusal,
            (await world.Live.SubscribeAsync(eve.Id, asked, null)).Refusal,
            (await world.Live.SubscribeAsync(eve.Id, asked, -7)).Refusal,
            (await chats.HistoryAsync(eve.Id, asked)).Refusal,
            (await chats.HistoryAsync(eve.Id, asked, limit: 0)).Refusal,
            (await chats.SendTextAsync(eve.Id, asked, "hello")).Refusal,
            (await chats.SendTextAsync(eve.Id, asked, "", "bad key")).Refusal,
            (await world.SendAsync(eve, asked, null, Parts.File("x.txt", "x"))).Refusal,
            (await world.SendAsync(eve, asked, "bad key", Parts.File("x.exe", ""))).Refusal,
            (await chats.OpenFileAsync(eve.Id, asked, file)).Refusal,
            (await chats.OpenFileAsync(eve.Id, asked, Guid.Empty)).Refusal,
            (await chats.OpenThumbnailAsync(eve.Id, asked, file)).Refusal,
            (await chats.PutBackAsync(eve.Id, asked, file, AsyncEnumerable.Empty<UploadPart>())).Refusal,
            (await chats.DeleteFileAsync(eve.Id, asked, file)).Refusal,
            (await chats.DeleteMessageAsync(eve.Id, asked, sent.Id)).Refusal,
            (await chats.DeleteMessageAsync(eve.Id, asked, 999)).Refusal,
            (await world.ChatDirectory.MarkReadAsync(eve.Id, asked, sent.Id)).Refusal,
            (await world.Members.AddMemberAsync(eve.Id, asked, eve.Email)).Refusal,
            (await world.Members.AddMemberByNameAsync(eve.Id, asked, "eve")).Refusal,
            (await world.Members.RemoveMemberAsync(eve.Id, asked, ann.Id)).Refusal,
            (await world.Members.RemoveMemberAsync(eve.Id, asked, eve.Id)).Refusal,
        ];

        answers.ShouldAllBe(answer => answer == Refusal.ChatNotFound);
        (await world.Members.FindPeopleAsync(eve.Id, asked, "ann")).Value.ShouldBeEmpty();
        (await world.EventsAsync(chat)).Count.ShouldBe(events);
        world.BlobCount.ShouldBe(1);
    }
}
