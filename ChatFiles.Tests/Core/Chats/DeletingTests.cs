using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Tests.Core.Chats;

public sealed class DeletingTests : IAsyncLifetime
{
    private ChatWorld _world = null!;
    private Person _owner = null!;
    private Person _author = null!;
    private Person _other = null!;
    private Person _stranger = null!;
    private long _chat;

    public async Task InitializeAsync()
    {
        _world = await ChatWorld.BeginAsync(change: FlakyStore.Register);
        _owner = await _world.PersonAsync("owner");
        _author = await _world.PersonAsync("author");
        _other = await _world.PersonAsync("other");
        _stranger = await _world.PersonAsync("stranger");
        _chat = await _world.ChatAsync(_owner, _author, _other);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Theory]
    [InlineData("author", null)]
    [InlineData("owner", null)]
    [InlineData("other", RefusalReason.NotAllowed)]
    [InlineData("stranger", RefusalReason.ChatNotFound)]
    public async Task Only_author_and_owner_delete_a_file_or_a_message(string who, RefusalReason? refused)
    {
        var person = new[] { _owner, _author, _other, _stranger }.Single(p => p.DisplayName == who);
        var message = await _world.SendFileAsync(_author, _chat);

        (await DeleteFileAsync(person, message)).Refusal?.Reason.ShouldBe(refused!.Value);
        var state = (await OnlyMessageAsync()).Attachments[0].State;
        state.ShouldBe(refused is null ? AttachmentState.Deleted : AttachmentState.Ready);
        (await _world.Chats.DeleteMessageAsync(person.Id, _chat, message.Id)).Refusal?.Reason.ShouldBe(refused!.Value);
        (await OnlyMessageAsync()).Deleted.ShouldBe(refused is null);
    }

    [Fact]
    public async Task Deleting_again_is_fine_and_makes_no_second_event()
    {
        var message = await _world.SendFileAsync(_author, _chat);
        for (var i = 0; i < 2; i++)
            (await DeleteFileAsync(_author, message)).Refusal.ShouldBeNull();
        for (var i = 0; i < 2; i++)
            (await _world.Chats.DeleteMessageAsync(_author.Id, _chat, message.Id)).Refusal.ShouldBeNull();

        (await _world.EventsAsync(_chat)).Select(e => e.Type)
            .ShouldBe(
                [
                    ChatEventType.MemberJoined,
                    ChatEventType.MemberJoined,
                    ChatEventType.MessageCreated,
                    ChatEventType.FileDeleted,
                    ChatEventType.MessageDeleted,
                ]
            );
    }

    [Fact]
    public async Task A_deleted_message_buries_all_its_files_and_gives_their_bytes_back()
    {
        var message = (await _world.SendAsync(_author, _chat, null, Parts.File("a.txt", "x"), Parts.File("b.txt", "yy"), Parts.Caption("hi"))).Value;
        (await StorageBytesAsync()).ShouldBe((3L, 3L));

        await _world.Chats.DeleteMessageAsync(_owner.Id, _chat, message.Id);

        var deleted = await OnlyMessageAsync();
        (deleted.Deleted, deleted.Text).ShouldBe((true, ""));
        deleted.Attachments.ShouldBe(message.Attachments.Select(a => a.Deleted()));
        (await StorageBytesAsync()).ShouldBe((0L, 0L));
        (await _world.Chats.OpenFileAsync(_author.Id, _chat, message.Attachments[0].Id)).Refusal!.Reason.ShouldBe(RefusalReason.FileDeleted);
    }

    [Fact]
    public async Task The_blob_and_its_thumbnail_go_by_the_queue()
    {
        var message = (await _world.SendAsync(_author, _chat, null, Parts.File("a.txt", "x"), Parts.Thumbnail([0xFF, 0xD8, 0xFF]))).Value;
        await DeleteFileAsync(_author, message);
        _world.BlobCount.ShouldBe(2);

        await _world.StartAsync<JobRunner>();

        await Eventually.HoldsAsync(() => _world.BlobCount == 0, "the blobs are gone");
    }

    [Fact]
    public async Task A_blob_the_store_will_not_delete_is_tried_again_and_holds_up_no_other()
    {
        var stubborn = await _world.SendFileAsync(_author, _chat, "stubborn.txt");
        var path = await _world.BlobPathAsync(stubborn.Attachments[0].Id);
        var easy = await _world.SendFileAsync(_author, _chat, "easy.txt");
        var (isDown, failures) = (true, 0);
        ((FlakyStore)_world.Store).BeforeDelete = key =>
        {
            if (!Volatile.Read(ref isDown) || !path.EndsWith(key, StringComparison.Ordinal))
                return;
            Interlocked.Increment(ref failures);
            throw new StoreUnavailableException("The store is down.");
        };
        await DeleteFileAsync(_author, stubborn);
        await DeleteFileAsync(_author, easy);

        await _world.StartAsync<JobRunner>();
        await Eventually.HoldsAsync(() => Volatile.Read(ref failures) > 0 && _world.BlobCount == 1, "the other blob is gone");
        File.Exists(path).ShouldBeTrue();
        Volatile.Write(ref isDown, false);

        await Eventually.HoldsAsync(() => _world.BlobCount == 0, "the stubborn blob is gone");
        await Eventually.HoldsAsync(async () => !await _world.ReadAsync(db => db.Jobs.AnyAsync()), "the queue is empty");
    }

    private Task<Result<Done>> DeleteFileAsync(Person person, MessageView message) =>
        _world.Chats.DeleteFileAsync(person.Id, _chat, message.Attachments[0].Id);

    private async Task<MessageView> OnlyMessageAsync() =>
        (await _world.Chats.HistoryAsync(_owner.Id, _chat)).Value.Messages.ShouldHaveSingleItem();

    private async Task<(long Person, long Chat)> StorageBytesAsync() =>
        (
            await _world.ReadAsync(db => db.PersonStates.Where(s => s.UserId == _author.Id).Select(s => s.StorageBytes).SingleAsync()),
            await _world.ReadAsync(db => db.Chats.Where(c => c.Id == _chat).Select(c => c.StorageBytes).SingleAsync())
        );
}
