using System.Globalization;
using ChatFiles.Core.Data;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatFiles.Tests.Core.Data;

[Trait("Database", "Sqlite")]
public sealed class DatabaseTests
{
    [Fact]
    public async Task A_second_instance_on_the_same_data_is_refused_until_the_first_has_ended()
    {
        var world = await ChatWorld.BeginAsync();
        await using (world)
        {
            using var second = Directory(world.Folder);
            Should.Throw<OptionsValidationException>(second.Lock).Message.ShouldContain("Data:Directory");

            await world.RestartAsync();
        }
    }

    [Fact]
    public void A_folder_that_can_not_be_made_is_named()
    {
        var file = Path.GetTempFileName();
        try
        {
            Should.Throw<OptionsValidationException>(() => Directory(Path.Combine(file, "data"))).Message.ShouldContain("Data:Directory");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Every_connection_logs_ahead_and_flushes_each_commit()
    {
        await using var world = await ChatWorld.BeginAsync();

        var read = await world.ReadAsync(PragmasAsync);
        var write = await world.Writer.WriteAsync(db => PragmaAsync(db, "journal_mode"));

        read.ShouldBe(("wal", "2"));
        write.ShouldBe("wal");
    }

    [Fact]
    public async Task The_writers_connection_flushes_each_commit()
    {
        await using var world = await ChatWorld.BeginAsync();

        (await world.Writer.WriteAsync(db => PragmaAsync(db, "synchronous"))).ShouldBe("2");
    }

    [Fact]
    public async Task The_log_stays_small_after_thousands_of_writes()
    {
        await using var world = await ChatWorld.BeginAsync();
        for (var i = 0; i < 2_000; i++)
        {
            var text = new string('x', 2_000);
            var name = $"m{i % 50}";
            await world.Writer.WriteAsync(async db =>
            {
                await db.Markers.Where(m => m.Name == name).ExecuteDeleteAsync();
                db.Markers.Add(new Marker { Name = name, Value = text });
                await db.SaveChangesAsync();
            });
        }

        new FileInfo(Path.Combine(world.Folder, "chatfiles.db-wal")).Length.ShouldBeLessThan(16 << 20);
    }

    [Theory]
    [InlineData(0.9, "incomplete")]
    [InlineData(0.0001, "no SQLite database")]
    public async Task A_database_that_was_cut_off_stops_the_start(double part, string named)
    {
        await using var world = await ChatWorld.BeginAsync();
        var copy = Path.Combine(world.Folder, "copy");
        await world.ReadAsync(db => db.Database.ExecuteSqlAsync($"VACUUM INTO {copy}"));
        var bytes = await File.ReadAllBytesAsync(copy);
        await File.WriteAllBytesAsync(copy, bytes[..(int)(bytes.Length * part)]);

        Should.Throw<BackupException>(() => DatabaseIntegrity.Check(new DatabaseFile(copy), thoroughly: false)).Message.ShouldContain(named);
    }

    [Fact]
    public async Task A_page_of_nonsense_is_found_by_the_thorough_check()
    {
        await using var world = await ChatWorld.BeginAsync();
        var copy = Path.Combine(world.Folder, "copy");
        await world.ReadAsync(db => db.Database.ExecuteSqlAsync($"VACUUM INTO {copy}"));
        DatabaseIntegrity.Check(new DatabaseFile(copy), thoroughly: true);
        var bytes = await File.ReadAllBytesAsync(copy);
        bytes.AsSpan(8_192, 4_096).Fill(0x5A);
        await File.WriteAllBytesAsync(copy, bytes);

        DatabaseIntegrity.Check(new DatabaseFile(copy), thoroughly: false);
        Should.Throw<BackupException>(() => DatabaseIntegrity.Check(new DatabaseFile(copy), thoroughly: true));
    }

    private static async Task<(string Journal, string Synchronous)> PragmasAsync(ChatDbContext db)
    {
        await db.Database.OpenConnectionAsync();
        return (await PragmaAsync(db, "journal_mode"), await PragmaAsync(db, "synchronous"));
    }

    private static async Task<string> PragmaAsync(ChatDbContext db, string name)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"PRAGMA {name}";
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture)!;
    }

    private static DataDirectory Directory(string folder) => new(Options.Create(new DataOptions { Directory = folder }));
}
