using System.IO.Compression;
using System.Text.Json;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using ChatFiles.Core.People;
using ChatFiles.Tests.Stage;
using Microsoft.Extensions.DependencyInjection;

namespace ChatFiles.Tests.Core.Chats;

/// <summary>A chat, or all of a person, to be taken along.</summary>
public sealed class ExportTests : IAsyncLifetime
{
    private ChatWorld _world = null!;
    private Person _ann = null!;
    private Person _ben = null!;
    private long _chat;

    private Exports Exports => _world.Services.GetRequiredService<Exports>();

    private FlakyStore Store => (FlakyStore)_world.Store;

    public async Task InitializeAsync()
    {
        _world = await ChatWorld.BeginAsync(change: FlakyStore.Register);
        (_ann, _ben) = (await _world.PersonAsync("ann"), await _world.PersonAsync("ben"));
        _chat = await _world.ChatAsync(_ann, _ben);
    }

    public Task DisposeAsync() => _world.DisposeAsync().AsTask();

    [Fact]
    public async Task A_chat_is_taken_along_with_texts_files_and_members_and_without_what_was_deleted()
    {
        var first = (await _world.Chats.SendTextAsync(_ann.Id, _chat, $"the first text, 你好 {Mentions.Mark(_ben.Id)}")).Value;
        await _world.Services.GetRequiredService<Reactions>().SetAsync(_ben.Id, _chat, first.Id, "👍", isThere: true);
        var kept = await _world.SendAsync(_ben, _chat, key: null, Parts.File("a.txt", "one"), Parts.File("A.txt", "two"));
        var gone = (await _world.Chats.SendTextAsync(_ann.Id, _chat, "a deleted text")).Value;
        await _world.Chats.DeleteMessageAsync(_ann.Id, _chat, gone.Id);
        var file = await _world.SendFileAsync(_ann, _chat, "deleted.txt", "secret");
        await _world.Chats.DeleteFileAsync(_ann.Id, _chat, file.Attachments[0].Id);
        await _world.Chats.SendTextAsync(_ann.Id, Chat.GeneralId, "elsewhere");

        using var zip = await ExportAsync(Exports.OfChatAsync(Operator.AtTheMachine, _chat, reason: null));

        var folder = $"files/{_chat}/{kept.Value.Id}/";
        zip.Entries.Select(e => e.FullName).ShouldBe(["chat.json", "members.jsonl", folder + "a.txt", folder + "A (2).txt", "messages/000001.jsonl", "export.json"]);
        (Text(zip, folder + "a.txt"), Text(zip, folder + "A (2).txt")).ShouldBe(("one", "two"));
        var messages = Lines(zip, "messages/000001.jsonl");
        messages.Select(m => m.GetProperty("message").Text("text")).ShouldBe([first.Text, "", ""]);
        messages[0].GetProperty("message").GetProperty("mentions")[0].Text("name").ShouldBe("ben");
        messages[0].GetProperty("message").GetProperty("reactions")[0].GetProperty("users")[0].Text("userId").ShouldBe(_ben.Id);
        messages[1].GetProperty("files")[1].Text("path").ShouldBe(folder + "A (2).txt");
        messages[2].GetProperty("message").GetProperty("attachments").GetArrayLength().ShouldBe(0);
        Lines(zip, "members.jsonl").Select(m => m.Text("email")).ShouldBe([_ann.Email!, _ben.Email!], ignoreOrder: true);
        var about = Lines(zip, "export.json").Single();
        (about.GetProperty("messages").GetInt32(), about.GetProperty("files").GetInt32(), about.GetProperty("missing").GetArrayLength()).ShouldBe((3, 2, 0));
        zip.Entries.Select(e => Text(zip, e.FullName)).ShouldAllBe(text => !text.Contains("deleted text") && !text.Contains("deleted.txt") && !text.Contains("secret") && !text.Contains("elsewhere"));
    }

    [Fact]
    public async Task All_of_a_person_is_what_they_wrote_and_sent_in_all_chats_and_nothing_of_others()
    {
        var liked = (await _world.Chats.SendTextAsync(_ben.Id, _chat, "by ben")).Value;
        foreach (var person in new[] { _ann, _ben })
            await _world.Services.GetRequiredService<Reactions>().SetAsync(person.Id, _chat, liked.Id, "👍", isThere: true);
        await _world.Chats.SendTextAsync(_ben.Id, Chat.GeneralId, "also by ben");
        var other = (await _world.Chats.SendTextAsync(_ann.Id, _chat, "by ann")).Value;
        await _world.Chats.SendTextAsync(_ben.Id, _chat, "an answer", replyTo: other.Id);
        await _world.Services.GetRequiredService<Reactions>().SetAsync(_ben.Id, _chat, other.Id, "🎉", isThere: true);
        var direct = (await _world.ChatDirectory.OpenDirectChatAsync(_ben.Id, _ann.Email)).Value.Chat.Id;
        await _world.SendFileAsync(_ben, direct, "mine.txt", "bens");
        await _world.Members.RemoveMemberAsync(_ann.Id, _chat, _ben.Id);

        using var zip = await ExportAsync(Exports.OfPersonAsync(Operator.AtTheMachine, "BEN@example.org", reason: null));

        Lines(zip, "messages/000001.jsonl").Select(m => m.GetProperty("message").Text("text")).ShouldBe(["by ben", "also by ben", "an answer", ""]);
        Lines(zip, "chats.jsonl").Select(c => c.Text("name")).ShouldBe(["General", "ann"]);
        Lines(zip, "reactions.jsonl").Select(r => (r.GetProperty("chatId").GetInt64(), r.GetProperty("messageId").GetInt64(), r.Text("emoji"))).ShouldBe([(_chat, liked.Id, "👍"), (_chat, other.Id, "🎉")]);
        var reaction = Lines(zip, "messages/000001.jsonl")[0].GetProperty("message").GetProperty("reactions")[0];
        (reaction.GetProperty("count").GetInt32(), reaction.GetProperty("users").GetArrayLength()).ShouldBe((2, 0), "who else reacted is theirs");
        Lines(zip, "person.json").Single().Text("email").ShouldBe(_ben.Email);
        zip.Entries.Single(e => e.Name == "mine.txt").FullName.ShouldStartWith($"files/{direct}/");
        zip.Entries.Select(e => Text(zip, e.FullName)).ShouldAllBe(text => !text.Contains("by ann") && !text.Contains(_ann.Email!));
    }

