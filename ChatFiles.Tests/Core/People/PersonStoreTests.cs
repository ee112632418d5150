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

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => RegisterAsync(world, "ann@example.org"))));

        results.Count(result => result.Succeeded).ShouldBe(1);
        (await world.ReadAsync(db => db.Users.CountAsync())).ShouldBe(1);
        (await world.EventsAsync(Chat.GeneralId)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_new_account_is_a_member_of_General_which_hears_of_it()
    {
        await using var world = await ChatWorld.BeginAsync();

        var ann = await world.PersonAsync("ann");

        (await world.ReadAsync(db => db.Members.SingleAsync(m => m.UserId == ann.Id))).ChatId.ShouldBe(Chat.GeneralId);
        var joined = (await world.EventsAsync(Chat.GeneralId)).ShouldHaveSingleItem();
        (joined.Type, joined.Seq, joined.UserId, joined.UserName).ShouldBe((ChatEventType.MemberJoined, 1, ann.Id, "ann"));
    }

    [Fact]
    public async Task Only_the_first_account_is_the_operators_however_many_come_at_once()
    {
        await using var world = await ChatWorld.BeginAsync();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => RegisterAsync(world, $"p{i}@example.org"))));

        var claim = (await world.ReadAsync(db => db.UserClaims.AsNoTracking().ToListAsync())).ShouldHaveSingleItem();
        (claim.ClaimType, claim.ClaimValue).ShouldBe((ClaimTypes.Role, Person.OperatorRole));
        var first = await world.ReadAsync(db => db.Events.Where(e => e.ChatId == Chat.GeneralId && e.Seq == 1).Select(e => e.UserId).SingleAsync());
        claim.UserId.ShouldBe(first);
    }

    private static async Task<IdentityResult> RegisterAsync(ChatWorld world, string address)
    {
        using var scope = world.Services.CreateScope();
        var store = ActivatorUtilities.CreateInstance<PersonStore>(scope.ServiceProvider, new IdentityErrorDescriber());
        var upper = address.ToUpperInvariant();
        return await store.CreateAsync(
            new Person
            {
                UserName = address,
                NormalizedUserName = upper,
                Email = address,
                NormalizedEmail = upper,
                DisplayName = "x",
            }
        );
    }
}
