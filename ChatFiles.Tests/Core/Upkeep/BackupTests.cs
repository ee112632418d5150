using ChatFiles.Core.People;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.Upkeep;

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
        File.Exists(Path.Combine(data, "chatfiles.db")).ShouldBeTrue();
        Directory.EnumerateFiles(Path.Combine(data, "files", "blobs"), "*", SearchOption.AllDirectories).Count().ShouldBeGreaterThanOrEqualTo(20);
    }

    [Theory]
    [InlineData("manifest.json", "no complete backup")]
    [InlineData("chatfiles.db", "incomplete")]
    [InlineData("blob", "gone or wrong")]
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

    private Task<BackupManifest> BackUpAsync(ChatWorld world) => world.Services.GetRequiredService<Backup>().WriteAsync(Copy, default);

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