    [Fact]
    public async Task A_file_that_has_vanished_is_named_and_one_that_is_deleted_meanwhile_is_left_out()
    {
        var message = (await _world.SendAsync(_ann, _chat, key: null, Parts.File("first.txt", "1"), Parts.File("vanished.txt", "2"), Parts.File("deleted.txt", "3"), Parts.File("last.txt", "4"))).Value;
        File.Delete(await _world.BlobPathAsync(message.Attachments[1].Id));
        var path = await _world.BlobPathAsync(message.Attachments[2].Id);
        var opened = 0;
        Store.BeforeOpen = _ =>
        {
            if (opened++ > 0)
                return;
            _world.Chats.DeleteFileAsync(_ann.Id, _chat, message.Attachments[2].Id).GetAwaiter().GetResult().Refusal.ShouldBeNull();
            File.Delete(path);
        };

        using var zip = await ExportAsync(Exports.OfChatAsync(Operator.AtTheMachine, _chat, reason: null));

        zip.Entries.Where(e => e.FullName.StartsWith("files/", StringComparison.Ordinal)).Select(e => e.Name).ShouldBe(["first.txt", "last.txt"]);
        var line = Lines(zip, "messages/000001.jsonl").Single();
        line.GetProperty("message").GetProperty("attachments").EnumerateArray().Select(a => a.Text("fileName")).ShouldBe(["first.txt", "vanished.txt", "last.txt"]);
        line.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("path").ValueKind).ShouldBe([JsonValueKind.String, JsonValueKind.Null, JsonValueKind.String]);
        Lines(zip, "export.json").Single().GetProperty("missing").EnumerateArray().Single().Text("fileName").ShouldBe("vanished.txt");
    }

    [Fact]
    public async Task More_than_a_page_of_messages_comes_whole_and_in_order_and_what_comes_meanwhile_does_not()
    {
        await _world.SendFileAsync(_ann, _chat);
        for (var i = 0; i < 250; i++)
            await _world.Chats.SendTextAsync(_ann.Id, _chat, $"{i}");
        Store.BeforeOpen = _ => _world.Chats.SendTextAsync(_ann.Id, _chat, "too late").GetAwaiter().GetResult();

        using var zip = await ExportAsync(Exports.OfChatAsync(Operator.AtTheMachine, _chat, reason: null));

        var texts = Lines(zip, "messages/000001.jsonl").Concat(Lines(zip, "messages/000002.jsonl")).Select(m => m.GetProperty("message").Text("text"));
        texts.ShouldBe(["", .. Enumerable.Range(0, 250).Select(i => $"{i}")]);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_ends_it_before_it_looks_whole_and_the_next_one_can_begin()
    {
        await _world.SendFileAsync(_ann, _chat);
        Store.BeforeOpen = _ => throw new StoreUnavailableException("down");
        var isBroken = false;
        using (var export = (await Exports.OfChatAsync(Operator.AtTheMachine, _chat, reason: null)).Value)
        {
            (await Exports.OfChatAsync(Operator.AtTheMachine, _chat, reason: null)).Refusal!.Reason.ShouldBe(RefusalReason.TooManyRequests);
            using var target = new MemoryStream();
            await Should.ThrowAsync<StoreUnavailableException>(() => export.WriteAsync(target, () => isBroken = true));
        }

        isBroken.ShouldBeTrue();
        Store.BeforeOpen = _ => { };
        using var zip = await ExportAsync(Exports.OfChatAsync(Operator.AtTheMachine, _chat, reason: null));
        zip.GetEntry("export.json").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("report.pdf", "report.pdf")]
    [InlineData("../../etc/passwd", "_.._.._etc_passwd")]
    [InlineData("..\\evil", "_.._evil")]
    [InlineData("C:evil.txt", "C_evil.txt")]
    [InlineData("what?.txt", "what_.txt")]
    [InlineData("nul", "_nul")]
    [InlineData("Com1.txt", "_Com1.txt")]
    [InlineData("comb.txt", "comb.txt")]
    [InlineData(".profile", "_.profile")]
    [InlineData("name. ", "name")]
    [InlineData("...", "_")]
    [InlineData("a\nb", "a_b")]
    public void Names_lead_nowhere_and_are_taken_by_all_systems(string name, string expected) => Export.NameInZip(name).ShouldBe(expected);

    private static async Task<ZipArchive> ExportAsync(Task<Result<Export>> begun)
    {
        using var export = (await begun).Value;
        var target = new MemoryStream();
        await export.WriteAsync(target, broken: () => { });
        return new ZipArchive(new MemoryStream(target.ToArray()));
    }

    private static string Text(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }

    private static List<JsonElement> Lines(ZipArchive zip, string name) =>
        [.. Text(zip, name).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
