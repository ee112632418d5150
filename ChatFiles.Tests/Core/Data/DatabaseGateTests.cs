using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Data;

public sealed class DatabaseGateTests
{
    [Fact]
    public async Task More_writers_than_fit_one_batch_all_finish_in_the_order_they_came()
    {
        await using var world = await ChatWorld.BeginAsync();
        var order = new List<int>();

        Task<int>[] writes;
        using (await world.Writer.EnterAsync(CancellationToken.None))
        {
            writes =
            [
                .. Enumerable
                    .Range(0, 200)
                    .Select(i =>
                        world.Writer.WriteAsync(async db =>
                        {
                            order.Add(i); // inside the gate, so one at a time
                            db.Markers.Add(new Marker { Name = $"m{i}" });
                            return await db.SaveChangesAsync();
                        })
                    ),
            ];
        }

        (await Task.WhenAll(writes)).ShouldAllBe(saved => saved == 1);
        order.ShouldBe(Enumerable.Range(0, 200));
        (await MarkersAsync(world)).Count.ShouldBe(200);
    }

    [Fact]
    public async Task A_change_that_breaks_a_rule_of_the_database_disturbs_no_other_of_its_batch()
    {
        await using var world = await ChatWorld.BeginAsync();
        await AddAsync(world, "taken");

        Task doubled;
        Task other;
        using (await world.Writer.EnterAsync(CancellationToken.None))
        {
            doubled = AddAsync(world, "taken");
            other = AddAsync(world, "other");
        }

        await other;
        await Should.ThrowAsync<DbUpdateException>(() => doubled);
        (await MarkersAsync(world)).ShouldBe(["other", "taken"]);
    }

    [Fact]
    public async Task A_change_sees_what_its_batch_did_before_it()
    {
        await using var world = await ChatWorld.BeginAsync();

        Task<int>[] counts;
        using (await world.Writer.EnterAsync(CancellationToken.None))
        {
            counts =
            [
                .. Enumerable
                    .Range(1, 5)
                    .Select(i =>
                        world.Writer.WriteAsync(async db =>
                        {
                            db.Markers.Add(new Marker { Name = $"m{i}" });
                            await db.SaveChangesAsync();
                            return await db.Markers.CountAsync();
                        })
                    ),
            ];
        }

        (await Task.WhenAll(counts)).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task What_has_begun_is_not_cancelled_any_more()
    {
        await using var world = await ChatWorld.BeginAsync();
        using var cancel = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var mayGoOn = new TaskCompletionSource();

        var write = world.Writer.WriteAsync(
            async db =>
            {
                begun.SetResult();
                await mayGoOn.Task;
                db.Markers.Add(new Marker { Name = "begun" });
                return await db.SaveChangesAsync();
            },
            cancel.Token
        );
        await begun.Task;
        await cancel.CancelAsync();
        mayGoOn.SetResult();

        (await write).ShouldBe(1);
        (await MarkersAsync(world)).ShouldBe(["begun"]);
    }

    [Fact]
    public async Task Readers_do_not_wait_for_a_write_under_way_and_do_not_see_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var saved = new TaskCompletionSource();
        var mayCommit = new TaskCompletionSource();
        var write = world.Writer.WriteAsync(async db =>
        {
            db.Markers.Add(new Marker { Name = "m" });
            await db.SaveChangesAsync();
            saved.SetResult();
            await mayCommit.Task;
        });
        await saved.Task;

        (await MarkersAsync(world)).ShouldBeEmpty();

        mayCommit.SetResult();
        await write;
        (await MarkersAsync(world)).ShouldBe(["m"]);
    }

    [Fact]
    public async Task Whoever_hears_of_a_commit_can_read_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var seen = new TaskCompletionSource<int>();
        world.Writer.Committed += _ => seen.TrySetResult(world.ReadAsync(db => db.Markers.CountAsync()).GetAwaiter().GetResult());

        await AddAsync(world, "m");

