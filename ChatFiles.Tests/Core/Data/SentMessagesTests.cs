using System.Globalization;
using System.Text.Json;
using ChatFiles.Core.Data;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SQLitePCL;

namespace ChatFiles.Tests.Core.Data;

public sealed class SentMessagesTests
{
    /// <summary><see href="https://sqlite.org/c3ref/c_stmtstatus_counter.html"/>.</summary>
    private const int PreparedAnew = 5;

    private const int Sorted = 2;

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
        await byEf.Writer.WriteAsync(Chat.GeneralId, db => AddAsync(db, Message(key)));

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

        var reads = world.Services.GetRequiredService<PreparedReads>();
        ShouldBeSame((await reads.ReadBeforeAsync("ann", Chat.GeneralId, long.MaxValue, 10))!.Single(), sent);
        ShouldBeSame((await reads.ReadAfterAsync("ann", Chat.GeneralId, 0, 10))!.Single(), sent);
        ShouldBeSame((await reads.ReadSentAsync("ann", Chat.GeneralId, "key"))!.Single(), sent);
        ShouldBeSame((await world.ReadAsync(db => db.Messages.ToViewsAsync(db, CancellationToken.None))).Single(), sent);
        (await reads.ReadSentAsync("ann", Chat.GeneralId, "another")).ShouldBeEmpty();
        (await reads.ReadSentAsync("ann", Chat.GeneralId, null)).ShouldBeEmpty();
        (await reads.ReadBeforeAsync("ben", Chat.GeneralId, long.MaxValue, 10)).ShouldBeNull();
        (await reads.ReadAfterAsync("ann", 99, 0, 10)).ShouldBeNull();
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task What_is_prepared_stays_so_whatever_is_asked_for()
    {
        await using var world = await ChatWorld.BeginAsync();
        await AddPersonAsync(world);
        var sent = await world.Writer.WriteDirectlyAsync(scope => scope.Add(scope.FindSender("ann", Chat.GeneralId)!, Message("key")));
        var reads = world.Services.GetRequiredService<PreparedReads>();
        var connection = await ConnectionOfAsync(reads);

        for (var n = 1; n <= 3; n++)
        {
            await reads.ReadBeforeAsync("ann", Chat.GeneralId, long.MaxValue - n, n);
            await reads.ReadAfterAsync("ann", Chat.GeneralId, n, 10 * n);
            await reads.ReadSentAsync("ann", Chat.GeneralId, $"{n}");
            await reads.ReadFileAsync("ann", Chat.GeneralId, sent.Attachments[0].Id);
            await reads.ReadStoredAsync("ann", n);
        }

        var preparedAnew = CountOf(PreparedAnew, connection);
        preparedAnew.Count.ShouldBeGreaterThanOrEqualTo(5);
        preparedAnew.ShouldAllBe(count => count == 0);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_page_comes_in_the_order_of_the_index_without_being_sorted()
    {
        await using var world = await ChatWorld.BeginAsync();
        await AddPersonAsync(world);
        var sent = new List<MessageView>();
        for (var n = 0; n < 7; n++)
        {
            var message = new Message { Text = $"{n}", SentAt = DateTime.UnixEpoch };
            message.Attachments.AddRange([AnyFile("a.txt", 0), AnyFile("b.txt", 1)]);
            sent.Add(await world.Writer.WriteDirectlyAsync(scope => scope.Add(scope.FindSender("ann", Chat.GeneralId)!, message)));
        }

        var reads = world.Services.GetRequiredService<PreparedReads>();
        var connection = await ConnectionOfAsync(reads);

        var before = await reads.ReadBeforeAsync("ann", Chat.GeneralId, sent[5].Id, 3);
        var after = await reads.ReadAfterAsync("ann", Chat.GeneralId, sent[1].Id, 3);

        before.ShouldNotBeNull().Select(m => m.Id).ShouldBe(sent[2..5].Select(m => m.Id));
        after!.Select(m => m.Id).ShouldBe(sent[2..5].Select(m => m.Id));
        before!.Concat(after!).ShouldAllBe(m => m.Attachments.Count == 2 && m.Attachments[1].FileName == "b.txt");
        var sorted = CountOf(Sorted, connection);
        sorted.Count.ShouldBeGreaterThanOrEqualTo(2);
        sorted.ShouldAllBe(count => count == 0);
    }

    [Fact]
    public async Task Whom_a_message_names_and_what_is_under_it_is_read_by_statements_as_by_EF()
    {
        await using var world = await ChatWorld.BeginAsync();
        Person ann = await world.PersonAsync("ann"), ben = await world.PersonAsync("ben");
        await world.FillAsync(Chat.GeneralId, 30);
        var others = await world.ReadAsync(db => db.Members.Where(m => m.ChatId == Chat.GeneralId).Select(m => m.UserId).ToListAsync());
        var text = (await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, $"<@{ben.Id}> and <@{ann.Id}>")).Value;
        var files = (await world.SendAsync(ann, Chat.GeneralId, null, Parts.File("a.txt", "a"), Parts.File("b.txt", "b"))).Value;
        await world.Chats.SendTextAsync(ben.Id, Chat.GeneralId, "Yes", replyTo: text.Id);
        await world.Writer.WriteAsync(async db =>
        {
            db.Mentions.RemoveRange(await db.Mentions.ToListAsync());
            await db.SaveChangesAsync();
            db.Mentions.AddRange(new[] { ann, ben }.Select(p => new Mention { MessageId = text.Id, UserId = p.Id, ChatId = Chat.GeneralId }));
            foreach (var user in others)
                await PutAsync(db, text.Id, "🎉", user);
            await PutAsync(db, text.Id, "👍", ben.Id);
            await PutAsync(db, files.Id, "❤️", ben.Id);
            await PutAsync(db, files.Id, "👍", ann.Id);
            await PutAsync(db, files.Id, "❤️", ann.Id);
        });

        var reads = world.Services.GetRequiredService<PreparedReads>();
        var prepared = (await reads.ReadBeforeAsync(ann.Id, Chat.GeneralId, long.MaxValue, 10))!;
        var byEf = await world.ReadAsync(db => db.Messages.OrderBy(m => m.Id).ToViewsAsync(db, CancellationToken.None));

        JsonSerializer.Serialize(prepared).ShouldBe(JsonSerializer.Serialize(byEf));
        prepared[0].Mentions.Select(m => m.Name).ShouldBe(["ben", "ann"]);
        prepared[0].Reactions.Select(r => (r.Emoji, r.Count, r.Users.Count)).ShouldBe([("🎉", 32, ReactionView.MaxUsers), ("👍", 1, 1)]);
        prepared[0].Reactions[0].Users.Select(u => u.UserId).ShouldBe(others.Take(ReactionView.MaxUsers));
        prepared[1].Attachments.Count.ShouldBe(2);
        prepared[1].Reactions.Select(r => (r.Emoji, string.Join(' ', r.Users.Select(u => u.Name)))).ShouldBe([("❤️", "ben ann"), ("👍", "ann")]);
        prepared[2].ReplyTo!.Mentions.ShouldBe(prepared[0].Mentions);
        byEf[2].ReplyTo!.Mentions.ShouldBe(prepared[0].Mentions);
        prepared[2].Reactions.ShouldBeEmpty();
    }

