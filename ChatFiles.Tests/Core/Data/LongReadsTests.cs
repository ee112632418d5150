using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Data;

[Trait("Database", "Sqlite")]
public sealed class LongReadsTests
{
    [Fact]
    public async Task A_statement_that_takes_over_a_second_is_ended_and_the_next_one_works()
    {
        var time = new FakeTimeProvider();
        await using var world = await ChatWorld.BeginAsync(change: services => services.AddSingleton<TimeProvider>(time));
        var begun = new TaskCompletionSource();

        var reading = Reads(world).RunAsync("ann", db => CountForEverAsync(db, begun), CancellationToken.None);
        await begun.Task;
        await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return reading.IsCompleted;
            },
            "the statement ends"
        );

        (await reading).Refusal!.Reason.ShouldBe(RefusalReason.SearchTooSlow);
        (await Reads(world).RunAsync<int>("ann", async db => await db.Chats.CountAsync(), CancellationToken.None)).Value.ShouldBe(1);
    }

    [Fact]
    public async Task A_statement_ends_when_nobody_waits_for_it_any_more()
    {
        await using var world = await ChatWorld.BeginAsync(change: services => services.AddSingleton<TimeProvider>(new FakeTimeProvider()));
        using var leaving = new CancellationTokenSource();
        var begun = new TaskCompletionSource();

        var reading = new LongReads(world.Services.GetRequiredService<IDbContextFactory<ChatDbContext>>(), TimeProvider.System).RunAsync(
            "ann",
            db => CountForEverAsync(db, begun),
            leaving.Token
        );
        await begun.Task;
        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(reading);
    }

    [Fact]
    public async Task Long_reads_take_none_of_the_threads_that_answer_everybody()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");

        var isPooled = await Reads(world).RunAsync<bool>(
            ann.Id,
            async db =>
            {
                await db.Messages.Where(m => m.Text.Contains("xy")).ToListAsync();
                return Thread.CurrentThread.IsThreadPoolThread;
            },
            CancellationToken.None
        );

        isPooled.Value.ShouldBeFalse();
    }

    private static LongReads Reads(ChatWorld world) => world.Services.GetRequiredService<LongReads>();

    private static async Task<Result<int>> CountForEverAsync(ChatDbContext db, TaskCompletionSource begun)
    {
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        connection.CreateFunction("begun", () => begun.TrySetResult());
        return await db
            .Database.SqlQuery<int>(
                $"""WITH RECURSIVE n(i) AS (SELECT begun() UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) AS "Value" FROM n"""
            )
            .SingleAsync();
    }
}
