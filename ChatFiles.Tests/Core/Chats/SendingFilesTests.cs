using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Chats;

public sealed class SendingFilesTests : IAsyncLifetime
{
    private static readonly byte[] JpegHead = [0xFF, 0xD8, 0xFF, 0xE0];

    private ChatWorld _world = null!;
    private Person _ann = null!;
    private long _chat;

    public async Task InitializeAsync()
    {
        _world = await ChatWorld.BeginAsync();
        _ann = await _world.PersonAsync("ann");
        _chat = await _world.ChatAsync(_ann);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Several_files_and_a_caption_anywhere_are_one_message_and_one_event()
    {
        var sent = (await SendAsync(null, Parts.File("a.txt", "one"), Parts.Caption("  both \n"), Parts.Other(), Parts.File("b.md", "three"))).Value;

        sent.Text.ShouldBe("both");
        sent.Attachments.Select(a => (a.FileName, a.Size, a.State))
            .ShouldBe([("a.txt", 3L, AttachmentState.Ready), ("b.md", 5L, AttachmentState.Ready)]);
        (await _world.EventsAsync(_chat)).ShouldHaveSingleItem().MessageId.ShouldBe(sent.Id);
        _world.BlobCount.ShouldBe(2);
    }

    [Theory]
    [InlineData("b.exe", "x", RefusalReason.FileTypeNotAllowed)]
    [InlineData("b.png", "x", RefusalReason.FileTypeNotAllowed)]
    [InlineData("b.txt", "a\0b", RefusalReason.FileTypeNotAllowed)]
    [InlineData("b.txt", "", RefusalReason.EmptyFile)]
    [InlineData("..", "x", RefusalReason.InvalidFileName)]
    [InlineData(null, "x", RefusalReason.InvalidFileName)]
    public async Task One_refused_file_refuses_them_all(string? name, string content, RefusalReason reason)
    {
        (await SendAsync("k", Parts.File("a.txt", "fine"), Parts.File(name, content))).Refusal!.Reason.ShouldBe(reason);
        await NothingIsKeptAsync();
    }

    [Fact]
    public async Task Eleven_files_are_too_many_and_ten_are_not()
    {
        UploadPart[] Files(int count) => [.. Enumerable.Range(0, count).Select(n => Parts.File($"{n}.txt", "x"))];

        (await SendAsync(null, Files(11))).Refusal!.Reason.ShouldBe(RefusalReason.TooManyFiles);
        await NothingIsKeptAsync();
        (await SendAsync(null, Files(10))).Value.Attachments.Count.ShouldBe(10);
    }

    [Fact]
    public async Task A_caption_alone_is_no_file() =>
        (await SendAsync(null, Parts.Caption("hello"), Parts.Other())).Refusal!.Reason.ShouldBe(RefusalReason.NoFile);

    [Fact]
    public async Task A_caption_that_is_too_long_keeps_nothing()
    {
        (await SendAsync(null, Parts.File("a.txt", "x"), Parts.Caption(new string('x', 8_001)))).Refusal!.Reason.ShouldBe(RefusalReason.InvalidText);
        await NothingIsKeptAsync();
    }

    [Fact]
    public async Task The_same_key_is_the_same_message_also_after_a_restart()
    {
        var first = (await SendAsync("k", Parts.File("a.txt", "x"))).Value;
        var second = (await SendAsync("k", Parts.File("b.txt", "other"))).Value;
        await _world.RestartAsync();
        var third = (await SendAsync("k", Parts.File("c.txt", "another"))).Value;

        (second.Id, third.Id).ShouldBe((first.Id, first.Id));
        third.Attachments.ShouldBe(first.Attachments);
        _world.BlobCount.ShouldBe(1);
        (await _world.EventsAsync(_chat)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_same_key_twenty_times_at_once_is_one_message_and_one_blob()
    {
        var sent = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => SendAsync("k", Parts.File("a.txt", "x")))));

        sent.Select(s => s.Value.Id).Distinct().ShouldHaveSingleItem();
        _world.BlobCount.ShouldBe(1);
        (await _world.EventsAsync(_chat)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_small_thumbnail_after_its_file_is_kept()
    {
        var sent = (await SendAsync(null, Parts.File("a.txt", "x"), Parts.Thumbnail(JpegHead))).Value.Attachments[0];

        sent.Thumbnail.ShouldBe(sent.Path + "/thumbnail");
        await using var thumbnail = (await _world.Chats.OpenThumbnailAsync(_ann.Id, _chat, sent.Id)).Value;
        thumbnail.ContentType.ShouldBe("image/jpeg");
        _world.BlobCount.ShouldBe(2);
    }

    [Fact]
    public async Task A_thumbnail_that_is_too_large_or_none_or_out_of_place_is_ignored()
    {
        byte[] tooLarge = [.. JpegHead, .. new byte[64 * 1024 - 3]];

        var sent = (
            await SendAsync(
                null,
                Parts.Thumbnail(JpegHead),
                Parts.File("a.txt", "x"),
                Parts.Thumbnail(tooLarge),
                Parts.Thumbnail(JpegHead),
                Parts.File("b.txt", "x"),
                Parts.Thumbnail([1, 2, 3])
            )
        ).Value;

        sent.Attachments.ShouldAllBe(a => a.Thumbnail == null);
        _world.BlobCount.ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_upload_that_is_cancelled_or_breaks_off_leaves_nothing(bool isCancelled)
    {
        using var cancelling = new CancellationTokenSource();
        async IAsyncEnumerable<UploadPart> BreakOff()
        {
            yield return Parts.File("a.txt", "whole");
            if (isCancelled)
                await cancelling.CancelAsync();
            else
                yield return UploadPart.Broken(new Refusal(RefusalReason.InvalidForm, "The form breaks off."));
            yield return Parts.File("b.txt", "never");
        }

        var sending = _world.Chats.SendFilesAsync(_ann.Id, _chat, "k", declaredBytes: null, BreakOff(), cancelling.Token);

        if (isCancelled)
            await Should.ThrowAsync<OperationCanceledException>(sending);
        else
            (await sending).Refusal!.Reason.ShouldBe(RefusalReason.InvalidForm);
        await NothingIsKeptAsync();
    }

    private Task<Result<MessageView>> SendAsync(string? key, params UploadPart[] parts) => _world.SendAsync(_ann, _chat, key, parts);

    private async Task NothingIsKeptAsync()
    {
        _world.BlobCount.ShouldBe(0);
        (await _world.EventsAsync(_chat)).ShouldBeEmpty();
        (await _world.Chats.HistoryAsync(_ann.Id, _chat)).Value.Messages.ShouldBeEmpty();
    }
}
