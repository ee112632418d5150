using System.Text;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace ChatFiles.Tests.Core.Finding;

/// <summary>Files are found by what is in them.</summary>
public sealed class ContentsTests
{
    [Fact]
    public async Task A_message_found_by_a_file_says_which_and_shows_the_words_one_found_by_text_or_name_does_not()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var text = (await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "a heron by text")).Value;
        var name = await world.SendFileAsync(ann, Chat.GeneralId, "heron.txt", "and a Heron inside");
        var both = (await world.SendAsync(ann, Chat.GeneralId, null, Parts.File("a.txt", "nothing"), Parts.File("b.txt", "The grey Héron stands"), Parts.File("c.txt", "heron"))).Value;
        await world.ReadContentsAsync();

        var found = (await world.SearchAsync(ann.Id, "heron")).Value.Messages;

        found.Select(m => m.Id).ShouldBe([both.Id, name.Id, text.Id]);
        found.Select(m => m.Found).ShouldBe([new FoundInFile(both.Attachments[1].Id, "The grey Héron stands"), null, null]);
        (await world.SearchAsync(ann.Id, "b grey")).Value.Messages.Single().Found!.Snippet.ShouldBe("The grey Héron stands");
        (await world.SearchAsync(ann.Id, "nothing grey")).Value.Messages.ShouldBeEmpty("no file has both");
    }

    [Fact]
    public async Task The_files_of_a_chat_and_ones_own_are_narrowed_by_what_is_in_them_too()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        await world.SendFileAsync(bob, chat, "report.txt", "a heron by bob");
        await world.SendFileAsync(ann, chat, "a heron.txt", "else");
        await world.SendFileAsync(ann, chat, "c.pdf", "%PDF-1.4 heron");
        await world.SendFileAsync(ann, chat, "d.txt", "the heron flies");
        await world.SendFileAsync(ann, Chat.GeneralId, "elsewhere.txt", "heron");
        await world.ReadContentsAsync();

        var files = (await world.Finding.ListFilesAsync(ann.Id, chat, new FileFilter("HERO"))).Value.Files;
        files.Select(f => (f.FileName, f.Snippet)).ShouldBe([("d.txt", "the heron flies"), ("a heron.txt", null), ("report.txt", "a heron by bob")]);
        (await NamesAsync(new FileFilter("heron", FileKind.Document, bob.Id))).ShouldBe(["report.txt"]);
        (await NamesAsync(new FileFilter("heron", Sort: FileSort.Name))).ShouldBe(["a heron.txt", "d.txt", "report.txt"]);
        (await world.Finding.ListOwnFilesAsync(ann.Id, new FileFilter("heron"))).Value.Files.Select(f => f.FileName).ShouldBe(["elsewhere.txt", "d.txt", "a heron.txt"]);
        (await world.Finding.ListFilesOfAsync(ann.Id, chat, [files[0].MessageId, files[2].MessageId], new FileFilter("flies"))).Single().Snippet.ShouldBe("the heron flies");

        async Task<IEnumerable<string?>> NamesAsync(FileFilter filter) =>
            (await world.Finding.ListFilesAsync(ann.Id, chat, filter)).Value.Files.Select(f => f.FileName);
    }

    [Fact]
    public async Task Pages_of_what_is_found_by_text_and_by_files_skip_and_repeat_nothing()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var (chat, other) = (await world.ChatAsync(ann), await world.ChatAsync(bob));
        var sent = new List<long>();
        for (var i = 0; i < 24; i++)
        {
            sent.Add(
                (i % 4) switch
                {
                    0 => (await world.Chats.SendTextAsync(ann.Id, chat, $"heron {i}")).Value.Id,
                    1 => (await world.SendAsync(ann, chat, null, Parts.Caption("heron"), Parts.File("1.txt", "heron"), Parts.File("2.txt", "heron"))).Value.Id,
                    2 => (await world.SendAsync(ann, chat, null, Parts.File("1.txt", "heron"), Parts.File("2.txt", "heron"))).Value.Id,
                    _ => (await world.SendFileAsync(ann, chat, "heron.txt", "heron")).Id,
                }
            );
            await world.SendFileAsync(bob, other, "bobs.txt", "heron");
            if (i == 12)
                await world.IndexAsync();
        }

        await world.ReadContentsAsync();
        var seen = new List<FoundMessage>();
        long? before = null;
        do
        {
            var page = (await world.Finding.SearchAsync(ann.Id, "heron", null, before, 5)).Value;
            page.Messages.Count.ShouldBeInRange(1, 5);
            seen.AddRange(page.Messages);
            before = page.NextBefore;
        } while (before is not null);

        seen.Select(m => m.Id).ShouldBe(Enumerable.Reverse(sent));
        seen.Where(m => m.Found is not null).Select(m => m.Id).ShouldBe(Enumerable.Reverse(sent).Where((_, i) => i % 4 == 1));
    }

    [Fact]
    public async Task Nothing_is_found_any_more_when_its_deletion_is_answered_or_the_membership_ends()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var chat = await world.ChatAsync(ann, bob);
        var one = (await world.SendAsync(ann, chat, null, Parts.File("1.txt", "heron"), Parts.File("2.txt", "heron too"))).Value;
        var two = await world.SendFileAsync(ann, chat, "x.txt", "heron");
        var kept = await world.SendFileAsync(ann, chat, "y.txt", "heron");
        await world.ReadContentsAsync();
        (await FoundAsync(bob)).ShouldBe([kept.Id, two.Id, one.Id]);

        await world.Chats.DeleteFileAsync(ann.Id, chat, one.Attachments[0].Id);
        (await world.SearchAsync(ann.Id, "heron")).Value.Messages[^1].Found!.FileId.ShouldBe(one.Attachments[1].Id);
        await world.Chats.DeleteFileAsync(ann.Id, chat, one.Attachments[1].Id);
        (await FoundAsync(bob)).ShouldBe([kept.Id, two.Id]);
        await world.Chats.DeleteMessageAsync(ann.Id, chat, two.Id);
        (await FoundAsync(bob)).ShouldBe([kept.Id]);
        (await world.Finding.ListFilesAsync(bob.Id, chat, new FileFilter("heron"))).Value.Files.Count.ShouldBe(1);
        await world.Members.RemoveMemberAsync(ann.Id, chat, bob.Id);
        (await FoundAsync(bob)).ShouldBeEmpty();
        (await FoundAsync(ann)).ShouldBe([kept.Id]);

        async Task<IEnumerable<long>> FoundAsync(Person person) => (await world.SearchAsync(person.Id, "heron")).Value.Messages.Select(m => m.Id);
    }

    [Trait("Database", "Sqlite")]
    [Fact]
    public async Task Words_of_deleted_files_can_not_be_read_from_the_database_file_any_more()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var gone = await world.SendFileAsync(ann, Chat.GeneralId, "x.txt", "the password is xylophonequartz");
        await world.SendFileAsync(ann, Chat.GeneralId, "y.txt", "kept marimbaopal");
        await world.ReadContentsAsync();
        (await ReadableAsync()).ShouldBe((true, true));

        await world.Chats.DeleteFileAsync(ann.Id, Chat.GeneralId, gone.Attachments[0].Id);
        await world.ReadContentsAsync();

        (await ReadableAsync()).ShouldBe((false, true));
        DatabaseIntegrity.Check(new DatabaseFile(Path.Combine(world.Folder, "chatfiles.db")), thoroughly: true);

        async Task<(bool Gone, bool Kept)> ReadableAsync()
        {
            await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(world.Folder, "chatfiles.db")};Pooling=False"))
            {
                await connection.OpenAsync();
                await using var checkpoint = connection.CreateCommand();
                checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
                await checkpoint.ExecuteNonQueryAsync();
            }

            var bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(world.Folder, "chatfiles.db")));
            return (bytes.Contains("quartz", StringComparison.Ordinal), bytes.Contains("opal", StringComparison.Ordinal));
        }
    }

    [Trait("Database", "Sqlite")]
    [Fact]
    public async Task What_was_there_before_an_upgrade_is_read_newest_first_and_goes_on_after_a_restart()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        for (var i = 1; i <= 3; i++)
            await world.SendAsync(ann, Chat.GeneralId, null, Parts.File("a.txt", $"heron{i} first"), Parts.File("b.zip", [0x50, 0x4B, 3, 4, 0, 0]), Parts.File("c.txt", $"heron{i} last"));
        await world.Writer.WriteAsync(db => db.Database.ExecuteSqlRawAsync("DROP TABLE ContentLater"));
        await world.RestartAsync();
        await world.SendFileAsync(ann, Chat.GeneralId, "d.txt", "heron new");
        (await ToGoAsync()).ShouldBe(10);

        await StepAsync();
        (await FilesAsync()).ShouldBe(["d.txt heron new"]);
        (await ToGoAsync()).ShouldBe(9);
        await StepAsync();
        await StepAsync();
        (await FilesAsync()).ShouldBe(["d.txt heron new", "c.txt heron3 last", "a.txt heron3 first"]);
        (await ToGoAsync()).ShouldBe(6);
        await world.RestartAsync();
        await StepAsync();
        (await FilesAsync()).Last().ShouldBe("c.txt heron2 last");
        await world.ReadContentsAsync();
        (await FilesAsync()).Count().ShouldBe(7);
        (await ToGoAsync()).ShouldBe(0);

        Task StepAsync() => world.Hosted<ContentReader>().StepAsync(CancellationToken.None);
        async Task<int?> ToGoAsync() => (await world.Services.GetRequiredService<OverviewReader>().ReadAsync()).FilesToLookInto;
        async Task<IEnumerable<string>> FilesAsync() =>
            (await world.Finding.ListFilesAsync(ann.Id, Chat.GeneralId, new FileFilter("heron"))).Value.Files.Select(f => $"{f.FileName} {f.Snippet}");
    }

    [Fact]
    public async Task A_file_that_can_not_be_read_is_tried_once_and_holds_up_no_other()
    {
        var opened = new List<string>();
        await using var world = await ChatWorld.BeginAsync(change: FlakyStore.Register);
        ((FlakyStore)world.Store).BeforeOpen = opened.Add;
        var ann = await world.PersonAsync("ann");
        await world.SendAsync(ann, Chat.GeneralId, null, Parts.File("broken.docx", "PK\u0003\u0004 and no more"), Parts.File("empty.docx", Documents.Zip(("x", "y"))), Parts.File("whole.docx", Documents.Docx("a heron")));

        await world.ReadContentsAsync();
        await world.ReadContentsAsync();
        await world.RestartAsync();
        await world.ReadContentsAsync();

        opened.Count.ShouldBe(3);
        (await world.SearchAsync(ann.Id, "heron")).Value.Messages.Count.ShouldBe(1);
    }

    [Fact]
    public async Task While_the_store_is_away_it_waits_and_what_is_missing_is_read_once_it_is_back()
    {
        await using var world = await ChatWorld.BeginAsync(change: FlakyStore.Register);
        var ann = await world.PersonAsync("ann");
        var sent = await world.SendFileAsync(ann, Chat.GeneralId, "a.txt", "heron");
        ((FlakyStore)world.Store).BeforeOpen = _ => throw new StoreUnavailableException("away");
        await Should.ThrowAsync<StoreUnavailableException>(world.ReadContentsAsync);
        await Should.ThrowAsync<StoreUnavailableException>(world.ReadContentsAsync);
        ((FlakyStore)world.Store).BeforeOpen = _ => { };

        var path = await world.BlobPathAsync(sent.Attachments[0].Id);
        File.Move(path, path + ".aside");
        await world.ReadContentsAsync();
        (await FoundAsync()).ShouldBeFalse();
        File.Move(path + ".aside", path);
        await world.Chats.OpenFileAsync(ann.Id, Chat.GeneralId, sent.Attachments[0].Id);
        await world.ReadContentsAsync();
        (await FoundAsync()).ShouldBeTrue();

        async Task<bool> FoundAsync() => (await world.SearchAsync(ann.Id, "heron")).Value.Messages.Count > 0;
    }

    [Fact]
    public async Task One_file_that_the_store_does_not_give_holds_up_no_other_and_is_read_later()
    {
        var time = new FakeTimeProvider();
        await using var world = await ChatWorld.BeginAsync(change: services =>
        {
            FlakyStore.Register(services);
            services.AddSingleton<TimeProvider>(time);
        });
        var ann = await world.PersonAsync("ann");
        var bad = await world.SendFileAsync(ann, Chat.GeneralId, "a.txt", "heron bad");
        var good = await world.SendFileAsync(ann, Chat.GeneralId, "b.txt", "heron good");
        var blob = Path.GetFileName(await world.BlobPathAsync(bad.Attachments[0].Id));
        var failures = 0;
        ((FlakyStore)world.Store).BeforeOpen = key =>
        {
            if (!key.EndsWith(blob, StringComparison.Ordinal))
                return;
            failures++;
            throw new StoreUnavailableException("Input/output error");
        };
        for (var i = 0; i < 2; i++)
            await Should.ThrowAsync<StoreUnavailableException>(world.ReadContentsAsync);
        await world.ReadContentsAsync();
        (await FoundAsync()).ShouldBe([good.Id]);

        time.Advance(TimeSpan.FromMinutes(1));
        await world.ReadContentsAsync();
        failures.ShouldBe(4, "later it is tried once");
        ((FlakyStore)world.Store).BeforeOpen = _ => { };
        await world.ReadContentsAsync();
        (await FoundAsync()).ShouldBe([good.Id]);
        await world.RestartAsync();
        time.Advance(TimeSpan.FromMinutes(2));
        await world.ReadContentsAsync();
        (await FoundAsync()).ShouldBe([good.Id, bad.Id]);

        async Task<IEnumerable<long>> FoundAsync() => (await world.SearchAsync(ann.Id, "heron")).Value.Messages.Select(m => m.Id);
    }

    [Fact]
    public async Task Files_of_who_has_sent_slow_ones_wait_behind_those_of_others()
    {
        var time = new FakeTimeProvider();
        await using var world = await ChatWorld.BeginAsync(change: services => services.AddSingleton<TimeProvider>(time));
        var (ann, bob) = (await world.PersonAsync("ann"), await world.PersonAsync("bob"));
        var slow = world.Services.GetRequiredService<SlowAuthors>();
        slow.Note(ann.Id, TimeSpan.FromSeconds(20));
        var first = await SendAsync(ann, "first");
        var second = await SendAsync(bob, "second");

        await world.ReadContentsAsync();
        (await FoundAsync()).ShouldBe([second]);

        // Another one was as slow when the minute was over.
        time.Advance(TimeSpan.FromMinutes(1));
        slow.Note(ann.Id, TimeSpan.FromSeconds(20));
        await world.ReadContentsAsync();
        (await FoundAsync()).ShouldBe([second]);
        time.Advance(TimeSpan.FromMinutes(2));
        await world.ReadContentsAsync();
        (await FoundAsync()).ShouldBe([second, first]);

        async Task<long> SendAsync(Person person, string text) =>
            (await world.SendAsync(person, Chat.GeneralId, null, Parts.File($"{text}.docx", Documents.Docx($"heron {text}")))).Value.Id;
        async Task<IEnumerable<long>> FoundAsync() => (await world.SearchAsync(ann.Id, "heron")).Value.Messages.Select(m => m.Id);
    }

    [Fact]
    public async Task Words_of_deleted_files_do_not_wait_for_many_new_ones()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var gone = await world.SendFileAsync(ann, Chat.GeneralId, "x.txt", "heron");
        await world.ReadContentsAsync();
        await world.Chats.DeleteFileAsync(ann.Id, Chat.GeneralId, gone.Attachments[0].Id);
        await world.SendFileAsync(ann, Chat.GeneralId, "y.txt", "new 0");
        await world.SendFileAsync(ann, Chat.GeneralId, "y.txt", "new 1");
        await world.SendAsync(ann, Chat.GeneralId, null, Parts.File("y.docx", Documents.Docx("new 2")));

        await world.Hosted<ContentReader>().StepAsync(CancellationToken.None);

        (await KeptAsync()).ShouldBe(["new 0", "new 1"], "plain texts are read together, and others by themselves");
        await world.ReadContentsAsync();
        (await KeptAsync()).Count.ShouldBe(3);

        Task<List<string>> KeptAsync() =>
            world.ReadAsync(db => db.Database.SqlQuery<string>($"SELECT \"Text\" AS \"Value\" FROM \"FileContents\" ORDER BY \"Key\"").ToListAsync());
    }

    [Fact]
    public async Task Of_a_small_file_that_holds_much_text_the_beginning_is_kept()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var docx = Documents.Docx("heron " + string.Concat(Enumerable.Repeat("again ", 100_000)) + "egret");
        await world.SendAsync(ann, Chat.GeneralId, null, Parts.File("a.docx", docx));

        await world.ReadContentsAsync();

        (await world.SearchAsync(ann.Id, "heron")).Value.Messages.Count.ShouldBe(1);
        (await world.SearchAsync(ann.Id, "egret")).Value.Messages.ShouldBeEmpty();
        var kept = await world.ReadAsync(db => db.Database.SqlQuery<long>($"SELECT LENGTH(\"Text\") AS \"Value\" FROM \"FileContents\"").SingleAsync());
        kept.ShouldBeInRange(1, Math.Max(20 * docx.Length, 4096));
    }

    [Fact]
    public async Task The_same_bytes_are_read_once()
    {
        var opened = new List<string>();
        await using var world = await ChatWorld.BeginAsync(change: FlakyStore.Register);
        var ann = await world.PersonAsync("ann");
        var sent = await world.SendFileAsync(ann, Chat.GeneralId, "a.txt", "heron");
        await world.ReadContentsAsync();
        await world.Chats.ForwardFilesAsync(ann.Id, sent.Attachments, await world.ChatAsync(ann), null);
        ((FlakyStore)world.Store).BeforeOpen = opened.Add;

        await world.ReadContentsAsync();

        opened.ShouldBeEmpty();
        (await world.SearchAsync(ann.Id, "heron")).Value.Messages.Count.ShouldBe(2);
        await world.Chats.DeleteFileAsync(ann.Id, Chat.GeneralId, sent.Attachments[0].Id);
        await world.ReadContentsAsync();
        (await world.SearchAsync(ann.Id, "heron")).Value.Messages.Count.ShouldBe(1);
    }

    [Trait("Database", "Sqlite")]
    [Fact]
    public async Task Where_contents_are_turned_off_nothing_is_read_found_or_kept_of_them()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        await using var world = await ChatWorld.BeginAsync(settings);
        var ann = await world.PersonAsync("ann");
        await world.SendFileAsync(ann, Chat.GeneralId, "a.txt", "heron");
        await world.ReadContentsAsync();
        (await world.SearchAsync(ann.Id, "heron")).Value.Messages.Count.ShouldBe(1);

        settings["Search:Contents"] = "false";
        await world.RestartAsync();
        await world.StartAsync<ContentReader>();
        await world.SendFileAsync(ann, Chat.GeneralId, "b.txt", "heron");

        (await world.SearchAsync(ann.Id, "heron")).Value.Messages.ShouldBeEmpty();
        (await world.Finding.ListFilesAsync(ann.Id, Chat.GeneralId, new FileFilter("heron"))).Value.Files.ShouldBeEmpty();
        (await world.Finding.ListFilesAsync(ann.Id, Chat.GeneralId, new FileFilter("b.t"))).Value.Files.Count.ShouldBe(1);
        (await world.Services.GetRequiredService<OverviewReader>().ReadAsync()).FilesToLookInto.ShouldBeNull();
        (await world.ReadAsync(db => db.Database.SqlQuery<string>($"SELECT name AS \"Value\" FROM sqlite_schema WHERE name LIKE 'Content%' OR name LIKE 'FileContents%'").ToListAsync())).ShouldBeEmpty();

        settings["Search:Contents"] = "true";
        await world.RestartAsync();
        await world.ReadContentsAsync();
        (await world.SearchAsync(ann.Id, "heron")).Value.Messages.Count.ShouldBe(2);
    }
}
