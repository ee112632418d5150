using ChatFiles.Core.Model;
using ChatFiles.Core.Upkeep;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Chats;

public sealed class MissingFilesTests : IAsyncLifetime
{
    private ChatWorld _world = null!;
    private Person _owner = null!;
    private Person _author = null!;
    private Person _other = null!;
    private long _chat;
    private Guid _file;
    private string _blob = "";

    public async Task InitializeAsync()
    {
        _world = await ChatWorld.BeginAsync();
        (_owner, _author, _other) = (await _world.PersonAsync("owner"), await _world.PersonAsync("author"), await _world.PersonAsync("other"));
        _chat = await _world.ChatAsync(_owner, _author, _other);
        _file = (await _world.SendFileAsync(_author, _chat, "a.txt", "hello")).Attachments[0].Id;
        _blob = await _world.BlobPathAsync(_file);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("hel")]
    [InlineData("jello")]
    public async Task A_blob_gone_cut_off_or_changed_is_missing_with_one_event_and_restored_when_it_is_back(string? content)
    {
        await DamageAsync(content);

        for (var i = 0; i < 2; i++)
            (await OpenAsync()).ShouldBe(RefusalReason.FileMissing);
        (await StateAsync()).ShouldBe(AttachmentState.Missing);
        (await FileEventsAsync()).ShouldBe([ChatEventType.FileMissing]);

        await File.WriteAllTextAsync(_blob, "hello");
        for (var i = 0; i < 2; i++)
            (await OpenAsync()).ShouldBeNull();
        (await StateAsync()).ShouldBe(AttachmentState.Ready);
        (await FileEventsAsync()).ShouldBe([ChatEventType.FileMissing, ChatEventType.FileRestored]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("hel")]
    public async Task The_same_bytes_put_back_restore_the_file_and_what_was_left_of_the_old_goes(string? left)
    {
        await DamageAsync(left);
        await OpenAsync();

        (await PutBackAsync(_author, "hello")).ShouldBeNull();

        (await OpenAsync()).ShouldBeNull();
        (await FileEventsAsync()).ShouldBe([ChatEventType.FileMissing, ChatEventType.FileRestored]);
        await _world.StartAsync<JobRunner>();
        await Eventually.HoldsAsync(() => !File.Exists(_blob) && _world.BlobCount == 1, "only the new blob is left");
    }

    [Theory]
    [InlineData("jello", RefusalReason.ContentDiffers)]
    [InlineData("hell", RefusalReason.ContentDiffers)]
    [InlineData("hello!", RefusalReason.ContentDiffers)]
    [InlineData("hello|hello", RefusalReason.TooManyFiles)]
    public async Task Other_bytes_or_two_files_are_not_put_back(string contents, RefusalReason reason)
    {
        await DamageAsync(null);
        await OpenAsync();

        (await PutBackAsync(_author, contents.Split('|'))).ShouldBe(reason);

        (await StateAsync()).ShouldBe(AttachmentState.Missing);
        _world.BlobCount.ShouldBe(0);
    }

    [Fact]
    public async Task Only_author_and_owner_put_back_and_only_what_is_missing()
    {
        var stranger = await _world.PersonAsync("stranger");
        (await PutBackAsync(_author, "hello")).ShouldBe(RefusalReason.FileNotMissing);
        await DamageAsync(null);
        await OpenAsync();

        (await PutBackAsync(stranger, "hello")).ShouldBe(RefusalReason.ChatNotFound);
        (await PutBackAsync(_other, "hello")).ShouldBe(RefusalReason.NotAllowed);
        (await PutBackAsync(_owner, "hello")).ShouldBeNull();
        (await PutBackAsync(_owner, "hello")).ShouldBe(RefusalReason.FileNotMissing);
        _world.BlobCount.ShouldBe(1);
    }

    private async Task DamageAsync(string? content)
    {
        File.Delete(_blob);
        if (content is not null)
            await File.WriteAllTextAsync(_blob, content);
    }

    private async Task<RefusalReason?> OpenAsync()
    {
        var opened = await _world.Chats.OpenFileAsync(_other.Id, _chat, _file);
        if (opened.Succeeded(out var file, out var refusal))
            await file.DisposeAsync();
        return refusal?.Reason;
    }

    private async Task<RefusalReason?> PutBackAsync(Person person, params string[] contents)
    {
        var parts = contents.Select(content => Parts.File("a.txt", content)).ToAsyncEnumerable();
        return (await _world.Chats.PutBackAsync(person.Id, _chat, _file, parts)).Refusal?.Reason;
    }

    private async Task<AttachmentState> StateAsync() =>
        (await _world.Chats.HistoryAsync(_owner.Id, _chat)).Value.Messages[0].Attachments[0].State;

    private async Task<IEnumerable<ChatEventType>> FileEventsAsync() =>
        (await _world.EventsAsync(_chat)).Where(e => e.FileId == _file).Select(e => e.Type);
}
