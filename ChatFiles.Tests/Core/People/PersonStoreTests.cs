using System.Security.Claims;
using ChatFiles.Core.Chats;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.People;

public sealed class PersonStoreTests
{
    [Fact]
    public async Task One_address_registered_many_times_at_once_gives_one_account()
    {
        await using var world = await ChatWorld.BeginAsync();

        var outcomes = await AtOnce.RunAsync(12, _ => CreateAsync(world, "ann@example.org"));

        outcomes.Count(outcome => outcome.Succeeded).ShouldBe(1);
        outcomes.Where(outcome => !outcome.Succeeded).ShouldAllBe(outcome => outcome.Errors.Single().Code == "DuplicateEmail");
        (await world.ReadAsync(db => db.Users.CountAsync())).ShouldBe(1);
        (await world.ReadAsync(db => db.PersonStates.CountAsync())).ShouldBe(1);
        (await world.EventsAsync(Chat.GeneralId)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_new_person_is_a_member_of_General_and_the_room_is_told()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "before Ben came");

        var ben = await world.PersonAsync("ben");

        var general = (await world.Chats.ListChatsAsync(ben.Id)).ShouldHaveSingleItem();
        (general.Id, general.Name, general.Direct, general.Unread, general.LastSeq, general.Members).ShouldBe((Chat.GeneralId, "General", false, 0, 3, 2));
        (await world.Chats.GetChatAsync(ben.Id, Chat.GeneralId)).Value.Members.ShouldAllBe(member => member.Role == MemberRole.Member);
        var joined = (await world.EventsAsync(Chat.GeneralId))[^1];
        (joined.Type, joined.Seq, joined.UserId, joined.UserName).ShouldBe((ChatEventType.MemberJoined, 3, ben.Id, "ben"));
    }

    [Fact]
    public async Task The_first_account_is_the_operators_and_no_other_also_when_many_register_at_once()
    {
        await using var world = await ChatWorld.BeginAsync();

        await AtOnce.RunAsync(8, i => CreateAsync(world, $"p{i}@example.org"));

        var claim = (await world.ReadAsync(db => db.UserClaims.ToListAsync())).ShouldHaveSingleItem();
        (claim.ClaimType, claim.ClaimValue).ShouldBe((ClaimTypes.Role, Person.OperatorRole));
        (await world.EventsAsync(Chat.GeneralId)).Select(e => e.Seq).ShouldBe(Enumerable.Range(1, 8).Select(i => (long)i));
    }

    private static async Task<IdentityResult> CreateAsync(ChatWorld world, string address)
    {
        using var scope = world.Services.CreateScope();
        var store = ActivatorUtilities.CreateInstance<PersonStore>(scope.ServiceProvider, new IdentityErrorDescriber());
        return await store.CreateAsync(
            new Person
            {
                UserName = address,
                NormalizedUserName = address.ToUpperInvariant(),
                Email = address,
                NormalizedEmail = address.ToUpperInvariant(),
                DisplayName = address,
            }
        );
    }
}
