using System.Security.Claims;
using ChatFiles.Core.Model;
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

        var general = (await world.ChatDirectory.ListChatsAsync(ben.Id)).ShouldHaveSingleItem();
        (general.Id, general.Name, general.Direct, general.Unread, general.LastSeq, general.Members).ShouldBe((Chat.GeneralId, "General", false, 0, 3, 2));
        (await world.ChatDirectory.GetChatAsync(ben.Id, Chat.GeneralId)).Value.Members.ShouldAllBe(member => member.Role == MemberRole.Member);
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

    [Fact]
    public async Task Changes_of_an_account_at_once_all_hold_and_of_one_field_the_last()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");

        await ChangeAsync(world, ann, async person =>
        {
            (await ChangeAsync(world, ann, other => Set(() => (other.AccessFailedCount, other.DisplayName) = (3, "Anna")))).Succeeded.ShouldBeTrue();
            person.PhoneNumber = "1";
        });
        await ChangeAsync(world, ann, async person =>
        {
            await ChangeAsync(world, ann, other => Set(() => other.PhoneNumber = "2"));
            person.PhoneNumber = "3";
        });

        var now = await world.ReadAsync(db => db.Users.SingleAsync());
        (now.AccessFailedCount, now.DisplayName, now.PhoneNumber).ShouldBe((3, "Anna", "3"));
    }

    [Fact]
    public async Task What_was_decided_by_the_old_password_does_not_outlive_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");

        var rehashed = await ChangeAsync(world, ann, async person =>
        {
            await ChangeAsync(world, ann, other => Set(() => (other.PasswordHash, other.SecurityStamp) = ("new", "new")));
            person.PasswordHash = "the old one, hashed anew";
        });
        rehashed.Errors.Single().Code.ShouldBe("ConcurrencyFailure");
        (await world.ReadAsync(db => db.Users.Select(p => p.PasswordHash).SingleAsync())).ShouldBe("new");

        var changed = await ChangeAsync(world, ann, async person =>
        {
            await ChangeAsync(world, ann, other => Set(() => (other.PasswordHash, other.SecurityStamp) = ("newer", "newer")));
            (person.PasswordHash, person.SecurityStamp) = ("newest", "newest");
        });
        changed.Succeeded.ShouldBeTrue();
        (await world.ReadAsync(db => db.Users.Select(p => p.PasswordHash).SingleAsync())).ShouldBe("newest");
    }

    private static Task Set(Action set)
    {
        set();
        return Task.CompletedTask;
    }

    /// <summary>As a request does it: reads the account, changes it, saves it.</summary>
    private static async Task<IdentityResult> ChangeAsync(ChatWorld world, Person person, Func<Person, Task> change)
    {
        using var scope = world.Services.CreateScope();
        var store = ActivatorUtilities.CreateInstance<PersonStore>(scope.ServiceProvider, new IdentityErrorDescriber());
        var account = (await store.FindByIdAsync(person.Id))!;
        await change(account);
        return await store.UpdateAsync(account);
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
                PasswordHash = "of one who registers",
            }
        );
    }
}
