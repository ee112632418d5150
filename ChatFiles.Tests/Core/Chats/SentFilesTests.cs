using System.Security.Cryptography;
using System.Text;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Core.Chats;

public sealed class SentFilesTests
{
    private static readonly byte[] Png = Convert.FromHexString("89504E470D0A1A0A0000000D4948445200000280000001E00806000000");
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0];
    private static readonly byte[] WebP = Encoding.Latin1.GetBytes("RIFF\u001a\0\0\0WEBPVP8L");

    [Fact]
    public async Task A_sent_file_is_a_message_with_an_event_and_its_bytes_come_back()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);

        var sent = (await world.SendAsync(ann, chat, "key-1", Parts.File("folder/Bild.PNG", Png))).Value;

        var file = sent.Attachments.ShouldHaveSingleItem();
        file.ShouldBe(
            new AttachmentView(
                file.Id,
                $"/chat/{chat}/file/{file.Id}",
                "Bild.PNG",
                "image/png",
                Png.Length,
                Convert.ToHexStringLower(SHA256.HashData(Png)),
                AttachmentState.Ready,
                640,
                480,
                null
            )
        );
        file.Id.Version.ShouldBe(7);
        (sent.ChatId, sent.Text, sent.ClientId, sent.Deleted, sent.Author).ShouldBe((chat, "", "key-1", false, new AuthorView(ann.Id, "ann")));
        var created = (await world.EventsAsync(chat))[^1];
        (created.Type, created.Seq, created.MessageId).ShouldBe((ChatEventType.MessageCreated, sent.Seq, sent.Id));

        await using var open = (await world.Chats.OpenFileAsync(ben.Id, chat, file.Id)).Value;
        using var bytes = new MemoryStream();
        await open.Content.CopyToAsync(bytes);
        bytes.ToArray().ShouldBe(Png);
        (open.ContentType, open.Sha256).ShouldBe(("image/png", file.Sha256));

        var read = (await world.Chats.HistoryAsync(ben.Id, chat)).Value.Messages.ShouldHaveSingleItem();
        read.ShouldBe(sent with { Attachments = read.Attachments });
        read.Attachments.ShouldBe(sent.Attachments);
    }

    [Fact]
    public async Task The_same_key_gives_the_same_message_with_one_blob_also_after_a_restart()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var first = (await world.SendAsync(ann, chat, "key", Parts.File("x.txt", "x"))).Value;

        var again = (await world.SendAsync(ann, chat, "key", Parts.File("other.txt", "other"))).Value;
        await world.RestartAsync();
        var afterRestart = (await world.SendAsync(ann, chat, "key", Parts.File("x.txt", "x"))).Value;
        var unread = (await world.Chats.SendFilesAsync(ann.Id, chat, "key", null, Unreadable())).Value;

        foreach (var repeat in new[] { again, afterRestart, unread })
        {
            repeat.ShouldBe(first with { Attachments = repeat.Attachments });
            repeat.Attachments.ShouldBe(first.Attachments);
        }

        world.BlobCount.ShouldBe(1);
        (await world.EventsAsync(chat)).Count.ShouldBe(1);

        static async IAsyncEnumerable<UploadPart> Unreadable()
        {
            await Task.Yield();
            yield return Parts.Other();
            throw new InvalidDataException("The body of a repeat need not be read.");
        }
    }

    [Fact]
    public async Task A_key_is_its_authors_and_its_chats_own()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var (chat, other) = (await world.ChatAsync(ann, ben), await world.ChatAsync(ann, ben));

        long[] ids =
        [
            (await world.SendAsync(ann, chat, "key", Parts.File("x.txt", "x"))).Value.Id,
            (await world.SendAsync(ben, chat, "key", Parts.File("x.txt", "x"))).Value.Id,
            (await world.SendAsync(ann, other, "key", Parts.File("x.txt", "x"))).Value.Id,
            (await world.SendAsync(ann, chat, "KEY", Parts.File("x.txt", "x"))).Value.Id,
        ];

        ids.ShouldBeUnique();
    }

    [Fact]
    public async Task A_repeat_shows_the_message_as_it_is_now()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, "key", Parts.File("x.txt", "x"), Parts.Caption("look"))).Value;
        await world.Chats.DeleteMessageAsync(ann.Id, chat, sent.Id);

        var again = (await world.SendAsync(ann, chat, "key", Parts.File("x.txt", "x"), Parts.Caption("look"))).Value;

        (again.Id, again.Deleted, again.Text).ShouldBe((sent.Id, true, ""));
        again.Attachments.Single().ShouldBe(sent.Attachments.Single().Deleted());
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("tab\t")]
    [InlineData("ümlaut")]
    [InlineData("\u007f")]
    public async Task A_key_is_made_of_visible_ascii_characters(string key)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        (await world.SendAsync(ann, chat, key, Parts.File("x.txt", "x"))).Refusal!.Reason.ShouldBe(RefusalReason.InvalidIdempotencyKey);
        (await world.SendAsync(ann, chat, new string('k', 65), Parts.File("x.txt", "x"))).Refusal!.Reason.ShouldBe(RefusalReason.InvalidIdempotencyKey);
        (await world.SendAsync(ann, chat, new string('~', 64), Parts.File("x.txt", "x"))).Refusal.ShouldBeNull();
    }

    public static TheoryData<string, RefusalReason> RefusedSecondParts =>
        new()
        {
            { "empty", RefusalReason.EmptyFile },
            { "no name", RefusalReason.InvalidFileName },
            { "dots for a name", RefusalReason.InvalidFileName },
            { "a type that is not allowed", RefusalReason.FileTypeNotAllowed },
            { "not what it says", RefusalReason.FileTypeNotAllowed },
            { "binary text", RefusalReason.FileTypeNotAllowed },
            { "too large", RefusalReason.FileTooLarge },
            { "cut off", RefusalReason.InvalidForm },
            { "long caption", RefusalReason.InvalidText },
            { "endless caption", RefusalReason.InvalidText },
        };

    [Theory]
    [MemberData(nameof(RefusedSecondParts))]
    public async Task When_the_second_part_is_refused_nothing_is_kept_of_the_first(string what, RefusalReason reason)
    {
        await using var world = await ChatWorld.BeginAsync(new() { ["Uploads:MaxFileBytes"] = "100000" });
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var second = what switch
        {
            "empty" => Parts.File("y.txt", ""),
            "no name" => Parts.File(null, "y"),
            "dots for a name" => Parts.File("..", "y"),
            "a type that is not allowed" => Parts.File("y.exe", "y"),
            "not what it says" => Parts.File("y.pdf", Png),
            "binary text" => Parts.File("y.txt", "a\0b"),
            "too large" => Parts.File("y.txt", new string('y', 100_001)),
            "cut off" => new UploadPart(UploadPartKind.File, "y.txt", new CutOffStream()),
            "long caption" => Parts.Caption(new string('c', 8001)),
            "endless caption" => Parts.Caption(new string('c', 100_000)),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };

        var refusal = (await world.SendAsync(ann, chat, "key", Parts.File("x.txt", "x"), Parts.Thumbnail(Jpeg), second)).Refusal.ShouldNotBeNull();

        refusal.Reason.ShouldBe(reason);
        refusal.Detail.ShouldNotContain(world.Folder);
        await NothingIsKeptAsync(world, ann.Id, chat);
        // The key is free for a better attempt.
        (await world.SendAsync(ann, chat, "key", Parts.File("x.txt", "x"))).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task A_form_has_at_most_a_hundred_parts()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        (await world.SendAsync(ann, chat, null, Form(101))).Refusal!.Reason.ShouldBe(RefusalReason.InvalidForm);
        await NothingIsKeptAsync(world, ann.Id, chat);
        (await world.SendAsync(ann, chat, null, Form(100))).Refusal.ShouldBeNull();

        static UploadPart[] Form(int parts) => [Parts.File("x.txt", "x"), .. Enumerable.Range(1, parts - 1).Select(_ => Parts.Other())];
    }

    [Fact]
    public async Task A_request_that_says_it_is_too_long_is_refused_before_anything_is_read()
    {
        await using var world = await ChatWorld.BeginAsync(new() { ["Uploads:MaxRequestBytes"] = "1000" });
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        (await SendAsync(1001)).Refusal!.Reason.ShouldBe(RefusalReason.FileTooLarge);
        (await SendAsync(1000)).Refusal.ShouldBeNull();

        Task<Result<MessageView>> SendAsync(long declared) =>
            world.Chats.SendFilesAsync(ann.Id, chat, null, declared, new[] { Parts.File("x.txt", "x") }.ToAsyncEnumerable());
    }

    [Fact]
    public async Task A_thumbnail_belongs_to_the_file_before_it()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        var sent = (
            await world.SendAsync(
                ann,
                chat,
                null,
                Parts.File("1.png", Png),
                Parts.Thumbnail(WebP),
                Parts.File("2.png", Png),
                Parts.File("3.png", Png),
                Parts.Thumbnail(Jpeg)
            )
        ).Value;

        sent.Attachments.Select(a => a.Thumbnail).ShouldBe([sent.Attachments[0].Path + "/thumbnail", null, sent.Attachments[2].Path + "/thumbnail"]);
        (await ThumbnailAsync(0)).ShouldBe(("image/webp", Convert.ToHexString(WebP)));
        (await ThumbnailAsync(2)).ShouldBe(("image/jpeg", Convert.ToHexString(Jpeg)));
        (await world.Chats.OpenThumbnailAsync(ann.Id, chat, sent.Attachments[1].Id)).Refusal!.Reason.ShouldBe(RefusalReason.NoThumbnail);
        world.BlobCount.ShouldBe(5);

        async Task<(string, string)> ThumbnailAsync(int index)
        {
            await using var open = (await world.Chats.OpenThumbnailAsync(ann.Id, chat, sent.Attachments[index].Id)).Value;
            using var bytes = new MemoryStream();
            await open.Content.CopyToAsync(bytes);
            return (open.ContentType, Convert.ToHexString(bytes.ToArray()));
        }
    }

    [Fact]
    public async Task A_thumbnail_that_is_no_small_picture_or_has_no_file_is_ignored()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        byte[] large = [.. Jpeg, .. new byte[(64 * 1024) - Jpeg.Length]];

        var sent = (
            await world.SendAsync(
                ann,
                chat,
                null,
                Parts.Thumbnail(Jpeg), // before any file
                Parts.File("1.png", Png),
                Parts.Thumbnail(Png), // a type that is none for thumbnails
                Parts.Thumbnail(Jpeg), // the second for one file
                Parts.File("2.png", Png),
                Parts.Thumbnail([]),
                Parts.File("3.png", Png),
                Parts.Thumbnail([.. large, 0]), // one byte too many
                Parts.File("4.png", Png),
                Parts.Thumbnail(large)
            )
        ).Value;

        sent.Attachments.Select(a => a.Thumbnail is not null).ShouldBe([false, false, false, true]);
        world.BlobCount.ShouldBe(5);
    }

    [Fact]
    public async Task Who_is_removed_while_sending_has_sent_nothing()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);

        var sent = await world.Chats.SendFilesAsync(ben.Id, chat, null, null, RemovedMeanwhile());

        sent.Refusal.ShouldBe(Refusal.ChatNotFound);
        await NothingIsKeptAsync(world, ben.Id, chat);

        async IAsyncEnumerable<UploadPart> RemovedMeanwhile()
        {
            yield return Parts.File("x.txt", "x");
            (await world.Members.RemoveMemberAsync(ann.Id, chat, ben.Id)).Refusal.ShouldBeNull();
        }
    }

    [Fact]
    public async Task When_the_row_cannot_be_written_the_blobs_go_too()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        await Broken.InsertsAsync(world, "Attachments");

        await Should.ThrowAsync<System.Data.Common.DbException>(() => world.SendAsync(ann, chat, "key", Parts.File("x.txt", "x"), Parts.Thumbnail(Jpeg)));
        await NothingIsKeptAsync(world, ann.Id, chat);

        await Broken.MendAsync(world, "Attachments");
        (await world.SendAsync(ann, chat, "key", Parts.File("x.txt", "x"))).Refusal.ShouldBeNull();
    }

    private static async Task NothingIsKeptAsync(ChatWorld world, string userId, long chat)
    {
        world.BlobCount.ShouldBe(0);
        (await world.ReadAsync(db => db.Messages.CountAsync())).ShouldBe(0);
        (await world.ReadAsync(db => db.Attachments.CountAsync())).ShouldBe(0);
        (await world.EventsAsync(chat)).ShouldNotContain(e => e.Type == ChatEventType.MessageCreated);
        (await world.ReadAsync(db => db.PersonStates.Where(s => s.UserId == userId).Select(s => s.StorageBytes).SingleAsync())).ShouldBe(0);
        (await world.ReadAsync(db => db.Chats.Where(c => c.Id == chat).Select(c => c.StorageBytes).SingleAsync())).ShouldBe(0);
    }

    /// <summary>Breaks off as the web's reading of a form does.</summary>
    private sealed class CutOffStream : Core.Files.ReadOnlyStream
    {
        private bool _given;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            if (_given)
                throw new UploadRefusedException(new Refusal(RefusalReason.InvalidForm, "The form breaks off."));
            _given = true;
            buffer.Span[..10].Fill((byte)'x');
            return 10;
        }
    }
}
