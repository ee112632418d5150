using ChatFiles.Core.Chats;
using ChatFiles.Core.Files;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.Upkeep;

public sealed class DriftCheckTests
{
    private static readonly Dictionary<string, string?> Fast = new() { ["Upkeep:CheckFilesPerSecond"] = "100000" };

    [Fact]
    public async Task Files_that_vanish_are_found_and_files_that_come_back_too()
    {
        await using var world = await ChatWorld.BeginAsync(Fast);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var blobs = new List<string>();
        for (var i = 0; i < 60; i++)
            blobs.Add(await world.BlobPathAsync((await world.SendFileAsync(ann, chat, content: $"file {i}")).Attachments[0].Id));
        foreach (var blob in blobs.Take(50))
            File.Move(blob, blob + ".away");

        await world.Hosted<DriftCheck>().StepAsync(default);
        (await CountAsync(world, AttachmentState.Missing)).ShouldBe(50);
        (await world.EventsAsync(chat)).Count(e => e.Type == ChatEventType.FileMissing).ShouldBe(50);

        foreach (var blob in blobs.Take(50))
            File.Move(blob + ".away", blob);
        await world.RestartAsync();
        await world.Hosted<DriftCheck>().StepAsync(default);
        (await CountAsync(world, AttachmentState.Ready)).ShouldBe(60);
        (await world.EventsAsync(chat)).Count(e => e.Type == ChatEventType.FileRestored).ShouldBe(50);
    }

    [Fact]
    public async Task Other_bytes_of_the_same_length_are_found_even_under_the_old_time()
    {
        await using var world = await ChatWorld.BeginAsync(Fast);
        var ann = await world.PersonAsync("ann");
        var sent = await world.SendFileAsync(ann, await world.ChatAsync(ann), content: "hello");
        var blob = await world.BlobPathAsync(sent.Attachments[0].Id);
        var time = File.GetLastWriteTimeUtc(blob);
        await File.WriteAllTextAsync(blob, "HELLO");
        File.SetLastWriteTimeUtc(blob, time);

        await world.Hosted<DriftCheck>().StepAsync(default);

        (await CountAsync(world, AttachmentState.Missing)).ShouldBe(1);
    }

    [Fact]
    public async Task An_outage_changes_no_state()
    {
        await using var world = await ChatWorld.BeginAsync(Fast);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await world.SendFileAsync(ann, chat);
        var events = (await world.EventsAsync(chat)).Count;
        var blobs = Path.Combine(world.Folder, "files", "blobs");
        Directory.Move(blobs, blobs + "-away");

        await Should.ThrowAsync<StoreUnavailableException>(() => world.Hosted<DriftCheck>().StepAsync(default));

        (await CountAsync(world, AttachmentState.Ready)).ShouldBe(1);
        (await world.EventsAsync(chat)).Count.ShouldBe(events);
    }

    [Fact]
    public async Task A_round_goes_on_after_a_restart_where_it_was()
    {
        await using var world = await ChatWorld.BeginAsync(Fast);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        for (var i = 0; i < 110; i++)
            await world.SendFileAsync(ann, chat, content: $"file {i}");
        await world.Hosted<DriftCheck>().StepAsync(default);
        var markers = world.Services.GetRequiredService<Markers>();
        var position = await markers.GetNumberAsync(DriftCheck.ContentRound, default);
        position.ShouldBeGreaterThan(0);
        (await markers.GetTimeAsync(CheckRound.EndMarker(DriftCheck.ContentRound), default)).ShouldBeNull();

        await world.RestartAsync();
        await world.Hosted<DriftCheck>().StepAsync(default);

        markers = world.Services.GetRequiredService<Markers>();
        (await markers.GetTimeAsync(CheckRound.EndMarker(DriftCheck.ContentRound), default)).ShouldNotBeNull();
    }

    private static Task<int> CountAsync(ChatWorld world, AttachmentState state) =>
        world.ReadAsync(db => db.Attachments.CountAsync(a => a.State == state));
}
