using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Chats;

public sealed class DamagedBlobTests
{
    [Theory]
    [InlineData("gone")]
    [InlineData("cut off")]
    [InlineData("longer")]
    [InlineData("changed")]
    public async Task A_blob_that_is_not_what_it_was_makes_its_file_missing_once(string what)
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var sent = await world.SendFileAsync(ann, chat, content: "hello");
        await DamageAsync(world, sent, what);

        var answers = await AtOnce.RunAsync(6, _ => world.Chats.OpenFileAsync(ben.Id, chat, sent.Attachments[0].Id));

        answers.ShouldAllBe(answer => answer.Refusal!.Reason == RefusalReason.FileMissing);
        var shown = (await world.Chats.HistoryAsync(ben.Id, chat)).Value.Messages.Single().Attachments.Single();
        shown.ShouldBe(sent.Attachments[0] with { State = AttachmentState.Missing });
        var missing = (await world.EventsAsync(chat)).Where(e => e.Type == ChatEventType.FileMissing).ShouldHaveSingleItem();
        (missing.MessageId, missing.FileId).ShouldBe((sent.Id, shown.Id));
    }

    [Fact]
    public async Task A_blob_that_was_only_touched_is_served()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var sent = await world.SendFileAsync(ann, await world.ChatAsync(ann));
        File.SetLastWriteTimeUtc(await world.BlobPathAsync(sent.Attachments[0].Id), DateTime.UnixEpoch);

        (await OpenAsync(world, ann, sent)).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task An_outage_of_the_store_changes_no_state()
    {
        var stage = new StoreStage();
        await using var world = await ChatWorld.BeginAsync(change: stage.Register);
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = await world.SendFileAsync(ann, chat);

        stage.OnOpen = StoreStage.Unavailable;
        await Should.ThrowAsync<StoreUnavailableException>(() => OpenAsync(world, ann, sent));
        stage.OnOpen = _ => Task.CompletedTask;

        (await OpenAsync(world, ann, sent)).Refusal.ShouldBeNull();
        (await world.EventsAsync(chat)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_author_and_the_owner_put_the_same_bytes_back()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (owner, author, other) = (await world.PersonAsync("owner"), await world.PersonAsync("author"), await world.PersonAsync("other"));
        var chat = await world.ChatAsync(owner, author, other);
        foreach (var who in new[] { author, owner })
        {
            var sent = await world.SendFileAsync(author, chat, content: "hello");
            (await PutBackAsync(world, who, sent, "hello")).Refusal!.Reason.ShouldBe(RefusalReason.FileNotMissing);
            await DamageAsync(world, sent, "cut off");
            (await OpenAsync(world, who, sent)).Refusal!.Reason.ShouldBe(RefusalReason.FileMissing);

            (await PutBackAsync(world, other, sent, "hello")).Refusal!.Reason.ShouldBe(RefusalReason.NotAllowed);
            foreach (var wrong in new[] { "hallo", "hell", "hello!" })
                (await PutBackAsync(world, who, sent, wrong)).Refusal!.Reason.ShouldBe(RefusalReason.ContentDiffers, wrong);
            (await world.Chats.PutBackAsync(who.Id, chat, sent.Attachments[0].Id, AsyncEnumerable.Empty<UploadPart>())).Refusal!.Reason.ShouldBe(RefusalReason.NoFile);
            (await OpenAsync(world, who, sent)).Refusal!.Reason.ShouldBe(RefusalReason.FileMissing);

            (await PutBackAsync(world, who, sent, "hello")).Refusal.ShouldBeNull();
            (await OpenAsync(world, other, sent)).Refusal.ShouldBeNull();
            (await world.EventsAsync(chat))[^1].Type.ShouldBe(ChatEventType.FileRestored);
        }

        await world.StartAsync<ChatFiles.Core.Upkeep.JobRunner>();
        await Eventually.HoldsAsync(() => world.BlobCount == 2, "the damaged blobs are gone");
    }

    [Fact]
    public async Task A_missing_file_can_be_deleted_and_does_not_come_back()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = await world.SendFileAsync(ann, chat, content: "hello");
        await DamageAsync(world, sent, "gone");
        await OpenAsync(world, ann, sent);

        (await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[0].Id)).Refusal.ShouldBeNull();

        (await OpenAsync(world, ann, sent)).Refusal!.Reason.ShouldBe(RefusalReason.FileDeleted);
        (await PutBackAsync(world, ann, sent, "hello")).Refusal!.Reason.ShouldBe(RefusalReason.FileNotMissing);
        (await world.EventsAsync(chat))[^1].Type.ShouldBe(ChatEventType.FileDeleted);
        world.BlobCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_thumbnail_that_is_gone_or_changed_is_none()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, null, Parts.File("x.txt", "x"), Parts.Thumbnail([0xFF, 0xD8, 0xFF, 0xE0]))).Value;
        var file = await world.BlobPathAsync(sent.Attachments[0].Id);
        var thumbnail = Directory.GetFiles(Path.GetDirectoryName(file)!).Single(path => path != file);

        await File.WriteAllBytesAsync(thumbnail, [1, 2, 3, 4]);
        (await world.Chats.OpenThumbnailAsync(ann.Id, chat, sent.Attachments[0].Id)).Refusal!.Reason.ShouldBe(RefusalReason.NoThumbnail);
        File.Delete(thumbnail);
        (await world.Chats.OpenThumbnailAsync(ann.Id, chat, sent.Attachments[0].Id)).Refusal!.Reason.ShouldBe(RefusalReason.NoThumbnail);
        (await OpenAsync(world, ann, sent)).Refusal.ShouldBeNull();
    }

    private static async Task DamageAsync(ChatWorld world, MessageView sent, string what)
    {
        var path = await world.BlobPathAsync(sent.Attachments[0].Id);
        if (what == "gone")
        {
            File.Delete(path);
            return;
        }

        await File.WriteAllTextAsync(path, what switch { "cut off" => "hell", "longer" => "hello!", _ => "hallo" });
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch); // whoever writes changes the time, however coarse the clock
    }

    private static async Task<Result<OpenFile>> OpenAsync(ChatWorld world, Person reader, MessageView sent)
    {
        var open = await world.Chats.OpenFileAsync(reader.Id, sent.ChatId, sent.Attachments[0].Id);
        if (open.Refusal is null)
            await open.Value.DisposeAsync();
        return open;
    }

    private static Task<Result<Done>> PutBackAsync(ChatWorld world, Person who, MessageView sent, string content) =>
        world.Chats.PutBackAsync(who.Id, sent.ChatId, sent.Attachments[0].Id, new[] { Parts.File("any name", content) }.ToAsyncEnumerable());
}
