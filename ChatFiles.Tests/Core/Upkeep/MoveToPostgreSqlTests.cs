using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ChatFiles.Tests.Core.Upkeep;

[Trait("Database", "Sqlite")]
public sealed class MoveToPostgreSqlTests(PostgreSqlServer database, Azurite azurite) : IClassFixture<PostgreSqlServer>, IClassFixture<Azurite>
{
    [Fact]
    public async Task All_that_people_have_is_there_and_goes_on_where_it_was()
    {
        var target = await database.CreateDatabaseAsync();
        await using var world = await BeginAsync(target);
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        await world.SendFileAsync(ann, chat, "plan.txt", "the plan");
        (await world.Chats.SendTextAsync(ben.Id, chat, "a lighthouse", "key-of-ben")).Refusal.ShouldBeNull();
        // The highest ids of all, which nobody is to get again.
        var gone = await world.ChatAsync(ann);
        await world.SendFileAsync(ann, gone);
        await world.StartAsync<JobRunner>();
        (await world.Administration.DeleteAsync(ann.Id, gone)).Refusal.ShouldBeNull();
        await Eventually.HoldsAsync(() => world.ReadAsync(db => db.Chats.AllAsync(c => c.Id != gone)), "the chat is gone");
        await world.ReadAsync(db => db.Users.ExecuteUpdateAsync(set => set.SetProperty(p => p.LockoutEnd, new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero).AddTicks(7))));
        var history = await HistoryAsync(world, ann, chat);
        var events = await world.EventsAsync(chat);

        var moved = await MoveAsync(world);

