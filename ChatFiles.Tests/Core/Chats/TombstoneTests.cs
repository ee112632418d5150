using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Core.Chats;

public sealed class TombstoneTests
{
    [Fact]
    public async Task A_deleted_file_leaves_a_tombstone_in_its_message()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, null, Parts.File("1.txt", "one"), Parts.File("2.txt", "two"), Parts.Caption("both"))).Value;
        var (gone, kept) = (sent.Attachments[0], sent.Attachments[1]);

        (await world.Chats.DeleteFileAsync(ann.Id, chat, gone.Id)).Refusal.ShouldBeNull();

        var read = (await world.Chats.HistoryAsync(ann.Id, chat)).Value.Messages.Single();
        (read.Text, read.Deleted).ShouldBe(("both", false));
        read.Attachments.ShouldBe([new AttachmentView(gone.Id, gone.Path, null, null, null, null, AttachmentState.Deleted, null, null, null), kept]);
        (await world.Chats.OpenFileAsync(ann.Id, chat, gone.Id)).Refusal!.Reason.ShouldBe(RefusalReason.FileDeleted);
        (await world.Chats.OpenThumbnailAsync(ann.Id, chat, gone.Id)).Refusal!.Reason.ShouldBe(RefusalReason.FileDeleted);
        var deleted = (await world.EventsAsync(chat))[^1];
        (deleted.Type, deleted.MessageId, deleted.FileId).ShouldBe((ChatEventType.FileDeleted, sent.Id, gone.Id));
        (await world.ReadAsync(db => db.Attachments.Where(a => a.Id == gone.Id).Select(a => a.FileName + a.Sha256 + a.BlobKey).SingleAsync())).ShouldBe("");
    }

    [Fact]
    public async Task A_deleted_message_keeps_its_place_and_nothing_else_with_one_event_for_all_its_files()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var sent = (await world.SendAsync(ann, chat, "key", Parts.File("1.txt", "one"), Parts.File("2.txt", "two"), Parts.Caption("secret"))).Value;
        await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[0].Id);

        (await world.Chats.DeleteMessageAsync(ann.Id, chat, sent.Id)).Refusal.ShouldBeNull();

        var read = (await world.Chats.HistoryAsync(ann.Id, chat)).Value.Messages.Single();
        (read.Id, read.Seq, read.Text, read.Deleted).ShouldBe((sent.Id, sent.Seq, "", true));
        read.Attachments.ShouldBe(sent.Attachments.Select(a => a.Deleted()));
        (await world.EventsAsync(chat)).Select(e => e.Type).ShouldBe(
            [ChatEventType.MessageCreated, ChatEventType.FileDeleted, ChatEventType.MessageDeleted]
        );
        (await world.ReadAsync(db => db.Jobs.CountAsync())).ShouldBe(2); // each blob once
    }

    [Fact]
    public async Task Author_and_owner_may_delete_and_others_may_not()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (owner, author, other) = (await world.PersonAsync("owner"), await world.PersonAsync("author"), await world.PersonAsync("other"));
        var chat = await world.ChatAsync(owner, author, other);
        var (byAuthor, byOwner) = (await world.SendFileAsync(author, chat), await world.SendFileAsync(author, chat));
        var ofOwner = await world.SendFileAsync(owner, chat);

        foreach (var sent in new[] { byAuthor, byOwner, ofOwner })
        {
            (await world.Chats.DeleteFileAsync(other.Id, chat, sent.Attachments[0].Id)).Refusal!.Reason.ShouldBe(RefusalReason.NotAllowed);
            (await world.Chats.DeleteMessageAsync(other.Id, chat, sent.Id)).Refusal!.Reason.ShouldBe(RefusalReason.NotAllowed);
        }

        (await world.Chats.DeleteMessageAsync(author.Id, chat, ofOwner.Id)).Refusal!.Reason.ShouldBe(RefusalReason.NotAllowed);
        (await world.Chats.DeleteFileAsync(author.Id, chat, byAuthor.Attachments[0].Id)).Refusal.ShouldBeNull();
        (await world.Chats.DeleteMessageAsync(author.Id, chat, byAuthor.Id)).Refusal.ShouldBeNull();
        (await world.Chats.DeleteFileAsync(owner.Id, chat, byOwner.Attachments[0].Id)).Refusal.ShouldBeNull();
        (await world.Chats.DeleteMessageAsync(owner.Id, chat, byOwner.Id)).Refusal.ShouldBeNull();
        // Also who may not gets no other answer for what is deleted already.
        (await world.Chats.DeleteMessageAsync(other.Id, chat, byOwner.Id)).Refusal!.Reason.ShouldBe(RefusalReason.NotAllowed);
    }

    [Fact]
    public async Task Nobody_owns_General_so_that_only_authors_delete_there()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (first, second) = (await world.PersonAsync("first"), await world.PersonAsync("second"));
        var sent = await world.SendFileAsync(second, Chat.GeneralId);

        (await world.Chats.DeleteMessageAsync(first.Id, Chat.GeneralId, sent.Id)).Refusal!.Reason.ShouldBe(RefusalReason.NotAllowed);
        (await world.Chats.DeleteMessageAsync(second.Id, Chat.GeneralId, sent.Id)).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task Deleting_again_or_many_times_at_once_is_one_event()
    {
        await using var world = await ChatWorld.BeginAsync();
        var (ann, ben) = (await world.PersonAsync("ann"), await world.PersonAsync("ben"));
        var chat = await world.ChatAsync(ann, ben);
        var (file, message) = (await world.SendFileAsync(ben, chat), await world.SendFileAsync(ben, chat));

        var outcomes = await AtOnce.RunAsync(
            12,
            i =>
            {
                var caller = i % 4 < 2 ? ann : ben;
                return i % 2 == 0
                    ? world.Chats.DeleteFileAsync(caller.Id, chat, file.Attachments[0].Id)
                    : world.Chats.DeleteMessageAsync(caller.Id, chat, message.Id);
            }
        );

        outcomes.ShouldAllBe(outcome => outcome.Refusal == null);
        var events = await world.EventsAsync(chat);
        events.Count(e => e.Type == ChatEventType.FileDeleted).ShouldBe(1);
        events.Count(e => e.Type == ChatEventType.MessageDeleted).ShouldBe(1);
        (await world.ReadAsync(db => db.Jobs.CountAsync())).ShouldBe(2);
    }

    [Fact]
    public async Task What_lies_in_another_chat_cannot_be_reached_through_this_one()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var (chat, other) = (await world.ChatAsync(ann), await world.ChatAsync(ann));
        var sent = await world.SendFileAsync(ann, other);
        var file = sent.Attachments[0].Id;

        (await world.Chats.OpenFileAsync(ann.Id, chat, file)).Refusal.ShouldBe(Refusal.FileNotFound);
        (await world.Chats.OpenThumbnailAsync(ann.Id, chat, file)).Refusal.ShouldBe(Refusal.FileNotFound);
        (await world.Chats.DeleteFileAsync(ann.Id, chat, file)).Refusal.ShouldBe(Refusal.FileNotFound);
        (await world.Chats.PutBackAsync(ann.Id, chat, file, AsyncEnumerable.Empty<ChatFiles.Core.Files.UploadPart>())).Refusal.ShouldBe(Refusal.FileNotFound);
        (await world.Chats.DeleteMessageAsync(ann.Id, chat, sent.Id)).Refusal.ShouldBe(Refusal.MessageNotFound);
        (await world.Chats.DeleteMessageAsync(ann.Id, chat, 999)).Refusal.ShouldBe(Refusal.MessageNotFound);
        (await world.Chats.DeleteFileAsync(ann.Id, chat, Guid.Empty)).Refusal.ShouldBe(Refusal.FileNotFound);
        (await world.Chats.OpenFileAsync(ann.Id, other, file)).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task A_file_deleted_while_somebody_reads_it_is_read_to_its_end()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);
        var content = new string('x', 500_000);
        var sent = await world.SendFileAsync(ann, chat, "x.txt", content);
        await using var open = (await world.Chats.OpenFileAsync(ann.Id, chat, sent.Attachments[0].Id)).Value;
        await world.StartAsync<ChatFiles.Core.Upkeep.JobRunner>();

        await world.Chats.DeleteFileAsync(ann.Id, chat, sent.Attachments[0].Id);
        await Eventually.HoldsAsync(() => world.BlobCount == 0, "the blob is gone");

        using var reader = new StreamReader(open.Content, leaveOpen: true);
        (await reader.ReadToEndAsync()).ShouldBe(content);
    }
}