    private static async Task<sqlite3> ConnectionOfAsync(PreparedReads reads)
    {
        var connection = await reads.ReadAsync(statements => Task.FromResult(((SqliteConnection)statements.Of("SELECT 1", null).Connection!).Handle!));
        connection.enable_sqlite3_next_stmt(true);
        return connection;
    }

    /// <summary>One of SQLite's counters, of each statement that the connection keeps.</summary>
    private static List<int> CountOf(int counter, sqlite3 connection)
    {
        var counts = new List<int>();
        for (var statement = raw.sqlite3_next_stmt(connection, null); statement is not null; statement = raw.sqlite3_next_stmt(connection, statement))
            counts.Add(raw.sqlite3_stmt_status(statement, counter, 0));
        return counts;
    }

    private static async Task PutAsync(ChatDbContext db, long messageId, string emoji, string userId)
    {
        db.Reactions.Add(new Reaction { MessageId = messageId, Emoji = emoji, UserId = userId });
        await db.SaveChangesAsync();
    }

    private static void ShouldBeSame(MessageView read, MessageView sent)
    {
        (read with { Attachments = [] }).ShouldBe(sent with { Attachments = [] });
        read.Attachments.ShouldBe(sent.Attachments);
    }

    private static Attachment AnyFile(string name, int position) =>
        new()
        {
            Id = Guid.NewGuid(),
            Position = position,
            BlobKey = $"{Guid.NewGuid():N}",
            BlobStamp = "stamp",
            FileName = name,
            FoldedName = name,
            ContentType = "text/plain",
            Sha256 = "abc",
        };

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

    private static async Task<int> AddAsync(ChatDbContext db, Message message)
    {
        var chat = await db.Chats.SingleAsync(c => c.Id == Chat.GeneralId);
        (message.ChatId, message.AuthorId) = (chat.Id, "ann");
        foreach (var file in message.Attachments)
            (file.ChatId, file.AuthorId) = (chat.Id, "ann");
        var created = db.AddEvent(chat, ChatEventType.MessageCreated, message.SentAt);
        (message.Seq, created.Message) = (created.Seq, message);
        db.Messages.Add(message);
        await db.ChargeAsync(chat, "ann", message.Attachments.Sum(a => a.Size + a.ThumbnailSize));
        return await db.SaveChangesAsync();
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
