using System.Globalization;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Core.Data;

public sealed class SentMessagesTests
{
    private static readonly string[] Written = ["Messages", "Attachments", "Events", "Chats", "PersonStates"];

    [Theory]
    [InlineData(null)]
    [InlineData("key")]
    public async Task Prepared_statements_leave_the_same_rows_as_EF(string? key)
    {
        await using var prepared = await ChatWorld.BeginAsync();
        await using var byEf = await ChatWorld.BeginAsync();
        await AddPersonAsync(prepared);
        await AddPersonAsync(byEf);

        await prepared.Writer.WriteDirectlyAsync(scope => scope.Add(scope.FindSender("ann", Chat.GeneralId)!, Message(key)));
        await byEf.Writer.WriteAsync(db => AddAsync(db, Message(key)));

        foreach (var table in Written)
            (await RowsAsync(prepared, table)).ShouldBe(await RowsAsync(byEf, table), table);
        (await RowsAsync(prepared, "Attachments")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_the_statements_read_back_is_what_they_gave()
    {
        await using var world = await ChatWorld.BeginAsync();
        await AddPersonAsync(world);

        var sent = await world.Writer.WriteDirectlyAsync(scope => scope.Add(scope.FindSender("ann", Chat.GeneralId)!, Message("key")));

        using var reads = new PreparedReads(new DatabaseFile(Path.Combine(world.Folder, "chatfiles.db")));
        ShouldBeSame(reads.ReadBefore("ann", Chat.GeneralId, long.MaxValue, 10)!.Single(), sent);
        ShouldBeSame(reads.ReadAfter("ann", Chat.GeneralId, 0, 10)!.Single(), sent);
        ShouldBeSame(reads.ReadSent("ann", Chat.GeneralId, "key")!.Single(), sent);
        ShouldBeSame((await world.ReadAsync(db => db.Messages.ToViewsAsync(db, CancellationToken.None))).Single(), sent);
        reads.ReadSent("ann", Chat.GeneralId, "another").ShouldBeEmpty();
        reads.ReadSent("ann", Chat.GeneralId, null).ShouldBeEmpty();
        reads.ReadBefore("ben", Chat.GeneralId, long.MaxValue, 10).ShouldBeNull();
        reads.ReadAfter("ann", 99, 0, 10).ShouldBeNull();
    }

    private static void ShouldBeSame(MessageView read, MessageView sent)
    {
        (read with { Attachments = [] }).ShouldBe(sent with { Attachments = [] });
        read.Attachments.ShouldBe(sent.Attachments);
    }

    private static Message Message(string? key)
    {
        var message = new Message
        {
            Text = "Überblick",
            SentAt = DateTime.UnixEpoch.AddYears(50),
            ClientId = key,
            ReplyToId = 1,
        };
        message.Attachments.Add(
            new Attachment
            {
                Id = Guid.Parse("01a2b3c4-0000-7000-8000-00000000000a"),
                BlobKey = "2020/one",
                BlobStamp = "stamp",
                FileName = "Plan Ä.png",
                FoldedName = "plan a.png",
                Kind = FileKind.Image,
                ContentType = "image/png",
                Size = 1234,
                Sha256 = "abc",
                Width = 30,
                Height = 20,
                ThumbnailKey = "2020/two",
                ThumbnailType = "image/jpeg",
                ThumbnailSize = 56,
                ThumbnailSha256 = "def",
                Picture = PictureState.Wanted,
            }
        );
        message.Attachments.Add(
            new Attachment
            {
                Id = Guid.Parse("01a2b3c4-0000-7000-8000-00000000000b"),
                Position = 1,
                BlobKey = "2020/three",
                BlobStamp = "stamp",
                FileName = "notes.txt",
                FoldedName = "notes.txt",
                Kind = FileKind.Document,
                ContentType = "text/plain",
                Charset = "utf-8",
                Size = 7,
                Sha256 = "123",
            }
        );
        return message;
    }

    private static async Task AddAsync(ChatDbContext db, Message message)
    {
        var chat = await db.Chats.SingleAsync(c => c.Id == Chat.GeneralId);
        (message.ChatId, message.AuthorId) = (chat.Id, "ann");
        foreach (var file in message.Attachments)
            (file.ChatId, file.AuthorId) = (chat.Id, "ann");
        var created = db.AddEvent(chat, ChatEventType.MessageCreated, message.SentAt);
        (message.Seq, created.Message) = (created.Seq, message);
        db.Messages.Add(message);
        await db.ChargeAsync(chat, "ann", message.Attachments.Sum(a => a.Size + a.ThumbnailSize));
        await db.SaveChangesAsync();
    }

    private static Task AddPersonAsync(ChatWorld world) =>
        world.Writer.WriteAsync(async db =>
        {
            db.Users.Add(new Person { Id = "ann", UserName = "ann", DisplayName = "Ann" });
            db.PersonStates.Add(new PersonState { UserId = "ann" });
            db.Members.Add(new Member { ChatId = Chat.GeneralId, UserId = "ann" });
            await db.SaveChangesAsync();
        });

    private static Task<List<string>> RowsAsync(ChatWorld world, string table) =>
        world.ReadAsync(async db =>
        {
            var rows = new List<string>();
            await db.Database.OpenConnectionAsync();
            await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // One of the names above.
            command.CommandText = $"SELECT * FROM \"{table}\" ORDER BY 1";
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var values = Enumerable.Range(0, reader.FieldCount).Select(i => $"{reader.GetName(i)}={reader.GetDataTypeName(i)}:{reader.GetValue(i)}");
                rows.Add(string.Join(CultureInfo.InvariantCulture.TextInfo.ListSeparator, values));
            }

            return rows;
        });
}
