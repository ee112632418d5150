using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.Finding;

[Trait("Database", "Sqlite")]
public sealed class UpgradeTests
{
    [Fact]
    public async Task Files_and_texts_from_before_there_was_a_search_are_found()
    {
        var folder = Directory.CreateTempSubdirectory("chatfiles-test-").FullName;
        var file = new DatabaseFile(Path.Combine(folder, "chatfiles.db"));
        await using (var db = SqliteContext.On($"{file.ConnectionString};Pooling=False"))
        {
            await db.GetService<IMigrator>().MigrateAsync("20261123120306_Initial");
            await db.Database.ExecuteSqlRawAsync(
                """
                INSERT INTO AspNetUsers(Id, DisplayName, EmailConfirmed, PhoneNumberConfirmed, TwoFactorEnabled, LockoutEnabled, AccessFailedCount)
                VALUES ('ann', 'Ann', 0, 0, 0, 0, 0);
                INSERT INTO Chats(Id, Name, DirectKey, LastSeq, StorageBytes, CreatedAt) VALUES (7, 'Büro Süd', NULL, 0, 0, 0), (8, '', 'ann ben', 0, 0, 0);
                INSERT INTO Members(ChatId, UserId, Role, JoinedAt, JoinedSeq, ReadMessageId) VALUES (1, 'ann', 0, 0, 0, 0);
                INSERT INTO Messages(Id, ChatId, Seq, AuthorId, Text, SentAt, Deleted) VALUES (5, 1, 1, 'ann', 'an early word', 1000, 0), (6, 1, 2, 'ann', '', 1000, 1);
                INSERT INTO Attachments(Id, ChatId, MessageId, Position, State, FileName, ContentType, Size, Sha256, ThumbnailSize) VALUES
                    ('01A00000-0000-7000-8000-000000000001', 1, 5, 0, 0, 'Ärger.mp3', 'audio/mpeg', 1, '', 0),
                    ('01A00000-0000-7000-8000-000000000002', 1, 5, 1, 0, 'b.7z', 'application/x-7z-compressed', 1, '', 0),
                    ('01A00000-0000-7000-8000-000000000003', 1, 5, 2, 0, 'c.pdf', 'application/pdf', 1, '', 0),
                    ('01A00000-0000-7000-8000-000000000004', 1, 6, 0, 1, '', '', 0, '', 0);
                """
            );
        }

        await using var world = await ChatWorld.BeginOnAsync(folder);

        (await world.Members.ListMembersAsync("ann", Chat.GeneralId, "ANN")).Value.Members.Single().Name.ShouldBe("Ann");
        (await ChatsAsync("BURO")).ShouldBe([7]);
        (await ChatsAsync("gen")).ShouldBe([Chat.GeneralId]);
        (await world.ChatDirectory.ListChatsAsync("ann")).Single().Members.ShouldBe(1);
        (await world.SearchAsync("ann", "word ärger")).Value.Messages.Single().Id.ShouldBe(5);
        (await world.SearchAsync("ann", "early")).Value.Messages.Count.ShouldBe(1);
        (await NamesAsync(new FileFilter(AuthorId: "ann"))).ShouldBe(["c.pdf", "b.7z", "Ärger.mp3"]);
        (await NamesAsync(new FileFilter("ÄR", FileKind.Audio))).ShouldBe(["Ärger.mp3"]);
        (await NamesAsync(new FileFilter(Kind: FileKind.Archive))).ShouldBe(["b.7z"]);
        (await NamesAsync(new FileFilter(Kind: FileKind.Document))).ShouldBe(["c.pdf"]);
        (await NamesAsync(new FileFilter(Kind: FileKind.Image))).ShouldBeEmpty();

        (await world.ReadAsync(db => db.Attachments.Where(a => a.Picture == PictureState.Wanted).Select(a => a.FileName).ToListAsync())).ShouldBe(["c.pdf"]);

        await world.RestartAsync();
        (await world.SearchAsync("ann", "early")).Value.Messages.Count.ShouldBe(1);

        async Task<IEnumerable<long>> ChatsAsync(string text) =>
            (await world.Services.GetRequiredService<AllChats>().ListAsync(Operator.AtTheMachine, text)).Value.Chats.Select(c => c.Id);

        async Task<IEnumerable<string?>> NamesAsync(FileFilter filter) =>
            (await world.Finding.ListFilesAsync("ann", Chat.GeneralId, filter)).Value.Files.Select(f => f.FileName);
    }
}
