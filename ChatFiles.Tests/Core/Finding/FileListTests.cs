using ChatFiles.Core.Chats;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Core.Finding;

public sealed class FileListTests
{
    [Fact]
    public async Task The_files_of_a_chat_come_newest_first_with_message_author_and_time()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var (chat, other) = (await world.ChatAsync(ann, ben), await world.ChatAsync(ann));
        await world.SendFileAsync(ann, other, "elsewhere.txt");
        var first = await world.SendFileAsync(ann, chat, "one.txt");
        await world.Chats.SendTextAsync(ann.Id, chat, "no file");
        var second = (await world.SendAsync(ben, chat, null, Parts.File("two.txt", "2"), Parts.File("three.txt", "3"))).Value;

        var files = (await world.Finding.ListFilesAsync(ann.Id, chat, new FileFilter())).Value.Files;

        files.Select(f => f.FileName).ShouldBe(["three.txt", "two.txt", "one.txt"]);
        files.Select(f => f.MessageId).ShouldBe([second.Id, second.Id, first.Id]);
        files[0].ShouldSatisfyAllConditions(
            f => f.Author.ShouldBe(new AuthorView(ben.Id, "ben")),
            f => f.SentAt.ShouldBe(second.SentAt),
            f => f.Path.ShouldBe(second.Attachments[1].Path),
            f => f.Size.ShouldBe(1)
        );
    }

    [Theory]
    [InlineData("report", "Report_2026.txt|QUARTERLY REPORT.csv")]
    [InlineData("PORT", "Report_2026.txt|QUARTERLY REPORT.csv")]
    [InlineData("_", "Report_2026.txt")]
    [InlineData("%", "100%.md")]
    [InlineData("0%", "100%.md")]
    [InlineData("\"", "\"so\".log")]
    [InlineData("*", "")]
    [InlineData("Ü", "Überblick der Straße.txt|u.txt|QUARTERLY REPORT.csv")]
    [InlineData("ÜBERBLICK", "Überblick der Straße.txt")]
    [InlineData("uberblick", "Überblick der Straße.txt")]
    [InlineData("STRAßE", "Überblick der Straße.txt")]
    [InlineData("привет", "ПРИВЕТ мир.txt")]
    [InlineData("ΟΔΟΣ", "οδός.txt")]
    [InlineData("  mir  ", "")]
    [InlineData("  мир ", "ПРИВЕТ мир.txt")]
    [InlineData("u.t", "u.txt")]
    [InlineData("nothing like it", "")]
    public async Task A_part_of_the_name_is_enough_whatever_its_case_or_accents(string name, string expected)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        string[] names = ["οδός.txt", "ПРИВЕТ мир.txt", "\"so\".log", "100%.md", "QUARTERLY REPORT.csv", "u.txt", "U\u0308berblick der Straße.txt", "Report_2026.txt"];
        foreach (var file in names)
            await world.SendFileAsync(ann, chat, file);

        var found = (await world.Finding.ListFilesAsync(ann.Id, chat, new FileFilter(Name: name))).Value.Files;

        string.Join('|', found.Select(f => f.FileName)).ShouldBe(expected);
    }

    [Fact]
    public async Task Kind_person_and_time_narrow_it_alone_and_together()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var zip = new byte[] { 0x50, 0x4B, 3, 4, 0, 0 };
        await world.SendAsync(ann, chat, null, Parts.File("a.zip", zip));
        await world.SendAsync(ben, chat, null, Parts.File("b.zip", zip));
        var old = (await world.SendAsync(ben, chat, null, Parts.File("b.docx", zip))).Value;
        await world.Writer.WriteAsync(db =>
            db.Messages.Where(m => m.Id == old.Id).ExecuteUpdateAsync(set => set.SetProperty(m => m.SentAt, old.SentAt.AddDays(-9)))
        );

        (await NamesAsync(new FileFilter(Kind: FileKind.Archive))).ShouldBe(["b.zip", "a.zip"]);
        (await NamesAsync(new FileFilter(Kind: FileKind.Document))).ShouldBe(["b.docx"]);
        (await NamesAsync(new FileFilter(Kind: FileKind.Image))).ShouldBeEmpty();
        (await NamesAsync(new FileFilter(AuthorId: ben.Id))).ShouldBe(["b.docx", "b.zip"]);
        (await NamesAsync(new FileFilter(AuthorId: "nobody"))).ShouldBeEmpty();
        (await NamesAsync(new FileFilter(Since: old.SentAt.AddDays(-7)))).ShouldBe(["b.zip", "a.zip"]);
        (await NamesAsync(new FileFilter("B.", FileKind.Archive, ben.Id, old.SentAt.AddDays(-7)))).ShouldBe(["b.zip"]);

        async Task<IEnumerable<string?>> NamesAsync(FileFilter filter) =>
            (await world.Finding.ListFilesAsync(ann.Id, chat, filter)).Value.Files.Select(f => f.FileName);
    }

    [Fact]
    public async Task Only_ready_files_are_listed_and_a_restored_one_is_again()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var missing = (await world.SendFileAsync(ann, chat, "missing.txt", "bytes")).Attachments[0];
        var deleted = (await world.SendFileAsync(ann, chat, "deleted.txt")).Attachments[0];
        await world.SendFileAsync(ann, chat, "ready.txt");
        File.Delete(await world.BlobPathAsync(missing.Id));
        (await world.Chats.OpenFileAsync(ann.Id, chat, missing.Id)).Refusal!.Reason.ShouldBe(RefusalReason.FileMissing);
        await world.Chats.DeleteFileAsync(ann.Id, chat, deleted.Id);

        (await NamesAsync(world, ann, chat)).ShouldBe(["ready.txt"]);

        await world.Chats.PutBackAsync(ann.Id, chat, missing.Id, new[] { Parts.File("missing.txt", "bytes") }.ToAsyncEnumerable());
        (await NamesAsync(world, ann, chat)).ShouldBe(["ready.txt", "missing.txt"]);
    }

    [Fact]
    public async Task No_file_is_skipped_or_repeated_while_others_send_and_delete()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var sent = new List<AttachmentView>();
        for (var i = 0; i < 12; i++)
            sent.AddRange((await world.SendAsync(ann, chat, null, Parts.File($"{i}a.txt", "a"), Parts.File($"{i}b.txt", "b"))).Value.Attachments);

        var seen = new List<Guid>();
        var deleted = new HashSet<Guid>();
        Guid? before = null;
        do
        {
            var page = (await world.Finding.ListFilesAsync(ben.Id, chat, new FileFilter(), before, 5)).Value;
            seen.AddRange(page.Files.Select(f => f.Id));
            before = page.NextBefore;
            await world.SendFileAsync(ben, chat, "meanwhile.txt");
            // Also the one that the next page is asked for with.
            foreach (var file in new[] { before, sent[seen.Count / 3].Id }.OfType<Guid>().Where(deleted.Add))
                await world.Chats.DeleteFileAsync(ann.Id, chat, file);
        } while (before is not null);

        seen.ShouldBeUnique();
        sent.Select(f => f.Id).Reverse().Where(id => seen.Contains(id) || !deleted.Contains(id)).ShouldBe(seen);
    }

    [Fact]
    public async Task A_stranger_sees_no_files_authors_or_storage()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann);
        var file = (await world.SendFileAsync(ann, chat)).Attachments[0];

        (await world.Finding.ListFilesAsync(ben.Id, chat, new FileFilter())).Refusal.ShouldBe(Refusal.ChatNotFound);
        (await world.Finding.ListFilesAsync(ben.Id, chat, new FileFilter(), file.Id, 0)).Refusal.ShouldBe(Refusal.ChatNotFound);
        (await world.Finding.StorageOfChatAsync(ben.Id, chat)).Refusal.ShouldBe(Refusal.ChatNotFound);
        (await world.Finding.ListFileAuthorsAsync(ben.Id, chat)).ShouldBeEmpty();
        (await world.Finding.ListFileAuthorsAsync(ann.Id, chat)).ShouldBe([new AuthorView(ann.Id, "ann")]);
        (await world.Finding.ListFilesAsync(ben.Id, Chat.GeneralId, new FileFilter(), file.Id)).Refusal!.Reason.ShouldBe(RefusalReason.InvalidQuery);
    }

    [Fact]
    public async Task Who_has_a_file_comes_by_name_without_case_and_accents()
    {
        await using var world = await ChatWorld.BeginAsync();
        foreach (var name in new[] { "Zoe", "ärne", "Bea", "arno" })
            await world.SendFileAsync(await world.PersonAsync(name), Chat.GeneralId);
        var ann = await world.PersonAsync("ann");

        (await world.Finding.ListFileAuthorsAsync(ann.Id, Chat.GeneralId)).Select(author => author.Name).ShouldBe(["ärne", "arno", "Bea", "Zoe"]);
    }

    private static async Task<IEnumerable<string?>> NamesAsync(ChatWorld world, Person person, long chat) =>
        (await world.Finding.ListFilesAsync(person.Id, chat, new FileFilter())).Value.Files.Select(f => f.FileName);
}