        (await seen.Task).ShouldBe(1);
    }

    [Fact]
    public async Task A_write_that_only_throws_is_no_news()
    {
        await using var world = await ChatWorld.BeginAsync();

        await Should.ThrowAsync<InvalidDataException>(() => world.Writer.WriteAsync(_ => throw new InvalidDataException()));

        await AddAsync(world, "the writer still works");
        (await MarkersAsync(world)).ShouldBe(["the writer still works"]);
    }

    [Trait("Database", "Sqlite")]
    [Fact]
    public async Task Saves_of_other_contexts_pass_the_same_gate()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");

        Task save;
        using (await world.Writer.EnterAsync(CancellationToken.None))
        {
            save = world.ReadAsync(async db =>
            {
                (await db.Users.SingleAsync(p => p.Id == ann.Id)).DisplayName = "Anna";
                return await db.SaveChangesAsync();
            });
            await Task.WhenAny(save, Task.Delay(TimeSpan.FromMilliseconds(100)));
            save.IsCompleted.ShouldBeFalse();
        }

        await save;
        (await world.Members.NameOfAsync(ann.Id)).ShouldBe("Anna");
        await AddAsync(world, "the gate is free again");
    }

    [Fact]
    public async Task Writes_from_both_sides_at_once_never_find_the_database_locked()
    {
        await using var world = await ChatWorld.BeginAsync();
        var people = new[] { await world.PersonAsync("ann"), await world.PersonAsync("ben"), await world.PersonAsync("cleo") };

        await AtOnce.RunAsync(
            9,
            async i =>
            {
                for (var round = 0; round < 10; round++)
                    await (i % 3 == 0 ? SaveAsync(people[i / 3], $"{round}") : SendAsync(people[i / 3], $"{i}-{round}"));
            }
        );

        (await world.EventsAsync(Chat.GeneralId)).Count.ShouldBe(3 + 60);
        (await world.ReadAsync(db => db.Users.Select(p => p.PhoneNumber).ToListAsync())).ShouldAllBe(number => number == "9");

        Task SaveAsync(Person person, string number) =>
            world.ReadAsync(async db =>
            {
                (await db.Users.SingleAsync(p => p.Id == person.Id)).PhoneNumber = number;
                return await db.SaveChangesAsync();
            });

        async Task SendAsync(Person person, string text) =>
            (await world.Chats.SendTextAsync(person.Id, Chat.GeneralId, text)).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task A_save_that_finds_its_row_changed_gives_the_gate_back()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");

        await Should.ThrowAsync<DbUpdateConcurrencyException>(() =>
            world.ReadAsync(async db =>
            {
                var person = await db.Users.SingleAsync(p => p.Id == ann.Id);
                await world.Writer.WriteAsync(other =>
                    other.Users.ExecuteUpdateAsync(set => set.SetProperty(p => p.ConcurrencyStamp, "somebody else's"))
                );
                person.DisplayName = "Anna";
                return await db.SaveChangesAsync();
            })
        );

        await AddAsync(world, "the gate is free again");
    }

    [Fact]
    public async Task A_save_that_breaks_a_rule_or_is_cancelled_gives_the_gate_back()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");

        await Should.ThrowAsync<DbUpdateException>(() => SaveAsync(Chat.GeneralId, CancellationToken.None));
        await Should.ThrowAsync<OperationCanceledException>(() => SaveAsync(12345, new CancellationToken(canceled: true)));

        await AddAsync(world, "the gate is free again");

        Task<int> SaveAsync(long chat, CancellationToken cancellationToken) =>
            world.ReadAsync(db =>
            {
                db.Members.Add(new Member { ChatId = chat, UserId = ann.Id });
                return db.SaveChangesAsync(cancellationToken);
            });
    }

    [Trait("Database", "Sqlite")]
    [Fact]
    public async Task Whoever_holds_the_gate_for_30_seconds_is_named_in_the_log()
    {
        var (time, log) = (new FakeTimeProvider(), new LogBook());
        await using var world = await ChatWorld.BeginAsync(
            change: services =>
                services.AddSingleton<TimeProvider>(time).AddSingleton<ILoggerProvider>(log).AddLogging(l => l.SetMinimumLevel(LogLevel.Error))
        );
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());

        var quick = world.Writer.WriteAsync(_ => first.Task, CancellationToken.None, "the quick one");
        time.Advance(TimeSpan.FromSeconds(29));
        first.SetResult();
        await quick;
        time.Advance(TimeSpan.FromMinutes(5));
        log.Errors.ShouldBeEmpty();

        var stuck = world.Writer.WriteAsync(_ => second.Task);
        time.Advance(TimeSpan.FromSeconds(30));
        var error = log.Errors.ShouldHaveSingleItem();
        error.ShouldContain(nameof(Whoever_holds_the_gate_for_30_seconds_is_named_in_the_log));
        error.ShouldContain("30 s");
        second.SetResult();
        await stuck;
    }

    private static Task AddAsync(ChatWorld world, string name, CancellationToken cancellationToken = default) =>
        world.Writer.WriteAsync(
            async db =>
            {
                db.Markers.Add(new Marker { Name = name });
                await db.SaveChangesAsync(CancellationToken.None);
            },
            cancellationToken
        );

    private static Task<List<string>> MarkersAsync(ChatWorld world) =>
        world.ReadAsync(db => db.Markers.OrderBy(m => m.Name).Select(m => m.Name).ToListAsync());
}
