using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Core.Data;

public sealed class DatabaseWriterTests
{
    [Fact]
    public async Task Writes_that_wait_together_are_committed_together_and_none_is_left_over()
    {
        await using var world = await ChatWorld.BeginAsync();
        var commits = 0;
        world.Writer.Committed += _ => Interlocked.Increment(ref commits);
        var isBusy = new TaskCompletionSource();
        var first = world.Writer.WriteAsync(_ => isBusy.Task);

        var writes = Enumerable.Range(0, 200).Select(n => AddAsync(world, $"m{n}")).ToList();
        isBusy.SetResult();
        await Task.WhenAll(writes.Append(first));

        (await CountAsync(world)).ShouldBe(200);
        commits.ShouldBeLessThan(100);
    }

    [Fact]
    public async Task A_change_that_throws_leaves_nothing_and_disturbs_none_of_those_beside_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var isBusy = new TaskCompletionSource();
        var first = world.Writer.WriteAsync(_ => isBusy.Task);

        var before = AddAsync(world, "before");
        var failing = world.Writer.WriteAsync(async db =>
        {
            db.Markers.Add(new Marker { Name = "half" });
            await db.SaveChangesAsync();
            throw new InvalidOperationException("staged");
        });
        var after = AddAsync(world, "after");
        isBusy.SetResult();

        await Task.WhenAll(first, before, after);
        (await Should.ThrowAsync<InvalidOperationException>(failing)).Message.ShouldBe("staged");
        (await world.ReadAsync(db => db.Markers.Select(m => m.Name).OrderBy(n => n).ToListAsync())).ShouldBe(["after", "before"]);
    }

    [Fact]
    public async Task Who_gives_up_waiting_has_written_nothing()
    {
        await using var world = await ChatWorld.BeginAsync();
        var isBusy = new TaskCompletionSource();
        var first = world.Writer.WriteAsync(_ => isBusy.Task);
        using var patience = new CancellationTokenSource();

        var given = world.Writer.WriteAsync(db => AddAsync(db, "given up"), patience.Token);
        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(given);
        isBusy.SetResult();
        await first;
        await AddAsync(world, "next");

        (await CountAsync(world)).ShouldBe(1);
    }

    [Trait("Database", "Sqlite")]
    [Fact]
    public async Task A_database_that_somebody_else_holds_fails_the_write_in_time_and_works_again_afterwards()
    {
        await using var world = await ChatWorld.BeginAsync();
        await using var other = new SqliteConnection($"Data Source={Path.Combine(world.Folder, "chatfiles.db")};Pooling=False");
        await other.OpenAsync();
        await ExecuteAsync(other, "BEGIN IMMEDIATE");

        var writes = Enumerable.Range(0, 5).Select(n => AddAsync(world, $"m{n}")).ToList();
        foreach (var write in writes)
            Outage.Explain(await Should.ThrowAsync<Exception>(write)).ShouldNotBeNull().Reason.ShouldBe(RefusalReason.StorageUnavailable);
        await ExecuteAsync(other, "ROLLBACK");

        await AddAsync(world, "afterwards");
        (await CountAsync(world)).ShouldBe(1);
    }

    [Trait("Database", "Sqlite")]
    [Fact]
    public async Task Commits_are_durable_and_the_log_beside_the_database_stays_bounded()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        for (var round = 0; round < 40; round++)
            await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => world.Chats.SendTextAsync(ann.Id, chat, new string('x', 4_000))));

        (await PragmaAsync(world, "journal_mode")).ShouldBe("wal");
        (await PragmaAsync(world, "synchronous")).ShouldBe("2", "FULL");
        new FileInfo(Path.Combine(world.Folder, "chatfiles.db-wal")).Length.ShouldBeLessThan(64 << 20);
    }

    [Fact]
    public async Task An_event_is_only_given_to_a_chat_that_nobody_else_can_change_meanwhile()
    {
        await using var world = await ChatWorld.BeginAsync();
        var general = Chat.GeneralId;

        await Should.ThrowAsync<InvalidOperationException>(() => world.Writer.WriteAsync(TellAsync));
        await world.Writer.WriteAsync(general, TellAsync);
        await world.Writer.WriteAsync(async db =>
        {
            await db.LockChatAsync(general);
            return await TellAsync(db);
        });

        (await world.EventsAsync(general)).Select(e => e.Seq).ShouldBe([1, 2]);

        async Task<int> TellAsync(ChatDbContext db)
        {
            db.AddEvent(await db.Chats.SingleAsync(c => c.Id == general), ChatEventType.ChatChanged, DateTime.UnixEpoch);
            return await db.SaveChangesAsync();
        }
    }

    private static Task<int> AddAsync(ChatWorld world, string name) => world.Writer.WriteAsync(db => AddAsync(db, name));

    private static Task<int> AddAsync(ChatDbContext db, string name)
    {
        db.Markers.Add(new Marker { Name = name });
        return db.SaveChangesAsync();
    }

    private static Task<int> CountAsync(ChatWorld world) => world.ReadAsync(db => db.Markers.CountAsync());

    private static Task<string> PragmaAsync(ChatWorld world, string name) =>
        world.ReadAsync(async db =>
        {
            await db.Database.OpenConnectionAsync();
            await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // a name of this test's own
            command.CommandText = $"PRAGMA {name}";
#pragma warning restore CA2100
            return (await command.ExecuteScalarAsync())!.ToString()!;
        });

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // as above
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
