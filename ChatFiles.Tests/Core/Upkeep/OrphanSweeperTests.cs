using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Upkeep;

/// <summary>Where one process writes; where there are several, others hear of what it is writing.</summary>
[Trait("Database", "Sqlite")]
public sealed class OrphanSweeperTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly StoreStage _stage = new();
    private readonly FakeTimeProvider _time = new(Noon.AddMinutes(20));

    [Fact]
    public async Task A_blob_without_a_row_is_removed_after_a_restart_and_those_with_rows_stay()
    {
        await using var world = await BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, null, Parts.File("x.txt", "x"), Parts.Thumbnail([0xFF, 0xD8, 0xFF, 0xE0]))).Value;
        var pictures = world.Services.GetRequiredService<OwnPictures>();
        (await pictures.PutAsync(ann.Id, null, new MemoryStream(PictureFiles.Of("png", 8, 8)))).Refusal.ShouldBeNull();
        await LeaveOrphanAsync(world, _time.GetUtcNow());
        await LeaveOrphanAsync(world, _time.GetUtcNow());
        world.BlobCount.ShouldBe(5);

        await world.RestartAsync();
        await world.StartAsync<OrphanSweeper>();

        await Eventually.HoldsAsync(() => world.BlobCount == 3, "the orphans are gone");
        (await world.Services.GetRequiredService<OwnPictures>().OpenAsync(ann.Id)).Refusal.ShouldBeNull();
        (await world.Chats.OpenFileAsync(ann.Id, chat, sent.Attachments[0].Id)).Refusal.ShouldBeNull();
        (await world.Chats.OpenThumbnailAsync(ann.Id, chat, sent.Attachments[0].Id)).Refusal.ShouldBeNull();
        await Eventually.HoldsAsync(() => world.ReadAsync(db => db.Markers.AnyAsync(m => m.Name == Marker.OrphansRemoved && m.Value == "2")), "they are counted");
    }

    [Fact]
    public async Task A_blob_that_is_on_its_way_is_left_alone()
    {
        await using var world = await BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var parts = new HeldParts(Parts.File("x.txt", "first"));
        var sending = world.Chats.SendFilesAsync(ann.Id, chat, null, null, parts.ReadAsync());
        await parts.FirstIsStored;
        world.BlobCount.ShouldBe(1);

        (await SweepAsync(world)).ShouldBe(0);
        _time.Advance(TimeSpan.FromHours(3));
        (await SweepAsync(world)).ShouldBe(0);
        parts.GoOn();

        var sent = (await sending).Value;
        (await SweepAsync(world)).ShouldBe(0);
        (await world.Chats.OpenFileAsync(ann.Id, chat, sent.Attachments[0].Id)).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task Only_the_hours_since_the_last_sweep_are_listed()
    {
        await using var world = await BeginAsync();

        await SweepAsync(world);
        ListedAndForgotten().ShouldBe(["2026-11-23/11/", "2026-11-23/12/"]);
        _time.Advance(TimeSpan.FromHours(2));
        await SweepAsync(world);
        ListedAndForgotten().ShouldBe(["2026-11-23/11/", "2026-11-23/12/", "2026-11-23/13/", "2026-11-23/14/"]);
        await SweepAsync(world);
        ListedAndForgotten().ShouldBe(["2026-11-23/13/", "2026-11-23/14/"]);

        await world.RestartAsync();
        _time.Advance(TimeSpan.FromHours(1));
        await SweepAsync(world);
        ListedAndForgotten().ShouldBe(["2026-11-23/13/", "2026-11-23/14/", "2026-11-23/15/"]);
    }

    [Fact]
    public async Task A_crash_long_ago_is_cleared_away_however_long_nothing_ran()
    {
        await using var world = await BeginAsync();
        await SweepAsync(world);
        await LeaveOrphanAsync(world, _time.GetUtcNow());

        _time.Advance(TimeSpan.FromDays(9));
        await world.RestartAsync();

        (await SweepAsync(world)).ShouldBe(1);
        world.BlobCount.ShouldBe(0);
    }

    [Fact]
    public async Task An_upload_under_way_for_hours_holds_the_place_where_the_next_sweep_begins()
    {
        await using var world = await BeginAsync();
        var ann = await world.PersonAsync("ann");
        var parts = new HeldParts(Parts.File("x.txt", "first"));
        var sending = world.Chats.SendFilesAsync(ann.Id, await world.ChatAsync(ann), null, null, parts.ReadAsync());
        await parts.FirstIsStored;

        _time.Advance(TimeSpan.FromHours(5));
        await SweepAsync(world);
        ListedAndForgotten();
        await SweepAsync(world);

        ListedAndForgotten()[0].ShouldBe("2026-11-23/11/");
        parts.GoOn();
        await sending;
    }

    [Fact]
    public async Task An_outage_moves_nothing_on_and_the_orphan_is_found_after_it()
    {
        await using var world = await BeginAsync();
        await SweepAsync(world);
        await LeaveOrphanAsync(world, _time.GetUtcNow());
        _time.Advance(TimeSpan.FromHours(4));
        _stage.OnDelete = StoreStage.Unavailable;
        await world.StartAsync<OrphanSweeper>();
        await Eventually.HoldsAsync(() => !_stage.Deleted.IsEmpty, "the sweeper has tried");

        _stage.OnDelete = _ => Task.CompletedTask;

        await Eventually.HoldsAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(5));
                return world.BlobCount == 0;
            },
            "the orphan is gone"
        );
    }

    [Fact]
    public async Task What_a_failed_upload_could_not_remove_itself_is_removed_soon()
    {
        await using var world = await BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.StartAsync<OrphanSweeper>();
        await Eventually.HoldsAsync(() => !_stage.Listed.IsEmpty, "the first sweep has begun");
        _stage.OnDelete = StoreStage.Unavailable;

        (await world.SendAsync(ann, chat, null, Parts.File("a.txt", "a"), Parts.File("b.exe", "b"))).Refusal!.Reason.ShouldBe(RefusalReason.FileTypeNotAllowed);
        world.BlobCount.ShouldBe(1);
        _stage.OnDelete = _ => Task.CompletedTask;

        await Eventually.HoldsAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return world.BlobCount == 0;
            },
            "the blob is gone"
        );
    }

    [Fact]
    public async Task Many_orphans_among_many_blobs_are_told_apart()
    {
        await using var world = await BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        for (var i = 0; i < 20; i++)
            await world.SendAsync(ann, chat, null, [.. Enumerable.Range(0, 5).Select(_ => Parts.File("x.txt", "x"))]);
        for (var i = 0; i < 600; i++) // more than are looked up at once
            await LeaveOrphanAsync(world, _time.GetUtcNow());

        await world.RestartAsync();

        (await SweepAsync(world)).ShouldBe(600);
        world.BlobCount.ShouldBe(100);
    }

    private Task<ChatWorld> BeginAsync() =>
        ChatWorld.BeginAsync(
            change: services =>
            {
                _stage.Register(services);
                services.AddSingleton<TimeProvider>(_time);
            }
        );

    /// <summary>As a crash between blob and row does.</summary>
    private static Task LeaveOrphanAsync(ChatWorld world, DateTimeOffset at)
    {
        var path = Path.Combine(world.Folder, "files", "blobs", BlobKey.New(at));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return File.WriteAllBytesAsync(path, Encoding.UTF8.GetBytes("orphan"));
    }

    private static Task<int> SweepAsync(ChatWorld world) => world.Hosted<OrphanSweeper>().SweepAsync(CancellationToken.None);

    private List<string> ListedAndForgotten()
    {
        var listed = _stage.Listed.ToList();
        _stage.Listed.Clear();
        return listed;
    }
}
