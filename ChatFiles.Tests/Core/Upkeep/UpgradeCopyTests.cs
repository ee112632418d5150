using ChatFiles.Core.Data;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ChatFiles.Tests.Core.Upkeep;

[Trait("Database", "Sqlite")]
public sealed class UpgradeCopyTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;

    private string Copy => Path.Combine(_data, "before-upgrade");

    [Fact]
    public async Task Before_an_upgrade_changes_the_database_a_copy_is_kept_which_restore_takes_back()
    {
        var (first, last) = await BeAnEarlierVersionAsync();
        await UpgradeAsync();
        (await AppliedAsync(_data)).ShouldContain(last);
        (await AppliedAsync(Copy)).ShouldBe([first]);
        Directory.GetFileSystemEntries(_data).ShouldAllBe(path => DataDirectory.IsOurs(Path.GetFileName(path)));

        await Backup.RestoreAsync(Copy, _data, default);

        (await AppliedAsync(_data)).ShouldBe([first]);
        Directory.Exists(Copy).ShouldBeFalse("or another try of the same upgrade would keep an old copy");
        File.Exists(Path.Combine(_data, UpgradeCopy.UpgradedName)).ShouldBeTrue();
        await UpgradeAsync();
        (await AppliedAsync(Copy)).ShouldBe([first], "it can be upgraded again");
    }

    [Fact]
    public async Task An_upgrade_that_was_cut_off_and_goes_on_keeps_the_copy_of_its_beginning()
    {
        var (first, _) = await BeAnEarlierVersionAsync();
        await using (var db = Open(_data))
        {
            await KeepAsync(db);
            await db.Database.ExecuteSqlRawAsync("INSERT INTO __EFMigrationsHistory SELECT {0}, ProductVersion FROM __EFMigrationsHistory", db.Database.GetMigrations().ElementAt(1));
            await KeepAsync(db);
        }

        (await AppliedAsync(Copy)).ShouldBe([first]);
    }

    [Fact]
    public async Task A_start_that_changes_nothing_keeps_no_copy()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.RestartAsync();
        Directory.Exists(Path.Combine(world.Folder, "before-upgrade")).ShouldBeFalse();
    }

    [Fact]
    public async Task Where_the_copy_can_not_be_made_the_database_stays_as_it_is()
    {
        var (first, _) = await BeAnEarlierVersionAsync();
        await File.WriteAllTextAsync(Copy, "in its place");

        (await Should.ThrowAsync<BackupException>(() => ChatWorld.BeginOnAsync(_data))).Message.ShouldContain(Copy);

        (await AppliedAsync(_data)).ShouldBe([first]);
    }

    [Fact]
    public async Task A_database_that_a_later_version_has_changed_is_left_alone_and_the_way_back_named()
    {
        await UpgradeAsync();
        await using (var db = Open(_data))
            await db.Database.ExecuteSqlRawAsync("INSERT INTO __EFMigrationsHistory VALUES ('99990101000000_Later', '99')");

        (await Should.ThrowAsync<BackupException>(() => ChatWorld.BeginOnAsync(_data))).Message.ShouldContain($"restore {Copy}");
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static SqliteContext Open(string folder) =>
        SqliteContext.On($"Data Source={Path.Combine(folder, "chatfiles.db")};Pooling=False");

    private static async Task<List<string>> AppliedAsync(string folder)
    {
        await using var db = Open(folder);
        return [.. await db.Database.GetAppliedMigrationsAsync()];
    }

    private Task KeepAsync(ChatDbContext db) => UpgradeCopy.KeepAsync(db, new DatabaseFile(Path.Combine(_data, "chatfiles.db")), TimeProvider.System, default);

    /// <summary>As a start does.</summary>
    private async Task UpgradeAsync()
    {
        await using var db = Open(_data);
        await KeepAsync(db);
        await db.Dialect.FullText.MigrateAsync(db, hasContents: false);
    }

    private async Task<(string First, string Last)> BeAnEarlierVersionAsync()
    {
        await using var db = Open(_data);
        var migrations = db.Database.GetMigrations().ToList();
        await db.GetService<IMigrator>().MigrateAsync(migrations[0]);
        return (migrations[0], migrations[^1]);
    }
}
