using ChatFiles.Core.Files;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Upkeep;

public sealed class OrphanSweeperTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("chatfiles-flaky-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 30, 0, TimeSpan.Zero));
    private readonly FlakyStore _store;

    public OrphanSweeperTests() => _store = new FlakyStore(_root);

    [Fact]
    public async Task What_a_crash_left_in_the_store_is_removed_after_the_restart_and_nothing_else()
    {
        await using var world = await BeginAsync();
        await world.StartAsync<OrphanSweeper>();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 2, 0xFF, 0xD9];
        await world.SendAsync(ann, chat, key: null, Parts.File("a.jpg", jpeg), Parts.Thumbnail(jpeg));
        await PutAsync(BlobKey.New(_time.GetUtcNow()));
        (await KeysAsync()).Count.ShouldBe(3);

        await world.RestartAsync();
        await world.StartAsync<OrphanSweeper>();

        await Eventually.HoldsAsync(async () => (await KeysAsync()).Count == 2, "the orphan is gone");
        var known = await world.ReadAsync(db => db.Attachments.Select(a => new { a.BlobKey, a.ThumbnailKey }).SingleAsync());
        (await KeysAsync()).ShouldBe([known.BlobKey!, known.ThumbnailKey!], ignoreOrder: true);
        (await world.Services.GetRequiredService<OverviewReader>().ReadAsync()).OrphansRemoved.ShouldBe(1);
    }

    [Fact]
    public async Task An_upload_under_way_is_left_alone()
    {
        await using var world = await BeginAsync();
        var inFlight = world.Services.GetRequiredService<UploadsInFlight>();
        var key = inFlight.Begin(_time.GetUtcNow());
        await PutAsync(key);

        (await world.Hosted<OrphanSweeper>().SweepAsync(default)).ShouldBe(0);
        (await KeysAsync()).ShouldBe([key]);

        inFlight.End(key);
        (await world.Hosted<OrphanSweeper>().SweepAsync(default)).ShouldBe(1);
    }

    [Fact]
    public async Task The_sweep_moves_on_but_never_past_an_upload_under_way()
    {
        await using var world = await BeginAsync();
        var sweeper = world.Hosted<OrphanSweeper>();
        await sweeper.SweepAsync(default);
        var first = await SweptUntilAsync(world);
        var inFlight = world.Services.GetRequiredService<UploadsInFlight>();
        var key = inFlight.Begin(_time.GetUtcNow());
        await PutAsync(key);

        _time.Advance(TimeSpan.FromHours(5));
        await sweeper.SweepAsync(default);
        (await SweptUntilAsync(world)).ShouldBe(first);

        // It crashes now, five hours after it began.
        await world.RestartAsync();
        (await world.Hosted<OrphanSweeper>().SweepAsync(default)).ShouldBe(1);
        (await SweptUntilAsync(world)).ShouldBe(first!.Value.AddHours(5));
    }

    [Fact]
    public async Task An_outage_is_tried_again_and_the_sweep_does_not_move_on_meanwhile()
    {
        await using var world = await BeginAsync();
        var sweeper = world.Hosted<OrphanSweeper>();
        await sweeper.SweepAsync(default);
        var before = await SweptUntilAsync(world);
        await PutAsync(BlobKey.New(_time.GetUtcNow()));
        var inFlight = world.Services.GetRequiredService<UploadsInFlight>();

        _time.Advance(TimeSpan.FromHours(3));
        _store.IsDown = true;
        await Should.ThrowAsync<StoreUnavailableException>(() => sweeper.SweepAsync(default));
        inFlight.HasLeftovers.ShouldBeTrue();
        (await SweptUntilAsync(world)).ShouldBe(before);

        _store.IsDown = false;
        (await sweeper.SweepAsync(default)).ShouldBe(1);
        inFlight.HasLeftovers.ShouldBeFalse();
    }

    [Fact]
    public async Task A_failed_upload_whose_blob_could_not_be_removed_is_swept_up_while_running()
    {
        await using var world = await BeginAsync();
        await world.StartAsync<OrphanSweeper>();
        await Eventually.HoldsAsync(async () => await SweptUntilAsync(world) is not null, "the first sweep is over");
        await PutAsync(BlobKey.New(_time.GetUtcNow()));
        world.Services.GetRequiredService<UploadsInFlight>().HasLeftovers = true;

        await Eventually.HoldsAsync(
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(30));
                return (await KeysAsync()).Count == 0;
            },
            "the leftover is gone"
        );
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private Task<ChatWorld> BeginAsync() =>
        ChatWorld.BeginAsync(change: services => services.AddSingleton<IFileStore>(_store).AddSingleton<TimeProvider>(_time));

    private async Task PutAsync(string key)
    {
        using var content = new MemoryStream([1, 2, 3]);
        await _store.WriteAsync(key, content, default);
    }

    private async Task<List<string>> KeysAsync() => await _store.ListAsync("", default).ToListAsync();

    private static Task<DateTimeOffset?> SweptUntilAsync(ChatWorld world) =>
        world.Services.GetRequiredService<Markers>().GetTimeAsync(Marker.SweptUntil, default);
}
