using System.Net.Http.Json;
using System.Security.Claims;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using ChatFiles.Web.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Accounts;

/// <summary>Many requests for one account at the same moment.</summary>
public sealed class AtOnceTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Many_wrong_passwords_at_once_stop_nobody_from_writing()
    {
        var (ann, victim) = (await server.UserAsync("ann"), await server.UserAsync("victim"));
        var chat = await ann.ChatAsync();

        (await SignInAsync(victim, Enumerable.Repeat("wrong", 24))).ShouldAllBe(status => status == 401);

        await ann.SendTextAsync(chat, "still heard");
        await server.UserAsync("newcomer");
    }

    [Fact]
    public async Task Wrong_passwords_at_once_all_count()
    {
        var (four, five) = (await server.UserAsync("four"), await server.UserAsync("five"));

        await SignInAsync(four, Enumerable.Repeat("wrong", 4));
        await SignInAsync(five, Enumerable.Repeat("wrong", 5));

        (await AccountAsync(four)).AccessFailedCount.ShouldBe(4);
        (await SignInAsync(four, [four.Password])).ShouldBe([200]);
        (await SignInAsync(five, [five.Password])).ShouldBe([401]);
    }

    [Fact]
    public async Task After_a_wrong_password_many_right_ones_at_once_all_sign_in()
    {
        var ben = await server.UserAsync("ben");
        await SignInAsync(ben, ["wrong"]);

        (await SignInAsync(ben, Enumerable.Repeat(ben.Password, 6))).ShouldAllBe(status => status == 200);
        (await AccountAsync(ben)).AccessFailedCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_name_saved_many_times_at_once_is_saved_each_time()
    {
        var cleo = await server.UserAsync("cleo");
        var cleoId = await cleo.IdAsync();

        var refusals = await AtOnce.RunAsync(
            8,
            async _ => (await server.Services.GetRequiredService<Profiles>().RenameAsync(cleoId, "Cleopatra")).Refusal
        );

        refusals.ShouldAllBe(refusal => refusal == null);
        (await AccountAsync(cleo)).DisplayName.ShouldBe("Cleopatra");
    }

    private async Task<int[]> SignInAsync(ApiUser user, IEnumerable<string> passwords) =>
        await Task.WhenAll(
            passwords.Select(async password =>
            {
                using var answer = await server.Stranger.PostAsJsonAsync("account/login", new { email = user.Email, password });
                return (int)answer.StatusCode;
            })
        );

    private async Task<Person> AccountAsync(ApiUser user)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<UserManager<Person>>().FindByEmailAsync(user.Email))!;
    }
}
