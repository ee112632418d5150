using ChatFiles.Core.Data;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ChatFiles.Tests.Core.People;

[Trait("Database", "Sqlite")]
public sealed class NamesUpgradeTests
{
    [Fact]
    public async Task Names_of_before_there_were_rules_are_cleaned_and_of_two_alike_the_older_keeps_it()
    {
        var folder = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;
        var file = new DatabaseFile(Path.Combine(folder, "chatfiles.db"));
        await using (var db = SqliteContext.On($"{file.ConnectionString};Pooling=False"))
        {
            await db.GetService<IMigrator>().MigrateAsync("20261123120306_Initial");
            await db.Database.ExecuteSqlRawAsync(
                """
                INSERT INTO AspNetUsers(Id, DisplayName, EmailConfirmed, PhoneNumberConfirmed, TwoFactorEnabled, LockoutEnabled, AccessFailedCount) VALUES
                    ('z', 'Ann', 0, 0, 0, 0, 0), ('y', 'ánn', 0, 0, 0, 0, 0), ('x', 'ann@example.org', 0, 0, 0, 0, 0),
                    ('w', 'Ben', 0, 0, 0, 0, 0), ('v', '@', 0, 0, 0, 0, 0), ('u', 'Ann 2', 0, 0, 0, 0, 0);
                """
            );
        }

        await using var world = await ChatWorld.BeginOnAsync(folder);

        var people = await world.ReadAsync(db => db.Users.OrderByDescending(p => p.Id).ToListAsync());
        people.Select(p => p.DisplayName).ShouldBe(["Ann", "ánn 2", "ann 3", "Ben", "Person", "Ann 2 2"]);
        people.Select(p => p.NameKey).ShouldBe(["ANN", "ANN2", "ANN3", "BEN", "PERSON", "ANN22"]);
        people.Select(p => p.FoldedName).ShouldBe(["ann", "ann 2", "ann 3", "ben", "person", "ann 2 2"]);
    }
}
