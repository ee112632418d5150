using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.Chats;

public sealed class MemberListTests
{
    [Fact]
    public async Task Members_come_by_name_without_case_and_accents_page_by_page()
    {
        await using var world = await ChatWorld.BeginAsync();
        var people = new List<Person>();
        foreach (var name in new[] { "Zoe", "ärne", "Bea", "arno", "Émile" })
            people.Add(await world.PersonAsync(name));
        var chat = await world.ChatAsync([.. people]);

        (await AllAsync(world, people[0], chat, limit: 2)).ShouldBe(["ärne", "arno", "Bea", "Émile", "Zoe"]);
        (await AllAsync(world, people[0], chat, limit: 200)).ShouldBe(["ärne", "arno", "Bea", "Émile", "Zoe"]);
        (await AllAsync(world, people[0], chat, limit: 1, "AR")).ShouldBe(["ärne", "arno"]);
        (await AllAsync(world, people[0], chat, limit: 1, "nobody")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_page_goes_on_behind_somebody_who_has_left_meanwhile()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben, cleo) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"), await world.PersonAsync("cleo"));
        var chat = await world.ChatAsync(ann, ben, cleo);
        var first = (await world.Members.ListMembersAsync(ann.Id, chat, limit: 2)).Value;
        first.NextAfter.ShouldBe(ben.Id);

        await world.Members.RemoveMemberAsync(ann.Id, chat, ben.Id);

        var next = (await world.Members.ListMembersAsync(ann.Id, chat, after: ben.Id, limit: 2)).Value;
        next.Members.Select(m => m.Name).ShouldBe(["cleo"]);
        next.NextAfter.ShouldBeNull();
        (await world.Members.ListMembersAsync(ann.Id, chat, after: "nobody")).Refusal!.Reason.ShouldBe(RefusalReason.InvalidQuery);
        (await world.Members.ListMembersAsync(ben.Id, chat)).Refusal.ShouldBe(Refusal.ChatNotFound);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2000)]
    public async Task Addresses_are_for_owners_and_operators_in_their_chats(int others)
    {
        await using var world = await ChatWorld.BeginAsync();
        var (owner, member, operatorHere) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"), await world.PersonAsync("cleo"));
        var chat = await world.ChatAsync(owner, member, operatorHere);
        await world.FillAsync(chat, others);
        await world.Services.GetRequiredService<Operators>().AppointAsync(operatorHere.Id, "by the test");

        (await AddressesAsync(owner)).ShouldBe([owner.Email, member.Email, operatorHere.Email]);
        (await AddressesAsync(operatorHere)).ShouldBe([owner.Email, member.Email, operatorHere.Email]);
        (await AddressesAsync(member)).ShouldBe([null, null, null]);
        (await world.Members.GetMemberAsync(owner.Id, chat, member.Id)).Value.Email.ShouldBe(member.Email);
        (await world.Members.GetMemberAsync(member.Id, chat, owner.Id)).Value.Email.ShouldBeNull();

        async Task<List<string?>> AddressesAsync(Person person) =>
            [.. (await world.Members.ListMembersAsync(person.Id, chat, limit: 3)).Value.Members.Select(m => m.Email)];
    }

    [Fact]
    public async Task A_chat_of_thousands_shows_me_its_owner_and_then_others_by_name_200_at_the_most()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (owner, zoe) = (await world.PersonAsync("yan"), await world.PersonAsync("zoe"));
        var chat = await world.ChatAsync(owner, zoe);
        await world.FillAsync(chat, 3000);

        var view = (await world.ChatDirectory.GetChatAsync(zoe.Id, chat)).Value;

        view.MemberCount.ShouldBe(3002);
        view.Members.Count.ShouldBe(200);
        view.Members.Take(4).Select(m => (m.Name, m.Role)).ShouldBe(
            [("zoe", MemberRole.Member), ("yan", MemberRole.Owner), ("Person 00000", MemberRole.Member), ("Person 00001", MemberRole.Member)]
        );
        var all = await AllAsync(world, zoe, chat, limit: 200);
        all.Count.ShouldBe(3002);
        all.ShouldBe(all.Order(StringComparer.OrdinalIgnoreCase));
        (await AllAsync(world, zoe, chat, limit: 50, "person 0299")).Count.ShouldBe(10);
    }

    [Fact]
    public async Task The_count_of_members_is_right_whatever_happens_to_them()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben, cleo) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"), await world.PersonAsync("cleo"));
        var chat = await world.ChatAsync(ann, ben);
        await world.Members.AddMemberAsync(ann.Id, chat, ben.Email);
        var direct = (await world.ChatDirectory.OpenDirectChatAsync(ann.Id, cleo.Email)).Value.Chat.Id;
        await world.Members.RemoveMemberAsync(cleo.Id, direct, cleo.Id);
        await ShouldBeCountedAsync((Chat.GeneralId, 3), (chat, 2), (direct, 1));

        await world.ChatDirectory.OpenDirectChatAsync(ann.Id, cleo.Email);
        await world.Members.RemoveMemberAsync(ann.Id, chat, ann.Id);
        await ShouldBeCountedAsync((Chat.GeneralId, 3), (chat, 1), (direct, 2));

        async Task ShouldBeCountedAsync(params (long, int)[] expected)
        {
            (await world.ReadAsync(db => db.Chats.OrderBy(c => c.Id).Select(c => new { c.Id, c.MemberCount }).ToListAsync()))
                .Select(c => (c.Id, c.MemberCount))
                .ShouldBe(expected);
            (await world.ReadAsync(db => db.Chats.OrderBy(c => c.Id).Select(c => c.Members.Count).ToListAsync())).ShouldBe(expected.Select(e => e.Item2));
        }
    }

    private static async Task<List<string>> AllAsync(ChatWorld world, Person caller, long chat, int limit, string? text = null)
    {
        var names = new List<string>();
        string? after = null;
        do
        {
            var page = (await world.Members.ListMembersAsync(caller.Id, chat, text, after, limit)).Value;
            page.Members.Count.ShouldBeLessThanOrEqualTo(limit);
            names.AddRange(page.Members.Select(m => m.Name));
            after = page.NextAfter;
        } while (after is not null);
        return names;
    }
}
