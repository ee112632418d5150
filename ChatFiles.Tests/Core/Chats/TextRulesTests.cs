using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Chats;

public sealed class TextRulesTests
{
    [Fact]
    public async Task A_text_is_kept_as_it_was_written_and_has_at_most_8000_characters()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        var longest = string.Concat(Enumerable.Repeat("😀", 4000));
        (await world.Chats.SendTextAsync(ann.Id, chat, longest)).Value.Text.ShouldBe(longest);
        (await world.Chats.SendTextAsync(ann.Id, chat, longest + "!")).Refusal!.Reason.ShouldBe(RefusalReason.InvalidText);
        (await world.Chats.SendTextAsync(ann.Id, chat, "  two\n lines ")).Value.Text.ShouldBe("  two\n lines ");
        (await world.Chats.HistoryAsync(ann.Id, chat)).Value.Messages.Select(m => m.Text).ShouldBe([longest, "  two\n lines "]);
    }

    [Fact]
    public async Task The_same_client_id_many_times_at_once_gives_one_message_also_after_a_restart()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        var sent = await AtOnce.RunAsync(16, i => world.Chats.SendTextAsync(ann.Id, chat, $"{i}", "k"));
        await world.RestartAsync();
        var again = await world.Chats.SendTextAsync(ann.Id, chat, "", "k");

        sent.Append(again).Select(s => (s.Value.Id, s.Value.Text, s.Value.SentAt)).Distinct().ShouldHaveSingleItem();
        (await world.EventsAsync(chat)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ü")]
    public async Task A_client_id_follows_the_rules_of_keys(string clientId)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");

        (await world.Chats.SendTextAsync(ann.Id, Chat.GeneralId, "x", clientId)).Refusal!.Reason.ShouldBe(RefusalReason.InvalidIdempotencyKey);
    }
}
