using System.Diagnostics;
using System.Net.Sockets;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Web;

/// <summary>Whatever has happened to a backup, <c>check</c> and <c>restore</c> say it in one line and end with 1, soon.</summary>
public sealed class DamagedBackupTests(DamagedBackupTests.GoodBackup good) : IClassFixture<DamagedBackupTests.GoodBackup>, IDisposable
{
    private static readonly Dictionary<string, Action<string>> Damages = new(StringComparer.Ordinal)
    {
        ["no folder"] = copy => Directory.Delete(copy, recursive: true),
        ["empty folder"] = copy =>
        {
            Directory.Delete(copy, recursive: true);
            Directory.CreateDirectory(copy);
        },
        ["a file in place of the folder"] = copy =>
        {
            Directory.Delete(copy, recursive: true);
            File.WriteAllText(copy, "");
        },
        ["no manifest"] = copy => File.Delete(Manifest(copy)),
        ["empty manifest"] = copy => File.WriteAllText(Manifest(copy), ""),
        ["manifest null"] = copy => File.WriteAllText(Manifest(copy), "null"),
        ["manifest {}"] = copy => File.WriteAllText(Manifest(copy), "{}"),
        ["manifest of other types"] = copy => File.WriteAllText(Manifest(copy), """{"TakenAt": 5, "Blobs": "two", "Messages": []}"""),
        ["manifest cut off"] = copy => File.WriteAllText(Manifest(copy), File.ReadAllText(Manifest(copy))[..20]),
        ["manifest of bytes"] = copy => File.WriteAllBytes(Manifest(copy), [0xFF, 0xFE, 0, 0x1B, 0x5B]),
        ["huge manifest"] = copy => File.WriteAllText(Manifest(copy), new string(' ', 10_000_000) + File.ReadAllText(Manifest(copy))),
        ["deep manifest"] = copy => File.WriteAllText(Manifest(copy), new string('[', 60_000)),
        ["negative counts"] = copy => Say(copy, "-1", "-1"),
        ["another count of messages"] = copy => Say(copy, "2", "7"),
        ["another count of blobs"] = copy => Say(copy, "9", "3"),
        ["a folder for a manifest"] = copy => FolderInstead(Manifest(copy)),
        ["no database"] = copy => File.Delete(Database(copy)),
        ["empty database"] = copy => File.WriteAllBytes(Database(copy), []),
        ["a folder for a database"] = copy => FolderInstead(Database(copy)),
        ["database of text"] = copy => File.WriteAllText(Database(copy), new string('x', 100_000)),
        ["database cut off"] = copy => File.WriteAllBytes(Database(copy), File.ReadAllBytes(Database(copy))[..20_000]),
        ["database with zeros in it"] = copy => Overwrite(Database(copy), 8192, new byte[20_000]),
        ["database with another text"] = copy =>
        {
            var bytes = File.ReadAllBytes(Database(copy));
            Overwrite(Database(copy), bytes.AsSpan().IndexOf("with a text"u8), "WITH"u8.ToArray());
        },
        ["database of something else"] = copy =>
        {
            File.Delete(Database(copy));
            Run(copy, "CREATE TABLE t (a); INSERT INTO t VALUES (1);");
        },
        ["database of a later version"] = copy => Run(copy, "INSERT INTO __EFMigrationsHistory VALUES ('99990101000000_Later', '99.0')"),
        ["database with other types"] = copy => Run(copy, "UPDATE Attachments SET Size = 'many'"),
        ["a log beside the database"] = copy => File.WriteAllText(Database(copy) + "-wal", "left over"),
        ["a key of a blob that leads out"] = copy => Run(copy, "UPDATE Attachments SET BlobKey = '../../../../../../../etc/passwd' WHERE Id = (SELECT min(Id) FROM Attachments)"),
        ["no blobs at all"] = copy => Directory.Delete(Path.Combine(copy, "files"), recursive: true),
        ["a blob is gone"] = copy => File.Delete(Blob(copy)),
        ["a blob too many"] = copy => File.WriteAllText(Blob(copy) + "0", "more"),
        ["a blob is longer"] = copy => File.AppendAllText(Blob(copy), "more"),
        ["a blob has other bytes"] = copy => Overwrite(Blob(copy), 0, [0]),
        ["a folder for a blob"] = copy => FolderInstead(Blob(copy)),
        ["no keys"] = copy => Directory.Delete(Path.Combine(copy, "keys"), recursive: true),
        ["another key"] = copy => File.AppendAllText(Directory.GetFiles(Path.Combine(copy, "keys"))[0], " "),
        ["a link for a manifest"] = copy => LinkInstead(copy, Manifest(copy)),
        ["a link for a database"] = copy => LinkInstead(copy, Database(copy)),
        ["a link for a blob"] = copy => LinkInstead(copy, Blob(copy)),
        ["a link among the keys"] = copy => File.CreateSymbolicLink(Path.Combine(copy, "keys", "key-more.xml"), "/etc/hostname"),
        ["a link to nowhere"] = copy => File.CreateSymbolicLink(Path.Combine(copy, "nowhere"), "/nowhere"),
        ["a link for the folder of the blobs"] = copy =>
        {
            Directory.Move(Path.Combine(copy, "files"), copy + "-files");
            Directory.CreateSymbolicLink(Path.Combine(copy, "files"), copy + "-files");
        },
        ["a pipe for a manifest"] = copy => PipeInstead(Manifest(copy)),
        ["a pipe for a database"] = copy => PipeInstead(Database(copy)),
        ["a pipe for a blob"] = copy => PipeInstead(Blob(copy)),
        ["a pipe among the keys"] = copy => PipeInstead(Path.Combine(copy, "keys", "key-more.xml")),
        ["a socket"] = copy =>
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            var here = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N")); // a longer path would not fit
            socket.Bind(new UnixDomainSocketEndPoint(here));
            File.Move(here, Path.Combine(copy, "socket"));
        },
    };

    private readonly string _root = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;

    public static TheoryData<string> Kinds => [.. Damages.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_damaged_backup_is_refused_in_one_line(string damage)
    {
        var copy = Path.Combine(_root, "copy");
        good.CopyTo(copy);
        Damages[damage](copy);
        var data = Path.Combine(_root, "data");

        var run = await ProgramRun.ToEndAsync(["restore", copy, $"--Data:Directory={data}"]);

        (run.ExitCode, run.Output).ShouldBe((1, ""));
        run.Errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldStartWith($"restore {copy} failed: ");
        run.Errors.ShouldNotContain("Exception", customMessage: "what is expected has words of its own");
        Directory.EnumerateFileSystemEntries(data).Select(Path.GetFileName).ShouldBeSubsetOf(["lock"]);
    }

    [Fact]
    public async Task What_is_checked_is_neither_written_nor_followed_but_may_itself_be_linked_to()
    {
        var link = Path.Combine(_root, "link");
        var copy = Path.Combine(_root, "a copy #1 100%?");
        good.CopyTo(copy);
        Directory.CreateSymbolicLink(link, copy);
        var before = Directory.EnumerateFileSystemEntries(copy, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();

        var run = await ProgramRun.ToEndAsync(["check", "link"], folder: _root);

        (run.ExitCode, run.Errors).ShouldBe((0, ""));
        run.Output.ShouldContain("3 messages, 2 blobs");
        Directory.EnumerateFileSystemEntries(copy, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ShouldBe(before);
    }

    [Fact]
    public async Task A_backup_is_not_restored_into_itself_nor_onto_data()
    {
        var copy = Path.Combine(_root, "copy");
        good.CopyTo(copy);
        (await Should.ThrowAsync<BackupException>(() => Backup.RestoreAsync(copy, Path.Combine(copy, "data"), default))).Message.ShouldContain("in the backup itself");
        var data = Directory.CreateDirectory(Path.Combine(_root, "data", "files", "blobs")).Parent!.Parent!.FullName;
        (await Should.ThrowAsync<BackupException>(() => Backup.RestoreAsync(copy, data, default))).Message.ShouldContain("holds data already");
    }

    [Fact]
    public async Task A_restore_that_was_cut_off_can_be_done_again()
    {
        var copy = Path.Combine(_root, "copy");
        good.CopyTo(copy);
        var data = Directory.CreateDirectory(Path.Combine(_root, "data")).FullName;
        File.WriteAllText(Path.Combine(data, "chatfiles.db.restoring"), "half");
        Directory.CreateDirectory(Path.Combine(data, "files", "blobs", "1999-01-01"));
        File.WriteAllText(Path.Combine(data, "files", "blobs", "1999-01-01", "half"), "half");

        await Backup.RestoreAsync(copy, data, default);

        Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories).Count().ShouldBe(4, "the database, two blobs and a key");
    }

    [Fact]
    public async Task A_restored_backup_is_its_owners_alone_however_open_the_backup_lies_there()
    {
        var copy = Path.Combine(_root, "copy");
        good.CopyTo(copy);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Database(copy), (UnixFileMode)0b110_110_110);
        var data = Path.Combine(_root, "data");

        var run = await ProgramRun.ToEndAsync(["restore", copy], new(StringComparer.Ordinal) { ["Data__Directory"] = data });

        (run.ExitCode, run.Errors).ShouldBe((0, ""));
        Modes.OpenToOthers(data).ShouldBeEmpty();
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string Manifest(string copy) => Path.Combine(copy, "manifest.json");

    private static string Database(string copy) => Path.Combine(copy, "chatfiles.db");

    private static string Blob(string copy) =>
        Directory.EnumerateFiles(Path.Combine(copy, "files", "blobs"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();

    private static void Say(string copy, string blobs, string messages) =>
        File.WriteAllText(Manifest(copy), $$"""{"TakenAt":"2026-11-20T10:00:00+00:00","Blobs":{{blobs}},"Messages":{{messages}}}""");

    private static void Overwrite(string path, int place, byte[] bytes)
    {
        using var file = File.OpenWrite(path);
        file.Position = place;
        file.Write(bytes);
    }

    /// <summary>As somebody does who has the tools, and knows how to make the sum of the manifest go away.</summary>
    private static void Run(string copy, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database(copy)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
        Say(copy, "2", "3");
    }

    private static void FolderInstead(string path)
    {
        File.Delete(path);
        Directory.CreateDirectory(path);
    }

    /// <summary>To the right bytes, so that nothing but the link is wrong.</summary>
    private static void LinkInstead(string copy, string path)
    {
        File.Move(path, copy + "-elsewhere");
        File.CreateSymbolicLink(path, copy + "-elsewhere");
    }

    private static void PipeInstead(string path)
    {
        File.Delete(path);
        using var make = Process.Start("mkfifo", [path]);
        make.WaitForExit();
        make.ExitCode.ShouldBe(0);
    }

    /// <summary>Two messages with a file each, one with a text, and a key.</summary>
    public sealed class GoodBackup : IAsyncLifetime
    {
        private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("chatfiles-backup-").FullName, "good");

        public async Task InitializeAsync()
        {
            await using var world = await ChatWorld.BeginAsync();
            var ann = await world.PersonAsync("ann");
            var chat = await world.ChatAsync(ann);
            await world.SendFileAsync(ann, chat, content: "first");
            await world.SendFileAsync(ann, chat, content: "second");
            (await world.Chats.SendTextAsync(ann.Id, chat, "with a text", null, default)).Refusal.ShouldBeNull();
            Directory.CreateDirectory(Path.Combine(world.Folder, "keys"));
            await File.WriteAllTextAsync(Path.Combine(world.Folder, "keys", "key-1.xml"), "<key />");
            await world.Services.GetRequiredService<Backup>().WriteAsync(_folder, default);
        }

        public Task DisposeAsync()
        {
            Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
            return Task.CompletedTask;
        }

        public void CopyTo(string folder)
        {
            foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(folder, Path.GetRelativePath(_folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }
}
