using System.Net.Http.Json;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web.Accounts;

public sealed class SignInTimeTests
{
    [Fact]
    public async Task A_sign_in_hashes_one_password_for_whomever()
    {
        var hasher = new CountingHasher();
        await using var server = await TestServer.StartAsync(services => services.AddSingleton<IPasswordHasher<Person>>(hasher));
        var ann = await server.UserAsync("ann");
        var ben = await server.UserAsync("ben");
        for (var i = 0; i < 5; i++)
            (await CountAsync(ben.Email, "wrong")).ShouldBe(1);

        (await CountAsync("nobody@example.org", "wrong")).ShouldBe(1, "an unknown address");
        (await CountAsync(ben.Email, "wrong")).ShouldBe(1, "a locked account");
        (await CountAsync(ben.Email, ben.Password)).ShouldBe(1, "a locked account and its password");
        (await CountAsync(ann.Email, "wrong")).ShouldBe(1, "a wrong password");

        async Task<int> CountAsync(string email, string password)
        {
            var before = hasher.Count;
            await server.Stranger.PostAsJsonAsync("account/login", new { email, password }).ShouldBeProblemAsync(401, "invalid-credentials");
            return hasher.Count - before;
        }
    }

    private sealed class CountingHasher : PasswordHasher<Person>
    {
        private int _count;

        public int Count => _count;

        public override PasswordVerificationResult VerifyHashedPassword(Person user, string hashedPassword, string providedPassword)
        {
            Interlocked.Increment(ref _count);
            return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
