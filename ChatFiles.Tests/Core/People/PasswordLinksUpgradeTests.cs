using ChatFiles.Core.Data;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.People;

[Trait("Database", "Sqlite")]
public sealed class PasswordLinksUpgradeTests
{
    [Fact]
    public async Task A_link_from_before_there_were_kinds_still_sets_the_password_and_one_by_mail_finds_room_beside_it()
    {
        var folder = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;
        var file = new DatabaseFile(Path.Combine(folder, "chatfiles.db"));
        var (token, expiresAt) = (Secrets.New(), TimeProvider.System.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds());
        await using (var db = SqliteContext.On($"{file.ConnectionString};Pooling=False"))
        {
            await db.Database.OpenConnectionAsync();
            SqliteFullText.HelpMigrations((SqliteConnection)db.Database.GetDbConnection());
            await db.GetService<IMigrator>().MigrateAsync("20261129230323_MissingFiles");
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO AspNetUsers(Id, Email, DisplayName, FoldedName, NameKey, Active, EmailConfirmed, PhoneNumberConfirmed, TwoFactorEnabled, LockoutEnabled, AccessFailedCount)
                VALUES ('ann', 'ann@example.org', 'Ann', 'ann', 'ANN', 1, 0, 0, 0, 0, 0);
                INSERT INTO PasswordLinks(UserId, TokenHash, ExpiresAt) VALUES ('ann', {Secrets.HashOf(token)}, {expiresAt});
                """
            );
        }

        await using var world = await ChatWorld.BeginOnAsync(folder);
        var links = world.Services.GetRequiredService<PasswordLinks>();

        (await links.MakeForgottenAsync("ann")).ShouldNotBeNull();
        (await links.FindAsync(token)).Value.Email.ShouldBe("ann@example.org");
        (await links.UseAsync(token, "a hash")).Refusal.ShouldBeNull();
        (await links.FindAsync(token)).Refusal!.Reason.ShouldBe(RefusalReason.InvalidCredentials);
    }
}
