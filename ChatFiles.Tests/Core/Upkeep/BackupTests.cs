using System.Security.Cryptography;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.Upkeep;

[Trait("Database", "Sqlite")]
public sealed class BackupTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("chatfiles-backup-").FullName;

    private string Copy => Path.Combine(_root, "copy");

    [Fact]
    public async Task A_backup_taken_while_people_send_and_delete_is_whole_and_can_be_restored()
    {
        await using var world = await ChatWorld.BeginAsync();
        await world.StartAsync<JobRunner>();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        for (var i = 0; i < 20; i++)
            await world.SendFileAsync(ann, chat, content: $"before {i}");
        using var enough = new CancellationTokenSource();
        var people = Task.WhenAll(Enumerable.Range(0, 2).Select(i => Task.Run(() => SendAndDeleteAsync(world, ann, chat, enough.Token))));

        await BackUpAsync(world);

        await enough.CancelAsync();
        await people;
        (await Backup.CheckAsync(Copy, default)).Messages.ShouldBeGreaterThanOrEqualTo(20);
        var data = Path.Combine(_root, "data");
        await Backup.RestoreAsync(Copy, data, default);
        await using var restored = await ChatWorld.BeginOnAsync(data);
        await EveryReadyFileShouldBeWholeAsync(restored, ann, chat);
        (await restored.EventsAsync(chat)).Select(e => e.Seq).ShouldBe(Enumerable.Range(1, (int)(await LastSeqAsync(restored, ann, chat))).Select(n => (long)n));
        (await restored.SendFileAsync(ann, chat)).Seq.ShouldBe(await LastSeqAsync(restored, ann, chat), "it goes on where the backup was taken");
    }

    [Fact]
    public async Task Pictures_of_people_go_into_a_backup_which_is_not_whole_without_them()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        (await world.Services.GetRequiredService<OwnPictures>().PutAsync(ann.Id, null, new MemoryStream(PictureFiles.Of("png", 8, 8)))).Refusal.ShouldBeNull();
        await BackUpAsync(world);
        var data = Path.Combine(_root, "data");
        await Backup.RestoreAsync(Copy, data, default);

        await using (var restored = await ChatWorld.BeginOnAsync(data))
            (await restored.Services.GetRequiredService<OwnPictures>().OpenAsync(ann.Id)).Refusal.ShouldBeNull();

        await File.WriteAllTextAsync(Directory.GetFiles(Path.Combine(Copy, "files", "blobs"), "*", SearchOption.AllDirectories).Single(), "another");
        (await Should.ThrowAsync<BackupException>(() => Backup.CheckAsync(Copy, default))).Message.ShouldContain("picture of person");
    }

    [Fact]
    public async Task A_file_deleted_between_the_copies_of_its_row_and_its_blob_makes_the_backup_a_moment_newer()
    {
        var stage = new StoreStage();
        await using var world = await ChatWorld.BeginAsync(change: stage.Register);
        await world.StartAsync<JobRunner>();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var kept = await world.SendFileAsync(ann, chat, content: "kept");
        var late = new List<MessageView>();
        stage.OnOpen = async key =>
        {
            // While the first blobs are copied another file comes: the next copy of the database knows it.
            // It goes away when its blob is opened, so this copy is too old.
            if (late.Count < 3)
            {
                if (late.Count > 0)
                    await DeleteWithBlobAsync(world, ann, chat, late[^1]);
                late.Add(await world.SendFileAsync(ann, chat, content: $"late {late.Count}"));
            }
        };

        (await BackUpAsync(world)).Messages.ShouldBe(4);

        stage.OnOpen = _ => Task.CompletedTask;
        await Backup.RestoreAsync(Copy, Path.Combine(_root, "data"), default);
        await using var restored = await ChatWorld.BeginOnAsync(Path.Combine(_root, "data"));
        var messages = (await restored.Chats.HistoryAsync(ann.Id, chat)).Value.Messages;
        messages.Select(m => m.Attachments[0].State).ShouldBe(
            [AttachmentState.Ready, AttachmentState.Deleted, AttachmentState.Deleted, AttachmentState.Ready]
        );
        messages[0].Id.ShouldBe(kept.Id);
        Directory.EnumerateFiles(Copy, "*.db-*").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("manifest.json", "no complete backup")]
    [InlineData("chatfiles.db", "incomplete")]
    [InlineData("blob", "holds 0 blobs")]
    [InlineData("bytes", "gone or wrong")]
    public async Task A_backup_that_is_not_whole_is_refused(string broken, string named)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await world.SendFileAsync(ann, await world.ChatAsync(ann));
        await BackUpAsync(world);
        var blob = Directory.EnumerateFiles(Path.Combine(Copy, "files", "blobs"), "*", SearchOption.AllDirectories).Single();
        var database = Path.Combine(Copy, "chatfiles.db");
        if (broken == "blob")
            File.Delete(blob);
        else if (broken == "bytes")
            await File.WriteAllTextAsync(blob, "HELLO");
        else if (broken == "chatfiles.db")
            await File.WriteAllBytesAsync(database, (await File.ReadAllBytesAsync(database))[..20_000]);
        else
            File.Delete(Path.Combine(Copy, broken));

        var data = Path.Combine(_root, "data");
        (await Should.ThrowAsync<BackupException>(() => Backup.RestoreAsync(Copy, data, default))).Message.ShouldContain(named);
        Directory.Exists(data).ShouldBeFalse();
    }

    [Fact]
    public async Task Nothing_is_overwritten()
    {
        await using var world = await ChatWorld.BeginAsync();
        await BackUpAsync(world);

        await Should.ThrowAsync<BackupException>(() => BackUpAsync(world));
        (await Should.ThrowAsync<BackupException>(() => Backup.RestoreAsync(Copy, world.Folder, default))).Message.ShouldContain("holds data already");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static async Task EveryReadyFileShouldBeWholeAsync(ChatWorld world, Person ann, long chat)
    {
        var ready = (await world.Chats.HistoryAsync(ann.Id, chat, limit: 200))
            .Value.Messages.SelectMany(m => m.Attachments)
            .Where(file => file.State == AttachmentState.Ready)
            .ToList();
        ready.Count.ShouldBeGreaterThanOrEqualTo(20);
        foreach (var file in ready)
        {
            await using var opened = (await world.Chats.OpenFileAsync(ann.Id, chat, file.Id)).Value;
            Convert.ToHexStringLower(await SHA256.HashDataAsync(opened.Content)).ShouldBe(file.Sha256);
        }
    }

    private static async Task<long> LastSeqAsync(ChatWorld world, Person ann, long chat) => (await world.ChatDirectory.GetChatAsync(ann.Id, chat)).Value.LastSeq;

    private Task<BackupManifest> BackUpAsync(ChatWorld world) => world.Services.GetRequiredService<Backup>().WriteAsync(Copy, default);

    private static async Task DeleteWithBlobAsync(ChatWorld world, Person ann, long chat, MessageView message)
    {
        (await world.Chats.DeleteFileAsync(ann.Id, chat, message.Attachments[0].Id, CancellationToken.None)).Refusal.ShouldBeNull();
        await Eventually.HoldsAsync(() => Directory.EnumerateFiles(Path.Combine(world.Folder, "files", "blobs"), "*", SearchOption.AllDirectories).Count() == 1, "its blob is deleted");
    }

    private static async Task SendAndDeleteAsync(ChatWorld world, Person ann, long chat, CancellationToken enough)
    {
        for (var i = 0; !enough.IsCancellationRequested; i++)
        {
            var sent = await world.SendFileAsync(ann, chat, content: $"meanwhile {i}");
            if (i % 2 == 0)
                (await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[0].Id, CancellationToken.None)).Refusal.ShouldBeNull();
        }
    }
}
