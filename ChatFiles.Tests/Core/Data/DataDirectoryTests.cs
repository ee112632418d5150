using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.Options;

namespace ChatFiles.Tests.Core.Data;

public sealed class DataDirectoryTests
{
    [Fact]
    public async Task A_second_ChatFiles_on_the_same_data_is_refused_until_the_first_has_ended()
    {
        await using var world = await ChatWorld.BeginAsync();
        using var second = Open(world.Folder);

        var failure = Should.Throw<OptionsValidationException>(second.Lock);
        failure.Message.ShouldContain("Data:Directory");
        failure.Message.ShouldContain("another ChatFiles");

        await world.RestartAsync();
        Should.Throw<OptionsValidationException>(second.Lock);
    }

    [Fact]
    public void The_lock_ends_with_its_holder()
    {
        var folder = Directory.CreateTempSubdirectory("chatfiles-test-");
        try
        {
            using (var first = Open(folder.FullName))
            {
                first.Lock();
                first.Lock(); // twice is once
            }

            using var second = Open(folder.FullName);
            Should.NotThrow(second.Lock);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        var file = Path.GetTempFileName();
        try
        {
            Should.Throw<OptionsValidationException>(() => Open(Path.Combine(file, "data"))).Message.ShouldContain("Data:Directory");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Everything_the_default_set_up_writes_lies_in_the_folder()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        await world.SendFileAsync(ann, await world.ChatAsync(ann));

        Directory.GetFileSystemEntries(world.Folder).Select(Path.GetFileName).ShouldBeSubsetOf(
            ["chatfiles.db", "chatfiles.db-wal", "chatfiles.db-shm", "files", "keys", "lock", "uploads"]
        );
        Directory.GetFileSystemEntries(world.Folder).ShouldAllBe(path => DataDirectory.IsOurs(Path.GetFileName(path)));
        world.BlobCount.ShouldBe(1);
    }

    private static DataDirectory Open(string folder) => new(Options.Create(new DataOptions { Directory = folder }));
}
