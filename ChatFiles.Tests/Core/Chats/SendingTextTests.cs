using ChatFiles.Core.Model;
using ChatFiles.Tests.Stage;

namespace ChatFiles.Tests.Core.Chats;

public sealed class SendingTextTests
{
    [Fact]
    public async Task The_same_client_id_gives_the_same_message_and_one_event()
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        var first = (await world.Chats.SendTextAsync(ann.Id, chat, "hello", "k")).Value;
        var again = (await world.Chats.SendTextAsync(ann.Id, chat, "something else", "k")).Value;

        again.ShouldBe(first with { Attachments = again.Attachments });
        (await world.EventsAsync(chat)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n\t ")]
    [InlineData(null)]
    public async Task A_text_of_nothing_is_refused(string? text)
    {
        await using var world = await ChatWorld.BeginAsync();
        var ann = await world.PersonAsync("ann");
        var chat = await world.ChatAsync(ann);

        (await world.Chats.SendTextAsync(ann.Id, chat, text)).Refusal!.Reason.ShouldBe(RefusalReason.InvalidText);
    }
}