        moved.ShouldSatisfyAllConditions(
            m => m.WasThere.ShouldBeFalse(),
            m => m.People.ShouldBe(2),
            m => m.Messages.ShouldBeGreaterThanOrEqualTo(2),
            m => m.BlobsCopied.ShouldBeNull()
        );
        await world.RestartAsync(On(target));
        (await HistoryAsync(world, ann, chat)).ShouldBe(history);
        (await world.EventsAsync(chat)).Select(e => (e.Id, e.Seq, e.Type)).ShouldBe(events.Select(e => (e.Id, e.Seq, e.Type)));
        await using (var file = (await world.Chats.OpenFileAsync(ben.Id, chat, await FileAsync(world, chat))).Value)
            (await new StreamReader(file.Content).ReadToEndAsync()).ShouldBe("the plan");
        (await world.SearchAsync(ann.Id, "lighthouse")).Value.Messages.Count.ShouldBe(1);
        (await world.Chats.SendTextAsync(ben.Id, chat, "a lighthouse", "key-of-ben")).Value.Seq.ShouldBe(history[^1].Seq, "it was sent world");
        (await world.SendFileAsync(ann, chat)).Seq.ShouldBe(events[^1].Seq + 1);
        (await world.ChatAsync(ann)).ShouldBe(gone + 1, "the id of what is gone is not given again");
    }

    [Fact]
    public async Task Done_again_it_changes_nothing_and_of_a_source_that_went_on_it_takes_nothing_more()
    {
        var target = await database.CreateDatabaseAsync();
        await using var world = await BeginAsync(target);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.SendFileAsync(ann, chat);
        var first = await MoveAsync(world);

        (await MoveAsync(world)).ShouldBe(first with { WasThere = true });

        await world.SendFileAsync(ann, chat);
        (await Should.ThrowAsync<IOException>(() => MoveAsync(world))).Message.ShouldContain("left as it is");
        (await CountAsync(target)).ShouldBe(first.Messages);
    }

    [Fact]
    public async Task Cut_off_in_the_middle_it_leaves_nothing_and_can_be_done_again()
    {
        var target = await database.CreateDatabaseAsync();
        await using var world = await BeginAsync(target);
        var ann = await world.PersonAsync("ann");
        await world.SendFileAsync(ann, await world.ChatAsync(ann));
        await using var other = new NpgsqlConnection($"{target};Pooling=False");
        // The tables are there by then, and one of them is somebody else's for a while.
        await MakeTablesAsync(world, target);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await ExecuteAsync(other, """LOCK TABLE "Attachments" IN EXCLUSIVE MODE""");
        var moving = MoveAsync(world);
        await Eventually.HoldsAsync(async () => await ExecuteAsync(other, "SELECT count(*) FROM pg_locks WHERE NOT granted") is > 0L, "it waits in the middle");

        await ExecuteAsync(other, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid IN (SELECT pid FROM pg_locks WHERE NOT granted)");

        await Should.ThrowAsync<NpgsqlException>(() => moving);
        await transaction.RollbackAsync();
        (await CountAsync(target)).ShouldBe(0);
        (await MoveAsync(world)).WasThere.ShouldBeFalse();
        (await CountAsync(target)).ShouldBePositive();
    }

    [Fact]
    public async Task A_database_that_people_have_come_to_is_left_as_it_is()
    {
        var target = await database.CreateDatabaseAsync();
        await using var world = await BeginAsync(target);
        await world.PersonAsync("ann");
        await using (var other = await ChatWorld.BeginAsync(On(target)))
            await other.PersonAsync("cleo");

        (await Should.ThrowAsync<IOException>(() => MoveAsync(world))).Message.ShouldContain("people already");

        await using var still = await ChatWorld.BeginAsync(On(target));
        (await still.ReadAsync(db => db.Users.Select(p => p.DisplayName).ToListAsync())).ShouldBe(["cleo"]);
    }

    [Fact]
    public async Task A_text_with_a_character_that_PostgreSQL_does_not_have_arrives_with_a_mark_in_its_place()
    {
        var target = await database.CreateDatabaseAsync();
        await using var world = await BeginAsync(target);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        (await world.Chats.SendTextAsync(ann.Id, chat, "a?b")).Refusal.ShouldBeNull();
        // As earlier versions let it in.
        await world.ReadAsync(db => db.Messages.ExecuteUpdateAsync(set => set.SetProperty(m => m.Text, "a\0b")));

        await MoveAsync(world);

        await world.RestartAsync(On(target));
        (await HistoryAsync(world, ann, chat)).Single().Text.ShouldBe("a\uFFFDb");
    }

    [Fact]
    public async Task Blobs_go_along_where_asked_whole_and_once()
    {
        var azure = new AzureFileStore(azurite.NewContainer());
        var target = await database.CreateDatabaseAsync();
        await using var world = await BeginAsync(target);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var (whole, gone, damaged) = (await world.SendFileAsync(ann, chat, content: "whole"), await world.SendFileAsync(ann, chat), await world.SendFileAsync(ann, chat, content: "right"));
        File.Delete(await world.BlobPathAsync(gone.Attachments[0].Id));
        await File.WriteAllTextAsync(await world.BlobPathAsync(damaged.Attachments[0].Id), "wrong");

        var moved = await MoveAsync(world, azure);
        var again = await MoveAsync(world, azure);

        (moved.BlobsCopied, moved.BlobsMissing).ShouldBe((1, 2));
        (again.BlobsCopied, again.BlobsMissing).ShouldBe((0, 2));
        var keys = await azure.ListAsync("", default).ToListAsync();
        keys.ShouldHaveSingleItem();
        await using var blob = (await azure.OpenAsync(keys[0], default)).ShouldNotBeNull();
        (await new StreamReader(blob.Content).ReadToEndAsync()).ShouldBe("whole");
        keys[0].ShouldEndWith(Path.GetFileName(await world.BlobPathAsync(whole.Attachments[0].Id)));
    }

    /// <summary>On SQLite, and knows where to move.</summary>
    private static Task<ChatWorld> BeginAsync(string target) =>
        ChatWorld.BeginAsync(new(StringComparer.Ordinal) { ["Database:ConnectionString"] = target });

    private static Task<MoveFigures> MoveAsync(ChatWorld world, IFileStore? blobs = null) =>
        world.Services.GetRequiredService<MoveToPostgreSql>().RunAsync(blobs);

    private static Dictionary<string, string?> On(string target) =>
        new(StringComparer.Ordinal) { ["Database:Provider"] = "PostgreSql", ["Database:ConnectionString"] = target };

    private static async Task MakeTablesAsync(ChatWorld like, string target)
    {
        await using var world = await ChatWorld.BeginAsync(On(target));
        (await world.ReadAsync(db => db.Chats.CountAsync())).ShouldBe(await like.ReadAsync(db => db.Chats.CountAsync(c => c.Id == Chat.GeneralId)));
    }

    private static async Task<List<(long Id, long Seq, string Text, string Files)>> HistoryAsync(ChatWorld world, Person person, long chat) =>
        [.. (await world.Chats.HistoryAsync(person.Id, chat)).Value.Messages.Select(m => (m.Id, m.Seq, m.Text, string.Join(' ', m.Attachments.Select(a => $"{a.Id} {a.FileName}"))))];

    private static Task<Guid> FileAsync(ChatWorld world, long chat) => world.ReadAsync(db => db.Attachments.Where(a => a.ChatId == chat).Select(a => a.Id).SingleAsync());

    private static async Task<long> CountAsync(string target)
    {
        await using var connection = new NpgsqlConnection($"{target};Pooling=False");
        await connection.OpenAsync();
        return (long)(await ExecuteAsync(connection, """SELECT count(*) FROM "Messages" """))!;
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Of this class alone.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
