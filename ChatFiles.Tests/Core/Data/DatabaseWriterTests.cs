using System.Diagnostics;
using ChatFiles.Core.Data;
using ChatFiles.Core.People;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.Data;

public sealed class DatabaseWriterTests
{
    [Fact]
    public async Task Those_that_wait_together_are_committed_together_and_all_of_them()
    {
        await using var world = await ChatWorld.BeginAsync();
        var commits = 0;
        world.Writer.Committed += () => Interlocked.Increment(ref commits);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => AddAsync(world, $"m{i}"))));

        (await NamesAsync(world)).Count(name => name.StartsWith('m')).ShouldBe(200);
        commits.ShouldBeInRange(1, 199);
    }

    [Fact]
    public async Task A_change_that_throws_leaves_nothing_and_disturbs_none_beside_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var turn = await world.Writer.EnterAsync(default);
        var before = AddAsync(world, "before");
        var failing = world.Writer.WriteAsync(async db =>
        {
            await AddAsync(db, "failing");
            throw new InvalidOperationException("Changed my mind.");
        });
        var clashing = world.Writer.WriteAsync(db => AddAsync(db, "before"));
        var after = AddAsync(world, "after");

        turn.Dispose();

        await before;
        await after;
        (await Should.ThrowAsync<InvalidOperationException>(failing)).Message.ShouldBe("Changed my mind.");
        await Should.ThrowAsync<DbUpdateException>(clashing);
        (await NamesAsync(world)).ShouldBe(["after", "before"]);
    }

    [Fact]
    public async Task A_write_cancelled_while_it_waits_is_withdrawn()
    {
        await using var world = await ChatWorld.BeginAsync();
        using var cancelled = new CancellationTokenSource();
        var turn = await world.Writer.EnterAsync(default);
        var write = world.Writer.WriteAsync(db => AddAsync(db, "withdrawn"), cancelled.Token);

        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(write);
        turn.Dispose();

        await AddAsync(world, "next");
        (await NamesAsync(world)).ShouldBe(["next"]);
    }

    [Fact]
    public async Task A_write_that_has_begun_is_not_cancelled_any_more()
    {
        await using var world = await ChatWorld.BeginAsync();
        using var cancelled = new CancellationTokenSource();

        await world.Writer.WriteAsync(
            async db =>
            {
                await cancelled.CancelAsync();
                await AddAsync(db, "begun");
            },
            cancelled.Token
        );

        (await NamesAsync(world)).ShouldBe(["begun"]);
    }

    [Fact]
    public async Task A_locked_database_fails_the_writes_within_10_seconds_and_takes_the_next_when_it_is_free()
    {
        await using var world = await ChatWorld.BeginAsync();
        await AddAsync(world, "before");
        await using (var other = await OpenAsync(world))
        {
            await using var transaction = other.BeginTransaction(deferred: false);
            var watch = Stopwatch.StartNew();
            var writes = Enumerable.Range(0, 5).Select(i => Task.Run(() => AddAsync(world, $"lost{i}"))).ToList();

            foreach (var write in writes)
                await Should.ThrowAsync<Exception>(write);

            watch.Elapsed.TotalSeconds.ShouldBeLessThan(10);
        }

        await AddAsync(world, "next");
        (await NamesAsync(world)).ShouldBe(["before", "next"]);
    }

    [Fact]
    public async Task Commits_are_told_and_failures_are_not()
    {
        await using var world = await ChatWorld.BeginAsync();
        var names = new List<string>();
        world.Writer.Committed += () => names.AddRange(NamesAsync(world).GetAwaiter().GetResult());

        await AddAsync(world, "seen");

        names.ShouldBe(["seen"]);
    }

    [Fact]
    public async Task Accounts_are_saved_through_the_same_gate()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        using var scope = world.Services.CreateScope();
        var store = ActivatorUtilities.CreateInstance<PersonStore>(scope.ServiceProvider, new IdentityErrorDescriber());
        var person = (await store.FindByIdAsync(ann.Id))!;
        var turn = await world.Writer.EnterAsync(default);

        person.DisplayName = "Ann";
        var update = store.UpdateAsync(person);
        var waits = !update.IsCompleted;
        turn.Dispose();

        (await update).Succeeded.ShouldBeTrue();
        waits.ShouldBeTrue();
        await AddAsync(world, "the gate was left again");
    }

    [Fact]
    public async Task Accounts_and_writes_at_the_same_time_all_succeed()
    {
        await using var world = await ChatWorld.BeginAsync();
        var people = new[] { await world.PersonAsync("ann"), await world.PersonAsync("bob"), await world.PersonAsync("cyd") };

        var updates = people.Select(person => Task.Run(() => RenameOftenAsync(world, person.Id)));
        var writes = Enumerable.Range(0, 100).Select(i => Task.Run(() => AddAsync(world, $"m{i}")));
        await Task.WhenAll([.. updates, .. writes]);

        (await world.ReadAsync(db => db.Users.Select(p => p.DisplayName).Distinct().ToListAsync())).ShouldBe(["Name 19"]);
        (await NamesAsync(world)).Count.ShouldBe(100);
    }

    private static async Task RenameOftenAsync(ChatWorld world, string id)
    {
        for (var i = 0; i < 20; i++)
        {
            using var scope = world.Services.CreateScope();
            var store = ActivatorUtilities.CreateInstance<PersonStore>(scope.ServiceProvider, new IdentityErrorDescriber());
            var person = (await store.FindByIdAsync(id))!;
            person.DisplayName = $"Name {i}";
            (await store.UpdateAsync(person)).Succeeded.ShouldBeTrue();
        }
    }

    private static async Task<SqliteConnection> OpenAsync(ChatWorld world)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(world.Folder, "chatfiles.db")};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }

    private static Task AddAsync(ChatWorld world, string name) => world.Writer.WriteAsync(db => AddAsync(db, name));

    private static async Task AddAsync(ChatDbContext db, string name)
    {
        db.Markers.Add(new Marker { Name = name });
        await db.SaveChangesAsync();
    }

    private static Task<List<string>> NamesAsync(ChatWorld world) =>
        world.ReadAsync(db => db.Markers.OrderBy(m => m.Name).Select(m => m.Name).ToListAsync());
}
