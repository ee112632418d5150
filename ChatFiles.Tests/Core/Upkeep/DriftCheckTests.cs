using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Core.Upkeep;

public sealed class DriftCheckTests
{
    private static readonly Dictionary<string, string?> Fast = new(StringComparer.Ordinal)
    {
        ["Upkeep:CheckFilesPerSecond"] = "100000",
        ["Upkeep:CheckBytesPerSecond"] = "10000000000",
    };

    [Fact]
    public async Task Fifty_blobs_that_vanish_are_found_and_when_they_are_back_their_files_are_ready_again()
    {
        await using var world = await ChatWorld.BeginAsync(Fast);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var blobs = new List<string>();
        for (var n = 0; n < 130; n++)
            blobs.Add(await world.BlobPathAsync((await world.SendFileAsync(ann, chat, content: $"number {n}")).Attachments[0].Id));
        var vanishing = blobs.Where((_, n) => n % 2 == 0).Take(50).ToList();

        foreach (var blob in vanishing)
            File.Move(blob, blob + ".aside");
        await world.Hosted<DriftCheck>().StepAsync(CancellationToken.None);
        (await MissingAsync(world)).ShouldBe(50);
        (await EventsAsync(world, chat, ChatEventType.FileMissing)).ShouldBe(50);

        foreach (var blob in vanishing)
            File.Move(blob + ".aside", blob);
        await world.RestartAsync(); // and with it everything that was remembered in memory only
        await world.Hosted<DriftCheck>().StepAsync(CancellationToken.None);
        (await MissingAsync(world)).ShouldBe(0);
        (await EventsAsync(world, chat, ChatEventType.FileRestored)).ShouldBe(50);
    }

    [Fact]
    public async Task Bytes_that_changed_without_a_trace_are_found_by_reading_them_all()
    {
        await using var world = await ChatWorld.BeginAsync(Fast);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var blob = await world.BlobPathAsync((await world.SendFileAsync(ann, chat, content: "hello")).Attachments[0].Id);
        var writtenAt = File.GetLastWriteTimeUtc(blob);
        await File.WriteAllTextAsync(blob, "HELLO");
        File.SetLastWriteTimeUtc(blob, writtenAt);

        await world.Hosted<DriftCheck>().StepAsync(CancellationToken.None);

        (await MissingAsync(world)).ShouldBe(1);
    }

    [Fact]
    public async Task While_the_store_is_away_no_file_changes_its_state()
    {
        await using var world = await ChatWorld.BeginAsync(Fast, FlakyStore.Register);
        var store = (FlakyStore)world.Store;
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.SendFileAsync(ann, chat);
        store.BeforeOpen = _ => throw new StoreUnavailableException("Staged.");

        await Should.ThrowAsync<StoreUnavailableException>(() => world.Hosted<DriftCheck>().StepAsync(CancellationToken.None));
        (await MissingAsync(world)).ShouldBe(0);

        store.BeforeOpen = _ => { };
        await world.Hosted<DriftCheck>().StepAsync(CancellationToken.None);
        (await MissingAsync(world)).ShouldBe(0);
    }

    private static Task<int> MissingAsync(ChatWorld world) =>
        world.ReadAsync(db => db.Attachments.CountAsync(a => a.State == AttachmentState.Missing));

    private static async Task<int> EventsAsync(ChatWorld world, long chat, ChatEventType type) =>
        (await world.EventsAsync(chat)).Count(e => e.Type == type);
}
