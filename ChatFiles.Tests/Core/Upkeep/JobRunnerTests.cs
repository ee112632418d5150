using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Upkeep;

public sealed class JobRunnerTests
{
    [Fact]
    public async Task The_blob_and_the_thumbnail_of_a_deleted_file_are_removed()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var kept = await world.SendFileAsync(ann, chat);
        var sent = (await world.SendAsync(ann, chat, null, Parts.File("x.txt", "x"), Parts.Thumbnail([0xFF, 0xD8, 0xFF, 0xE0]))).Value;
        world.BlobCount.ShouldBe(3);

        (await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[0].Id)).Refusal.ShouldBeNull();
        world.BlobCount.ShouldBe(3); // the answer does not wait for the store
        await world.StartAsync<JobRunner>();

        await NoJobIsLeftAsync(world);
        world.BlobCount.ShouldBe(1);
        File.Exists(await world.BlobPathAsync(kept.Attachments[0].Id)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_runner_that_waits_hears_of_a_new_job_at_once()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.StartAsync<JobRunner>();

        for (var i = 0; i < 10; i++)
        {
            var sent = await world.SendFileAsync(ann, chat);
            await world.Chats.DeleteMessageAsync(ann.Id, chat, sent.Id);
            await NoJobIsLeftAsync(world);
        }

        world.BlobCount.ShouldBe(0);
    }

    [Fact]
    public async Task What_was_left_to_do_is_done_after_a_restart()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        foreach (var sent in new[] { await world.SendFileAsync(ann, chat), await world.SendFileAsync(ann, chat) })
            await world.Chats.DeleteMessageAsync(ann.Id, chat, sent.Id);

        await world.RestartAsync();
        world.BlobCount.ShouldBe(2);
        await world.StartAsync<JobRunner>();

        await NoJobIsLeftAsync(world);
        world.BlobCount.ShouldBe(0);
    }

    [Fact]
    [Trait("Database", "Sqlite")] // the time is the test's
    public async Task A_job_that_fails_is_tried_again_after_growing_pauses_and_holds_up_no_other()
    {
        var stage = new StoreStage();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        await using var world = await BeginAsync(stage, time);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var (stuck, other) = (await world.SendFileAsync(ann, chat), await world.SendFileAsync(ann, chat));
        var stuckKey = Path.GetFileName(await world.BlobPathAsync(stuck.Attachments[0].Id));
        stage.OnDelete = key => key.EndsWith(stuckKey, StringComparison.Ordinal) ? StoreStage.Unavailable(key) : Task.CompletedTask;
        await world.Chats.DeleteMessageAsync(ann.Id, chat, stuck.Id);
        await world.Chats.DeleteMessageAsync(ann.Id, chat, other.Id);
        await world.StartAsync<JobRunner>();

        await FailedAsync(world, attempts: 1);
        await Eventually.HoldsAsync(() => world.BlobCount == 1, "the other blob is gone");
        await Eventually.HoldsAsync(() => world.ReadAsync(async db => await db.Jobs.CountAsync() == 1), "the other job is done");
        var pauses = new List<TimeSpan>();
        for (var attempts = 1; attempts <= 8; attempts++)
        {
            var job = await JobAsync(world);
            job.LastError.ShouldNotBeNull().ShouldContain("down");
            pauses.Add(job.DueAt - time.GetUtcNow().UtcDateTime);
            await AdvanceUntilAsync(time, () => FailedTimesAsync(world, attempts + 1), $"it was tried {attempts + 1} times");
        }

        pauses[0].ShouldBeLessThan(TimeSpan.FromSeconds(2));
        pauses[^1].ShouldBeInRange(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20));

        // The store is back: within 20 s the blob is gone, and nobody had to restart anything.
        stage.OnDelete = _ => Task.CompletedTask;
        ((await JobAsync(world)).DueAt - time.GetUtcNow().UtcDateTime).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(20));
        await AdvanceUntilAsync(time, () => world.ReadAsync(async db => !await db.Jobs.AnyAsync()), "the job is done");
        world.BlobCount.ShouldBe(0);
    }

    [Fact]
    [Trait("Database", "Sqlite")] // the time is the test's
    public async Task A_failing_job_remembers_its_attempts_across_a_restart()
    {
        var stage = new StoreStage { OnDelete = StoreStage.Unavailable };
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        await using var world = await BeginAsync(stage, time);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.Chats.DeleteMessageAsync(ann.Id, chat, (await world.SendFileAsync(ann, chat)).Id);
        await world.StartAsync<JobRunner>();
        await FailedAsync(world, attempts: 1);

        await world.RestartAsync();
        await world.StartAsync<JobRunner>();
        await AdvanceUntilAsync(time, () => FailedTimesAsync(world, 2), "it was tried once more");

        stage.OnDelete = _ => Task.CompletedTask;
        await AdvanceUntilAsync(time, () => world.ReadAsync(async db => !await db.Jobs.AnyAsync()), "the job is done");
        world.BlobCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_job_that_nobody_can_do_holds_up_no_other()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.Writer.WriteAsync(db =>
        {
            db.Jobs.Add(new Job { Kind = (JobKind)99, Subject = "?", CreatedAt = DateTime.UnixEpoch });
            db.Jobs.Add(new Job { Kind = JobKind.DeleteBlob, Subject = "../../lock", CreatedAt = DateTime.UnixEpoch });
            return db.SaveChangesAsync();
        });
        await world.Chats.DeleteMessageAsync(ann.Id, chat, (await world.SendFileAsync(ann, chat)).Id);
        await world.StartAsync<JobRunner>();

        await Eventually.HoldsAsync(() => world.BlobCount == 0, "the blob is gone");
        await Eventually.HoldsAsync(
            () => world.ReadAsync(async db => await db.Jobs.AllAsync(j => j.Attempts > 0) && await db.Jobs.CountAsync() == 2),
            "both bad jobs are visible with their failures"
        );
        File.Exists(Path.Combine(world.Folder, "lock")).ShouldBeTrue();
    }

    private static Task<ChatWorld> BeginAsync(StoreStage stage, FakeTimeProvider time) =>
        ChatWorld.BeginAsync(
            change: services =>
            {
                stage.Register(services);
                services.AddSingleton<TimeProvider>(time);
            }
        );

    private static Task<Job> JobAsync(ChatWorld world) => world.ReadAsync(db => db.Jobs.AsNoTracking().SingleAsync());

    private static Task<bool> FailedTimesAsync(ChatWorld world, int attempts) =>
        world.ReadAsync(db => db.Jobs.AnyAsync(j => j.Attempts >= attempts));

    private static Task FailedAsync(ChatWorld world, int attempts) =>
        Eventually.HoldsAsync(() => FailedTimesAsync(world, attempts), $"the job has failed {attempts} times");

    private static Task NoJobIsLeftAsync(ChatWorld world) =>
        Eventually.HoldsAsync(() => world.ReadAsync(async db => !await db.Jobs.AnyAsync()), "no job is left");

    /// <summary>Lets the staged clock go on a little at each look: a timer may only be set after the look before.</summary>
    private static Task AdvanceUntilAsync(FakeTimeProvider time, Func<Task<bool>> condition, string what) =>
        Eventually.HoldsAsync(
            async () =>
            {
                if (await condition())
                    return true;
                time.Advance(TimeSpan.FromMilliseconds(250));
                return false;
            },
            what
        );
}
