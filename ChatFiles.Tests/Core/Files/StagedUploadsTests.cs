using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ChatFiles.Tests.Core.Files;

/// <summary>Resumable uploads on the disk: what stays, what is cleared away, what is left alone.</summary>
public sealed class StagedUploadsTests
{
    [Fact]
    public async Task What_a_crash_left_halfway_is_discarded_at_the_next_start_and_nothing_else()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var kept = await BeginAsync(world, ann, chat, 10);
        await AppendAsync(world, ann, kept, "hello");
        var (unannounced, unstarted) = (await BeginAsync(world, ann, chat, 10), await BeginAsync(world, ann, chat, 10));
        var ticket = await File.ReadAllTextAsync(PathOf(world, unannounced, "json"));
        await File.WriteAllTextAsync(PathOf(world, unannounced, "json"), ticket[..^20]);
        File.Delete(PathOf(world, unstarted, "part"));

        await world.RestartAsync();

        Files(world).ShouldBe([$"{kept.Id}.json", $"{kept.Id}.part"]);
        (await world.Uploads.FindUploadAsync(ann.Id, chat, kept.Id)).Value.Offset.ShouldBe(5);
    }

    [Fact]
    public async Task An_upload_stays_until_its_message_is_committed()
    {
        await using var world = await ChatWorld.BeginAsync(change: FlakyStore.Register);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var upload = await BeginAsync(world, ann, chat, 5);
        await AppendAsync(world, ann, upload, "hello");
        ((FlakyStore)world.Store).BeforeWrite = _ => throw new StoreUnavailableException("The store is down.");
        await Should.ThrowAsync<StoreUnavailableException>(world.SendAsync(ann, chat, "k", Part(upload)));

        ((FlakyStore)world.Store).BeforeWrite = _ => { };
        var sent = (await world.SendAsync(ann, chat, "k", Part(upload))).Value;

        sent.Attachments.ShouldHaveSingleItem().Size.ShouldBe(5);
        Files(world).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_person_has_a_limited_number_of_uploads_and_only_their_own_count()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        for (var i = 0; i < 100; i++)
            await BeginAsync(world, ann, chat, 1);

        (await world.Uploads.BeginUploadAsync(ann.Id, chat, "note.txt", 1, null)).Refusal!.Reason.ShouldBe(RefusalReason.QuotaExceeded);
        await BeginAsync(world, bob, chat, 1);
    }

    [Fact]
    public async Task A_full_disk_is_told_as_such()
    {
        var ticket = new UploadTicket(Guid.NewGuid(), "ann", 1, "note.txt", 5, Metadata: null, DateTimeOffset.MaxValue);
        var upload = new LocalUpload(ticket, "/dev/full", new QuotaReservations().Open("ann", 1));
        using var body = new MemoryStream("hello"u8.ToArray());
        var policy = new UploadPolicy(Options.Create(new UploadOptions()));

        await Should.ThrowAsync<StoreFullException>(async () => await upload.AppendAsync(body, 0, (await upload.EnterAsync()).Value, policy, FileTypes.Default["txt"]));
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_backup_leaves_uploads_under_way_out()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var upload = await BeginAsync(world, ann, chat, 5);
        await AppendAsync(world, ann, upload, "hello");
        var root = Directory.CreateTempSubdirectory("chatfiles-backup-").FullName;
        var (copy, data) = (Path.Combine(root, "copy"), Path.Combine(root, "data"));

        await world.Services.GetRequiredService<Backup>().WriteAsync(copy, default);

        Directory.EnumerateFiles(copy, $"{upload.Id}*", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.CreateDirectory(data);
        await Backup.RestoreAsync(copy, data, default);
        await using (var restored = await ChatWorld.BeginOnAsync(data))
        {
            (await restored.Uploads.FindUploadAsync(ann.Id, chat, upload.Id)).Refusal!.Reason.ShouldBe(RefusalReason.FileNotFound);
            await BeginAsync(restored, ann, chat, 5);
        }

        Directory.Delete(root, recursive: true);
    }

    private static async Task<UploadView> BeginAsync(ChatWorld world, Person who, long chat, long length) =>
        (await world.Uploads.BeginUploadAsync(who.Id, chat, "note.txt", length, metadata: null)).Value;

    private static async Task AppendAsync(ChatWorld world, Person who, UploadView upload, string text)
    {
        using var body = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        (await world.Uploads.ContinueUploadAsync(who.Id, upload.ChatId, upload.Id, offset: 0, declaredBytes: null, body)).Refusal.ShouldBeNull();
    }

    private static UploadPart Part(UploadView upload) =>
        new(UploadPartKind.Upload, null, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(upload.Id.ToString())));

    private static string PathOf(ChatWorld world, UploadView upload, string extension) =>
        Path.Combine(world.Folder, "uploads", $"{upload.Id}.{extension}");

    private static IEnumerable<string?> Files(ChatWorld world) =>
        Directory.EnumerateFiles(Path.Combine(world.Folder, "uploads")).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
